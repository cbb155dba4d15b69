import VolumeCore

/// Options that describe no network.
public enum UNetError: ExplainedError, Hashable {
  /// A number that is too small or too large.
  case outOfRange(option: String, value: Int, least: Int, most: Int)
  /// A number that must be odd.
  case even(option: String, value: Int)
  /// A rate or a deviation that makes no sense.
  case impossible(option: String, value: Float)
  /// The last level would have more channels than any machine can hold.
  case tooWide(filters: Int, depth: Int, growth: Int)
  /// Layers are seen one by one, and each has several channels.
  case layersOfChannels(Int)
  /// Without padding, windows must not overlap on the way up, nor step on the way down.
  case edgeNeedsRigidSampling
  /// Without padding, the second path of a block would lose more than the first.
  case edgeLosesTooMuch(residualKernel: Int)

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .outOfRange(let option, let value, let least, let most):
      Explanation(
        .input, "\(option) is \(value)", remedy: "give a number from \(least) to \(most)")
    case .even(let option, let value):
      Explanation(
        .input, "\(option) is \(value), which has no middle", remedy: "give an odd number")
    case .impossible(let option, let value):
      Explanation(
        .input, "\(option) is \(value)",
        remedy: option == "dropout" ? "give a rate from 0 to 0.95" : "give a number from 0 to 10")
    case .tooWide(let filters, let depth, let growth):
      Explanation(
        .input,
        "\(filters) filters that grow by \(growth) at each of \(depth) levels are more than 65536",
        remedy: "give fewer filters, or a smaller depth")
    case .layersOfChannels(let channels):
      Explanation(
        .input, "a 2.5D network takes grey layers, and the input has \(channels) channels",
        remedy: "leave the channels of the input out, or choose 2D or 3D")
    case .edgeNeedsRigidSampling:
      Explanation(
        .input, "padding 'valid' goes with pooling and 2x2 transposed convolutions or repetition",
        remedy: "choose padding 'same', or down 'maxPool' and up 'transposed2'")
    case .edgeLosesTooMuch(let kernel):
      Explanation(
        .input,
        "a residual kernel of \(kernel) without padding loses more than the block's convolutions",
        remedy: "choose padding 'same', or a residual kernel of 1")
    }
  }
}

extension UNetOptions {
  /// No network has more levels.
  public static let largestDepth = 6
  /// No level has more channels.
  static let largestWidth = 1 << 16

  /// Checks all that would give no network.
  public func check() throws(UNetError) {
    try check("filters", filters, 1, 1024)
    try check("depth", depth, 0, Self.largestDepth)
    try check("growth", growth, 1, 4)
    try check("kernel", kernel, 1, 9)
    try check("convolutions", convolutions, 1, 8)
    try check("classes", classes, 1, 254)
    try check("input channels", inputChannels, 1, 1024)
    try check("residual kernel", residualKernel, 1, 9)
    for (option, value) in [("kernel", kernel), ("residual kernel", residualKernel)]
    where value % 2 == 0 {
      throw .even(option: option, value: value)
    }
    switch dimension {
    case .layersAsChannels(let count), .sharedEncoder(let count), .sharedNetwork(let count):
      try check("layers", count, 3, 99)
      guard count % 2 == 1 else { throw .even(option: "layers", value: count) }
      guard inputChannels == 1 else { throw .layersOfChannels(inputChannels) }
    case .plane, .volume: break
    }
    guard (0...0.95).contains(dropout) else { throw .impossible(option: "dropout", value: dropout) }
    guard (0...10).contains(noise) else { throw .impossible(option: "noise", value: noise) }
    var widest = filters
    for _ in 0..<(depth + 2) {
      widest *= growth
      guard widest <= Self.largestWidth else {
        throw .tooWide(filters: filters, depth: depth, growth: growth)
      }
    }
    if edge == .valid {
      guard down == .maxPool, up != .transposed3 else { throw .edgeNeedsRigidSampling }
      guard !residual || residualKernel - 1 <= blockLoss else {
        throw .edgeLosesTooMuch(residualKernel: residualKernel)
      }
    }
  }

  private func check(
    _ option: String, _ value: Int, _ least: Int, _ most: Int
  ) throws(UNetError) {
    guard (least...most).contains(value) else {
      throw .outOfRange(option: option, value: value, least: least, most: most)
    }
  }

  /// The network, after checking that there is one.
  public func checkedGraph(seed: UInt64?) throws(UNetError) -> Graph {
    try check()
    return graph(seed: seed)
  }
}
