import Annotation
import VolumeCore

/// `annotate threshold`: labels by grey value.
enum ThresholdAction: AnnotateAction {
  static let word = "threshold"
  static let summary = "labels by thresholds: given, or found in the histogram"
  static let options = [
    OptionDeclaration(
      "thresholds", "T,T,...", "threshold: grey values; a voxel above one belongs to the next class"
    ),
    OptionDeclaration(
      "method", "METHOD",
      "threshold: \(list(ThresholdMethod.allCases.map(\.rawValue))); smooth: median, gaussian or "
        + "non-local"),
    OptionDeclaration(
      "class-names", "A,B,...",
      "threshold: the classes from the darkest, as porosity,matrix,fibre; a value may be given, as "
        + "porosity=2; default: class 0, class 1, ..."),
    OptionDeclaration("classes", "N", "threshold: how many, where --class-names does not say"),
  ]
  static let examples = [
    "t2s-volume annotate threshold big.raw --thresholds 131 --output labels.zarr",
    "t2s-volume annotate threshold big.raw --classes 3 "
      + "--class-names pore=2,matrix=0,fibre=1 -o t.zarr",
  ]
  static let notes = [
    "threshold: otsu finds the thresholds of the greatest variance between classes (for several in at "
      + "most 256 bins), kmeans moves means until each grey value belongs to the nearest. What is no "
      + "number is not annotated."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, target, choices) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["SCAN"], of: "annotate threshold")[0],
        try AnnotateOutput(arguments, of: word), try Choices(arguments)
      )
    }
    let scan = try context.openInput(path, hints: target.hints)
    var thresholds = choices.thresholds
    if let method = choices.method {
      let progress = Progress(context.console, "counting", total: scan.volume.shape.voxelCount)
      let histogram = try GreyHistogram.count(
        scan, memory: target.limits.memory, threads: target.limits.threads,
        isStopped: { context.stopSignal() != nil }, progress: { progress.add($0) })
      progress.end()
      try context.checkForStop(remedy: "give the same command again")
      if let histogram {
        thresholds = try method.thresholds(of: histogram, count: choices.classes.count - 1)
      }
    }
    let plan: [String: JSONValue] = [
      "command": "annotate threshold", "thresholds": .array(thresholds.map { .number($0) }),
      "values": .array(choices.classes.map { .integer($0.value) }),
    ]
    let labels = ThresholdedVolume(
      scan, thresholds: thresholds, values: choices.classes.map { UInt8($0.value) },
      classes: choices.classes.sorted { $0.value < $1.value })
    let writing = try target.writing(labels, plan: plan, inputs: [(path, scan)], context)
    let words = thresholds.map { Words.short($0) }.joined(separator: ", ")
    context.console.say("thresholds: \(words)")
    var result = target.say(
      try writing.run("comparing", context), scan.volume.shape, context)
    result["thresholds"] = .array(thresholds.map { .number($0) })
    return result
  }

  private struct Choices {
    var thresholds: [Double] = []
    var method: ThresholdMethod?
    var classes: [LabelClass]

    init(_ arguments: Arguments) throws(UsageError) {
      let name = try arguments.value("method") { text throws(UsageError) in
        try text.oneOf(ThresholdMethod.allCases.map(\.rawValue))
      }
      method = name.flatMap(ThresholdMethod.init)
      if let text = arguments.values["thresholds"] {
        let option = OptionText(option: "thresholds", text: text)
        for field in text.split(separator: ",", omittingEmptySubsequences: false) {
          guard let number = signedDecimal(field), thresholds.last.map({ $0 < number }) ?? true
          else {
            throw option.wrong(
              "'\(field)' is no number above the one before", "give rising numbers: 30,131")
          }
          thresholds.append(number)
        }
        guard method == nil else {
          throw .conflict(
            "thresholds", "method", why: "thresholds are given, or found by a method")
        }
      } else if method == nil {
        method = .otsu
      }
      let count = try arguments.value("classes") { text throws(UsageError) in
        try text.wholeNumber(atLeast: 2)
      }
      classes = LabelClass.unnamed(
        count: thresholds.isEmpty ? min(count ?? 2, 250) : thresholds.count + 1)
      if let text = arguments.values["class-names"] {
        let option = OptionText(option: "class-names", text: text)
        classes = []
        for (place, field) in text.split(separator: ",", omittingEmptySubsequences: false)
          .enumerated()
        {
          let sides = field.split(separator: "=", omittingEmptySubsequences: false)
          let value = sides.count == 2 ? decimal(sides[1]) : place
          guard (1...2).contains(sides.count), !sides[0].isEmpty, let value,
            value < LabelClass.outsideValue, !classes.contains(where: { $0.value == value })
          else {
            throw option.wrong(
              "'\(field)' is no class, or its value is taken",
              "name classes from the darkest: porosity=2,matrix=0,fibre=1")
          }
          classes.append(
            LabelClass(
              value: value, name: String(sides[0]),
              colour: LabelClass.palette[value % LabelClass.palette.count]))
        }
      }
      let wanted = thresholds.isEmpty ? count ?? classes.count : thresholds.count + 1
      guard classes.count == wanted, classes.count >= 2 else {
        throw OptionText(option: "class-names", text: arguments.values["class-names"] ?? "").wrong(
          "these are \(classes.count) classes, and \(wanted) are asked for",
          "name each class, from the darkest")
      }
    }
  }
}
