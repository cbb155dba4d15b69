/// How a step of a network moves along z; or along y, where a layer is computed a few rows at a time, which are
/// what is called layers here then.
package enum DepthStep: Hashable, Sendable {
  /// Layer p needs the layers from p * stride - before on, `kernel` of them.
  case gather(kernel: Int, stride: Int, before: Int)
  /// Layer p needs layer p / factor.
  case spread(factor: Int)

  /// Layer p needs layer p alone.
  package static let same = DepthStep.gather(kernel: 1, stride: 1, before: 0)

  /// What the number of layers made at a time must be a multiple of.
  var factor: Int { if case .spread(let factor) = self { factor } else { 1 } }

  /// How many layers can be made once `ready` of `extent` are there; `whole` is all of them.
  func layers(madeOf ready: Int, of extent: Int, at whole: Int) -> Int {
    if ready >= extent { return whole }
    switch self {
    case .gather(let kernel, let stride, let before):
      // The last layer p for which p * stride - before + kernel - 1 < ready.
      let last = ready - kernel + before
      return last < 0 ? 0 : min(whole, last / stride + 1)
    case .spread(let factor): return min(whole, ready * factor)
    }
  }

  /// The first layer that layer `p` needs.
  func input(from p: Int) -> Int {
    switch self {
    case .gather(_, let stride, let before): max(0, p * stride - before)
    case .spread(let factor): p / factor
    }
  }

  /// The layers that `output` needs, and the zeros before and after them.
  func input(for output: Range<Int>, of extent: Int) -> (Range<Int>, before: Int, after: Int) {
    switch self {
    case .gather(let kernel, let stride, let before):
      let first = output.lowerBound * stride - before
      let last = (output.upperBound - 1) * stride - before + kernel
      return (max(0, first)..<min(extent, last), max(0, -first), max(0, last - extent))
    case .spread(let factor):
      return (output.lowerBound / factor..<output.upperBound / factor, 0, 0)
    }
  }
}
