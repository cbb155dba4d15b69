import EngineCore
import VolumeCore

/// What a step is called, and what it has to do at least.
extension Step {
  /// "3x3 convolution, 8 to 16 channels".
  func words(_ buffers: [Buffer]) -> String {
    func channels(_ list: [Int]) -> Int { list.reduce(0) { $0 + buffers[$1].channels } }
    switch self {
    case .normalise: return "normalise"
    case .convolution(let spec, _, _):
      let kind = spec.groups > 1 ? "depthwise " : ""
      let stride = spec.stride.voxelCount > 1 ? ", stride \(spec.stride.y)" : ""
      return
        "\(Self.edges(spec.kernel)) \(kind)convolution, \(spec.inputs) to \(spec.outputs)\(stride)"
    case .planesConvolution(let layer, let from, let to, _):
      let edges = Self.edges(Shape3(z: layer.layers, y: 3, x: 3))
      return "\(edges) convolution in planes, \(channels(from)) to \(buffers[to].channels)"
    case .depthToSpace(let spread, _, _):
      return "phases to voxels, \(Self.edges(spread.factor)), \(spread.channels)"
    case .planesDepthToSpace(_, let to, let factor):
      return "phases to voxels in planes, \(Self.edges(factor)), \(buffers[to].channels)"
    case .join(let spread, _, let other, _):
      return "phases to voxels, \(Self.edges(spread.factor)), \(spread.channels), and "
        + "concatenate, \(buffers[other].channels)"
    case .place(let from, _, _): return "concatenate, \(buffers[from].channels)"
    case .joinLayers(let from, _, let count):
      return "join \(count) layers, \(buffers[from].channels)"
    case .crop(let from, _, _): return "crop, \(buffers[from].channels)"
    case .maxPool(let from, _, let window):
      return "max-pool \(Self.edges(window)), \(buffers[from].channels)"
    case .planesMaxPool(let from, _, let window):
      return "max-pool \(Self.edges(window)) in planes, \(buffers[from].channels)"
    case .upsample(let from, _, let factor):
      return "nearest \(Self.edges(factor)), \(buffers[from].channels)"
    case .add(let from, _, _): return "add \(from.count), \(buffers[from[0]].channels)"
    case .affine(_, _, let from, _, _): return "scale and shift, \(buffers[from].channels)"
    case .groupNorm(_, let from, _): return "normalise channels, \(buffers[from].channels)"
    case .relu(let from, _): return "ReLU, \(buffers[from].channels)"
    case .softmax(let from, _): return "softmax, \(buffers[from].channels)"
    case .toChannelsLast(let from, _): return "from planes, \(buffers[from].channels)"
    case .labels(let from): return "largest of \(buffers[from].channels)"
    case .scores(let from): return "scores of \(buffers[from].channels)"
    case .planesLabels(let head, let from):
      return "1x1 convolution and largest, \(buffers[from].channels) to \(head.classes)"
    case .quads(let step, let from, let to):
      return step.words(
        inputs: channels(from), outputs: to.map { buffers[$0].channels } ?? 0)
    case .planesScores(let head, let from, _):
      return "1x1 convolution in planes, \(buffers[from].channels) to \(head.classes)"
    }
  }

  static func edges(_ shape: Shape3) -> String {
    shape.z == 1 ? "\(shape.y)x\(shape.x)" : "\(shape.z)x\(shape.y)x\(shape.x)"
  }

  /// Multiplications and additions of convolutions; of what else there is they are few.
  ///
  /// - Parameter extent: of the value in a buffer.
  func operations(_ buffers: [Buffer], extent: (Int) -> Shape3) -> Int {
    switch self {
    case .convolution(let spec, _, let to):
      2 * spec.kernel.voxelCount * spec.inputs / spec.groups * spec.outputs
        * extent(to).voxelCount
    case .planesConvolution(let layer, let from, let to, _):
      from.reduce(0) { $0 + 18 * layer.layers * buffers[$1].channels } * buffers[to].channels
        * extent(to).voxelCount
    case .quads(.convolution(let layer), _, let to):
      2 * layer.kernel.voxelCount * layer.inputs * layer.outputs
        * (to.map { extent($0).voxelCount } ?? 0)
    case .quads(.labels(let head), let from, _), .quads(.scores(let head), let from, _):
      from.reduce(0) { $0 + 2 * buffers[$1].channels } * head.classes * extent(from[0]).voxelCount
    case .planesLabels(let head, let from), .planesScores(let head, let from, _):
      2 * buffers[from].channels * head.classes * extent(from).voxelCount
    default: 0
    }
  }

  /// Bytes of the values that it reads and writes, of a tile whose voxels come in with `input` bytes
  /// and whose results leave with `output` bytes.
  func byteCount(
    _ buffers: [Buffer], extent: (Int) -> Shape3, input: Int, output: Int
  ) -> Int {
    func bytes(_ buffer: Int) -> Int {
      extent(buffer).voxelCount * buffers[buffer].channels * buffers[buffer].numberByteCount
    }
    let read = sources.reduce(0) { $0 + bytes($1) }
    switch self {
    case .normalise(let to), .quads(.normalise, _, let to?): return input + bytes(to)
    // What lies beside it in the same value others write.
    case .place, .depthToSpace, .planesDepthToSpace: return 2 * read
    case .crop(_, let to, _): return 2 * bytes(to)
    default: return read + (destination.map(bytes) ?? output)
    }
  }
}
