import NeuralGraph
import VolumeCore

/// A network as options describe it: a preset, and what differs from it.
enum NetworkChoices {
  static let options: [OptionDeclaration] = [
    OptionDeclaration(
      "dimension", "D",
      "2d, 2.5d (layers as channels), 2.5d-encoder (one encoder for each layer), 2.5d-network (one "
        + "network for each layer) or 3d; default: the preset's"),
    OptionDeclaration(
      "layers", "N", "the layers that a 2.5D network sees, an odd number; default 5"),
    OptionDeclaration("filters", "N", "channels of the first convolution"),
    OptionDeclaration("depth", "N", "how often the resolution is halved"),
    OptionDeclaration("growth", "N", "by what channels grow from level to level"),
    OptionDeclaration("kernel", "N", "the extent of kernels, an odd number"),
    OptionDeclaration("convolutions", "N", "convolutions in a block"),
    OptionDeclaration("channels", "N", "channels of a scan's voxels; default 1, grey"),
    OptionDeclaration("classes", "N", "classes that are told apart"),
    OptionDeclaration("convolution", "KIND", "plain or separable"),
    OptionDeclaration("residual", "KIND", "a block's second path: none, 1x1 or 3x3"),
    OptionDeclaration(
      "norm", "KIND", "none, batch, layer-channels, layer-space or layer-both"),
    OptionDeclaration("down", "KIND", "pool, or learned (a convolution with stride 2)"),
    OptionDeclaration(
      "up", "KIND", "nearest, transposed (2x2), or learned (3x3 transposed, norm, ReLU)"),
    OptionDeclaration("width", "KIND", "plain, or modular (a block's last convolution grows)"),
    OptionDeclaration("dropout", "RATE", "the rate of dropout, 0 for none"),
    OptionDeclaration("noise", "SIGMA", "the noise that training adds before the last layer"),
    OptionDeclaration("padding", "KIND", "same, or valid (smaller results, cropped skips)"),
  ]

  /// The options of the preset that `arguments` name, changed by the others.
  static func read(_ arguments: Arguments) throws(Explanation) -> UNetOptions {
    var options = try UNetPreset.named(arguments.values["preset"] ?? "plain").options
    try explained { () throws(UsageError) in
      try change(&options, arguments)
    }
    try explained { () throws(UNetError) in try options.check() }
    return options
  }

  private static func change(
    _ options: inout UNetOptions, _ arguments: Arguments
  ) throws(UsageError) {
    func number(_ option: String, _ place: WritableKeyPath<UNetOptions, Int>) throws(UsageError) {
      if let value = try arguments.value(
        option, { text throws(UsageError) in try text.wholeNumber(atLeast: 0) })
      {
        options[keyPath: place] = value
      }
    }
    func choice(_ option: String, _ names: [String]) throws(UsageError) -> String? {
      try arguments.value(option) { text throws(UsageError) in try text.oneOf(names) }
    }
    func real(_ option: String, _ place: WritableKeyPath<UNetOptions, Float>) throws(UsageError) {
      guard let text = arguments.values[option] else { return }
      guard let value = Float(text), value.isFinite else {
        throw .badValue(
          option: option, text: text, why: "this is no number", expected: "as in --\(option) 0.1")
      }
      options[keyPath: place] = value
    }
    try number("filters", \.filters)
    try number("depth", \.depth)
    try number("growth", \.growth)
    try number("kernel", \.kernel)
    try number("convolutions", \.convolutions)
    try number("channels", \.inputChannels)
    try number("classes", \.classes)
    try real("dropout", \.dropout)
    try real("noise", \.noise)
    if let word = try choice("convolution", ["plain", "separable"]) {
      options.separable = word == "separable"
    }
    if let word = try choice("residual", ["none", "1x1", "3x3"]) {
      options.residual = word != "none"
      options.residualKernel = word == "1x1" ? 1 : 3
    }
    if let word = try choice("norm", Array(norms.keys).sorted()), let norm = norms[word] {
      options.norm = norm
    }
    if let word = try choice("down", ["pool", "learned"]) {
      options.down = word == "pool" ? .maxPool : .strided
    }
    if let word = try choice("up", ["nearest", "transposed", "learned"]) {
      options.up =
        word == "nearest" ? .nearest : word == "transposed" ? .transposed2 : .transposed3
    }
    if let word = try choice("width", ["plain", "modular"]) {
      options.width = word == "plain" ? .plain : .modular
    }
    if let word = try choice("padding", ["same", "valid"]) {
      options.edge = word == "same" ? .same : .valid
    }
    try changeDimension(&options, arguments, try choice("dimension", dimensions))
  }

  private static let dimensions = ["2d", "2.5d", "2.5d-encoder", "2.5d-network", "3d"]

  private static let norms: [String: UNetOptions.Norm] = [
    "none": .none, "batch": .batch, "layer-channels": .layerOverChannels,
    "layer-space": .layerOverSpace, "layer-both": .layerOverBoth,
  ]

  private static func changeDimension(
    _ options: inout UNetOptions, _ arguments: Arguments, _ word: String?
  ) throws(UsageError) {
    let given = try arguments.value("layers") { text throws(UsageError) in
      try text.wholeNumber(atLeast: 1)
    }
    let layers = given ?? options.dimension.layers ?? 5
    switch word {
    case "2d": options.dimension = .plane
    case "2.5d": options.dimension = .layersAsChannels(layers)
    case "2.5d-encoder": options.dimension = .sharedEncoder(layers)
    case "2.5d-network": options.dimension = .sharedNetwork(layers)
    case "3d": options.dimension = .volume
    default:
      switch options.dimension {
      case .layersAsChannels: options.dimension = .layersAsChannels(layers)
      case .sharedEncoder: options.dimension = .sharedEncoder(layers)
      case .sharedNetwork: options.dimension = .sharedNetwork(layers)
      case .plane, .volume: break
      }
    }
    guard given == nil || options.dimension.layers != nil else {
      throw .conflict("layers", "dimension", why: "only 2.5D networks see several layers")
    }
  }
}

extension UNetOptions.Dimension {
  /// "2D", "2.5D of 5 layers", "3D".
  var words: String {
    switch self {
    case .plane: "2D"
    case .layersAsChannels(let count): "2.5D of \(count) layers"
    case .sharedEncoder(let count): "2.5D of \(count) layers, one encoder"
    case .sharedNetwork(let count): "2.5D of \(count) layers, one network"
    case .volume: "3D"
    }
  }

  /// The layers of a 2.5D network.
  var layers: Int? {
    switch self {
    case .layersAsChannels(let count), .sharedEncoder(let count), .sharedNetwork(let count): count
    case .plane, .volume: nil
    }
  }
}
