import VolumeCore

extension TransposedConvolution {
  /// This transposed convolution as an ordinary one at the lower resolution, which computes all voxels
  /// that one becomes as channels: those of the first voxel, then those of the next along x, and so on.
  /// Depth-to-space then spreads them. Exact: the same products are summed. `nil` where the result is
  /// not exactly `stride` times as large as the input.
  ///
  /// Output voxel s * q + r (r the phase, 0 to s - 1) takes tap t of input i where
  /// i * s + t = s * q + r + c, with c voxels cropped before. So i = q + d with t = r + c - s * d, and d
  /// runs over the few values for which a tap exists.
  package var phases: Convolution? {
    var axes: [PhaseTaps] = []
    for axis in Axis.allCases {
      guard
        let taps = PhaseTaps(
          kernel: kernel[axis], stride: stride[axis], before: crop.before[axis],
          after: crop.after[axis])
      else { return nil }
      axes.append(taps)
    }
    let (z, y, x) = (axes[0], axes[1], axes[2])
    let extent = Shape3(z: z.offsets.count, y: y.offsets.count, x: x.offsets.count)
    let count = stride.voxelCount * outputs
    var weights = [Float](repeating: 0, count: extent.voxelCount * inputs * count)
    for (phase, of) in places(stride).enumerated() {
      for (place, at) in places(extent).enumerated() {
        guard let tz = z.tap(of.z, at.z), let ty = y.tap(of.y, at.y), let tx = x.tap(of.x, at.x)
        else { continue }
        let tap = (tz * kernel.y + ty) * kernel.x + tx
        for o in 0..<outputs {
          for i in 0..<inputs {
            weights[(place * inputs + i) * count + phase * outputs + o] =
              self.weights[(tap * outputs + o) * inputs + i]
          }
        }
      }
    }
    return Convolution(
      kernel: extent, stride: Shape3(cube: 1),
      padding: Padding(
        before: Shape3(z: z.before, y: y.before, x: x.before),
        after: Shape3(z: z.after, y: y.after, x: x.after)),
      inputs: inputs, outputs: count, weights: weights,
      bias: (0..<stride.voxelCount).flatMap { _ in bias }, hasBias: hasBias)
  }

  /// All places of a box in C order.
  private func places(_ shape: Shape3) -> [Index3] {
    (0..<shape.voxelCount).map {
      Index3(z: $0 / (shape.y * shape.x), y: $0 / shape.x % shape.y, x: $0 % shape.x)
    }
  }
}

/// Which tap of a transposed convolution joins a phase and an input, along one axis.
private struct PhaseTaps {
  let kernel: Int
  let stride: Int
  let crop: Int
  /// The offsets d of inputs, over all phases, for which a tap exists.
  let offsets: ClosedRange<Int>

  init?(kernel: Int, stride: Int, before: Int, after: Int) {
    guard before + after == kernel - stride else { return nil }
    self.kernel = kernel
    self.stride = stride
    crop = before
    var (first, last) = (0, 0)
    for phase in 0..<stride {
      for d in -kernel...kernel where (0..<kernel).contains(phase + before - stride * d) {
        first = min(first, d)
        last = max(last, d)
      }
    }
    offsets = first...last
  }

  /// Zeros that the convolution needs before and after its input.
  var before: Int { -offsets.lowerBound }
  var after: Int { offsets.upperBound }

  /// The tap of `phase` on the input at place `place` of the offsets.
  func tap(_ phase: Int, _ place: Int) -> Int? {
    let tap = phase + crop - stride * (offsets.lowerBound + place)
    return (0..<kernel).contains(tap) ? tap : nil
  }
}
