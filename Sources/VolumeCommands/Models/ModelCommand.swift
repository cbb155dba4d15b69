import EngineCore
import NeuralGraph
import VolumeCore

/// `model`: makes, shows, converts, compares and adapts networks, and looks into them.
public struct ModelCommand: Command {
  /// The command.
  public init() {}

  /// "model".
  public var name: String { "model" }
  /// What it does.
  public var summary: String {
    "make, show, convert, compare, look into, adapt or calibrate networks"
  }
  /// What it takes.
  public var operands: String {
    "new|show|convert|compare|features|adapt|calibrate [MODEL... SCAN]"
  }
  /// Its options.
  public var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "output", "FILE",
        "the file to write: new, convert, adapt: by its ending; features: a PNG; calibrate: "
          + "JSON, beside the model without it",
        short: "o"),
      OptionDeclaration(
        "preset", "NAME",
        "new, show: the network to begin with; default plain. " + list(UNetPreset.names)),
    ] + NetworkChoices.options + [
      OptionDeclaration(
        "class-names", "A,B,...", "new: the classes' names, as matrix,fibre,porosity"),
      OptionDeclaration("seed", "N", "new, adapt: equal seeds make equal weights; default 1"),
      OptionDeclaration("diagram", "FILE", "show: draw the network as an SVG"),
      OptionDeclaration(
        "card", "FILE",
        "convert: members (JSON) that the model's card gets, as data, licence or accuracy"),
      OptionDeclaration(
        "weights-only", nil, "convert: leave out what the optimiser remembers, where it is there"),
    ] + ModelFeatures.options + ModelAdaptation.options + ModelCalibration.options + [
      OptionDeclaration(
        "window", "LOW:HIGH",
        "features, adapt, calibrate: grey values that become 0 and 1, or auto; default: the model's"
      ),
      .memory, .threads,
    ] + OptionDeclaration.inputs + [.overwrite]
  }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume model new --preset paper --filters 16 --output paper.h5",
      "t2s-volume model show paper.h5 --diagram paper.svg",
      "t2s-volume model show --preset vanilla03 --dimension 3d",
      "t2s-volume model convert run/model.h5 --output model.keras",
      "t2s-volume model compare first.h5 second.h5",
      "t2s-volume model features big.raw --layer enc-block-1 --at 40,512,300 --output maps.png",
      "t2s-volume model adapt run/model.h5 sister.raw --output adapted.h5",
      "t2s-volume model calibrate run/model.h5 big.raw",
    ]
  }
  /// What else is worth knowing.
  public var notes: [String] {
    UNetPreset.allCases.map { "\($0.rawValue): \($0.words)." } + [
      "features draws what a layer makes of a crop, each channel over its own range, beside the crop "
        + "itself; of volumes the layer in the middle. At the crop's edges the network sees zeros.",
      "adapt keeps a model's weights and estimates the statistics of its batch normalisation again on "
        + "a scan that nobody has annotated. Use it where the greys of a sister, or of another load "
        + "step, have drifted far and not in a straight line (gamma, another filter, values cut off "
        + "at 0), and look at the labels. Where greys were only scaled and moved, segment "
        + "--match-grey, or --window, is better; where they have not drifted, adapt costs about a "
        + "hundredth of the mean Jaccard index, most of it in porosity.",
      "calibrate makes a model ready for --precision int8: it computes crops of the scan, notes how "
        + "large every channel's values become, and compares the labels of other crops in bytes with "
        + "those in single precision. The file lies beside the model; where it says that next to "
        + "nothing is lost (each class less than 0.002 of its Jaccard index against --labels, or 99.8 % "
        + "of the labels equal), segment computes that model in bytes by itself on processors with "
        + "VNNI.",
    ]
  }

  /// Does what the first word says.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    var arguments = arguments
    let actions = ["new", "show", "convert", "compare", "features", "adapt", "calibrate"]
    guard let word = arguments.operands.first else {
      throw UsageError.operandMissing(list(actions), command: name).explanation
    }
    guard actions.contains(word) else {
      let near = nearest(to: word, among: actions)
      throw Explanation(
        .input, "model '\(word)' is nothing that can be done",
        remedy: near.map { "did you mean 'model \($0)'?" } ?? "say \(list(actions))")
    }
    arguments.operands.removeFirst()
    let rest = arguments
    func paths(_ names: [String]) throws(Explanation) -> [String] {
      try explained { () throws(UsageError) in try rest.operands(names, of: "\(name) \(word)") }
    }
    switch word {
    case "new":
      _ = try paths([])
      return try ModelMaking(rest).run(context)
    case "show":
      if rest.operands.isEmpty, rest.values["preset"] != nil {
        let model = try ModelMaking(rest, needsWeights: false).model
        return try ModelShowing(model, diagram: rest.values["diagram"]).run(context)
      }
      let model = try context.catalogue.model(try paths(["MODEL"])[0])
      return try ModelShowing(model, diagram: rest.values["diagram"]).run(context)
    case "features":
      let scan = try paths(["SCAN"])[0]
      return try explained { () throws(UsageError) in try ModelFeatures(scan, rest) }.run(context)
    case "adapt":
      let both = try paths(["MODEL", "SCAN"])
      return try explained { () throws(UsageError) in
        try ModelAdaptation(both[0], both[1], rest)
      }.run(context)
    case "calibrate":
      let scan = rest.values["scan"]
      let names = try paths(scan == nil ? ["MODEL", "SCAN"] : ["MODEL"])
      return try explained { () throws(UsageError) in
        try ModelCalibration(names[0], scan ?? names[1], rest)
      }.run(context)
    case "convert":
      return try ModelConversion(try paths(["MODEL"])[0], rest).run(context)
    default:
      let both = try paths(["MODEL", "MODEL"])
      let comparison = ModelComparison(
        try context.catalogue.model(both[0]), try context.catalogue.model(both[1]))
      for line in comparison.lines { context.console.say(line) }
      return comparison.json
    }
  }
}

extension UNetPreset {
  /// All names.
  package static var names: [String] { allCases.map(\.rawValue) }

  /// The preset of that name, or which one may have been meant.
  package static func named(_ name: String) throws(Explanation) -> UNetPreset {
    if let preset = allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) {
      return preset
    }
    let near = nearest(to: name, among: names)
    throw Explanation(
      .input, "there is no preset '\(name)'",
      remedy: (near.map { "did you mean '\($0)'? " } ?? "") + "Presets are \(list(names))")
  }
}
