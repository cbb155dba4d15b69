import EngineCore
import NeuralGraph
import VolumeCore

/// How a tile is computed a few layers at a time, or each of its layers a few rows at a time
/// (`StreamSchedule`), and where in a worker's memory each value's window lies.
struct StreamPlan {
  /// What it goes along: z, or y.
  let axis: Axis
  /// Layers, or rows, that each buffer's window holds.
  let capacities: [Int]
  let rounds: [StreamSchedule.Round]
  /// Where each buffer's window lies in a worker's memory.
  let offsets: [Int]
  let byteCount: Int

  /// - Parameters:
  ///   - shapes: of the nodes' values, for all that is computed.
  ///   - chunk: layers, or rows, that come in at a time.
  init(
    _ buffers: [Buffer], steps: [Step], shapes: [Shape3], along axis: Axis, extent: Int, chunk: Int
  ) {
    let schedule = StreamSchedule(
      steps.map { step in
        StreamSchedule.Move(
          step.sources.map { StreamSchedule.Source($0, step.move(of: $0, along: axis)) },
          to: step.destination, adds: step.adds)
      }, extents: buffers.map { shapes[$0.extentOfNode][axis] }, depth: extent, chunk: chunk,
      room: axis == .y ? Self.roomForRows : Self.roomForLayers)
    self.axis = axis
    capacities = schedule.capacities
    rounds = schedule.rounds
    let sizes = zip(buffers, schedule.capacities).map { buffer, capacity in
      var window = shapes[buffer.extentOfNode]
      window[axis] = capacity
      return buffer.byteCount(of: window)
    }
    // What no round leaves anything in lives within each round; all others live for the whole tile.
    let places = ArenaPlan(
      sizes,
      lives: ArenaPlan.lives(of: buffers.count, steps).enumerated().map { buffer, life in
        life.map { schedule.isKept[buffer] ? 0...(steps.count - 1) : $0 }
      })
    offsets = places.offsets
    byteCount = places.byteCount
  }
}

extension StreamPlan {
  /// The plan for a tile of `shape`, where streaming takes less memory than computing all of it at
  /// once. Networks that do not look along z go layer by layer anyway, and each layer by rows, so that what
  /// one step writes is still in the cache when the next takes it.
  init?(
    _ graph: Graph, _ buffers: [Buffer], _ steps: [Step], _ shape: Shape3, shapes: [Shape3],
    whole: Int, streams: StreamChoice
  ) {
    // Statistics of all of a value cannot be taken of a part.
    guard streams != .never, !graph.normalisesOverVolume else { return nil }
    if graph.isLayerwise {
      guard let chunk = Self.rows(graph, steps, shape, streams) else { return nil }
      self.init(buffers, steps: steps, shapes: shapes, along: .y, extent: shape.y, chunk: chunk)
      guard streams == .always || byteCount < whole else { return nil }
      return
    }
    let stride = graph.totalStride.z
    // A network that joins what it made of layers keeps that for the next ones: a layer at a time.
    let chunk = graph.isPlanar ? 1 : (Self.chunk + stride - 1) / stride * stride
    guard shape.z > chunk + 2 * graph.layerMargin else { return nil }
    self.init(buffers, steps: steps, shapes: shapes, along: .z, extent: shape.z, chunk: chunk)
    guard streams == .always || graph.isPlanar || byteCount < whole else { return nil }
  }

  /// Layers that come in at a time, up to the network's stride.
  private static let chunk = 8

  /// Of rows there is room for all that is kept three times again: they are little memory. Of layers, which are
  /// most of what a volume takes, for a half: what is kept, 50 layers of a skip, moves by 25, not by 8.
  private static let roomForRows = 3.0
  private static let roomForLayers = 0.5

  /// Rows of a layer that come in at a time, up to the network's stride; `nil` where all come at once.
  private static func rows(
    _ graph: Graph, _ steps: [Step], _ shape: Shape3, _ streams: StreamChoice
  ) -> Int? {
    guard graph.layerMargin == 0, steps.allSatisfy(\.canStreamRows) else { return nil }
    let stride = graph.totalStride.y
    let rows = streams == .always ? 1 : max(1, pixels / shape.x)
    let chunk = (rows + stride - 1) / stride * stride
    return shape.y > 2 * chunk ? chunk : nil
  }

  /// Pixels that come in at a time: few enough that values stay in the cache, enough that what is done once
  /// for each step and round does not count. On a Zen 4 a quarter to twice as many were not told apart from the
  /// noise of the machine, 1 to 5 %.
  private static let pixels = 1 << 16

  /// Convolutions that the library makes for it: those of a step that differ in their extent or padding.
  func convolutionCount(_ steps: [Step]) -> Int {
    var kinds: Set<[Int]> = []
    for round in rounds {
      for action in round.actions {
        guard case .convolution = steps[action.step] else { continue }
        kinds.insert(action.convolutionKey)
      }
    }
    return kinds.count
  }
}

extension StreamSchedule.Action {
  /// What its convolution is told apart by from those of other actions.
  var convolutionKey: [Int] { [step, output.count, before, after] }
}

extension Step {
  /// How it moves along z or y through the value in `source`.
  func move(of source: Int, along axis: Axis) -> DepthStep {
    switch self {
    case .join(let spread, _, let other, _):
      return source == other ? .same : .spread(factor: spread.factor[axis])
    case .convolution(let spec, _, _):
      return .gather(
        kernel: spec.kernel[axis], stride: spec.stride[axis], before: spec.padding.before[axis])
    case .maxPool(_, _, let window), .planesMaxPool(_, _, let window),
      .quads(.maxPool(let window), _, _):
      return .gather(kernel: window[axis], stride: window[axis], before: 0)
    case .planesConvolution(let layer, _, _, _):
      let kernel = axis == .z ? layer.layers : 3
      return .gather(kernel: kernel, stride: 1, before: kernel / 2)
    case .joinLayers(_, _, let count) where axis == .z:
      return .gather(kernel: count, stride: 1, before: 0)
    case .crop(_, _, let before): return .gather(kernel: 1, stride: 1, before: -before[axis])
    case .depthToSpace(let spread, _, _): return .spread(factor: spread.factor[axis])
    case .upsample(_, _, let factor), .planesDepthToSpace(_, _, let factor),
      .quads(.spread(let factor, _), _, _):
      return .spread(factor: factor[axis])
    case .quads(.convolution(let layer), _, _):
      return .gather(
        kernel: layer.kernel[axis], stride: layer.stride[axis], before: layer.padding.before[axis])
    default: return .same
    }
  }

  /// Whether it adds to what is there of its destination.
  fileprivate var adds: Bool {
    if case .convolution(let spec, _, _) = self { spec.adds } else { false }
  }

  /// Whether it can be done on some rows of a layer alone: statistics of a layer cannot.
  fileprivate var canStreamRows: Bool {
    switch self {
    case .groupNorm(let spec, _, _): spec.layer.extent == .voxel
    case .crop, .joinLayers: false
    default: true
    }
  }
}
