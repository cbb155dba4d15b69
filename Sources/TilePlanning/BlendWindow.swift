import VolumeCore

/// The windows that a network sees along one axis, where what it says of them is blended: where each
/// begins, and how much it counts at each of its positions.
///
///     ┌──────window──────┐
///           ┌──────────────────┐      a window begins every `step`, the last one at the end
///     1111111177553311                the weights of the first: from whole to none over the overlap
///             11335577111111111       those of the second: at each position all weights are 1 together
///
/// Positions are counted from the first window's; so a part of an axis that begins with a window is cut
/// as the whole is.
public struct BlendWindow: Hashable, Sendable {
  /// Positions in a window; fewer where the axis is shorter.
  public let length: Int
  /// Where the windows begin.
  public let starts: [Int]
  /// For each window the weight of each position.
  public let weights: [[Float]]

  /// Windows of `window` positions every `step`, which is no more, on an axis of `extent`.
  public init(extent: Int, window: Int, step: Int) {
    precondition(extent > 0 && step > 0 && window >= step)
    length = min(window, extent)
    let length = length
    var starts = Array(stride(from: 0, to: max(extent - length, 0), by: step))
    starts.append(extent - length)
    self.starts = starts
    let ramp = Float(max(length - step, 1))
    var total = [Float](repeating: 0, count: extent)
    // Down to the half of a step at either end, and never to none: faces have one window alone.
    let raw = (0..<length).map { min(1, (Float(min($0, length - 1 - $0)) + 0.5) / ramp) }
    for start in starts { for place in 0..<length { total[start + place] += raw[place] } }
    weights = starts.map { start in (0..<length).map { raw[$0] / total[start + $0] } }
  }
}

/// How a volume is cut into windows that overlap and are blended, for networks of which no tile can be
/// exact, and for who wants it.
public struct BlendLayout: Hashable, Sendable {
  /// What the network sees at once, multiples of its stride; along an axis that it does not look along,
  /// all that a tile has.
  public var window: Shape3
  /// The distance of two windows.
  public var step: Shape3

  /// Windows of `window`, one every `step`.
  public init(window: Shape3, step: Shape3) {
    self.window = window
    self.step = step
  }
}

/// What the tiles of a blended volume read along one axis.
struct BlendCutter {
  /// The extent up to a multiple of the stride.
  let filled: Int
  let window: Int
  let step: Int

  /// All windows that meet `core`: what is blended there is then the same whatever the tiles.
  func cut(_ core: Range<Int>) -> AxisCut {
    guard filled > window else {
      return AxisCut(core: core, input: 0..<filled, isExact: true, computed: filled)
    }
    let last = filled - window
    let first = ((core.lowerBound - window) / step + 1) * step
    let begin = core.lowerBound < window ? 0 : min(first, last)
    let next = (core.upperBound - 1) / step * step
    let end = core.upperBound > last || next + window >= filled ? filled : next + window
    return AxisCut(
      core: core, input: begin..<end, isExact: false, computed: computed(begin..<end))
  }

  /// Positions computed for a tile that reads `input`.
  func computed(_ input: Range<Int>) -> Int {
    let windows = BlendWindow(extent: input.count, window: window, step: step)
    return windows.starts.count * windows.length
  }
}
