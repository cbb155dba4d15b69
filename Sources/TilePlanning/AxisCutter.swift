import NeuralGraph

/// What a tile writes along one axis, and what it reads for that.
struct AxisCut: Hashable {
  var core: Range<Int>
  var input: Range<Int>
  /// Whether all that the core depends on is read.
  var isExact: Bool
  /// Positions that the network computes for it, where these are not those that it reads.
  var computed: Int?

  /// The most that is read of the scan on one side of the core.
  func widestSide(of volume: Int) -> Int {
    max(core.lowerBound - max(input.lowerBound, 0), min(input.upperBound, volume) - core.upperBound)
  }
}

/// Says, along one axis, what a tile must read.
struct AxisCutter {
  let axis: Axis
  let graph: Graph
  /// The scan's extent.
  let volume: Int
  /// The same up to a multiple of the stride.
  let filled: Int
  let stride: Int
  /// Layers beside each that are looked at and have no result, the scan being reflected at both
  /// faces for them.
  var margin = 0
  /// What is read on each side beyond that; `nil`: what the network needs.
  let halo: Int?
  /// Dependencies repeat with the stride, so each kind of core is asked for once.
  private var known: [Core: (before: Int, after: Int)] = [:]

  private struct Core: Hashable {
    var phase: Int
    var count: Int
  }

  init(
    axis: Axis, graph: Graph, volume: Int, filled: Int, stride: Int, margin: Int = 0, halo: Int?
  ) {
    self.axis = axis
    self.graph = graph
    self.volume = volume
    self.filled = filled
    self.stride = stride
    self.margin = margin
    self.halo = halo
  }

  /// What the network needs for `core`, itself included, also outside the volume.
  private mutating func needed(_ core: Range<Int>) -> Range<Int> {
    let key = Core(phase: core.lowerBound % stride, count: core.count)
    if known[key] == nil {
      let last = core.upperBound - 1
      let range =
        graph.inputRange(neededFor: core.lowerBound...last, along: axis)
        ?? core.lowerBound...last
      known[key] = (
        max(core.lowerBound - range.lowerBound, margin), max(range.upperBound - last, margin)
      )
    }
    let (before, after) = known[key] ?? (0, 0)
    return (core.lowerBound - before)..<(core.upperBound + after)
  }

  /// What a tile that writes `core` reads.
  mutating func cut(_ core: Range<Int>) -> AxisCut {
    let all = -margin..<(filled + margin)
    let needed = needed(core).clamped(to: all)
    let context =
      halo.map { (core.lowerBound - $0 - margin)..<(core.upperBound + $0 + margin) } ?? needed
    var first = max(all.lowerBound, context.lowerBound)
    // With a margin the stride is 1; without one, nothing lies before 0.
    if margin == 0 { first = first / stride * stride }
    var last = min(all.upperBound, context.upperBound.roundedUp(to: stride))
    if last > volume {
      // The filling is a reflection of what lies before the face, which must be there too.
      let source = max(0, 2 * (volume - 1) - (last - 1))
      first = min(first, source / stride * stride)
    }
    if first < 0 { last = max(last, min(volume, 1 - first)) }
    let input = first..<last
    return AxisCut(
      core: core, input: input,
      isExact: input.lowerBound <= needed.lowerBound && needed.upperBound <= input.upperBound)
  }
}
