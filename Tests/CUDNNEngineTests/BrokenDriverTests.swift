import CCUDA
import CUDNNEngine
import Testing

/// What the stubs below answer; tests of this suite run one after another.
nonisolated(unsafe) private var answers = Answers()

private struct Answers {
  /// The status of the call of this name.
  var status: [String: Int32] = [:]
  var cards = 1
  var capability: (Int32, Int32) = (9, 0)

  func of(_ call: String) -> Int32 { status[call] ?? 0 }
}

/// The text as C has it, for as long as the process lives.
private func letters(_ text: StaticString) -> UnsafePointer<CChar> {
  unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// A driver that answers as it is told, and computes nothing.
private func brokenDriver() -> t2s_cuda {
  var table = t2s_cuda()
  table.initialise = { _ in unsafe answers.of("initialise") }
  unsafe table.getErrorName = { _, text in
    unsafe text?.pointee = unsafe letters("CUDA_ERROR_OF_A_TEST")
    return 0
  }
  unsafe table.getErrorString = { _, text in
    unsafe text?.pointee = unsafe letters("an error of a test")
    return 0
  }
  unsafe table.driverGetVersion = { version in
    unsafe version?.pointee = 12090
    return unsafe answers.of("driverGetVersion")
  }
  unsafe table.deviceGetCount = { count in
    unsafe count?.pointee = Int32(answers.cards)
    return unsafe answers.of("deviceGetCount")
  }
  unsafe table.deviceGet = { device, ordinal in
    unsafe device?.pointee = ordinal
    return unsafe answers.of("deviceGet")
  }
  unsafe table.deviceGetName = { name, _, _ in
    for (place, letter) in "A card".utf8.enumerated() {
      unsafe name?[place] = CChar(bitPattern: letter)
    }
    return unsafe answers.of("deviceGetName")
  }
  unsafe table.deviceGetUuid = { _, _ in unsafe answers.of("deviceGetUuid") }
  unsafe table.deviceTotalMem = { bytes, _ in
    unsafe bytes?.pointee = 8 << 30
    return unsafe answers.of("deviceTotalMem")
  }
  unsafe table.deviceGetAttribute = { value, which, _ in
    let (major, minor) = unsafe answers.capability
    switch Int(which) {
    case T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: unsafe value?.pointee = major
    case T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: unsafe value?.pointee = minor
    default: unsafe value?.pointee = 0
    }
    return unsafe answers.of("deviceGetAttribute")
  }
  return table
}

@Suite(.serialized) struct `A driver that fails` {
  @Test(arguments: [1, 3, 34, 46, 100, 101, 802, 803, 804, 999] as [Int32])
  func `says why it does not start`(status: Int32) {
    unsafe answers = Answers(status: ["initialise": status])
    let expected: GPUError =
      status == 100
      ? .noCard
      : .driverFails(
        code: Int(status), name: "CUDA_ERROR_OF_A_TEST", text: "an error of a test")
    #expect(throws: expected) { _ = try GPUDriver(brokenDriver()) }
    #expect(!expected.explanation.remedy.isEmpty)
  }

  @Test(
    arguments: [
      "driverGetVersion", "deviceGetCount", "deviceGet", "deviceGetName", "deviceGetUuid",
      "deviceTotalMem", "deviceGetAttribute",
    ])
  func `is noticed at every call`(call: String) {
    unsafe answers = Answers(status: [call: 999])
    #expect(throws: GPUError.self) { _ = try GPUDriver(brokenDriver()) }
  }

  @Test func `may know no card`() throws {
    unsafe answers = Answers(cards: 0)
    #expect(try GPUDriver(brokenDriver()).cards.isEmpty)
  }

  @Test func `lists its cards`() throws {
    unsafe answers = Answers(cards: 2, capability: (6, 1))
    let driver = try GPUDriver(brokenDriver())
    #expect(driver.words == "12.9")
    #expect(driver.cards.map(\.ordinal) == [0, 1])
    let card = try #require(driver.cards.first)
    #expect(card.name == "A card" && card.memoryByteCount == 8 << 30)
    #expect(card.uuid == "GPU-00000000-0000-0000-0000-000000000000")
    #expect(!card.capability.hasTensorCores)
    // Pascal: the newest cuDNN no longer serves it.
    #expect(throws: GPUError.self) {
      try checkServes(
        CUDNNVersion(number: 91900), card: card.name, card.capability)
    }
  }
}
