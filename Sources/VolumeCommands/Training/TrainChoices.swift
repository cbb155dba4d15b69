import EngineCore
import NeuralGraph
import Training
import VolumeCore

/// What the user chose for `train`, each value read and nothing opened.
struct TrainChoices: Sendable {
  /// Scans in their order.
  var scans: [String]
  /// The labels of each.
  var labels: [String]
  /// The annotated layers of each; `nil`: all.
  var layers: [[Int]?]
  /// The layers that are used, where it is not all that are annotated.
  var used: [Int]?
  var output: String
  /// Whether the recipe for few layers is the one to begin with.
  var isFew: Bool
  var recipePath: String?
  var training: [PartText]
  /// Empty: what the recipe keeps aside.
  var validation: [PartText]
  /// Whether nothing is kept aside.
  var validatesNothing: Bool
  /// The classes' names.
  var classes: [String]?
  /// A model whose weights are begun with.
  var from: String?
  /// Whether the weights of a 2D model are given to a layer's neighbours, too.
  var averagesNeighbours: Bool
  var changes: RecipeChanges
  var engine: String?
  var precision: Precision?
  var limits: CopyLimits
  var minutes: Double?
  var restartsOnNaN: Bool
  var window: SegmentChoices.WindowChoice
  var hints: OpeningHints
  var overwrites: Bool
  /// What the training is one of several of, by the checksum of what they have in common.
  var series: String?

  init(_ arguments: Arguments, trainers: [String], of command: String) throws(UsageError) {
    let kinds = [TrainCurve.word, TrainAblation.word]
    if let word = arguments.operands.first, !kinds.contains(word) {
      throw .unknownWord(
        word, command: command, known: kinds, nearest: nearest(to: word, among: kinds))
    }
    _ = try arguments.operands(arguments.operands.isEmpty ? [] : ["WHAT"], of: command)
    scans = arguments.lists["scan"] ?? []
    labels = arguments.lists["labels"] ?? []
    guard !scans.isEmpty else {
      throw .optionMissing(
        option: "scan", why: "there is nothing to learn from",
        expected: "write --scan SCAN --labels LABELS")
    }
    guard scans.count == labels.count else {
      throw .optionMissing(
        option: "labels", why: "there are \(scans.count) scans and \(labels.count) labels",
        expected: "give one --labels for each --scan, in their order")
    }
    let texts = arguments.lists["layers"] ?? []
    guard texts.isEmpty || texts.count == 1 || texts.count == scans.count else {
      throw .optionMissing(
        option: "layers", why: "there are \(scans.count) scans and \(texts.count) lists of layers",
        expected: "give one for all scans, or one for each, in their order")
    }
    var layers: [[Int]?] = []
    for number in scans.indices {
      guard !texts.isEmpty else {
        layers.append(nil)
        continue
      }
      let text = OptionText(option: "layers", text: texts[texts.count == 1 ? 0 : number])
      layers.append(try text.layerNumbers())
    }
    self.layers = layers
    output = arguments.values["output"] ?? outputName(for: scans[0], suffix: ".training")
    isFew = arguments.has("few")
    recipePath = arguments.values["recipe"]
    validatesNothing = arguments.lists["validate"] == ["none"]
    training = try Self.parts("train", arguments, scans: scans.count)
    validation =
      validatesNothing ? [] : try Self.parts("validate", arguments, scans: scans.count)
    classes = arguments.values["classes"].map { $0.split(separator: ",").map(String.init) }
    from = arguments.values["from"]
    averagesNeighbours =
      try arguments.value("neighbours") { text throws(UsageError) in
        try text.oneOf(["zero", "average"])
      } == "average"
    changes = try RecipeChanges(arguments)
    let engine = try arguments.value("engine") { text throws(UsageError) in
      try text.oneOf(["auto"] + trainers)
    }
    self.engine = engine == "auto" ? nil : engine
    let precision = try arguments.value("precision") { text throws(UsageError) in
      try text.oneOf(["auto"] + Precision.allCases.filter { $0 != .int8 }.map(\.rawValue))
    }
    self.precision = precision.flatMap(Precision.init)
    limits = try CopyLimits(arguments)
    minutes = try arguments.value("minutes") { text throws(UsageError) in
      guard let minutes = positiveDecimal(text.text), minutes > 0 else {
        throw text.wrong("this is no time", "give minutes, as in --minutes 20")
      }
      return minutes
    }
    restartsOnNaN =
      try arguments.value("on-nan") { text throws(UsageError) in
        try text.oneOf(["stop", "restart"])
      } == "restart"
    window = try SegmentChoices.WindowChoice(arguments)
    hints = try arguments.openingHints()
    overwrites = arguments.has("overwrite")
    if let used = arguments.lists[Self.usedLayers] { self.used = used.compactMap { decimal($0) } }
  }
}

extension TrainChoices {
  /// Under which the layers that one of several trainings uses stand among a run's options; no option
  /// that anybody types.
  static let usedLayers = "used layers"

  private static func parts(
    _ option: String, _ arguments: Arguments, scans: Int
  ) throws(UsageError) -> [PartText] {
    var parts: [PartText] = []
    for text in arguments.lists[option] ?? [] {
      parts.append(try PartText(OptionText(option: option, text: text), scans: scans))
    }
    return parts
  }
}

/// What of the recipe is said on the command line.
struct RecipeChanges: Hashable, Sendable {
  var preset: String?
  var filters: Int?
  var depth: Int?
  var dimension: NetworkRecipe.Dimension?
  var crop: Shape3?
  var batch: Int?
  var epochs: Int?
  var seed: Int?
  var recalibrates: Bool?
  var isNotVaried: Bool
  /// Set by `train ablate`.
  var ablation: UNetAblation?

  init(_ arguments: Arguments) throws(UsageError) {
    func count(_ name: String, _ least: Int = 1) throws(UsageError) -> Int? {
      try arguments.value(name) { text throws(UsageError) in
        try text.wholeNumber(atLeast: least)
      }
    }
    preset = arguments.values["preset"]
    filters = try count("filters")
    depth = try count("depth")
    dimension = try arguments.value("dimension") { text throws(UsageError) in
      try text.oneOf(NetworkRecipe.Dimension.allCases.map(\.rawValue))
    }.flatMap(NetworkRecipe.Dimension.init)
    crop = try arguments.value("crop") { text throws(UsageError) in try text.cropSize() }
    batch = try count("batch")
    epochs = try count("epochs")
    seed = try count("seed", 0)
    recalibrates = try arguments.value("bn-recalibrate") { text throws(UsageError) in
      try text.oneOf(["on", "off"])
    }.map { $0 == "on" }
    isNotVaried = arguments.has("no-augmentation")
  }

  /// Makes the changes.
  func apply(to recipe: inout TrainingRecipe) {
    recipe.network.preset = preset ?? recipe.network.preset
    recipe.network.filters = filters ?? recipe.network.filters
    recipe.network.depth = depth ?? recipe.network.depth
    recipe.network.dimension = dimension ?? recipe.network.dimension
    recipe.crop = crop ?? recipe.crop
    recipe.batch = batch ?? recipe.batch
    if let epochs {
      recipe.epochs = epochs
      recipe.schedule = recipe.schedule.lasting(epochs)
    }
    recipe.seed = seed.map { UInt64($0) } ?? recipe.seed
    recipe.recalibrates = recalibrates ?? recipe.recalibrates
    if isNotVaried || ablation == .noAugmentation { recipe.augmentation = .none }
    recipe.network.ablation = ablation ?? recipe.network.ablation
  }
}

extension OptionText {
  /// Numbers of layers: `3,40,77`, `0:10`, or both.
  func layerNumbers() throws(UsageError) -> [Int] {
    let form = "give numbers and ranges, as in --\(option) 3,40,77 or --\(option) 0:10"
    var layers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: ":", omittingEmptySubsequences: false)
      guard let first = ends.first.flatMap({ decimal($0) }), ends.count <= 2 else {
        throw wrong("'\(part)' is no layer", form)
      }
      if ends.count == 1 {
        layers.append(first)
      } else {
        guard let last = decimal(ends[1]), last > first, last - first <= 1 << 20 else {
          throw wrong("'\(part)' is no range of layers", form)
        }
        layers += first..<last
      }
    }
    return layers
  }

  /// The extent of a crop: `128` (rows and columns), `96x128`, or `48x48x48`.
  func cropSize() throws(UsageError) -> Shape3 {
    let form = "give 128 (rows and columns), 96x128, or 48x48x48 with layers first"
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { decimal($0) }
    guard numbers.count == parts.count, numbers.allSatisfy({ $0 > 0 && $0 <= 1 << 16 }) else {
      throw wrong("this is no size", form)
    }
    switch numbers.count {
    case 1: return Shape3(z: numbers[0], y: numbers[0], x: numbers[0])
    case 2: return Shape3(z: 1, y: numbers[0], x: numbers[1])
    case 3: return Shape3(z: numbers[0], y: numbers[1], x: numbers[2])
    default: throw wrong("this is no size", form)
    }
  }
}
