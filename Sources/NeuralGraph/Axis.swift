import VolumeCore

/// One of the three axes, slowest first.
package enum Axis: CaseIterable, Sendable {
  case z, y, x
}

extension Shape3 {
  /// The extent along one axis.
  package subscript(axis: Axis) -> Int {
    get {
      switch axis {
      case .z: z
      case .y: y
      case .x: x
      }
    }
    set {
      switch axis {
      case .z: z = newValue
      case .y: y = newValue
      case .x: x = newValue
      }
    }
  }

  /// The extents that `value` gives for each axis.
  package init(_ value: (Axis) -> Int) {
    self.init(z: value(.z), y: value(.y), x: value(.x))
  }

  /// `n` along every axis.
  package init(cube n: Int) { self.init(z: n, y: n, x: n) }
}

/// How an operation moves along one axis: all that extents, strides and dependencies need.
enum AxisStep: Hashable {
  /// Position p needs position p.
  case pointwise
  /// Position p needs `kernel` positions from p * stride - before on.
  case gather(kernel: Int, stride: Int, before: Int, after: Int)
  /// Position p writes `kernel` positions from p * stride - before on; the ends are cut off.
  case scatter(kernel: Int, stride: Int, before: Int, after: Int)
  /// Position p needs the positions from p - reach to p + reach, all of which must be there: the
  /// extent shrinks by `reach` at either end.
  case window(reach: Int)

  /// The extent after this step; `nil` where nothing is left or the number is too large.
  func extent(after extent: Int) -> Int? {
    switch self {
    case .pointwise:
      return extent
    case .window(let reach):
      return extent > 2 * reach ? extent - 2 * reach : nil
    case .gather(let kernel, let stride, let before, let after):
      let (padded, overflow) = extent.addingReportingOverflow(before + after)
      guard !overflow, padded >= kernel else { return nil }
      return (padded - kernel) / stride + 1
    case .scatter(let kernel, let stride, let before, let after):
      let (distance, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      guard !overflow, distance < Graph.largestExtent else { return nil }
      let result = distance + kernel - before - after
      return result > 0 ? result : nil
    }
  }

  /// The input positions that the output positions `range` need; `nil` where they need none.
  func positions(neededFor range: ClosedRange<Int>) -> ClosedRange<Int>? {
    switch self {
    case .pointwise:
      return range
    case .window(let reach):
      return (range.lowerBound - reach)...(range.upperBound + reach)
    case .gather(let kernel, let stride, let before, _):
      let first = range.lowerBound * stride - before
      return first...(range.upperBound * stride - before + kernel - 1)
    case .scatter(let kernel, let stride, let before, _):
      let first = -floorDivide(-(range.lowerBound + before - kernel + 1), stride)
      let last = floorDivide(range.upperBound + before, stride)
      return first <= last ? first...last : nil
    }
  }
}

/// a / b, rounded down also below zero.
func floorDivide(_ a: Int, _ b: Int) -> Int {
  let quotient = a / b
  return a % b < 0 ? quotient - 1 : quotient
}

extension Operation {
  /// How this operation moves along `axis`.
  func step(along axis: Axis) -> AxisStep {
    switch self {
    case .convolution(let layer):
      .gather(
        kernel: layer.kernel[axis], stride: layer.stride[axis],
        before: layer.padding.before[axis], after: layer.padding.after[axis])
    case .depthwiseConvolution(let layer):
      .gather(
        kernel: layer.kernel[axis], stride: layer.stride[axis],
        before: layer.padding.before[axis], after: layer.padding.after[axis])
    case .maxPool(let window):
      .gather(kernel: window[axis], stride: window[axis], before: 0, after: 0)
    case .transposedConvolution(let layer):
      .scatter(
        kernel: layer.kernel[axis], stride: layer.stride[axis],
        before: layer.crop.before[axis], after: layer.crop.after[axis])
    case .upsampleNearest(let factor):
      .scatter(kernel: factor[axis], stride: factor[axis], before: 0, after: 0)
    case .layersToChannels(let count):
      axis == .z ? .window(reach: (count - 1) / 2) : .pointwise
    case .crop(let crop):
      .gather(kernel: 1, stride: 1, before: -crop.before[axis], after: -crop.after[axis])
    case .input, .batchNormalisation, .groupNormalisation, .relu, .add, .concatenate, .softmax,
      .dropout, .gaussianNoise, .identity:
      .pointwise
    }
  }
}
