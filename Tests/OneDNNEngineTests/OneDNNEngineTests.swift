import EngineCore
import NeuralGraph
import OneDNNEngine
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `The oneDNN engine` {
  /// Single precision differs in the order of its sums alone; scores are probabilities.
  static let f32Tolerance: Float = 1e-4
  /// bfloat16 keeps 8 bits of each value: a single probability may move by much where a network
  /// of random weights is steep, but not their mean.
  static let bf16MeanTolerance: Float = 0.01

  static let networks: [(String, Graph)] = {
    var networks: [(String, Graph)] = [
      ("plain f8 depth 3", .plainUNet(seed: 1)),
      ("plain f4 depth 2", .plainUNet(filters: 4, depth: 2, classes: 2, seed: 2)),
      ("plain f16 depth 1", .plainUNet(filters: 16, depth: 1, classes: 5, seed: 3)),
      ("modular f2 depth 2", .modularUNet(filters: 2, depth: 2, seed: 4)),
      ("modular f4 depth 3", .modularUNet(filters: 4, depth: 3, seed: 5)),
    ]
    for up in UNetOptions.Up.allCases {
      for down in UNetOptions.Down.allCases {
        var options = UNetOptions()
        options.filters = 8
        options.depth = 1
        options.up = up
        options.down = down
        options.residual = up == .nearest
        networks.append(("\(up) \(down)", options.graph(seed: 6)))
      }
    }
    for isLearned in [true, false] {
      var options = isLearned ? UNetOptions.modular : UNetOptions()
      (options.filters, options.depth, options.isVolumetric) = (isLearned ? 2 : 8, 2, true)
      if !isLearned { options.up = .nearest }
      networks.append(("3D \(isLearned ? "learned" : "rigid")", options.graph(seed: 7)))
      options.up = .transposed2
      options.separable = true
      networks.append(("3D separable \(isLearned)", options.graph(seed: 8)))
    }
    for layers in [3, 5] {
      var options = UNetOptions()
      (options.depth, options.inputChannels) = (1, layers)
      if let graph = try? options.graph(seed: 9).forGreyScans() {
        networks.append(("2.5D of \(layers)", graph))
      }
    }
    for dimension in [UNetOptions.Dimension.sharedEncoder(3), .sharedNetwork(5)] {
      var options = UNetPreset.vanilla03.options
      (options.filters, options.depth, options.dimension) = (4, 2, dimension)
      networks.append(("2.5D, \(dimension)", options.graph(seed: 12)))
      options.norm = .layerOverSpace
      networks.append(("2.5D, \(dimension), layer norm", options.graph(seed: 14)))
    }
    networks.append(("cropped", cropped))
    networks.append(("phases before the skip", phasesFirst))
    // Eight orientations in one graph: sums and a factor behind the softmax.
    if let graph = try? Graph.plainUNet(depth: 1, seed: 10).averaged(
      over: Orientation.all(8, isPlanar: true))
    {
      networks.append(("plain f8 depth 1 in 8 orientations", graph))
    }
    networks.append(("norms of groups", normalised))
    return networks
  }()

  /// A convolution that pads too much along all axes, and a crop of what is too much.
  private static var cropped: Graph {
    var net = GraphBuilder(channels: 1, seed: 15, isVolumetric: true)
    let layer = Convolution(
      kernel: Shape3(z: 3, y: 3, x: 3), stride: Shape3(z: 1, y: 1, x: 1),
      padding: Padding(before: Shape3(z: 2, y: 2, x: 3), after: Shape3(z: 4, y: 1, x: 2)),
      inputs: 1, outputs: 8, weights: (0..<216).map { Float($0 * 37 % 101) / 202 - 0.25 },
      bias: (0..<8).map { Float($0) / 10 })
    net.add("padded", .convolution(layer), outputs: 8)
    net.add(
      "crop", .crop(Padding(before: Shape3(z: 1, y: 1, x: 2), after: Shape3(z: 3, y: 0, x: 1))))
    net.convolution("out", kernel: 3, outputs: 3)
    net.add("softmax", .softmax)
    return net.graph
  }

  /// A concatenation whose first part are phases, as other programs order it.
  private static var phasesFirst: Graph {
    var net = GraphBuilder(channels: 1, seed: 17)
    let skip = net.convolution("skip", kernel: 3, outputs: 24)
    net.maxPool("pool")
    net.convolution("deep", kernel: 3, outputs: 32)
    let up = net.transposedConvolution("up", kernel: 2, outputs: 16)
    net.concatenate("joined", [up, skip])
    net.convolution("out", kernel: 3, outputs: 3)
    net.add("softmax", .softmax)
    return net.graph
  }

  /// Group norms over layers and over channels alone, with a ReLU behind one of them.
  private static var normalised: Graph {
    var net = GraphBuilder(channels: 1, seed: 11)
    net.convolution("first", kernel: 3, outputs: 6)
    func norm(_ groups: Int, _ extent: GroupNormalisation.Extent) -> Operation {
      .groupNormalisation(
        GroupNormalisation(
          groups: groups, scale: [1.2, 0.8, 1, 1.1, 0.9, 1], shift: [0.1, 0, -0.1, 0.2, 0, 0],
          epsilon: 1e-3, extent: extent))
    }
    net.add("layer", norm(3, .layer))
    net.relu("relu")
    net.convolution("second", kernel: 3, outputs: 6)
    net.add("voxel", norm(1, .voxel))
    net.convolution("out", kernel: 1, outputs: 3)
    net.add("softmax", .softmax)
    return net.graph
  }

  static func shapes(_ graph: Graph) -> [Shape3] {
    graph.isPlanar && graph.layerMargin == 0
      ? [Shape3(z: 1, y: 40, x: 56), Shape3(z: 2, y: 8, x: 136)]
      : [Shape3(z: 8, y: 16, x: 24), Shape3(z: 12, y: 8, x: 20)]
  }

  @Test(arguments: 0..<networks.count)
  func `computes what the reference computes, in single precision`(network: Int) throws {
    let (name, graph) = Self.networks[network]
    for shape in Self.shapes(graph) {
      let difference = try differences(graph, shape, .f32).max() ?? .infinity
      #expect(difference <= Self.f32Tolerance, "\(name) on \(shape)")
    }
  }

  /// Deep tiles of volumes, and high ones of networks that compute layer by layer.
  static func longShapes(_ graph: Graph) -> [Shape3] {
    guard graph.isLayerwise else {
      return [Shape3(z: 64, y: 8, x: 12), Shape3(z: 28, y: 16, x: 4)]
    }
    let z = 2 + 2 * graph.layerMargin
    return [Shape3(z: z, y: 136, x: 24), Shape3(z: z, y: 80, x: 64)]
  }

  @Test(arguments: networks.indices)
  func `computes a few layers, or rows, at a time with the same result`(network: Int) throws {
    let (name, graph) = Self.networks[network]
    for shape in Self.longShapes(graph) {
      let voxels = randomVoxels(shape, seed: 13)
      for precision in OneDNNEngineFactory().precisions {
        func scores(_ streams: StreamChoice) throws -> [Float] {
          try run(
            graph, shape, voxels, precision, .scores,
            factory: OneDNNEngineFactory(streams: streams)
          ).map { Float(bitPattern: $0) }
        }
        let (parts, whole) = (try scores(.always), try scores(.never))
        let largest = zip(parts, whole).map { abs($0 - $1) }.max() ?? .infinity
        #expect(
          largest <= (precision == .f32 ? 1e-6 : 0.05), "\(name) on \(shape), \(precision)")
      }
    }
  }

  @Test func `needs no more memory for deeper tiles of volumes, and little for wide ones`() throws {
    var options = UNetOptions()
    (options.filters, options.depth, options.isVolumetric) = (16, 3, true)
    let graph = options.graph(seed: 14)
    func workingMemory(_ shape: Shape3) throws -> Int {
      let plan = ExecutionPlan(
        graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
        voxelType: .uint8, shapes: [shape], precision: .f32, threads: 1)
      let slots = 2 * shape.voxelCount
      return try OneDNNEngineFactory().byteCount(for: plan, slots: 1) - slots
    }
    let deep = try workingMemory(Shape3(z: 512, y: 320, x: 320))
    #expect(try workingMemory(Shape3(z: 2048, y: 320, x: 320)) == deep)
    // Fifty layers of the first skip and half as many of room, and of each other value little more than a
    // round makes.
    #expect(deep < 1010 << 20)
  }

  @Test(arguments: OneDNNEngineFactory().precisions + [.int8])
  func `needs no more memory for higher layers`(precision: Precision) throws {
    let graph = Graph.plainUNet(seed: 15)
    func workingMemory(_ shape: Shape3, _ streams: StreamChoice = .automatic) throws -> Int {
      var plan = ExecutionPlan(
        graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
        voxelType: .uint8, shapes: [shape], precision: precision, threads: 1)
      if precision == .int8 {
        let tile = Shape3(z: 1, y: 32, x: 32)
        plan.quantisation = try OneDNNEngineFactory().quantisation(
          for: ExecutionPlan(
            graph: graph, normalisation: plan.normalisation, voxelType: .uint8, shapes: [tile],
            precision: .f32, threads: 1),
          tiles: [CalibrationTile(shape: tile, voxels: randomVoxels(tile, seed: 16))])
      }
      let slots = 2 * shape.voxelCount
      return try OneDNNEngineFactory(streams: streams).byteCount(for: plan, slots: 1) - slots
    }
    let wide = Shape3(z: 1, y: 1024, x: 2048)
    let high = try workingMemory(Shape3(z: 1, y: 8192, x: 2048))
    #expect(abs(high - (try workingMemory(wide))) < 1 << 20)
    #expect(try 2 * high < workingMemory(wide, .never))
  }

  /// Threads that make primitives of many networks at once: the library made wrong ones.
  /// What was measured: 0.9 MiB for each extent of the default network's tiles beyond the first.
  @Test func `plans for the convolutions that each further extent of tiles needs`() throws {
    let graph = Graph.plainUNet(seed: 3)
    func bytes(_ edges: [Int]) throws -> Int {
      let shapes = edges.map { Shape3(z: 1, y: 128, x: $0) }
      let plan = ExecutionPlan(
        graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
        voxelType: .uint8, shapes: shapes, precision: .f32, threads: 1)
      return try OneDNNEngineFactory().byteCount(for: plan, slots: 1)
    }
    let more = try bytes([128, 120, 112]) - bytes([128])
    #expect((2 * 800_000...2 * 1_200_000).contains(more), "\(more)")
  }

  @Test func `computes the same when many threads prepare it at once`() async throws {
    try OneDNNEngineFactory.keepNoPrimitives()
    let cases = Self.networks.indices.flatMap { network in
      OneDNNEngineFactory().precisions.flatMap { precision in
        Self.shapes(Self.networks[network].1).map { (network, precision, $0) }
      }
    }
    @Sendable func scores(_ place: Int) throws -> [UInt32] {
      let (network, precision, shape) = cases[place]
      let graph = Self.networks[network].1
      return try run(graph, shape, randomVoxels(shape, seed: 3), precision, .scores)
    }
    var found: [[Int: [UInt32]]] = []
    for round in 0..<8 {
      found.append(
        try await withThrowingTaskGroup(of: (Int, [UInt32]).self) { group in
          for place in cases.indices {
            let place = (place * 7 + round * 11) % cases.count
            group.addTask { (place, try scores(place)) }
          }
          return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        })
    }
    for place in cases.indices {
      let (network, precision, shape) = cases[place]
      let expected = try scores(place)
      #expect(
        found.allSatisfy { $0[place] == expected },
        "\(Self.networks[network].0), \(precision), on \(shape)")
    }
  }

  @Test(
    .enabled(
      if: OneDNNEngineFactory().precisions.contains(.bf16), "this processor has no bfloat16"),
    arguments: 0..<networks.count)
  func `computes nearly what the reference computes, in bfloat16`(network: Int) throws {
    let (name, graph) = Self.networks[network]
    for shape in Self.shapes(graph) {
      let all = try differences(graph, shape, .bf16)
      let mean = all.reduce(0, +) / Float(all.count)
      #expect(mean <= Self.bf16MeanTolerance, "\(name) on \(shape)")
    }
  }

  @Test(arguments: OneDNNEngineFactory().precisions)
  func `gives the class of the highest score as label`(precision: Precision) throws {
    let shape = Shape3(z: 1, y: 48, x: 64)
    let graph = Graph.plainUNet(seed: 7)
    let voxels = randomVoxels(shape, seed: 8)
    let scores = try run(graph, shape, voxels, precision, .scores).map { Float(bitPattern: $0) }
    let labels = try run(graph, shape, voxels, precision, .labels)
    for voxel in 0..<shape.voxelCount {
      let of = scores[(3 * voxel)..<(3 * voxel + 3)]
      let best = of.max() ?? 0
      #expect(of[3 * voxel + Int(labels[voxel])] == best)
    }
    #expect(Set(labels).count > 1, "a network with one answer shows nothing")
  }

  @Test func `computes tiles in several slots at once and keeps them apart`() throws {
    let shape = Shape3(z: 1, y: 32, x: 32)
    let graph = Graph.plainUNet(seed: 9)
    let factory = OneDNNEngineFactory()
    let plan = ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: .f32, threads: 2)
    let engine = try factory.makeEngine(for: plan, slots: 3)
    let tiles = (0..<7).map { randomVoxels(shape, seed: UInt64(20 + $0)) }
    let alone = try tiles.map { try run(graph, shape, $0, .f32, .labels).map { UInt8($0) } }
    for first in stride(from: 0, to: tiles.count, by: 3) {
      let group = first..<min(first + 3, tiles.count)
      for tile in group {
        let voxels = tiles[tile]
        try engine.submit(tile - first, shape: shape, unsafe voxels.span.bytes)
      }
      for tile in group {
        try engine.collect(tile - first) { bytes throws(EngineError) in
          var labels: [UInt8] = []
          for offset in 0..<bytes.byteCount {
            labels.append(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
          }
          #expect(labels == alone[tile])
        }
      }
    }
  }

  @Test(arguments: VoxelType.computed)
  func `normalises every voxel type`(type: VoxelType) throws {
    let shape = Shape3(z: 1, y: 16, x: 24)
    let graph = Graph.plainUNet(filters: 8, depth: 1, seed: 10)
    var bytes: [UInt8] = []
    var random = SeededRandom(seed: 11)
    for _ in 0..<shape.voxelCount {
      switch type {
      case .uint8: bytes.append(UInt8.random(in: 0...255, using: &random))
      case .uint16:
        unsafe withUnsafeBytes(of: UInt16.random(in: 0...65535, using: &random)) {
          unsafe bytes.append(contentsOf: $0)
        }
      case .float32:
        unsafe withUnsafeBytes(of: Float.random(in: -2...3, using: &random)) {
          unsafe bytes.append(contentsOf: $0)
        }
      default: Issue.record("engines do not compute on \(type)")
      }
    }
    let rule = Normalisation.fullRange(of: type) ?? Normalisation(low: -1, high: 2, clips: true)
    for precision in OneDNNEngineFactory().precisions {
      let ours = try run(graph, shape, bytes, precision, .scores, type, rule).map {
        Float(bitPattern: $0)
      }
      let reference = try run(
        graph, shape, bytes, .f32, .scores, type, rule, factory: ReferenceEngineFactory()
      ).map { Float(bitPattern: $0) }
      let all = zip(ours, reference).map { abs($0 - $1) }
      if precision == .f32 {
        #expect(all.allSatisfy { $0 <= Self.f32Tolerance })
      } else {
        #expect(all.reduce(0, +) / Float(all.count) <= Self.bf16MeanTolerance)
      }
    }
  }

  // MARK: - Helpers

  private func randomVoxels(_ shape: Shape3, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return (0..<shape.voxelCount).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private func differences(
    _ graph: Graph, _ shape: Shape3, _ precision: Precision
  ) throws -> [Float] {
    let voxels = randomVoxels(shape, seed: 12)
    let ours = try run(graph, shape, voxels, precision, .scores)
    let reference = try run(
      graph, shape, voxels, .f32, .scores, .uint8, Normalisation(low: 0, high: 255, clips: false),
      factory: ReferenceEngineFactory())
    return zip(ours, reference).map { abs(Float(bitPattern: $0) - Float(bitPattern: $1)) }
  }

  /// Scores as bit patterns, or labels.
  private func run(
    _ graph: Graph, _ shape: Shape3, _ voxels: [UInt8], _ precision: Precision,
    _ output: EngineOutput, _ type: VoxelType = .uint8,
    _ rule: Normalisation = Normalisation(low: 0, high: 255, clips: false),
    factory: any EngineFactory = OneDNNEngineFactory()
  ) throws -> [UInt32] {
    let plan = ExecutionPlan(
      graph: graph, normalisation: rule, voxelType: type, shapes: [shape], precision: precision,
      output: output, threads: 1)
    let engine = try factory.makeEngine(for: plan, slots: 1)
    try engine.submit(0, shape: shape, unsafe voxels.span.bytes)
    var result: [UInt32] = []
    try engine.collect(0) { bytes throws(EngineError) in
      let width = output == .labels ? 1 : 4
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
