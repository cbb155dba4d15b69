import VolumeCore

extension Graph {
  /// The same network for data whose axes are listed in the opposite order: (x, y, z) where this
  /// one takes (z, y, x), and (x, y) where it takes (y, x).
  ///
  /// A network is trained on arrays; which of their axes is which of the scan's, only its maker
  /// knows. Kernels, strides, paddings and windows are turned, so that nothing else need be.
  ///
  /// - Parameter isVolumetric: whether it was trained on arrays of three axes.
  public func withAxesReversed(isVolumetric: Bool) -> Graph {
    let (first, last): (Axis, Axis) = isVolumetric ? (.z, .x) : (.y, .x)
    var result = self
    for index in nodes.indices {
      result.nodes[index].operation = nodes[index].operation.swapping(first, last)
    }
    return result
  }
}

extension Operation {
  /// The same for data whose axes `a` and `b` are swapped.
  func swapping(_ a: Axis, _ b: Axis) -> Operation {
    switch self {
    case .convolution(var layer):
      layer.weights = layer.weights.swapping(a, b, layer.kernel)
      layer.kernel = layer.kernel.swapping(a, b)
      layer.stride = layer.stride.swapping(a, b)
      layer.padding = layer.padding.swapping(a, b)
      return .convolution(layer)
    case .depthwiseConvolution(var layer):
      layer.weights = layer.weights.swapping(a, b, layer.kernel)
      layer.kernel = layer.kernel.swapping(a, b)
      layer.stride = layer.stride.swapping(a, b)
      layer.padding = layer.padding.swapping(a, b)
      return .depthwiseConvolution(layer)
    case .transposedConvolution(var layer):
      layer.weights = layer.weights.swapping(a, b, layer.kernel)
      layer.kernel = layer.kernel.swapping(a, b)
      layer.stride = layer.stride.swapping(a, b)
      layer.crop = layer.crop.swapping(a, b)
      return .transposedConvolution(layer)
    case .maxPool(let window): return .maxPool(window: window.swapping(a, b))
    case .upsampleNearest(let factor): return .upsampleNearest(factor: factor.swapping(a, b))
    case .crop(let crop): return .crop(crop.swapping(a, b))
    case .input, .layersToChannels, .batchNormalisation, .groupNormalisation, .relu, .add,
      .concatenate, .softmax, .dropout, .gaussianNoise, .identity:
      return self
    }
  }
}

extension Shape3 {
  fileprivate func swapping(_ a: Axis, _ b: Axis) -> Shape3 {
    var result = self
    result[a] = self[b]
    result[b] = self[a]
    return result
  }
}

extension Padding {
  fileprivate func swapping(_ a: Axis, _ b: Axis) -> Padding {
    Padding(before: before.swapping(a, b), after: after.swapping(a, b))
  }
}

extension [Float] {
  /// Weights whose first axes are those of `kernel`, with two of these swapped.
  fileprivate func swapping(_ a: Axis, _ b: Axis, _ kernel: Shape3) -> [Float] {
    let each = kernel.voxelCount == 0 ? 0 : count / kernel.voxelCount
    var result: [Float] = []
    result.reserveCapacity(count)
    let turned = kernel.swapping(a, b)
    for z in 0..<turned.z {
      for y in 0..<turned.y {
        for x in 0..<turned.x {
          let from = Shape3(z: z, y: y, x: x).swapping(a, b)
          let place = (from.z * kernel.y + from.y) * kernel.x + from.x
          result += self[(place * each)..<((place + 1) * each)]
        }
      }
    }
    return result
  }
}
