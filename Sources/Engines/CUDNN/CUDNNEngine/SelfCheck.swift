import EngineCore
import NeuralGraph
import VolumeCore

/// What a card must show before it is trusted.
package struct SelfCheck {
  let session: GPUSession

  /// For one card.
  package init(_ session: GPUSession) { self.session = session }

  /// The least and the greatest that a network's scores may differ from the reference's.
  ///
  /// Single precision differs in the order of its sums alone. In half precision a single probability
  /// may move by much where a network of random weights is steep, but not their mean.
  package static let largestOfF32: Float = 1e-4
  package static let meanOfF16: Float = 0.01

  /// Kernels and two small networks, in a second or two: what `--engine auto` asks for.
  package func quick() throws(GPUError) {
    try kernels()
    for precision in precisions {
      for (name, graph) in Self.smallNetworks {
        _ = try network(name, graph, Self.smallShape(graph), precision)
      }
    }
  }

  /// The precisions that the engine computes in on this card.
  package var precisions: [Precision] {
    session.card.capability.hasTensorCores ? [.f32, .f16] : [.f32]
  }

  /// All kernels in all orders; returns how many comparisons were made.
  @discardableResult
  package func kernels() throws(GPUError) -> Int {
    try session.enter()
    var count = 0
    for precision in [Precision.f32, .f16] {
      for isPlanes in [true, false] {
        count += try KernelCheck(session, NumberFormat(precision, isPlanes: isPlanes)).run()
      }
    }
    return count
  }

  /// What a network's check has shown.
  package struct NetworkResult: Hashable, Sendable {
    /// Largest and mean difference of the scores from the reference's.
    package var largest: Float
    package var mean: Float
    /// How cuDNN computes each convolution, and how many were checked by themselves.
    package var convolutions: [PlannedConvolution]
    package var checked: Int
  }

  /// Every convolution of a network by itself; then one tile whole, twice, against the reference.
  package func network(
    _ name: String, _ graph: Graph, _ shape: Shape3, _ precision: Precision,
    format: NumberFormat? = nil, everyConvolution: Bool = false,
    streams: StreamChoice = .automatic
  ) throws(GPUError) -> NetworkResult {
    try session.enter()
    let plan = ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [shape], precision: precision, output: .scores, threads: 1)
    let voxels = Self.voxels(shape)
    let program: CardProgram
    let expected: [Float]
    do throws(EngineError) {
      let lowering = try GPULowering(graph, output: .scores, precision: precision)
      let chosen: NumberFormat
      do { chosen = try NumberFormat(lowering, [shape], precision, streams: streams) } catch {
        throw GPUError.networkRefuses(error.explanation.what).asEngineError
      }
      do throws(GPUError) {
        program = try CardProgram(
          plan, lowering, session, format: format ?? chosen, streams: streams)
      } catch { throw error.asEngineError }
      expected = try Self.reference(plan, shape, voxels)
    } catch {
      throw .networkRefuses("\(name): \(error.explanation.what)")
    }
    var result = NetworkResult(
      largest: 0, mean: 0, convolutions: program.report(shape), checked: 0)
    if let tile = program.tiles[shape] {
      result.checked = try ConvolutionCheck(program: program).run(tile, all: everyConvolution)
    }
    let first = try scores(program, shape, voxels)
    let second = try scores(program, shape, voxels)
    if let place = first.indices.first(where: { first[$0].bitPattern != second[$0].bitPattern }) {
      throw .selfCheckFailed(
        what: "\(name): the second time a score", place: place, found: second[place],
        expected: first[place])
    }
    var sum: Float = 0
    var worst = 0
    for place in expected.indices {
      let difference = abs(first[place] - expected[place])
      sum += difference
      if !(difference <= result.largest) {
        result.largest = difference
        worst = place
      }
    }
    result.mean = sum / Float(max(expected.count, 1))
    let isGood =
      precision == .f32
      ? result.largest <= Self.largestOfF32 : result.mean <= Self.meanOfF16
    guard isGood else {
      throw .selfCheckFailed(
        what: "\(name) in \(precision.rawValue): a score", place: worst, found: first[worst],
        expected: expected[worst])
    }
    return result
  }

  private func scores(
    _ program: CardProgram, _ shape: Shape3, _ voxels: [UInt8]
  ) throws(GPUError) -> [Float] {
    let count = program.plan.outputShape(for: shape).voxelCount * program.plan.graph.classCount
    let input = try DeviceMemory(voxels.count, session)
    let output = try DeviceMemory(4 * count, session)
    let flag = try DeviceMemory(4, session)
    try program.poison()
    try program.launch(
      Kernels.fill(output.address, byteCount: 4 * count, word: Kernels.poison))
    try program.stream.upload(voxels, to: input.address)
    try program.run(
      shape, input: input.address, output: output.address, flag: flag.address)
    let scores = try program.stream.download(count, Float(0), from: output.address)
    // The calls only begin when they are launched: their memory must outlive them.
    withExtendedLifetime((input, output, flag)) {}
    return scores
  }

  private static func reference(
    _ plan: ExecutionPlan, _ shape: Shape3, _ voxels: [UInt8]
  ) throws(EngineError) -> [Float] {
    var plan = plan
    plan.precision = .f32
    let engine = try ReferenceEngineFactory().makeEngine(for: plan, slots: 1)
    try engine.submit(0, shape: shape, unsafe voxels.span.bytes)
    var result: [Float] = []
    try engine.collect(0) { bytes throws(EngineError) in
      for offset in stride(from: 0, to: bytes.byteCount, by: 4) {
        result.append(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: Float.self))
      }
    }
    return result
  }

  /// Grey values that follow from their places.
  private static func voxels(_ shape: Shape3) -> [UInt8] {
    (0..<shape.voxelCount).map { UInt8(128 + 127 * TestPattern.number($0, 0, seed: 20)) }
  }

  // MARK: - Networks

  /// One of each kind of layer that learned networks have, in two and three dimensions.
  package static let smallNetworks: [(String, Graph)] = {
    var learned = UNetOptions.modular
    (learned.filters, learned.depth) = (4, 1)
    var deep = UNetOptions()
    (deep.filters, deep.depth, deep.isVolumetric) = (8, 1, true)
    return [("2D, learned", learned.graph(seed: 1)), ("3D, rigid", deep.graph(seed: 2))]
  }()

  /// Every kind of network that the factory of networks makes.
  package static let allNetworks: [(String, Graph)] = {
    var networks = smallNetworks
    networks.append(("2D, plain, 8 filters", .plainUNet(seed: 3)))
    for isVolumetric in [false, true] {
      for up in UNetOptions.Up.allCases {
        for down in UNetOptions.Down.allCases {
          var options = UNetOptions()
          (options.filters, options.depth, options.isVolumetric) = (8, 2, isVolumetric)
          (options.up, options.down, options.residual) = (up, down, up != .transposed2)
          options.separable = down == .strided && up == .nearest
          options.norm = up != .nearest ? .batch : .none
          networks.append(
            ("\(isVolumetric ? "3D" : "2D"), \(up), \(down)", options.graph(seed: 4)))
        }
      }
      var learned = UNetOptions.modular
      (learned.filters, learned.depth, learned.isVolumetric) = (4, 2, isVolumetric)
      networks.append(("\(isVolumetric ? "3D" : "2D"), learned", learned.graph(seed: 5)))
    }
    for dimension in [UNetOptions.Dimension.sharedEncoder(3), .sharedNetwork(3)] {
      var options = UNetOptions.modular
      (options.filters, options.depth, options.dimension) = (4, 1, dimension)
      networks.append(("2.5D, \(dimension)", options.graph(seed: 7)))
    }
    for layers in [3, 5] {
      var options = UNetOptions()
      (options.depth, options.inputChannels) = (2, layers)
      if let graph = try? options.graph(seed: 6).forGreyScans() {
        networks.append(("2.5D of \(layers)", graph))
      }
    }
    return networks
  }()

  /// A tile that such a network takes a few layers at a time; `nil` for one that goes layer by layer.
  package static func deepShape(_ graph: Graph) -> Shape3? {
    guard !graph.isLayerwise else { return nil }
    var shape = smallShape(graph)
    shape.z = graph.isPlanar ? 11 : 48
    return shape
  }

  /// A small tile that a network of `allNetworks` takes.
  package static func smallShape(_ graph: Graph) -> Shape3 {
    let depth = graph.isPlanar ? 2 + 2 * graph.layerMargin : 8
    return Shape3(z: depth, y: 24, x: 40)
  }
}
