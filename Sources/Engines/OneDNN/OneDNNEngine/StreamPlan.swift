import EngineCore
import NeuralGraph
import VolumeCore

/// How a deep tile is computed a few layers at a time (`StreamSchedule`), and where in a worker's memory
/// each value's window lies.
struct StreamPlan {
  let rounds: [StreamSchedule.Round]
  /// Where each buffer's window lies in a worker's memory.
  let offsets: [Int]
  let byteCount: Int

  /// - Parameters:
  ///   - shapes: of the nodes' values, for the whole tile.
  ///   - chunk: layers of the tile that come in at a time.
  init(_ buffers: [Buffer], steps: [Step], shapes: [Shape3], depth: Int, chunk: Int) {
    let schedule = StreamSchedule(
      steps.map { step in
        StreamSchedule.Move(
          step.sources.map { StreamSchedule.Source($0, step.depthStep) }, to: step.destination)
      }, extents: buffers.map { shapes[$0.extentOfNode].z }, depth: depth, chunk: chunk)
    rounds = schedule.rounds
    let sizes = zip(buffers, schedule.capacities).map { buffer, capacity in
      let layer = shapes[buffer.extentOfNode]
      return buffer.byteCount(of: Shape3(z: capacity, y: layer.y, x: layer.x))
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
  /// once; `nil` for networks that do not look along z, which go layer by layer anyway.
  init?(
    _ graph: Graph, _ buffers: [Buffer], _ steps: [Step], _ shape: Shape3, shapes: [Shape3],
    whole: Int, streams: StreamChoice
  ) {
    // Statistics of all of a value cannot be taken of a part.
    guard !graph.isLayerwise, streams != .never, !graph.normalisesOverVolume else { return nil }
    let stride = graph.totalStride.z
    // A network that joins what it made of layers keeps that for the next ones: a layer at a time.
    let chunk = graph.isPlanar ? 1 : (Self.chunk + stride - 1) / stride * stride
    guard shape.z > chunk + 2 * graph.layerMargin else { return nil }
    self.init(buffers, steps: steps, shapes: shapes, depth: shape.z, chunk: chunk)
    guard streams == .always || graph.isPlanar || byteCount < whole else { return nil }
  }

  /// Layers that come in at a time, up to the network's stride.
  private static let chunk = 8
}

extension Step {
  /// How it moves along z.
  var depthStep: DepthStep {
    switch self {
    case .convolution(let spec, _, _):
      .gather(kernel: spec.kernel.z, stride: spec.stride.z, before: spec.padding.before.z)
    case .maxPool(_, _, let window), .planesMaxPool(_, _, let window):
      .gather(kernel: window.z, stride: window.z, before: 0)
    case .planesConvolution(let layer, _, _, _):
      .gather(kernel: layer.layers, stride: 1, before: layer.layers / 2)
    case .joinLayers(_, _, let count): .gather(kernel: count, stride: 1, before: 0)
    case .crop(_, _, let before): .gather(kernel: 1, stride: 1, before: -before.z)
    case .upsample(_, _, let factor), .depthToSpace(_, _, let factor, _, _),
      .planesDepthToSpace(_, _, let factor):
      .spread(factor: factor.z)
    case .quads(.convolution(let layer), _, _):
      .gather(
        kernel: layer.kernel.z, stride: layer.stride.z, before: layer.padding.before.z)
    case .quads(.maxPool(let window), _, _):
      .gather(kernel: window.z, stride: window.z, before: 0)
    case .quads(.spread(let factor, _), _, _): .spread(factor: factor.z)
    default: .gather(kernel: 1, stride: 1, before: 0)
    }
  }
}
