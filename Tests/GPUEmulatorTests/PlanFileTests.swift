import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import NeuralGraph
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

extension GPUEmulatorTests {
  @Suite(.serialized) struct `A file of plans` {
    let emulator: Emulator
    let folder: TemporaryFolder

    init() throws {
      emulator = try Emulator.loaded()
      folder = try TemporaryFolder()
    }

    private var path: String { folder.file("plans.json") }

    /// Single precision by planes: the emulator has engine 2 for it, set in two ways, and engine 0.
    private static let geometry = GradientCase.all[0].geometry(.forward)

    private func values(_ geometry: ConvolutionGeometry) -> ConvolutionValues {
      ConvolutionValues(
        input: Array(repeating: 0.5, count: geometry.count(.data)),
        weights: Array(repeating: 0.25, count: geometry.count(.weights)),
        output: Array(repeating: 1, count: geometry.count(.forward)))
    }

    /// Runs one convolution by what the file says; returns its engine.
    @discardableResult
    private func run(_ geometry: ConvolutionGeometry = Self.geometry) throws -> PlannedEngine {
      let session = try GPUSession(emulator.places)
      let file = try PlanFile(path, for: [session])
      let trial = try ConvolutionTrial(session, file: file)
      let outcome = try trial.run(geometry, values(geometry))
      #expect(outcome.values.allSatisfy { $0.isFinite })
      try file.save()
      return outcome.engine
    }

    private func document() throws -> JSONValue {
      try #require(JSONValue(parsing: try contents(ofFile: path)))
    }

    /// The file with its only entry, or itself, changed.
    private func edit(
      _ changes: [String: JSONValue] = [:], head: [String: JSONValue] = [:]
    ) throws {
      var document = try #require(try document().object)
      var entry = try #require(document["convolutions"]?.array?.first?.object)
      entry.merge(changes) { $1 }
      document["convolutions"] = [.object(entry)]
      document.merge(head) { $1 }
      try writeFileAtomically(path, Array(JSONValue.object(document).text().utf8))
    }

    private func refusal() throws -> String {
      let error = #expect(throws: GPUError.self) { try run() }
      return error?.explanation.what ?? ""
    }

    @Test func `is made where it is missing, and followed where it is there`() throws {
      emulator.reset(card: T2S_CARD_A100)
      do {
        let own = try run()
        #expect(own.index == 2 && own.knobs == [2: 1])
        let made = try document()
        #expect(made["card"]?.string?.contains("emulator") == true)
        #expect(made["compute_capability"] == "8.0" && made["cudnn"] == "9.10.2")
        let entry = made["convolutions"]?.array?.first
        #expect(entry?["engine"] == 2 && entry?["knobs"]?["2"] == 1 && entry?["bare"] == false)
        #expect(entry?["words"]?.string == Self.geometry.words)
        // The same engine set in another way, and another engine.
        try edit(["knobs": ["2": 2]])
        let set = try run()
        #expect(set.index == 2 && set.knobs == [2: 2])
        try edit(["engine": 0, "knobs": .object([:])])
        #expect(try run().index == 0)
        #expect(try document()["convolutions"]?.array?.count == 1)
        // What it lacks is added, and what it has stays.
        try run(GradientCase.all[0].geometry(.weights))
        #expect(try document()["convolutions"]?.array?.count == 2)
        #expect(try run().index == 0)
      }
      #expect(emulator.violations == [])
      #expect(emulator.leak == "")
    }

    @Test func `of another card or version is refused`() throws {
      emulator.reset(card: T2S_CARD_A100)
      try run()
      emulator.reset(card: T2S_CARD_4090)
      #expect(try refusal().contains("(8.0), and here is cuDNN 9.10.2 on"))
      emulator.reset(card: T2S_CARD_A100, cudnn: 91400)
      #expect(try refusal().contains("is of cuDNN 9.10.2"))
      emulator.reset(card: T2S_CARD_A100)
      try edit(head: ["version": 7])
      #expect(try refusal().contains("no file of plans"))
      try writeFileAtomically(path, Array("{]".utf8))
      #expect(try refusal().contains("no file of plans"))
    }

    @Test func `cannot bring what is not allowed`() throws {
      emulator.reset(card: T2S_CARD_A100)
      try run()
      // No such engine, sums in another order each time, ten bits instead of f32, memory beyond the limit.
      for (engine, why) in [(99, "number 99"), (1, "same bits"), (45, "precision"), (4, "beside")] {
        try edit(["engine": .integer(engine), "knobs": .object([:])])
        let words = try refusal()
        #expect(words.contains("--plan-file") && words.contains(why), "\(engine): \(words)")
      }
      try edit(["engine": 2, "knobs": ["2": 9]])
      #expect(try refusal().contains("cannot be set"))
      try edit(["engine": "two"])
      #expect(try refusal().contains("not understood"))
      #expect(emulator.violations == [])
    }

    @Test func `cannot bring an engine that computes wrongly`() throws {
      let example = try #require(
        GradientCase.all.first { $0.name == "3x3, stride 2, zeros at the end" })
      let geometry = example.geometry(.weights)
      emulator.reset(card: T2S_CARD_A100)
      #expect(try run(geometry).index == 2)
      // Without the file the next engine is taken.
      emulator.reset(card: T2S_CARD_A100, wrongEngine: 2)
      let error = #expect(throws: GPUError.self) { try run(geometry) }
      #expect(error?.explanation.what.contains("engine 2 gives") == true)
      try removeFile(path)
      #expect(try run(geometry).index == 0)
      #expect(try document()["convolutions"]?.array?.first?["engine"] == 0)
    }

    @Test func `is a factory's, and its networks are right`() throws {
      let network = NetworkCase.small[0]
      let reference = try network.reference()
      emulator.reset(card: T2S_CARD_A100)
      do {
        for _ in 0..<2 {
          let factory = try CUDNNEngineFactory(emulator.places).withPlans(in: path)
          let found = try network.run(factory, network.plan(.f32), slots: 2)
          for (scores, expected) in zip(found.map(network.floats), reference) {
            let largest = zip(scores, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(largest <= SelfCheck.largestOfF32)
          }
          #expect((try document()["convolutions"]?.array?.count ?? 0) > 3)
        }
        #expect(throws: Explanation.self) { try ReferenceEngineFactory().withPlans(in: path) }
      }
      #expect(emulator.violations == [])
      #expect(emulator.leak == "")
    }

    @Test func `is not made by a call that fails`() throws {
      emulator.reset(card: T2S_CARD_A100)
      func engine() throws -> PlannedEngine {
        let trial = try ConvolutionTrial(GPUSession(emulator.places))
        return try trial.run(Self.geometry, values(Self.geometry)).engine
      }
      let own = try engine()
      let calls = emulator.table.calls()
      var failures = 0
      for number in 1...calls {
        emulator.reset(card: T2S_CARD_A100)
        emulator.table.arm(number, Int32(T2S_FAULT_ONCE), 999, nil)
        do {
          // Calls that give back may fail; none may lead to another engine.
          #expect(try engine() == own, "call \(number)")
        } catch { failures += 1 }
        #expect(emulator.leak == "", "call \(number)")
      }
      #expect(failures > 100, "\(failures) of \(calls)")
    }
  }

  @Suite(.serialized) struct `Tuning` {
    let emulator: Emulator
    let folder: TemporaryFolder

    init() throws {
      emulator = try Emulator.loaded()
      folder = try TemporaryFolder()
    }

    @Test func `is refused on what is no card`() throws {
      emulator.reset()
      let session = try GPUSession(emulator.places)
      let file = try PlanFile(folder.file("plans.json"), for: [session])
      #expect(throws: GPUError.emulated(card: session.card.name)) {
        _ = try CardTuning(
          session, NetworkCase.small[0].graph, NetworkCase.small[0].shapes[0], .f32, file: file)
      }
    }

    @Test(arguments: NetworkCase.small)
    func `takes the fastest, which is right, and keeps it`(network: NetworkCase) throws {
      let reference = try network.reference()
      emulator.reset(card: T2S_CARD_A100)
      do {
        let path = folder.file("plans.json")
        let session = try GPUSession(emulator.places)
        let file = try PlanFile(path, for: [session])
        // As if the fallback were the fastest, which the library never puts first.
        let tuning = try CardTuning(
          session, network.graph, network.shapes[0], .f32, file: file,
          measured: { $0.index == 0 ? 1 : Float(2 + $0.index) })
        #expect(!tuning.rows.isEmpty && file.count >= tuning.rows.count)
        for row in tuning.rows {
          #expect(row.best.index == 0 && row.bestMilliseconds == 1 && row.candidates >= 1)
          #expect(row.wrong.isEmpty)
          #expect(row.first.index == 0 || row.firstMilliseconds > 1 && row.candidates > 1)
        }
        #expect(tuning.rows.contains { $0.first.index == 2 })
        try file.save()
        var plan = network.plan(.f32)
        plan.shapes = [network.shapes[0]]
        let factory = try CUDNNEngineFactory(emulator.places).withPlans(in: path)
        let engine = try factory.makeEngine(for: plan, slots: 1)
        try engine.submit(
          0, shape: network.shapes[0], unsafe network.voxels(network.shapes[0]).span.bytes)
        var bytes: [UInt8] = []
        try engine.collect(0) { output throws(EngineError) in
          bytes = unsafe output.withUnsafeBytes { unsafe Array($0) }
        }
        let largest = zip(network.floats(bytes), reference[0]).map { abs($0 - $1) }.max()
        #expect((largest ?? .infinity) <= SelfCheck.largestOfF32)
      }
      #expect(emulator.violations == [])
      #expect(emulator.leak == "")
    }

    @Test func `leaves out what computes something else, however fast`() throws {
      let network = NetworkCase.small[0]
      emulator.reset(card: T2S_CARD_A100, wrongForward: 1 + 0)
      let session = try GPUSession(emulator.places)
      let file = try PlanFile(folder.file("plans.json"), for: [session])
      // The fallback would be the fastest, and is wrong.
      let tuning = try CardTuning(
        session, network.graph, network.shapes[0], .f32, file: file,
        measured: { $0.index == 0 ? 1 : Float(2 + $0.index) })
      for row in tuning.rows {
        #expect(row.best.index == 2 && row.wrong.map(\.index) == [0])
      }
    }

    @Test func `stops when it is asked to`() throws {
      emulator.reset()
      let session = try GPUSession(emulator.places)
      let file = try PlanFile(folder.file("plans.json"), for: [session])
      #expect(throws: GPUError.networkRefuses("stopped")) {
        _ = try CardTuning(
          session, NetworkCase.small[0].graph, NetworkCase.small[0].shapes[0], .f32, file: file,
          measured: { _ in 1 }, stop: { () throws(GPUError) in throw .networkRefuses("stopped") })
      }
      #expect(kind(ofPath: folder.file("plans.json")) == .missing)
    }
  }
}
