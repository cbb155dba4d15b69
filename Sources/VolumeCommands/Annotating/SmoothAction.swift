import Annotation
import VolumeCore

/// `annotate smooth`: a scan made smoother before it is annotated.
enum SmoothAction: AnnotateAction {
  static let word = "smooth"
  static let summary =
    "a scan without some of its noise: median, Gaussian or non-local means; or its edges: gradient"
  static let options = [
    OptionDeclaration(
      "method", "METHOD",
      "threshold: \(list(ThresholdMethod.allCases.map(\.rawValue))); smooth: median, gaussian, "
        + "non-local or gradient"),
    OptionDeclaration("radius", "N", "smooth: the median's reach in voxels; default: 1"),
    OptionDeclaration(
      "sigma", "VOXELS",
      "smooth: the Gaussian's standard deviation; default: 0.7, of a gradient 1"),
    OptionDeclaration(
      "search", "N", "smooth: how far non-local means look for what is alike; default: 5"),
    OptionDeclaration("patch", "N", "smooth: the reach of what is compared; default: 1"),
    OptionDeclaration(
      "strength", "GREY", "smooth: the difference that non-local means take for noise; default: 20"),
    OptionDeclaration(
      "layers", nil, "grow, smooth: in each layer by itself; default: from layer to layer too"),
  ]
  static let examples = [
    "t2s-volume annotate smooth big.raw --method gaussian --sigma 0.7 --output smooth.zarr"
  ]
  static let notes = [
    "smooth: each voxel is what it would be if the whole volume were filtered at once; beyond its faces a "
      + "volume goes on as in a mirror. A gradient of 8 bits is written in 16, in 256ths of a grey value a voxel."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, target, smoothing) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["SCAN"], of: "annotate smooth")[0],
        try AnnotateOutput(arguments, of: word), try filter(arguments)
      )
    }
    let scan = try context.openInput(path, hints: target.hints)
    guard SmoothedVolume.takes(scan.volume.voxelType) else {
      throw Explanation(
        .input, "voxels of \(scan.volume.voxelType.rawValue) are not smoothed",
        remedy: "convert the scan to uint8, uint16 or float32 first")
    }
    let crosses = !arguments.has("layers") && scan.volume.shape.z > 1
    let smoothed = SmoothedVolume(scan, smoothing, crossesLayers: crosses)
    let writing = try target.writing(
      smoothed,
      plan: [
        "command": "annotate smooth", "filter": .string("\(smoothing)"),
        "in_volume": .bool(crosses),
      ], inputs: [(path, scan)], context)
    return target.say(try writing.run("smoothing", context), scan.volume.shape, context)
  }

  private static func filter(_ arguments: Arguments) throws(UsageError) -> Smoothing {
    func number(_ name: String, _ usual: Int, most: Int) throws(UsageError) -> Int {
      let value = try arguments.value(name) { text throws(UsageError) in try text.wholeNumber() }
      guard (value ?? usual) <= most else {
        throw OptionText(option: name, text: arguments.values[name] ?? "").wrong(
          "this is too large", "give at most \(most)")
      }
      return value ?? usual
    }
    func positive(_ name: String, _ usual: Double, most: Double) throws(UsageError) -> Double {
      guard let text = arguments.values[name] else { return usual }
      guard let value = positiveDecimal(text), value > 0, value <= most else {
        throw OptionText(option: name, text: text).wrong(
          "this is no number above 0", "give at most \(Words.short(most))")
      }
      return value
    }
    let methods = [
      "median": ["radius"], "gaussian": ["sigma"], "gradient": ["sigma"],
      "non-local": ["search", "patch", "strength"],
    ]
    let name = try arguments.value("method") { text throws(UsageError) in
      try text.oneOf(["median", "gaussian", "non-local", "gradient"])
    }
    guard let name else {
      throw .optionMissing(
        option: "method", why: "nothing says how",
        expected: "give median, gaussian, non-local or gradient")
    }
    for (method, options) in methods.sorted(by: { $0.key < $1.key }) where method != name {
      for option in options
      where arguments.values[option] != nil && methods[name]?.contains(option) != true {
        throw .conflict("method \(name)", option, why: "--\(option) is of \(method)")
      }
    }
    switch name {
    case "median": return .median(radius: try number("radius", 1, most: 5))
    case "gaussian": return .gaussian(sigma: try positive("sigma", 0.7, most: 8))
    case "gradient": return .gradient(sigma: try positive("sigma", 1, most: 8))
    default:
      return .nonLocal(
        patch: try number("patch", 1, most: 4), search: try number("search", 5, most: 12),
        strength: try positive("strength", 20, most: 1e6))
    }
  }
}
