import Glibc
import NeuralGraph
import VolumeCore

extension ReferenceDevice {
  func layersToChannels(_ count: Int, _ input: FeatureMap) -> FeatureMap {
    let shape = Shape3(z: input.shape.z - count + 1, y: input.shape.y, x: input.shape.x)
    return voxelwise(shape, count * input.channels) { layers, z, y, x in
      for layer in 0..<count {
        for c in 0..<input.channels {
          layers[layer * input.channels + c] = input[z + layer, y, x, c]
        }
      }
    }
  }

  func crop(_ cut: Padding, _ input: FeatureMap) -> FeatureMap {
    let shape = Shape3 { input.shape[$0] - cut.before[$0] - cut.after[$0] }
    return voxelwise(shape, input.channels) { voxel, z, y, x in
      for c in 0..<input.channels {
        voxel[c] = input[z + cut.before.z, y + cut.before.y, x + cut.before.x, c]
      }
    }
  }

  func batchNormalisation(_ layer: BatchNormalisation, _ input: FeatureMap) -> FeatureMap {
    let factors = layer.mean.indices.map {
      layer.scale[$0] / (layer.variance[$0] + layer.epsilon).squareRoot()
    }
    var result = input
    for voxel in 0..<input.shape.voxelCount {
      for c in 0..<input.channels {
        let place = voxel * input.channels + c
        result.values[place] = (input.values[place] - layer.mean[c]) * factors[c] + layer.shift[c]
      }
    }
    return result
  }

  func groupNormalisation(_ layer: GroupNormalisation, _ input: FeatureMap) -> FeatureMap {
    var result = input
    let width = input.channels / layer.groups
    let plane = input.shape.y * input.shape.x
    let (parts, voxels) =
      switch layer.extent {
      case .voxel: (input.shape.voxelCount, 1)
      case .layer: (input.shape.z, plane)
      case .volume: (1, input.shape.voxelCount)
      }
    for part in 0..<parts {
      for group in 0..<layer.groups {
        let channels = (group * width)..<((group + 1) * width)
        /// The sum of what `value` makes of each number of the group, in double precision.
        func sum(_ value: (Double) -> Double) -> Double {
          var sum = 0.0
          for voxel in (part * voxels)..<((part + 1) * voxels) {
            for c in channels { sum += value(Double(input.values[voxel * input.channels + c])) }
          }
          return sum
        }
        let count = Double(voxels * width)
        let mean = sum { $0 } / count
        let variance = sum { ($0 - mean) * ($0 - mean) } / count
        let factor = 1 / (variance + Double(layer.epsilon)).squareRoot()
        for voxel in (part * voxels)..<((part + 1) * voxels) {
          for c in channels {
            let place = voxel * input.channels + c
            result.values[place] =
              Float((Double(input.values[place]) - mean) * factor) * layer.scale[c] + layer.shift[c]
          }
        }
      }
    }
    return result
  }

  func relu(_ input: FeatureMap) -> FeatureMap {
    var result = input
    for place in result.values.indices { result.values[place] = max(input.values[place], 0) }
    return result
  }

  func sum(_ inputs: [FeatureMap]) -> FeatureMap {
    var result = inputs[0]
    for input in inputs.dropFirst() {
      for place in result.values.indices { result.values[place] += input.values[place] }
    }
    return result
  }

  func concatenation(_ inputs: [FeatureMap]) -> FeatureMap {
    let shape = inputs[0].shape
    var result = FeatureMap(shape: shape, channels: inputs.reduce(0) { $0 + $1.channels })
    var next = 0
    for voxel in 0..<shape.voxelCount {
      for input in inputs {
        for c in 0..<input.channels {
          result.values[next] = input.values[voxel * input.channels + c]
          next += 1
        }
      }
    }
    return result
  }

  func maxPool(_ window: Shape3, _ input: FeatureMap) -> FeatureMap {
    let shape = Shape3(
      z: input.shape.z / window.z, y: input.shape.y / window.y, x: input.shape.x / window.x)
    return voxelwise(shape, input.channels) { largest, z, y, x in
      for c in largest.indices { largest[c] = -.infinity }
      for wz in 0..<window.z {
        for wy in 0..<window.y {
          for wx in 0..<window.x {
            let voxel = input.offset(
              z: z * window.z + wz, y: y * window.y + wy, x: x * window.x + wx)
            for c in largest.indices { largest[c] = max(largest[c], input.values[voxel + c]) }
          }
        }
      }
    }
  }

  func upsampleNearest(_ factor: Shape3, _ input: FeatureMap) -> FeatureMap {
    let shape = Shape3(
      z: input.shape.z * factor.z, y: input.shape.y * factor.y, x: input.shape.x * factor.x)
    return voxelwise(shape, input.channels) { copy, z, y, x in
      let voxel = input.offset(z: z / factor.z, y: y / factor.y, x: x / factor.x)
      for c in copy.indices { copy[c] = input.values[voxel + c] }
    }
  }

  func softmax(_ input: FeatureMap) -> FeatureMap {
    voxelwise(input.shape, input.channels) { scores, z, y, x in
      let voxel = input.offset(z: z, y: y, x: x)
      var largest = -Float.infinity
      for c in scores.indices { largest = max(largest, input.values[voxel + c]) }
      var sum: Float = 0
      // The largest is taken off first, so that no power overflows.
      for c in scores.indices {
        scores[c] = exp(input.values[voxel + c] - largest)
        sum += scores[c]
      }
      for c in scores.indices { scores[c] /= sum }
    }
  }

  /// Grey values, C order and native byte order, as the network takes them.
  public func normalise(
    _ voxels: RawSpan, of type: VoxelType, _ rule: Normalisation, shape: Shape3
  ) -> FeatureMap {
    precondition(voxels.byteCount == shape.voxelCount * type.byteCount)
    var result = FeatureMap(shape: shape, channels: 1)
    for place in result.values.indices {
      let grey: Float =
        switch type {
        case .uint8: Float(unsafe voxels.unsafeLoad(fromByteOffset: place, as: UInt8.self))
        case .uint16:
          Float(unsafe voxels.unsafeLoadUnaligned(fromByteOffset: 2 * place, as: UInt16.self))
        case .float32:
          unsafe voxels.unsafeLoadUnaligned(fromByteOffset: 4 * place, as: Float.self)
        default: preconditionFailure("engines compute on \(VoxelType.computed)")
        }
      let value = (grey - rule.low) / (rule.high - rule.low)
      result.values[place] = rule.clips ? min(max(value, 0), 1) : value
    }
    return result
  }

  /// The first of the highest scores of each voxel.
  public func labels(_ scores: FeatureMap) -> [UInt8] {
    (0..<scores.shape.voxelCount).map { voxel in
      var best = 0
      for c in 1..<max(scores.channels, 1)
      where scores.values[voxel * scores.channels + c]
        > scores.values[voxel * scores.channels + best]
      {
        best = c
      }
      return UInt8(best)
    }
  }
}
