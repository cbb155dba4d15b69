import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import NeuralGraph
import Synchronization
import Testing
import VolumeCore
import VolumePipeline
import VolumeTesting

/// A card that makes a mistake: of one tile the label in the middle is another.
private struct LyingFactory: EngineFactory {
  let inner: any EngineFactory
  let wrongTile: Int

  var name: String { inner.name }
  var words: String { inner.words }
  var precisions: [Precision] { inner.precisions }

  func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int {
    try inner.byteCount(for: plan, slots: slots)
  }

  func makeEngine(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> any InferenceEngine {
    LyingEngine(try inner.makeEngine(for: plan, slots: slots), plan.graph.classCount, wrongTile)
  }
}

private final class LyingEngine: InferenceEngine {
  let inner: any InferenceEngine
  let classes: Int
  let wrongTile: Int
  var submitted = 0
  var numbers: [Int: Int] = [:]

  init(_ inner: any InferenceEngine, _ classes: Int, _ wrongTile: Int) {
    self.inner = inner
    self.classes = classes
    self.wrongTile = wrongTile
  }

  func submit(_ slot: Int, shape: Shape3, _ voxels: RawSpan) throws(EngineError) {
    numbers[slot] = submitted
    submitted += 1
    try inner.submit(slot, shape: shape, voxels)
  }

  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void) { inner.whenComputed(notify) }

  func collect(_ slot: Int, _ body: (RawSpan) throws(EngineError) -> Void) throws(EngineError) {
    let isWrong = numbers[slot] == wrongTile
    try inner.collect(slot) { bytes throws(EngineError) in
      guard isWrong else { return try body(bytes) }
      var labels = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
      let middle = labels.count / 2
      // Another class, and of three the one that is least like it.
      labels[middle] = UInt8((Int(labels[middle]) + 1) % classes)
      labels[middle + 1] = UInt8((Int(labels[middle + 1]) + 2) % classes)
      try body(unsafe labels.span.bytes)
    }
  }
}

extension GPUEmulatorTests {
  @Suite(.serialized) struct `A segmentation of which every n-th tile is computed again` {
    let emulator: Emulator
    static let scan = MemoryVolume.scan(Shape3(z: 3, y: 32, x: 64), seed: 8)
    static let block = Shape3(z: 1, y: 16, x: 16)

    init() throws { emulator = try Emulator.loaded() }

    /// Labels of all, with what `change` sets.
    private func segment(
      _ factory: any EngineFactory, to output: MemoryOutput, _ precision: Precision = .f32,
      change: (inout SegmentationOptions) -> Void = { _ in }
    ) throws(Explanation) {
      let graph = NetworkCase.small[0].graph
      let card = ModelCard(
        name: "random", classes: LabelClass.unnamed(count: graph.classCount), normalisation: nil,
        voxelType: nil, greyHistogram: nil, document: [:])
      let model = Model(
        graph: graph, card: card, hasCard: false, path: "", hash: "", format: "test")
      var options = SegmentationOptions()
      options.precision = precision
      options.slots = 2
      options.block = Self.block
      options.memoryByteCount = 4 << 30
      options.tiling.tile = .shape(Shape3(z: 1, y: 16, x: 16))
      change(&options)
      let plan = try SegmentationPlan(options, model: model, scan: Self.scan, factory: factory)
      _ = try SegmentationRun(plan, from: Self.scan, to: output).run()
    }

    private func output() -> MemoryOutput {
      MemoryOutput(Self.scan.volume.shape, block: Self.block)
    }

    private func verifying(_ inner: any EngineFactory, every distance: Int) -> VerifyingFactory {
      VerifyingFactory(inner, checkedBy: ReferenceEngineFactory(), every: distance)
    }

    @Test(arguments: [1, 3, 100])
    func `has the same labels, and says how many tiles agree`(distance: Int) throws {
      emulator.reset(.random(seed: 4))
      do {
        let (plain, checked) = (output(), output())
        try segment(CUDNNEngineFactory(emulator.places), to: plain)
        let factory = verifying(CUDNNEngineFactory(emulator.places), every: distance)
        try segment(factory, to: checked)
        #expect(plain.bytes == checked.bytes)
        // 3 layers of 2 x 4 tiles; the first is one of those that are checked.
        #expect(factory.tally.tiles == (24 + distance - 1) / distance)
        #expect(factory.tally.agreement.voxels >= factory.tally.tiles * 256)
        #expect(factory.tally.agreement.beyondTies == 0)
        #expect(factory.name == "cudnn" && factory.hasOwnDevice)
      }
      #expect(emulator.violations == [])
      #expect(emulator.leak == "")
    }

    @Test func `in half precision, and with probabilities, agrees within ties`() throws {
      emulator.reset(card: T2S_CARD_4090)
      let factory = verifying(CUDNNEngineFactory(emulator.places), every: 2)
      try segment(factory, to: output(), .f16)
      #expect(factory.tally.tiles == 12)
      try segment(factory, to: output()) { $0.flips = 4 }
      #expect(factory.tally.tiles == 24 && factory.tally.agreement.beyondTies == 0)
      #expect(emulator.violations == [])
    }

    @Test func `stops at a wrong tile, which is not written`() throws {
      emulator.reset()
      let (plain, wrong) = (output(), output())
      do {
        try segment(CUDNNEngineFactory(emulator.places), to: plain)
        let liar = LyingFactory(inner: CUDNNEngineFactory(emulator.places), wrongTile: 7)
        let factory = verifying(liar, every: 1)
        let error = #expect(throws: Explanation.self) { try segment(factory, to: wrong) }
        #expect(error?.what.contains("computed again") == true, "\(error?.what ?? "")")
        #expect(error?.remedy.contains("--engine onednn --overwrite") == true)
        #expect(factory.tally.agreement.beyondTies > 0)
      }
      for block in wrong.committed {
        for at in wrong.grid.region(of: block).indices {
          let place = (at.z * 32 + at.y) * 64 + at.x
          #expect(wrong.bytes[place] == plain.bytes[place])
        }
      }
      #expect(emulator.leak == "")
    }

    @Test func `does not see a wrong tile that is none of its own`() throws {
      emulator.reset()
      let liar = LyingFactory(inner: CUDNNEngineFactory(emulator.places), wrongTile: 7)
      let factory = verifying(liar, every: 2)
      try segment(factory, to: output())
      #expect(factory.tally.tiles == 12 && factory.tally.agreement.beyondTies == 0)
    }

    @Test func `plans the memory of both engines`() throws {
      emulator.reset()
      let plan = NetworkCase.small[0].plan(.f32)
      let alone = CUDNNEngineFactory(emulator.places)
      let both = verifying(alone, every: 5)
      let checker = try ReferenceEngineFactory().byteCount(for: plan, slots: 1)
      #expect(
        try both.byteCount(for: plan, slots: 2) >= alone.byteCount(for: plan, slots: 2) + checker)
    }
  }
}
