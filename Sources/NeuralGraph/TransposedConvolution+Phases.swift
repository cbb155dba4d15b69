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
  package var phases: Convolution? { phaseTaps.map { convolution(of: places(stride), $0) } }

  /// The same as a convolution for each voxel that one becomes, in that order, of the taps alone that it has:
  /// for a kernel of 3 and a stride of 2 these are 9 of the 16 that `phases` multiplies, and 27 of 64 in three
  /// dimensions.
  package var phaseConvolutions: [Convolution]? {
    phaseTaps.map { taps in
      places(stride).map { phase in
        let axes = zip(taps, [phase.z, phase.y, phase.x]).map { $0.only($1) }
        return convolution(of: [phase], axes)
      }
    }
  }

  /// Along z, y and x.
  private var phaseTaps: [PhaseTaps]? {
    var axes: [PhaseTaps] = []
    for axis in Axis.allCases {
      guard
        let taps = PhaseTaps(
          kernel: kernel[axis], stride: stride[axis], before: crop.before[axis],
          after: crop.after[axis])
      else { return nil }
      axes.append(taps)
    }
    return axes
  }

  /// Computes `phases` of each voxel as channels, one set after the other.
  private func convolution(of phases: [Index3], _ axes: [PhaseTaps]) -> Convolution {
    let (z, y, x) = (axes[0], axes[1], axes[2])
    let extent = Shape3(z: z.offsets.count, y: y.offsets.count, x: x.offsets.count)
    let count = phases.count * outputs
    var weights = [Float](repeating: 0, count: extent.voxelCount * inputs * count)
    for (phase, of) in phases.enumerated() {
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
      bias: phases.flatMap { _ in bias }, hasBias: hasBias)
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
  var offsets: ClosedRange<Int>

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

  /// Those of one phase alone: the voxel itself is always among them, since kernel - stride are cropped.
  func only(_ phase: Int) -> PhaseTaps {
    var result = self
    let places = (0..<offsets.count).filter { tap(phase, $0) != nil }
    guard let first = places.first, let last = places.last else { return self }
    result.offsets = offsets.lowerBound + first...offsets.lowerBound + last
    return result
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
