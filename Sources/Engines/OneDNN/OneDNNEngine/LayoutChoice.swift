import CKernels
import NeuralGraph
import VolumeCore

/// Which values lie in planes of pixels instead of channels last, and which ReLUs are fused.
///
/// A vector of AVX-512 holds 16 numbers or 32 bfloat16; with 8 channels last half of every vector of
/// oneDNN's kernels is empty, so narrow 3x3 layers run at up to twice the speed in planes, where a
/// concatenation costs nothing besides. They must be able to take planes from what comes before: the
/// scan, another narrow layer, a transposed convolution, or a concatenation of these.
struct LayoutChoice {
  /// How planes lie; `nil` where there are none.
  enum Planes {
    /// Of channel pairs in bfloat16.
    case pairs
    /// Of one channel in single precision.
    case single
  }

  /// For each node, whether its value lies in planes.
  private(set) var isPlanes: [Bool]
  /// For each node, whether the ReLU that follows is computed with it.
  let hasFusedRelu: [Bool]
  /// For each node, whether it is a ReLU that its input computes.
  let isFusedRelu: [Bool]

  init(_ graph: Graph, planes: Planes?) {
    let consumers = graph.consumers
    var has = [Bool](repeating: false, count: graph.nodes.count)
    var fused = has
    for (index, node) in graph.nodes.enumerated() where node.operation == .relu {
      let before = node.inputs[0]
      guard consumers[before].count == 1, before != graph.output,
        graph.nodes[before].operation.canFuseRelu
      else { continue }
      has[before] = true
      fused[index] = true
    }
    hasFusedRelu = has
    isFusedRelu = fused
    isPlanes = Array(repeating: false, count: graph.nodes.count)
    guard let planes else { return }

    // Begin with all that could, and drop what cannot until nothing changes.
    var narrow = Set(graph.nodes.indices.filter { graph.nodes[$0].operation.isNarrow(planes) })
    let channels = graph.channels

    /// Whether all that take the value take planes.
    func isTakenAsPlanes(_ index: Int) -> Bool {
      index != graph.output && !consumers[index].isEmpty
        && consumers[index].allSatisfy { consumer in
          if narrow.contains(consumer) { return true }
          if fused[consumer] || graph.nodes[consumer].operation == .concatenate {
            return canBePlanes(consumer)
          }
          return false
        }
    }
    /// Whether the value can lie in planes with `narrow` as it is.
    func canBePlanes(_ index: Int) -> Bool {
      let node = graph.nodes[index]
      switch node.operation {
      case .input(let count): return count == 1 && isTakenAsPlanes(index)
      case .layersToChannels: return canMakePlanes(index) && isTakenAsPlanes(index)
      case .convolution: return narrow.contains(index)
      case .relu:
        guard fused[index], canMakePlanes(node.inputs[0]) else { return false }
        return narrow.contains(node.inputs[0]) || isTakenAsPlanes(index)
      case .transposedConvolution: return isTakenAsPlanes(index) && canMakePlanes(index)
      case .concatenate:
        return node.inputs.allSatisfy {
          canMakePlanes($0) && (planes == .single || channels[$0] % 2 == 0)
        }
          && consumers[index].allSatisfy { narrow.contains($0) } && index != graph.output
      default: return false
      }
    }
    /// Whether the node's kernel can write planes, whoever takes them.
    func canMakePlanes(_ index: Int) -> Bool {
      let node = graph.nodes[index]
      switch node.operation {
      case .input(let count): return count == 1
      case .layersToChannels:
        return graph.nodes[node.inputs[0]].isInput
          && consumers[node.inputs[0]].count == 1
      case .convolution: return narrow.contains(index)
      case .relu: return fused[index] && canMakePlanes(node.inputs[0])
      case .transposedConvolution(let layer):
        let stride = layer.stride
        if planes == .single {
          return layer.phases != nil && stride.y == 2 && stride.x == 2 && stride.z <= 2
        }
        return stride.y == 2 && stride.x == 2 && stride.z <= 2 && stride == layer.kernel
          && layer.outputs % 2 == 0 && layer.crop == .none
      default: return false
      }
    }
    /// Whether the value is of the scan's voxels, whose last pair may have one channel.
    func isOfVoxels(_ index: Int) -> Bool {
      if case .layersToChannels = graph.nodes[index].operation { return true }
      return graph.nodes[index].isInput
    }
    /// Whether nobody takes the value of a layer channels last. The library computes layers of 16 as fast;
    /// what planes save is what lies between them.
    func isWorthPlanes(_ index: Int) -> Bool {
      let value = has[index] ? consumers[index][0] : index
      return consumers[value].allSatisfy { consumer in
        switch graph.nodes[consumer].operation {
        case .convolution(let layer):
          narrow.contains(consumer) || layer.isPointwise && layer.outputs <= 8
        case .maxPool(let window): window.y == 2 && window.x == 2 && window.z <= 2
        case .concatenate: canBePlanes(consumer)
        default: false
        }
      }
    }
    while true {
      let kept = narrow.filter { index in
        let source = graph.nodes[index].inputs[0]
        return canBePlanes(source)
          && (planes == .single || channels[source] % 2 == 0 || isOfVoxels(source))
          && (channels[index] == 8 || isWorthPlanes(index))
      }
      if kept == narrow { break }
      narrow = kept
    }
    for index in graph.nodes.indices { isPlanes[index] = canBePlanes(index) }
  }
}

extension Operation {
  /// Whether its kernel can end with a ReLU.
  var canFuseRelu: Bool {
    switch self {
    case .convolution, .depthwiseConvolution, .transposedConvolution, .batchNormalisation,
      .groupNormalisation, .add:
      true
    default: false
    }
  }

  /// Whether it is a convolution that the kernel for planes computes, and faster than the library.
  func isNarrow(_ planes: LayoutChoice.Planes) -> Bool {
    guard case .convolution(let layer) = self else { return false }
    let (depth, edge) = (layer.kernel.z, Shape3(z: layer.kernel.z / 2, y: 1, x: 1))
    return layer.kernel.y == 3 && layer.kernel.x == 3 && layer.stride.voxelCount == 1
      && depth % 2 == 1
      && layer.padding == Padding(before: edge, after: edge)
      && (layer.outputs == 8 && layer.inputs <= (planes == .single ? 32 : 16)
        || layer.outputs == 16 && layer.inputs <= 32 && planes == .pairs && depth == 1)
  }
}
