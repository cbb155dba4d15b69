import CKernels
import EngineCore
import NeuralGraph
import OneDNNEngine
import Testing
import VolumeCore
import VolumeTesting

/// Networks in bytes. What decides is their kernels' portable text; that the networks they make are
/// those that were asked for shows in scores near those of single precision.
@Suite(.serialized) struct `Networks in bytes` {
  static let networks = `The oneDNN engine`.networks

  /// One value of 255 steps in every layer: a single probability of a network with random weights may
  /// move by much, but not their mean.
  static let meanTolerance: Float = 0.03

  @Test(arguments: 0..<networks.count)
  func `give nearly the scores of single precision`(network: Int) throws {
    let (name, graph) = Self.networks[network]
    for shape in `The oneDNN engine`.shapes(graph) {
      let voxels = blobs(shape, seed: 31)
      let plain = try floats(run(plan(graph, shape, .f32), voxels))
      let bytes = try floats(run(calibrated(graph, shape, voxels), voxels))
      let mean = zip(plain, bytes).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(plain.count)
      #expect(mean <= Self.meanTolerance, "\(name) on \(shape)")
      // Of the one that pads more than its kernel nothing is.
      let isOther = bytes != plain
      #expect(isOther == (name != "cropped"), "\(name): nothing was computed in bytes")
    }
  }

  @Test(.enabled(if: t2s_has_quads_kernels() != 0, "no VNNI here"), arguments: 0..<networks.count)
  func `are the same bit by bit on every processor`(network: Int) throws {
    let (name, graph) = Self.networks[network]
    for shape in `The oneDNN engine`.shapes(graph) {
      let voxels = blobs(shape, seed: 32)
      let plan = try calibrated(graph, shape, voxels)
      let fast = try run(plan, voxels)
      t2s_quads_portable(1)
      defer { t2s_quads_portable(0) }
      let isSame = try run(plan, voxels) == fast
      #expect(isSame, "\(name) on \(shape)")
    }
  }

  @Test(arguments: networks.indices)
  func `are the same a few layers, or rows, at a time`(network: Int) throws {
    let (name, graph) = Self.networks[network]
    for shape in `The oneDNN engine`.longShapes(graph) {
      let voxels = blobs(shape, seed: 33)
      let plan = try calibrated(graph, shape, voxels)
      let whole = try run(plan, voxels, OneDNNEngineFactory(streams: .never))
      let parts = try run(plan, voxels, OneDNNEngineFactory(streams: .always))
      let isSame = parts == whole
      #expect(isSame, "\(name) on \(shape)")
    }
  }

  @Test func `are the same wherever a tile begins`() throws {
    let graph = Graph.plainUNet(seed: 34)
    let shape = Shape3(z: 1, y: 64, x: 192)
    let voxels = blobs(shape, seed: 35)
    let plan = try calibrated(graph, shape, voxels)
    let whole = try floats(run(plan, voxels))
    // The right part, with as much before it as the network sees.
    let part = Shape3(z: 1, y: 64, x: 136)
    let cut = (0..<64).flatMap { (y: Int) -> [UInt8] in
      let row = y * 192
      return Array(voxels[(row + 56)..<(row + 192)])
    }
    var smaller = plan
    smaller.shapes = [part]
    let alone = try floats(run(smaller, cut))
    for y in 0..<64 {
      for x in 64..<136 {
        for k in 0..<3 {
          #expect(alone[(y * 136 + x) * 3 + k] == whole[(y * 192 + x + 56) * 3 + k])
        }
      }
    }
  }

  @Test func `give the class of the highest score as label`() throws {
    let shape = Shape3(z: 2, y: 48, x: 72)
    let graph = Graph.plainUNet(seed: 7)
    let voxels = blobs(shape, seed: 36)
    var plan = try calibrated(graph, shape, voxels)
    let scores = try floats(run(plan, voxels))
    plan.output = .labels
    let labels = try run(plan, voxels)
    for voxel in 0..<shape.voxelCount {
      let of = scores[(3 * voxel)..<(3 * voxel + 3)]
      #expect(of[3 * voxel + Int(labels[voxel])] == of.max())
    }
    #expect(Set(labels).count > 1, "a network with one answer shows nothing")
  }

  @Test func `take voxels of at most 255 steps as they are`() {
    func ranges(_ low: Float, _ high: Float, clips: Bool, _ type: VoxelType) -> Float? {
      ByteRanges(
        quantisation: Quantisation(limits: [:]),
        normalisation: Normalisation(low: low, high: high, clips: clips), voxelType: type
      ).inputLimit
    }
    #expect(ranges(0, 255, clips: false, .uint8) == 1)
    #expect(ranges(20, 180, clips: true, .uint8) == Float(255) / 160)
    #expect(ranges(20, 180, clips: false, .uint8) == nil)
    #expect(ranges(1000, 9000, clips: true, .uint16) == 1)
    #expect(ranges(1000, 1200, clips: true, .uint16) == Float(255) / 200)
    #expect(ranges(-1, 1, clips: true, .float32) == 1)
    #expect(ranges(0, 1, clips: false, .float32) == nil)
  }

  @Test func `are calibrated in the memory that values take which can be looked at`() throws {
    let plan = plan(.plainUNet(seed: 39), Shape3(z: 1, y: 512, x: 512), .f32)
    let factory = OneDNNEngineFactory()
    let (run, calibration) = try (
      factory.byteCount(for: plan, slots: 1), factory.calibrationByteCount(for: plan)
    )
    // The joined value of the first level, of 16 channels, is not in memory where its parts are planes.
    #expect(calibration - run > 4 * 8 * 512 * 512 / 2 || t2s_planes_best() == T2S_PLANES_PORTABLE)
    #expect(calibration >= run)
  }

  @Test func `refuse a network that was not calibrated`() throws {
    let graph = Graph.plainUNet(seed: 7)
    let shape = Shape3(z: 1, y: 32, x: 32)
    var plan = plan(graph, shape, .int8)
    #expect(throws: EngineError.self) { try OneDNNEngineFactory().makeEngine(for: plan, slots: 1) }
    plan.quantisation = Quantisation(limits: ["input": [1]])
    #expect(throws: EngineError.self) { try OneDNNEngineFactory().makeEngine(for: plan, slots: 1) }
  }

  /// A sum that takes a joined value, whose planes lie in two buffers.
  private func joinedAndAdded(weight: Float = 0.3) -> Graph {
    func convolution(_ edge: Int, _ inputs: Int, _ outputs: Int, _ seed: Int)
      -> NeuralGraph.Operation
    {
      let (kernel, one) = (Shape3(z: 1, y: edge, x: edge), Shape3(z: 1, y: 1, x: 1))
      return .convolution(
        Convolution(
          kernel: kernel, stride: one, padding: .same(kernel: kernel, stride: one), inputs: inputs,
          outputs: outputs,
          weights: (0..<edge * edge * inputs * outputs).map {
            weight * (Float(($0 * 37 + seed) % 101) / 101 - 0.45)
          }, bias: Array(repeating: 0.1, count: outputs)))
    }
    return Graph(
      nodes: [
        Node(name: "input", operation: .input(channels: 1), inputs: []),
        Node(name: "a", operation: convolution(3, 1, 8, 1), inputs: [0]),
        Node(name: "b", operation: convolution(3, 1, 8, 2), inputs: [0]),
        Node(name: "joined", operation: .concatenate, inputs: [1, 2]),
        Node(name: "c", operation: convolution(3, 16, 16, 3), inputs: [3]),
        Node(name: "sum", operation: .add, inputs: [3, 4]),
        Node(name: "relu", operation: .relu, inputs: [5]),
        Node(name: "out", operation: convolution(1, 16, 3, 4), inputs: [6]),
        Node(name: "softmax", operation: .softmax, inputs: [7]),
      ], output: 8)
  }

  @Test func `add what was joined of several values`() throws {
    let shape = Shape3(z: 1, y: 24, x: 40)
    let voxels = blobs(shape, seed: 37)
    let plain = try floats(run(plan(joinedAndAdded(), shape, .f32), voxels))
    let bytes = try floats(run(calibrated(joinedAndAdded(), shape, voxels), voxels))
    let largest = zip(plain, bytes).map { abs($0 - $1) }.max() ?? 1
    #expect(largest > 0 && largest < 0.02, "\(largest)")
  }

  @Test func `refuse weights and values that are no numbers`() throws {
    let shape = Shape3(z: 1, y: 24, x: 40)
    let voxels = blobs(shape, seed: 38)
    let good = try calibrated(joinedAndAdded(), shape, voxels)
    var bad = good
    bad.graph = joinedAndAdded(weight: .nan)
    #expect(throws: EngineError.self) { try OneDNNEngineFactory().makeEngine(for: bad, slots: 1) }
    #expect(throws: EngineError.self) {
      try calibrated(joinedAndAdded(weight: 1e30), shape, voxels)
    }
  }

  @Test func `draw a few outliers to what all others need`() {
    // A triangle of magnitudes, and one value in a million at twice its end.
    var counts = (0..<2048).map { $0 < 1024 ? 1000 * (1024 - $0) : 0 }
    counts[2047] = 1
    let limit = RangeObserver.bestLimit(counts, levels: 255)
    #expect(limit > 0.4 && limit < 0.52, "\(limit)")
    #expect(RangeObserver.bestLimit([0, 0, 0, 5], levels: 255) == 1)
    #expect(RangeObserver.bestLimit([0, 0], levels: 255) == 1)
  }

  // MARK: - Helpers

  private func plan(_ graph: Graph, _ shape: Shape3, _ precision: Precision) -> ExecutionPlan {
    ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: precision, output: .scores, threads: 1)
  }

  private func calibrated(
    _ graph: Graph, _ shape: Shape3, _ voxels: [UInt8]
  ) throws -> ExecutionPlan {
    var plan = plan(graph, shape, .int8)
    plan.quantisation = try OneDNNEngineFactory().quantisation(
      for: plan, tiles: [CalibrationTile(shape: shape, voxels: voxels)])
    return plan
  }

  /// Grey values with some shape in them.
  private func blobs(_ shape: Shape3, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return (0..<shape.voxelCount).map { voxel in
      let (y, x) = (voxel / shape.x, voxel % shape.x)
      let wave = (y / 7 + x / 11) % 3
      return UInt8(60 * wave + Int.random(in: 0..<80, using: &random))
    }
  }

  private func floats(_ bits: [UInt32]) -> [Float] { bits.map { Float(bitPattern: $0) } }

  /// Scores as bit patterns, or labels.
  private func run(
    _ plan: ExecutionPlan, _ voxels: [UInt8],
    _ factory: OneDNNEngineFactory = OneDNNEngineFactory()
  ) throws -> [UInt32] {
    let engine = try factory.makeEngine(for: plan, slots: 1)
    try engine.submit(0, shape: plan.shapes[0], unsafe voxels.span.bytes)
    var result: [UInt32] = []
    try engine.collect(0) { bytes throws(EngineError) in
      let width = plan.output == .labels ? 1 : 4
      for offset in stride(from: 0, to: bytes.byteCount, by: width) {
        result.append(
          width == 1
            ? UInt32(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            : unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt32.self))
      }
    }
    return result
  }
}
