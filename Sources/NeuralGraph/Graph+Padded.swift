import VolumeCore

extension Graph {
  /// This network with a result as large as its input, where it crops its skips because nothing is
  /// padded: the same convolutions, with zeros around; any other network as it is.
  ///
  /// Where the input reaches far enough, both give the same numbers. So a network that was trained on
  /// crops without padding computes a whole scan in tiles like any other; at the scan's faces it sees
  /// zeros, which it never did in training.
  public func padded() -> Graph {
    guard nodes.contains(where: { $0.operation.crops }) else { return self }
    var result = self
    for index in nodes.indices {
      switch nodes[index].operation {
      case .convolution(var layer) where layer.isUnpadded:
        layer.padding = .same(kernel: layer.kernel, stride: layer.stride)
        result.nodes[index].operation = .convolution(layer)
      case .depthwiseConvolution(var layer)
      where layer.padding == .none && layer.stride.voxelCount == 1:
        layer.padding = .same(kernel: layer.kernel, stride: layer.stride)
        result.nodes[index].operation = .depthwiseConvolution(layer)
      case .crop: result.nodes[index].operation = .identity
      default: break
      }
    }
    // Where that does not come out even, its maker meant something else.
    let stride = result.totalStride
    let margin = result.layerMargin
    let input = Shape3(z: stride.z + 2 * margin, y: stride.y, x: stride.x)
    guard let shapes = try? result.shapes(forInput: input), shapes[output] == stride else {
      return self
    }
    return result
  }
}

extension Operation {
  fileprivate var crops: Bool { if case .crop = self { true } else { false } }
}

extension Convolution {
  fileprivate var isUnpadded: Bool { padding == .none && stride.voxelCount == 1 }
}
