import CCUDA

/// A card as the driver describes it.
package struct GPUCard: Hashable, Sendable {
  /// Its place among the cards that this process may see.
  package var ordinal: Int
  /// "NVIDIA H100 80GB HBM3".
  package var name: String
  /// "GPU-...": the same whatever the order of the cards.
  package var uuid: String
  /// What it can do.
  package var capability: ComputeCapability
  /// How many multiprocessors it has.
  package var multiprocessors: Int
  /// Its memory.
  package var memoryByteCount: Int
  /// Whether the system ends kernels that take long, because a screen hangs on it.
  package var hasTimeLimit: Bool

  /// Whether it is the emulator of the tests, which says so in its name.
  package var isEmulated: Bool { name.hasPrefix("T2S CPU emulator") }

  /// A card of these facts.
  package init(
    ordinal: Int, name: String, uuid: String, capability: ComputeCapability, multiprocessors: Int,
    memoryByteCount: Int, hasTimeLimit: Bool
  ) {
    self.ordinal = ordinal
    self.name = name
    self.uuid = uuid
    self.capability = capability
    self.multiprocessors = multiprocessors
    self.memoryByteCount = memoryByteCount
    self.hasTimeLimit = hasTimeLimit
  }
}

/// The driver, started, and the cards that it knows.
package struct GPUDriver: Sendable {
  /// CUDA's version that it serves: 13000 is 13.0.
  package var version: Int
  /// The cards.
  package var cards: [GPUCard]

  /// "13.0".
  package var words: String { "\(version / 1000).\(version % 1000 / 10)" }

  /// Starts the driver and asks it for its cards.
  package init(_ table: t2s_cuda) throws(GPUError) {
    let status = table.initialise(0)
    guard Int(status) == T2S_CUDA_SUCCESS else {
      if Int(status) == T2S_CUDA_ERROR_NO_DEVICE { throw .noCard }
      var (name, text): (UnsafePointer<CChar>?, UnsafePointer<CChar>?)
      _ = unsafe table.getErrorName(status, &name)
      _ = unsafe table.getErrorString(status, &text)
      throw .driverFails(
        code: Int(status), name: unsafe name.map { unsafe String(cString: $0) } ?? "?",
        text: unsafe text.map { unsafe String(cString: $0) } ?? "an unknown error")
    }
    func check(_ call: StaticString, _ status: CUresult) throws(GPUError) {
      guard Int(status) == T2S_CUDA_SUCCESS else {
        throw .callFailed(call: "\(call)", code: Int(status), name: "?")
      }
    }
    var version: Int32 = 0
    try unsafe check("cuDriverGetVersion", table.driverGetVersion(&version))
    self.version = Int(version)
    var count: Int32 = 0
    try unsafe check("cuDeviceGetCount", table.deviceGetCount(&count))
    cards = []
    for ordinal in 0..<Int(count) {
      var device: CUdevice = 0
      try unsafe check("cuDeviceGet", table.deviceGet(&device, Int32(ordinal)))
      func attribute(_ which: Int) throws(GPUError) -> Int {
        var value: Int32 = 0
        try unsafe check(
          "cuDeviceGetAttribute",
          table.deviceGetAttribute(&value, CUdevice_attribute(which), device))
        return Int(value)
      }
      var name = [CChar](repeating: 0, count: 256)
      try unsafe check(
        "cuDeviceGetName", table.deviceGetName(&name, Int32(name.count - 1), device))
      var uuid = CUuuid()
      try unsafe check("cuDeviceGetUuid", table.deviceGetUuid(&uuid, device))
      var bytes = 0
      try unsafe check("cuDeviceTotalMem", table.deviceTotalMem(&bytes, device))
      let characters = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      cards.append(
        GPUCard(
          ordinal: ordinal, name: String(decoding: characters, as: UTF8.self),
          uuid: Self.words(uuid),
          capability: ComputeCapability(
            try attribute(T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
            try attribute(T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)),
          multiprocessors: try attribute(T2S_CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
          memoryByteCount: bytes,
          hasTimeLimit: try attribute(T2S_CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT) != 0))
    }
  }

  /// "GPU-01234567-89ab-...", as nvidia-smi writes it.
  private static func words(_ uuid: CUuuid) -> String {
    var bytes: [UInt8] = []
    unsafe withUnsafeBytes(of: uuid) { unsafe bytes.append(contentsOf: $0) }
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let groups = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
    return "GPU-" + groups.joined(separator: "-")
  }
}
