import NeuralGraph
import VolumeCore

/// What an axis of a value of the file stands for.
enum FeatureAxis: Hashable {
  case batch
  case channel
  case z
  case y
  case x
  /// One of extent 1 that stands for nothing.
  case unit
  /// Channels in groups, as GroupNorm is exported: (batch, group, all the rest).
  case group
  /// The channels of a group with all their places.
  case rest
}

/// A value that depends on the scan: the network's values, as the file's operators see them.
///
/// Extents are those for one chosen extent of the input, so that whatever exporters compute of shapes
/// comes down to numbers.
struct Feature {
  /// The node of the network that gives it.
  var node: Int
  /// What the axes of the array are, in its order.
  var axes: [FeatureAxis]
  /// Their extents.
  var extents: [Int]
  /// Whether some other operator takes it, or has taken what it is made of.
  var isShared = false
  /// Zeros put around the node's value that no convolution has yet taken in; `extents` has them.
  var padding = Padding.none
  /// Whether no number of it is below zero.
  var isNonNegative = false
  /// What has become of it beyond the network's own node.
  var end = FeatureEnd.none
  /// How many layers of a scan lie in its batch, one after the other.
  var layers = 1
  /// The array before channels were put into groups.
  var ungrouped: (axes: [FeatureAxis], extents: [Int])?
}

/// What a network may end in; nothing but moving numbers about may follow.
enum FeatureEnd: Hashable {
  /// It has not ended.
  case none
  /// The probability of the second of two classes, of which the node gives both.
  case secondOfTwo
  /// The logarithms of probabilities; the node gives these themselves.
  case logarithms
  /// The class with the highest score.
  case labels
}

extension Feature {
  /// The extent of an axis; 1 where it is not there.
  subscript(_ axis: FeatureAxis) -> Int {
    axes.firstIndex(of: axis).map { extents[$0] } ?? 1
  }

  /// Whether the axes are those that ONNX's own operators take: batch, channel, then z, y and x.
  var isChannelsFirst: Bool {
    axes == [.batch, .channel, .y, .x] || axes == [.batch, .channel, .z, .y, .x]
  }

  /// The axes in space.
  var spatial: [FeatureAxis] { axes.filter { $0 == .z || $0 == .y || $0 == .x } }
}

extension FeatureAxis {
  /// The axis in space that it is.
  var spatial: Axis? {
    switch self {
    case .z: .z
    case .y: .y
    case .x: .x
    case .batch, .channel, .unit, .group, .rest: nil
    }
  }
}

extension Padding {
  /// Whether it changes nothing.
  var isNone: Bool { self == .none }

  /// Both paddings, one around the other.
  static func + (a: Padding, b: Padding) -> Padding {
    Padding(
      before: Shape3 { a.before[$0] + b.before[$0] }, after: Shape3 { a.after[$0] + b.after[$0] })
  }
}
