import EngineCore
import NeuralGraph
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `The reference engine` {
  let factory = ReferenceEngineFactory()
  let shape = Shape3(z: 2, y: 8, x: 16)

  func plan(_ graph: Graph, type: VoxelType = .uint8, output: EngineOutput = .labels)
    -> ExecutionPlan
  {
    ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false), voxelType: type,
      shapes: [shape], precision: .f32, output: output, threads: 1)
  }

  func run(_ plan: ExecutionPlan, _ voxels: RawSpan) throws -> [UInt8] {
    let engine = try factory.makeEngine(for: plan, slots: 1)
    try engine.submit(0, shape: shape, voxels)
    var result: [UInt8] = []
    try engine.collect(0) { bytes in result = unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
    return result
  }

  @Test func `gives the scores of the device and the labels of the highest`() throws {
    let graph = Graph.plainUNet(filters: 2, depth: 2, seed: 6)
    let grey = (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let input = FeatureMap(shape: shape, channels: 1, values: grey.map { Float($0) / 255 })
    let device = ReferenceDevice()
    let scores = device.run(graph, input)
    let labels = try run(plan(graph), unsafe grey.span.bytes)
    #expect(labels == device.labels(scores))
    let bytes = try run(plan(graph, output: .scores), unsafe grey.span.bytes)
    let expected = unsafe scores.values.withUnsafeBytes { unsafe Array($0) }
    #expect(bytes == expected)
    #expect(bytes.count == plan(graph, output: .scores).outputVoxelByteCount * shape.voxelCount)
  }

  @Test func `gives equal scores the first class`() {
    let scores = FeatureMap(
      shape: Shape3(z: 1, y: 1, x: 3), channels: 3, values: [1, 2, 2, 0, 0, 0, 1, 0, 3])
    #expect(ReferenceDevice().labels(scores) == [1, 0, 2])
  }

  @Test func `normalises every type by the rule, clipping where asked`() {
    let device = ReferenceDevice()
    let row = Shape3(z: 1, y: 1, x: 3)
    let window = Normalisation(low: 10, high: 20, clips: true)
    let eight: [UInt8] = [5, 15, 25]
    let sixteen: [UInt16] = [5, 15, 25]
    let floats: [Float] = [5, 15, 25]
    for clips in [true, false] {
      var rule = window
      rule.clips = clips
      let expected: [Float] = clips ? [0, 0.5, 1] : [-0.5, 0.5, 1.5]
      let values = [
        device.normalise(unsafe eight.span.bytes, of: .uint8, rule, shape: row).values,
        device.normalise(unsafe sixteen.span.bytes, of: .uint16, rule, shape: row).values,
        device.normalise(unsafe floats.span.bytes, of: .float32, rule, shape: row).values,
      ]
      #expect(values == [expected, expected, expected])
    }
  }

  @Test func `refuses a precision, channels and shapes that it cannot compute`() {
    let graph = Graph.plainUNet(filters: 2, depth: 1, seed: 1)
    var half = plan(graph)
    half.precision = .bf16
    #expect(throws: EngineError.precisionUnsupported(engine: "reference", precision: .bf16)) {
      try factory.makeEngine(for: half, slots: 1)
    }
    var options = UNetOptions()
    options.inputChannels = 5
    #expect(throws: EngineError.self) {
      try factory.makeEngine(for: plan(options.graph(seed: 1)), slots: 1)
    }
    var odd = plan(graph)
    odd.shapes = [Shape3(z: 1, y: 7, x: 8)]
    #expect(throws: EngineError.self) { try factory.makeEngine(for: odd, slots: 1) }
  }

  @Test func `says how much memory it takes`() throws {
    let small = try factory.byteCount(
      for: plan(.plainUNet(filters: 2, depth: 1, seed: 1)), slots: 1)
    let more = try factory.byteCount(for: plan(.plainUNet(filters: 2, depth: 1, seed: 1)), slots: 3)
    // At least two values of the first block, of 2 channels each; and a byte for each label.
    #expect(small > 2 * 2 * 4 * shape.voxelCount)
    #expect(more - small == 2 * shape.voxelCount)
  }

  @Test func `keeps slots apart`() throws {
    let graph = Graph.plainUNet(filters: 2, depth: 1, seed: 6)
    let engine = try factory.makeEngine(for: plan(graph), slots: 2)
    var random = SeededRandom(seed: 1)
    let tiles: [[UInt8]] = (0..<2).map { _ in
      (0..<shape.voxelCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    for (slot, tile) in tiles.enumerated() {
      try engine.submit(slot, shape: shape, unsafe tile.span.bytes)
    }
    for slot in [1, 0] {
      var labels: [UInt8] = []
      try engine.collect(slot) { bytes in
        labels = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
      }
      let tile = tiles[slot]
      let alone = try run(plan(graph), unsafe tile.span.bytes)
      #expect(labels == alone)
    }
  }
}
