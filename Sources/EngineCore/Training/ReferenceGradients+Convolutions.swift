import NeuralGraph
import VolumeCore

/// Calls `body` for each pair of voxels that a kernel joins, with the tap between them: the coarse
/// voxel p and the fine voxel p * stride - before + tap. A convolution reads the fine and writes the
/// coarse, a transposed one the other way round.
@inline(__always)
private func forEachTap(
  _ kernel: Shape3, _ stride: Shape3, _ before: Shape3, samples: Int, coarse: Shape3,
  fine: Shape3, _ body: (_ coarse: Int, _ tap: Int, _ fine: Int) -> Void
) {
  var voxel = 0
  for sample in 0..<samples {
    for z in 0..<coarse.z {
      for y in 0..<coarse.y {
        for x in 0..<coarse.x {
          for kz in 0..<kernel.z {
            let fz = z * stride.z - before.z + kz
            guard fz >= 0, fz < fine.z else { continue }
            for ky in 0..<kernel.y {
              let fy = y * stride.y - before.y + ky
              guard fy >= 0, fy < fine.y else { continue }
              for kx in 0..<kernel.x {
                let fx = x * stride.x - before.x + kx
                guard fx >= 0, fx < fine.x else { continue }
                body(
                  voxel, (kz * kernel.y + ky) * kernel.x + kx,
                  ((sample * fine.z + fz) * fine.y + fy) * fine.x + fx)
              }
            }
          }
          voxel += 1
        }
      }
    }
  }
}

/// The bias at every voxel, to which a convolution adds.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func begin<Scalar: TrainingScalar>(
  _ output: inout TrainingValue<Scalar>, with bias: [Scalar]
) {
  for place in output.values.indices { output.values[place] = bias[place % output.channels] }
}

/// The gradient of a bias: the sum over all voxels.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func channelSums<Scalar: TrainingScalar>(_ gradient: TrainingValue<Scalar>) -> [Scalar] {
  var sums = [Scalar](repeating: 0, count: gradient.channels)
  for voxel in 0..<gradient.voxelCount {
    for c in 0..<gradient.channels { sums[c] += gradient.values[voxel * gradient.channels + c] }
  }
  return sums
}

extension Convolution {
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func forward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ weights: [Scalar], _ bias: [Scalar],
    to output: inout TrainingValue<Scalar>
  ) {
    begin(&output, with: bias)
    let (inputs, outputs) = (inputs, outputs)
    var sums: [Scalar] = []
    swap(&sums, &output.values)
    forEachTap(
      kernel, stride, padding.before, samples: input.samples, coarse: output.shape,
      fine: input.shape
    ) { to, tap, from in
      for i in 0..<inputs {
        let value = input.values[from * inputs + i]
        for o in 0..<outputs {
          sums[to * outputs + o] += value * weights[(tap * inputs + i) * outputs + o]
        }
      }
    }
    swap(&sums, &output.values)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func backward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ weights: [Scalar], _ gradient: TrainingValue<Scalar>
  ) -> (input: TrainingValue<Scalar>, weights: [Scalar]) {
    var toInput = input.zeros
    var toWeights = [Scalar](repeating: 0, count: weights.count)
    let (inputs, outputs) = (inputs, outputs)
    forEachTap(
      kernel, stride, padding.before, samples: input.samples, coarse: gradient.shape,
      fine: input.shape
    ) { to, tap, from in
      for i in 0..<inputs {
        let value = input.values[from * inputs + i]
        var sum = Scalar(0)
        for o in 0..<outputs {
          let place = (tap * inputs + i) * outputs + o
          sum += gradient.values[to * outputs + o] * weights[place]
          toWeights[place] += gradient.values[to * outputs + o] * value
        }
        toInput.values[from * inputs + i] += sum
      }
    }
    return (toInput, toWeights)
  }
}

extension DepthwiseConvolution {
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func forward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ weights: [Scalar], _ bias: [Scalar],
    to output: inout TrainingValue<Scalar>
  ) {
    begin(&output, with: bias)
    let (inputs, multiplier, outputs) = (inputs, multiplier, inputs * multiplier)
    var sums: [Scalar] = []
    swap(&sums, &output.values)
    forEachTap(
      kernel, stride, padding.before, samples: input.samples, coarse: output.shape,
      fine: input.shape
    ) { to, tap, from in
      for o in 0..<outputs {
        sums[to * outputs + o] +=
          input.values[from * inputs + o / multiplier] * weights[tap * outputs + o]
      }
    }
    swap(&sums, &output.values)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func backward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ weights: [Scalar], _ gradient: TrainingValue<Scalar>
  ) -> (input: TrainingValue<Scalar>, weights: [Scalar]) {
    var toInput = input.zeros
    var toWeights = [Scalar](repeating: 0, count: weights.count)
    let (inputs, multiplier, outputs) = (inputs, multiplier, inputs * multiplier)
    forEachTap(
      kernel, stride, padding.before, samples: input.samples, coarse: gradient.shape,
      fine: input.shape
    ) { to, tap, from in
      for o in 0..<outputs {
        let back = gradient.values[to * outputs + o]
        toInput.values[from * inputs + o / multiplier] += back * weights[tap * outputs + o]
        toWeights[tap * outputs + o] += back * input.values[from * inputs + o / multiplier]
      }
    }
    return (toInput, toWeights)
  }
}

extension TransposedConvolution {
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func forward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ weights: [Scalar], _ bias: [Scalar],
    to output: inout TrainingValue<Scalar>
  ) {
    begin(&output, with: bias)
    let (inputs, outputs) = (inputs, outputs)
    var sums: [Scalar] = []
    swap(&sums, &output.values)
    forEachTap(
      kernel, stride, crop.before, samples: input.samples, coarse: input.shape, fine: output.shape
    ) { from, tap, to in
      for o in 0..<outputs {
        var sum = Scalar(0)
        for i in 0..<inputs {
          sum += input.values[from * inputs + i] * weights[(tap * outputs + o) * inputs + i]
        }
        sums[to * outputs + o] += sum
      }
    }
    swap(&sums, &output.values)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func backward<Scalar: TrainingScalar>(
    _ input: TrainingValue<Scalar>, _ weights: [Scalar], _ gradient: TrainingValue<Scalar>
  ) -> (input: TrainingValue<Scalar>, weights: [Scalar]) {
    var toInput = input.zeros
    var toWeights = [Scalar](repeating: 0, count: weights.count)
    let (inputs, outputs) = (inputs, outputs)
    forEachTap(
      kernel, stride, crop.before, samples: input.samples, coarse: input.shape,
      fine: gradient.shape
    ) { from, tap, to in
      for o in 0..<outputs {
        let back = gradient.values[to * outputs + o]
        for i in 0..<inputs {
          let place = (tap * outputs + o) * inputs + i
          toInput.values[from * inputs + i] += back * weights[place]
          toWeights[place] += back * input.values[from * inputs + i]
        }
      }
    }
    return (toInput, toWeights)
  }
}
