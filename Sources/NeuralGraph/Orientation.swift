import VolumeCore

/// One of the ways in which a network may look at a volume: mirrored, or with rows and columns
/// swapped.
public struct Orientation: Hashable, Sendable {
  /// Whether the volume is mirrored along z.
  public var flipsZ = false
  /// Whether the volume is mirrored along y.
  public var flipsY = false
  /// Whether the volume is mirrored along x.
  public var flipsX = false
  /// Whether rows and columns are swapped.
  public var isTransposed = false

  /// As the volume lies.
  public init() {}

  /// The first is as the volume lies. Four mirror along y and x. Eight are, for a network of single
  /// layers, these and the same transposed (all that leave a square a square), and for one that looks
  /// along z, where layers may differ from rows in more than their direction, all mirrorings along z, y
  /// and x.
  public static func all(_ count: Int, isPlanar: Bool) -> [Orientation] {
    let bits: [Bool] = [false, true]
    var result: [Orientation] = []
    for third in count >= 8 ? bits : [false] {
      for y in count >= 4 ? bits : [false] {
        for x in count >= 4 ? bits : [false] {
          var orientation = Orientation()
          (orientation.flipsY, orientation.flipsX) = (y, x)
          if isPlanar { orientation.isTransposed = third } else { orientation.flipsZ = third }
          result.append(orientation)
        }
      }
    }
    return result
  }

  /// Short, for the names of layers: "", "yx", "t".
  var name: String {
    (flipsZ ? "z" : "") + (flipsY ? "y" : "") + (flipsX ? "x" : "") + (isTransposed ? "t" : "")
  }

  /// The axes along which the volume is mirrored.
  var flipped: [Axis] {
    Axis.allCases.filter { axis in
      switch axis {
      case .z: flipsZ
      case .y: flipsY
      case .x: flipsX
      }
    }
  }
}

extension Graph {
  /// The network that gives of a volume what this one gives of the volume in `orientation`, put back
  /// as the volume lies: its kernels are mirrored, not the volume.
  ///
  /// So whatever is asked of it (reach, stride, shapes) holds without a thought for orientations. Exact
  /// for extents that are multiples of the stride, as those of all tiles are.
  public func looking(in orientation: Orientation) throws(GraphError) -> Graph {
    var result = self
    for (index, node) in nodes.enumerated() {
      var operation = node.operation
      if orientation.isTransposed { operation = operation.swapping(.y, .x) }
      for axis in orientation.flipped {
        guard let mirrored = operation.mirrored(along: axis) else {
          throw .cannotBeMirrored(node: node.name)
        }
        operation = mirrored
      }
      result.nodes[index].operation = operation
    }
    return result
  }

  /// This network with class probabilities as its result: with a softmax at its end, where it has none.
  public func withProbabilities() -> Graph {
    var last = output
    while nodes[last].operation.isIdentityAtInference { last = nodes[last].inputs[0] }
    if nodes[last].operation == .softmax { return self }
    var result = self
    result.nodes.append(Node(name: "probabilities", operation: .softmax, inputs: [output]))
    result.output = result.nodes.count - 1
    return result
  }

  /// The network whose result is the mean of this one's probabilities in `orientations`.
  ///
  /// One network, so that a tile holds what any of the orientations needs, and whatever computes
  /// networks computes it.
  public func averaged(over orientations: [Orientation]) throws(GraphError) -> Graph {
    let single = withProbabilities()
    guard orientations.count > 1 else {
      return try orientations.first.map { first throws(GraphError) in
        try single.looking(in: first)
      } ?? single
    }
    // What all orientations begin with alike: the scan, and for 2.5D networks its layers as channels.
    let shared = single.layersAsChannels == nil ? 1 : 2
    var nodes = Array(single.nodes[..<shared])
    var sum: Int?
    for orientation in orientations {
      let branch = try single.looking(in: orientation)
      let offset = nodes.count - shared
      let suffix = orientation.name.isEmpty ? "" : "@\(orientation.name)"
      for node in branch.nodes[shared...] {
        nodes.append(
          Node(
            name: node.name + suffix, operation: node.operation,
            inputs: node.inputs.map { $0 < shared ? $0 : $0 + offset }))
      }
      let result = single.output + offset
      if let before = sum {
        nodes.append(Node(name: "sum\(suffix)", operation: .add, inputs: [before, result]))
        sum = nodes.count - 1
      } else {
        sum = result
      }
    }
    let classes = classCount
    let zeros = [Float](repeating: 0, count: classes)
    // A normalisation without statistics: nothing but a factor.
    let mean = BatchNormalisation(
      scale: zeros.map { _ in 1 / Float(orientations.count) }, shift: zeros, mean: zeros,
      variance: zeros.map { _ in 1 }, epsilon: 0, hasScale: false, hasShift: false)
    nodes.append(
      Node(name: "mean", operation: .batchNormalisation(mean), inputs: [sum ?? single.output]))
    return Graph(nodes: nodes, output: nodes.count - 1)
  }
}

extension Operation {
  /// The operation that gives of a value what this one gives of the value mirrored along `axis`,
  /// mirrored back; `nil` where there is none.
  func mirrored(along axis: Axis) -> Operation? {
    switch self {
    case .convolution(var layer):
      guard let gather = MirroredGather(layer.kernel, layer.stride, layer.padding, axis) else {
        return nil
      }
      layer.weights = gather.mirror(layer.weights)
      (layer.kernel, layer.padding) = (gather.kernel, gather.padding)
      return .convolution(layer)
    case .depthwiseConvolution(var layer):
      guard let gather = MirroredGather(layer.kernel, layer.stride, layer.padding, axis) else {
        return nil
      }
      layer.weights = gather.mirror(layer.weights)
      (layer.kernel, layer.padding) = (gather.kernel, gather.padding)
      return .depthwiseConvolution(layer)
    case .transposedConvolution(var layer):
      // What is cut off follows the kernel to the other side.
      layer.weights = mirror(layer.weights, layer.kernel, along: axis)
      swap(&layer.crop.before[axis], &layer.crop.after[axis])
      return .transposedConvolution(layer)
    case .layersToChannels:
      // The layers' order would be another one in the weights of whatever takes them.
      return axis == .z ? nil : self
    case .crop(var crop):
      swap(&crop.before[axis], &crop.after[axis])
      return .crop(crop)
    case .input, .batchNormalisation, .groupNormalisation, .relu, .add, .concatenate, .maxPool,
      .upsampleNearest, .softmax, .dropout, .gaussianNoise, .identity:
      return self
    }
  }
}

/// A kernel that moves over its input in steps, mirrored along one axis.
private struct MirroredGather {
  private let old: Shape3
  private let axis: Axis
  var kernel: Shape3
  var padding: Padding
  /// Weights of zero before the first: where the last voxels of a step are the ones that are looked at.
  private var zeros = 0

  init?(_ kernel: Shape3, _ stride: Shape3, _ padding: Padding, _ axis: Axis) {
    old = kernel
    self.axis = axis
    self.kernel = kernel
    self.padding = padding
    let (k, s) = (kernel[axis], stride[axis])
    let (before, after) = (padding.before[axis], padding.after[axis])
    guard s > 1 else {
      self.padding.before[axis] = after
      self.padding.after[axis] = before
      return
    }
    // Output p of n takes the input of n * s from p * s - before on, k long; mirrored from
    // p * s - (k - s - before) on.
    guard (k - s..<k).contains(before + after) else { return nil }
    let mirrored = k - s - before
    zeros = max(0, -mirrored)
    self.kernel[axis] = k + zeros
    self.padding.before[axis] = max(0, mirrored)
    self.padding.after[axis] = before
  }

  func mirror(_ weights: [Float]) -> [Float] {
    let mirrored = NeuralGraph.mirror(weights, old, along: axis)
    guard zeros > 0 else { return mirrored }
    let each = weights.count / old.voxelCount
    var result = [Float](repeating: 0, count: kernel.voxelCount * each)
    for (place, at) in Region(old).indices.enumerated() {
      let to = Shape3 { ($0 == .z ? at.z : $0 == .y ? at.y : at.x) + ($0 == axis ? zeros : 0) }
      let first = ((to.z * kernel.y + to.y) * kernel.x + to.x) * each
      result.replaceSubrange(
        first..<(first + each), with: mirrored[(place * each)..<((place + 1) * each)])
    }
    return result
  }
}

/// Weights whose first axes are those of `kernel`, in the opposite order along `axis`.
private func mirror(_ weights: [Float], _ kernel: Shape3, along axis: Axis) -> [Float] {
  let each = kernel.voxelCount == 0 ? 0 : weights.count / kernel.voxelCount
  var result: [Float] = []
  result.reserveCapacity(weights.count)
  for at in Region(kernel).indices {
    let z = axis == .z ? kernel.z - 1 - at.z : at.z
    let y = axis == .y ? kernel.y - 1 - at.y : at.y
    let x = axis == .x ? kernel.x - 1 - at.x : at.x
    let from = (z * kernel.y + y) * kernel.x + x
    result += weights[(from * each)..<((from + 1) * each)]
  }
  return result
}
