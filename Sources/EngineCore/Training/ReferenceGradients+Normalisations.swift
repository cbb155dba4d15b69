import NeuralGraph
import VolumeCore

/// What a batch normalisation keeps of a batch: its mean and its variance, divided by the number of
/// voxels.
package struct BatchMoments<Scalar: TrainingScalar>: Sendable {
  package var mean: [Scalar]
  package var variance: [Scalar]
}

extension BatchNormalisation {
  /// The moments of a batch, channel by channel over all its voxels.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func moments<Scalar: TrainingScalar>(_ input: TrainingValue<Scalar>) -> BatchMoments<Scalar> {
    let (channels, count) = (input.channels, Scalar(input.voxelCount))
    // Sums in double precision: a layer has millions of numbers, and the variance is a difference.
    var sums = [Double](repeating: 0, count: channels)
    for voxel in 0..<input.voxelCount {
      for c in 0..<channels { sums[c] += Double(input.values[voxel * channels + c]) }
    }
    let mean = sums.map { Scalar($0 / Double(count)) }
    var squares = [Double](repeating: 0, count: channels)
    for voxel in 0..<input.voxelCount {
      for c in 0..<channels {
        let distance = Double(input.values[voxel * channels + c] - mean[c])
        squares[c] += distance * distance
      }
    }
    return BatchMoments(mean: mean, variance: squares.map { Scalar($0 / Double(count)) })
  }

  /// (x - mean) / sqrt(variance + epsilon) * scale + shift.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func forward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ moments: BatchMoments<Scalar>, scale: [Scalar],
    shift: [Scalar]
  ) -> TrainingValue<Scalar> {
    var result = input
    let factors = factors(moments, scale)
    for place in result.values.indices {
      let c = place % input.channels
      result.values[place] = (input.values[place] - moments.mean[c]) * factors[c] + shift[c]
    }
    return result
  }

  private func factors<Scalar: TrainingScalar>(
    _ moments: BatchMoments<Scalar>, _ scale: [Scalar]
  ) -> [Scalar] {
    scale.indices.map { scale[$0] / (moments.variance[$0] + Scalar(epsilon)).squareRoot() }
  }

  /// The gradients where the moments are the batch's own, so that each voxel moves all others.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func backward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ moments: BatchMoments<Scalar>, scale: [Scalar],
    _ gradient: TrainingValue<Scalar>
  ) -> (input: TrainingValue<Scalar>, scale: [Scalar], shift: [Scalar]) {
    let channels = input.channels
    let inverse = moments.variance.map { 1 / ($0 + Scalar(epsilon)).squareRoot() }
    var toScale = [Double](repeating: 0, count: channels)
    var toShift = toScale
    for place in input.values.indices {
      let c = place % channels
      let normal = (input.values[place] - moments.mean[c]) * inverse[c]
      toScale[c] += Double(gradient.values[place] * normal)
      toShift[c] += Double(gradient.values[place])
    }
    let count = Double(input.voxelCount)
    let meanScale = toScale.map { Scalar($0 / count) }
    let meanShift = toShift.map { Scalar($0 / count) }
    var toInput = input.zeros
    for place in input.values.indices {
      let c = place % channels
      let normal = (input.values[place] - moments.mean[c]) * inverse[c]
      toInput.values[place] =
        scale[c] * inverse[c] * (gradient.values[place] - meanShift[c] - normal * meanScale[c])
    }
    return (toInput, toScale.map { Scalar($0) }, toShift.map { Scalar($0) })
  }
}

extension GroupNormalisation {
  /// The parts of a batch that have statistics of their own: how many, and of how many voxels each.
  private func parts<Scalar: TrainingScalar>(
    _ value: TrainingValue<Scalar>
  ) -> (count: Int, voxels: Int) {
    switch extent {
    case .voxel: (value.voxelCount, 1)
    case .layer: (value.samples * value.shape.z, value.shape.y * value.shape.x)
    case .volume: (value.samples, value.shape.voxelCount)
    }
  }

  /// Calls `body` for each part and group with the places of its numbers, their mean and the
  /// reciprocal of their deviation.
  @inline(__always)
  private func forEachGroup<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>,
    _ body: (_ places: [Int], _ mean: Scalar, _ inverse: Scalar) -> Void
  ) {
    let (count, voxels) = parts(input)
    let width = input.channels / groups
    var places = [Int](repeating: 0, count: voxels * width)
    for part in 0..<count {
      for group in 0..<groups {
        var sum = 0.0
        for number in places.indices {
          let voxel = part * voxels + number / width
          places[number] = voxel * input.channels + group * width + number % width
          sum += Double(input.values[places[number]])
        }
        let mean = Scalar(sum / Double(places.count))
        var squares = 0.0
        for place in places {
          let distance = Double(input.values[place] - mean)
          squares += distance * distance
        }
        let variance = Scalar(squares / Double(places.count))
        body(places, mean, 1 / (variance + Scalar(epsilon)).squareRoot())
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func forward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, scale: [Scalar], shift: [Scalar]
  ) -> TrainingValue<Scalar> {
    var result = input
    forEachGroup(input) { places, mean, inverse in
      for place in places {
        let c = place % input.channels
        result.values[place] = (input.values[place] - mean) * inverse * scale[c] + shift[c]
      }
    }
    return result
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func backward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, scale: [Scalar], _ gradient: TrainingValue<Scalar>
  ) -> (input: TrainingValue<Scalar>, scale: [Scalar], shift: [Scalar]) {
    var toInput = input.zeros
    var toScale = [Double](repeating: 0, count: input.channels)
    var toShift = toScale
    forEachGroup(input) { places, mean, inverse in
      var (sum, product) = (0.0, 0.0)
      for place in places {
        let c = place % input.channels
        let normal = (input.values[place] - mean) * inverse
        toScale[c] += Double(gradient.values[place] * normal)
        toShift[c] += Double(gradient.values[place])
        sum += Double(gradient.values[place] * scale[c])
        product += Double(gradient.values[place] * scale[c] * normal)
      }
      let count = Double(places.count)
      let (first, second) = (Scalar(sum / count), Scalar(product / count))
      for place in places {
        let normal = (input.values[place] - mean) * inverse
        toInput.values[place] =
          inverse
          * (gradient.values[place] * scale[place % input.channels] - first - normal * second)
      }
    }
    return (toInput, toScale.map { Scalar($0) }, toShift.map { Scalar($0) })
  }
}
