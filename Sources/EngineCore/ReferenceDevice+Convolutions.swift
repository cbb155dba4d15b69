import NeuralGraph
import VolumeCore

extension ReferenceDevice {
  func convolution(_ layer: Convolution, _ input: FeatureMap) -> FeatureMap {
    gather(
      layer.kernel, layer.stride, layer.padding, input, outputs: layer.outputs, bias: layer.bias
    ) { sums, position, voxel in
      for i in 0..<layer.inputs {
        let first = (position * layer.inputs + i) * layer.outputs
        let weights = first..<(first + layer.outputs)
        addScaled(layer.weights, weights, by: input.values[voxel + i], to: &sums)
      }
    }
  }

  func depthwiseConvolution(_ layer: DepthwiseConvolution, _ input: FeatureMap) -> FeatureMap {
    let outputs = layer.inputs * layer.multiplier
    return gather(
      layer.kernel, layer.stride, layer.padding, input, outputs: outputs, bias: layer.bias
    ) { sums, position, voxel in
      for o in 0..<outputs {
        sums[o] +=
          input.values[voxel + o / layer.multiplier] * layer.weights[position * outputs + o]
      }
    }
  }

  /// For each output voxel: begins with the bias, lets `add` add the input voxel under each
  /// position of the kernel (given its number and where the voxel's channels begin), stores.
  private func gather(
    _ kernel: Shape3, _ stride: Shape3, _ padding: Padding, _ input: FeatureMap, outputs: Int,
    bias: [Float], _ add: (_ sums: inout [Float], _ position: Int, _ voxel: Int) -> Void
  ) -> FeatureMap {
    func extent(_ n: Int, _ pad: Int, _ k: Int, _ s: Int) -> Int { (n + pad - k) / s + 1 }
    let (before, after) = (padding.before, padding.after)
    let shape = Shape3(
      z: extent(input.shape.z, before.z + after.z, kernel.z, stride.z),
      y: extent(input.shape.y, before.y + after.y, kernel.y, stride.y),
      x: extent(input.shape.x, before.x + after.x, kernel.x, stride.x))
    return voxelwise(shape, outputs) { sums, z, y, x in
      for o in 0..<outputs { sums[o] = bias[o] }
      for kz in 0..<kernel.z {
        let fromZ = z * stride.z - before.z + kz
        guard (0..<input.shape.z).contains(fromZ) else { continue }
        for ky in 0..<kernel.y {
          let fromY = y * stride.y - before.y + ky
          guard (0..<input.shape.y).contains(fromY) else { continue }
          for kx in 0..<kernel.x {
            let fromX = x * stride.x - before.x + kx
            guard (0..<input.shape.x).contains(fromX) else { continue }
            let position = (kz * kernel.y + ky) * kernel.x + kx
            add(&sums, position, input.offset(z: fromZ, y: fromY, x: fromX))
          }
        }
      }
    }
  }

  func transposedConvolution(_ layer: TransposedConvolution, _ input: FeatureMap) -> FeatureMap {
    let (kernel, stride, crop) = (layer.kernel, layer.stride, layer.crop)
    func extent(_ n: Int, _ k: Int, _ s: Int, _ cut: Int) -> Int { (n - 1) * s + k - cut }
    let shape = Shape3(
      z: extent(input.shape.z, kernel.z, stride.z, crop.before.z + crop.after.z),
      y: extent(input.shape.y, kernel.y, stride.y, crop.before.y + crop.after.y),
      x: extent(input.shape.x, kernel.x, stride.x, crop.before.x + crop.after.x))
    let weights = layer.weightsByInput
    return voxelwise(shape, layer.outputs) { sums, z, y, x in
      for o in 0..<layer.outputs { sums[o] = layer.bias[o] }
      // Input voxel p writes to p * stride + k; so each k is asked which p it came from, if any.
      for kz in 0..<kernel.z {
        guard let fromZ = source(z + crop.before.z - kz, stride.z, input.shape.z) else { continue }
        for ky in 0..<kernel.y {
          guard let fromY = source(y + crop.before.y - ky, stride.y, input.shape.y) else {
            continue
          }
          for kx in 0..<kernel.x {
            guard let fromX = source(x + crop.before.x - kx, stride.x, input.shape.x) else {
              continue
            }
            let voxel = input.offset(z: fromZ, y: fromY, x: fromX)
            let position = (kz * kernel.y + ky) * kernel.x + kx
            for i in 0..<layer.inputs {
              let first = (position * layer.inputs + i) * layer.outputs
              let column = first..<(first + layer.outputs)
              addScaled(weights, column, by: input.values[voxel + i], to: &sums)
            }
          }
        }
      }
    }
  }

  /// The input position whose multiple of the stride is `distance`, where there is one.
  private func source(_ distance: Int, _ stride: Int, _ extent: Int) -> Int? {
    guard distance >= 0, distance % stride == 0, distance / stride < extent else { return nil }
    return distance / stride
  }
}

extension TransposedConvolution {
  /// The weights in the order (z, y, x, in, out), so that the outputs of one input lie together.
  fileprivate var weightsByInput: [Float] {
    var result = [Float](repeating: 0, count: weights.count)
    for position in 0..<kernel.voxelCount {
      for o in 0..<outputs {
        for i in 0..<inputs {
          result[(position * inputs + i) * outputs + o] =
            weights[(position * outputs + o) * inputs + i]
        }
      }
    }
    return result
  }
}

/// Calls `compute` for each voxel with room for its channels, and stores what it left there.
func voxelwise(
  _ shape: Shape3, _ channels: Int, _ compute: (inout [Float], Int, Int, Int) -> Void
) -> FeatureMap {
  var result = FeatureMap(shape: shape, channels: channels)
  var voxel = [Float](repeating: 0, count: channels)
  var next = 0
  for z in 0..<shape.z {
    for y in 0..<shape.y {
      for x in 0..<shape.x {
        compute(&voxel, z, y, x)
        for value in voxel {
          result.values[next] = value
          next += 1
        }
      }
    }
  }
  return result
}

/// sums[o] += factor * weights[range][o], the innermost loop of nearly all the work.
@inline(__always)
private func addScaled(
  _ weights: [Float], _ range: Range<Int>, by factor: Float, to sums: inout [Float]
) {
  precondition(range.upperBound <= weights.count && range.count == sums.count)
  // The range has been checked once; unchecked access lets the compiler use vectors.
  unsafe weights.withUnsafeBufferPointer { weights in
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      for o in sums.indices {
        unsafe sums[o] += factor * weights[range.lowerBound + o]
      }
    }
  }
}
