import EngineCore
import VolumeCore

/// What the user chose for `segment`, each value read and nothing opened.
struct SegmentChoices: Sendable {
  var input: String
  var output: String
  var model: String?
  /// `nil`: the largest that memory allows.
  var tile: TileSize?
  /// `nil`: all that the network sees.
  var halo: Int?
  /// By which tiles overlap that are blended; `nil`: they are not, where that can be.
  var overlap: Int?
  /// Whether what is not exact is refused.
  var mustBeExact: Bool
  /// Read against the volume's extent once that is known.
  var region: OptionText?
  var memory: Int
  var threads: Int
  var slots: Int?
  /// `nil`: the first that there is.
  var engine: String?
  /// Where it is kept how the engine computes; `nil`: nowhere.
  var planFile: String?
  /// `nil`: the fastest.
  var precision: Precision?
  /// The calibration of networks in bytes; `nil`: the one beside the model.
  var calibration: String?
  var window: WindowChoice
  /// What lies outside the specimen.
  var outside: OutsideChoices
  var hints: OpeningHints
  /// The same as it was typed.
  var inputOptions: [String: String]
  var overwrites: Bool
  /// Whether there must be something to go on with.
  var resumes: Bool
  /// Boxes across borders of tiles that are computed again; `nil`: as many as cost little.
  var seams: Int?
  /// Every which tile of a GPU's is computed again on the processor; `nil`: none.
  var verify: Int?
  var wantsPicture: Bool
  /// Where what threads and cards do is written.
  var trace: String?
  var opinions: OpinionChoices
  /// What is wanted of the counts.
  var statistics: StatisticsChoices
  /// The part that is made; `nil`: all of it.
  var part: PartShare?
  /// Whether parts are put together.
  var joinsParts = false
  /// Engine and precision by which the plan is known, where parts are mixed or put together on another
  /// machine; `nil`: those that are used.
  var planned: (engine: String, precision: String)?
  /// What computed the parts that are put together.
  var computedBy: String?

  /// Which grey values become 0 and 1.
  enum WindowChoice: Hashable, Sendable {
    /// As the model's card says.
    case modelRule
    /// From the scan's own grey values.
    case fromScan
    /// These.
    case given(Normalisation)

    /// What `--window` says.
    init(_ arguments: Arguments) throws(UsageError) {
      self = .modelRule
      guard arguments.values["window"] != nil else { return }
      let given =
        try arguments.value("window") { text throws(UsageError) in try text.window() } ?? nil
      self = given.map { .given($0) } ?? .fromScan
    }
  }

  init(_ arguments: Arguments, engines: [String], of command: String) throws(UsageError) {
    input = try arguments.operands(["INPUT"], of: command)[0]
    output = arguments.values["output"] ?? outputName(for: input, suffix: ".labels.zarr")
    guard output.lowercased().hasSuffix(".zarr") else {
      throw OptionText(option: "output", text: output).wrong(
        "labels are written as a store, which can be gone on with",
        "end the name in .zarr; t2s-volume convert makes .tif or .raw of it")
    }
    model = arguments.values["model"]
    tile = try arguments.value("tile") { text throws(UsageError) in try text.tileSize() } ?? nil
    halo = try arguments.value("halo") { text throws(UsageError) in try text.wholeNumber(atLeast: 0)
    }
    overlap = try arguments.value("overlap") { text throws(UsageError) in
      try text.wholeNumber(atLeast: 1)
    }
    mustBeExact = arguments.has("exact")
    region = arguments.values["region"].map { OptionText(option: "region", text: $0) }
    let limits = try CopyLimits(arguments)
    memory = limits.memory
    threads = limits.threads
    slots = try arguments.value("slots") { text throws(UsageError) in try text.wholeNumber() }
    let engine = try arguments.value("engine") { text throws(UsageError) in
      try text.oneOf(["auto"] + engines)
    }
    self.engine = engine == "auto" ? nil : engine
    planFile = arguments.values["plan-file"]
    let precision = try arguments.value("precision") { text throws(UsageError) in
      try text.oneOf(["auto"] + Precision.allCases.map(\.rawValue))
    }
    self.precision = precision.flatMap(Precision.init)
    calibration = arguments.values["calibration"]
    if let calibration, self.precision != nil, self.precision != .int8 {
      throw OptionText(option: "calibration", text: calibration).wrong(
        "it is for networks in bytes, and --precision is \(self.precision?.rawValue ?? "")",
        "leave one of the two out")
    }
    window = try WindowChoice(arguments)
    outside = try OutsideChoices(arguments)
    hints = try arguments.openingHints()
    inputOptions = arguments.inputOptions
    overwrites = arguments.has("overwrite")
    resumes = arguments.has("resume")
    seams = try arguments.value("verify-seams") { text throws(UsageError) in
      try text.wholeNumber(atLeast: 0)
    }
    verify = try arguments.value("verify") { text throws(UsageError) in try text.wholeNumber() }
    guard !resumes || !overwrites else {
      throw OptionText(option: "resume", text: "--overwrite").wrong(
        "an output is gone on with or begun anew, not both", "leave one of the two out")
    }
    wantsPicture = !arguments.has("no-picture")
    trace = arguments.values["trace"]
    if let trace, !trace.lowercased().hasSuffix(".json") {
      throw OptionText(option: "trace", text: trace).wrong(
        "a trace is JSON, and replaces what has its name", "end the name in .json")
    }
    opinions = try OpinionChoices(arguments)
    statistics = try StatisticsChoices(arguments)
  }
}
