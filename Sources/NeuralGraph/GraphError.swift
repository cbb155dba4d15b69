import VolumeCore

/// A graph that describes no network that could be computed.
public enum GraphError: ExplainedError, Hashable {
  /// There are no nodes.
  case empty
  /// The first node must be the input, and no other may be one.
  case misplacedInput(node: String)
  /// The node whose value is the result does not exist.
  case outputIsMissing(output: Int, nodes: Int)
  /// A node takes the value of one that does not come before it.
  case usesLaterNode(node: String, input: Int)
  /// A node takes too many values or too few.
  case wrongInputCount(node: String, wanted: Int, found: Int)
  /// An extent of a kernel, a stride, a padding or a number of channels makes no sense.
  case impossibleParameter(node: String, parameter: String, value: Int)
  /// A rate or a deviation makes no sense.
  case impossibleNumber(node: String, parameter: String, value: Float)
  /// A value has another number of channels than the node that takes it.
  case channelsDisagree(node: String, wanted: Int, found: Int)
  /// The network takes several channels, and they cannot be the layers around a voxel: an even
  /// number has none in the middle, and a network of three dimensions takes layers as such.
  case channelsAreNoLayers(node: String, channels: Int)
  /// A node has more parameters, or fewer, than its channels and kernel ask for.
  case parametersDisagree(node: String, wanted: Int, found: Int)
  /// Values that are added or concatenated have been sampled down by different factors.
  case resolutionsDisagree(node: String)
  /// A kernel or window is larger than its (padded) input, or a crop leaves nothing of it.
  case doesNotFit(node: String, input: Shape3)
  /// Values that are added or concatenated differ in shape.
  case shapesDisagree(node: String, first: Shape3, other: Shape3)
  /// A value would be larger than any memory.
  case tooLarge(node: String, input: Shape3)
  /// A layer that looks at a mirrored volume as no layer looks at the volume itself.
  case cannotBeMirrored(node: String)

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .empty:
      explain("the network has no layers")
    case .misplacedInput(let node):
      explain("layer '\(node)': a network begins with its input and has only one")
    case .outputIsMissing(let output, let nodes):
      explain("the network's result is layer number \(output) of \(nodes)")
    case .usesLaterNode(let node, let input):
      explain("layer '\(node)' takes the value of layer number \(input), which comes later")
    case .wrongInputCount(let node, let wanted, let found):
      explain("layer '\(node)' takes \(found) values; it must take \(wanted)")
    case .impossibleParameter(let node, let parameter, let value):
      explain("layer '\(node)': \(parameter) is \(value)")
    case .impossibleNumber(let node, let parameter, let value):
      explain("layer '\(node)': \(parameter) is \(value)")
    case .channelsDisagree(let node, let wanted, let found):
      explain("layer '\(node)' takes \(wanted) channels and is given \(found)")
    case .channelsAreNoLayers(let node, let channels):
      Explanation(
        .input,
        "the model takes \(channels) channels ('\(node)'), and a scan has 1 (grey); only an odd "
          + "number of a 2D network can be the layers around each voxel",
        remedy: "choose a model that was trained on grey volumes")
    case .parametersDisagree(let node, let wanted, let found):
      explain("layer '\(node)' has \(found) parameters; its shape asks for \(wanted)")
    case .resolutionsDisagree(let node):
      explain("layer '\(node)' joins values that were sampled down by different factors")
    case .doesNotFit(let node, let input):
      Explanation(
        .input, "layer '\(node)' leaves nothing of a value of \(input)",
        remedy: "give the network a larger tile")
    case .shapesDisagree(let node, let first, let other):
      Explanation(
        .input, "layer '\(node)' joins values of \(first) and of \(other)",
        remedy: "give the network an input whose extents are multiples of its stride")
    case .tooLarge(let node, let input):
      Explanation(
        .input, "layer '\(node)' makes more of a value of \(input) than memory can hold",
        remedy: "give the network a smaller tile")
    case .cannotBeMirrored(let node):
      Explanation(
        .input, "layer '\(node)' steps over its input so that it cannot look at a mirrored volume",
        remedy: "leave --flips out")
    }
  }

  private func explain(_ what: String) -> Explanation {
    Explanation(.input, what, remedy: "the model cannot be used as it is: export it again")
  }
}
