import CUDNNEngine
import GPUEmulatorControl
import NeuralGraph
import Testing
import VolumeCore

extension GPUEmulatorTests {
  @Suite(.serialized) struct `The emulator` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    @Test func `says in its card's name what it is`() throws {
      for card in 0..<T2S_CARDS {
        emulator.reset(card: card)
        let session = try GPUSession(emulator.places)
        #expect(session.card.name.contains("emulator"))
      }
      #expect(emulator.violations.isEmpty)
    }

    @Test func `is not used with a cuDNN that does not serve it`() {
      func obstacle() -> String { CUDNNEngineFactory(emulator.places).obstacle?.what ?? "none" }
      emulator.reset(card: T2S_CARD_P4000, cudnn: 91100)
      #expect(obstacle().contains("cuDNN 9.11.0 does not serve"))
      emulator.reset(cudnn: 90701)
      #expect(obstacle().contains("cuDNN 9.7.1 is too old"))
      emulator.reset(cards: 0)
      #expect(obstacle().contains("no card"))
      #expect(emulator.violations == [] && emulator.leak == "")
    }

    @Test func `is described by the doctor, copies and self-check included`() {
      emulator.reset(.lazy, cards: 2)
      let report = DoctorReport(emulator.places)
      #expect(report.obstacle == nil)
      #expect(report.rows.count { $0.subject.hasPrefix("card ") } == 2)
      #expect(!report.rows.contains { !$0.isGood })
      #expect(report.deviceProperties?.contains("emulator") == true)
      #expect(emulator.violations == [])
    }

    @Test func `has no speed`() throws {
      emulator.reset()
      let session = try GPUSession(emulator.places)
      #expect(throws: GPUError.emulated(card: session.card.name)) {
        _ = try CardSpeed(session, .plainUNet(seed: 1), Shape3(z: 1, y: 16, x: 16), .f32)
      }
    }

    @Test func `runs the kernels that the text holds, and no others`() {
      var found: [String: [Int]] = [:]
      for place in 0..<emulator.table.kernels() {
        let name = unsafe emulator.table.kernelName(place).map { unsafe String(cString: $0) } ?? "?"
        found[name] = (0..<Int32.max).lazy.map { argument in
          Int(emulator.table.kernelArgument(place, argument))
        }.prefix { $0 > 0 }.map { $0 }
      }
      #expect(found == KernelSignatures.all)
    }

    @Test(arguments: Emulator.Schedule.each)
    func `passes the card's own check of every kernel`(schedule: Emulator.Schedule) throws {
      emulator.reset(schedule)
      do {
        let session = try GPUSession(emulator.places)
        #expect(try SelfCheck(session).kernels() > 0)
      }
      #expect(emulator.violations == [])
      #expect(emulator.leak == "")
    }

    @Test(arguments: Emulator.Schedule.each)
    func `passes the check that auto asks of a card`(schedule: Emulator.Schedule) throws {
      for card in [T2S_CARD_P4000, T2S_CARD_4090] {
        emulator.reset(schedule, card: card)
        do {
          let session = try GPUSession(emulator.places)
          try SelfCheck(session).quick()
        }
        #expect(emulator.violations == [])
        #expect(emulator.leak == "")
      }
    }
  }
}

extension GPUEmulatorTests {
  @Suite(.serialized) struct `A wrong program` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    /// What is seen of a program: the rules broken, and what it leaves behind.
    private func outcome(
      of place: Int32, isMended: Bool, _ schedule: Emulator.Schedule
    ) -> [String] {
      emulator.reset(schedule, cards: 2)
      emulator.table.runProgram(place, isMended ? 1 : 0)
      let leak = emulator.leak
      return emulator.violations + (leak.isEmpty ? [] : ["leak: \(leak)"])
    }

    private func text(_ words: UnsafePointer<CChar>?) -> String {
      unsafe words.map { unsafe String(cString: $0) } ?? "?"
    }

    @Test func `is one of many`() { #expect(emulator.table.programs() >= 40) }

    @Test(arguments: Emulator.Schedule.each)
    func `is caught under every schedule and silent when mended`(schedule: Emulator.Schedule) {
      for place in 0..<emulator.table.programs() {
        let name = unsafe text(emulator.table.programName(place))
        let rule = unsafe text(emulator.table.programRule(place))
        let wrong = outcome(of: place, isMended: false, schedule)
        #expect(wrong.contains { $0.hasPrefix("\(rule): ") }, "\(name): \(wrong)")
        let mended = outcome(of: place, isMended: true, schedule)
        #expect(mended == [], "\(name), mended")
      }
    }
  }
}
