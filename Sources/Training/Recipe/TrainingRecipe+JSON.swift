import EngineCore
import VolumeCore

extension TrainingRecipe {
  /// Reads a recipe's text: what it names differs from `base`.
  public init(parsing bytes: [UInt8], base: TrainingRecipe) throws(RecipeError) {
    guard let value = JSONValue(parsing: bytes) else { throw .isNotJSON }
    self = base
    var object = try RecipeObject(value)
    if let start = try object.choice("base", Self.named.keys.sorted()),
      let named = Self.named[start]
    {
      self = named
    }
    if let part = try object.object("network") { try network.read(part) }
    if let part = object.value("crop") { crop = try Self.shape(part, at: "crop") }
    batch = try object.count("batch", atLeast: 1) ?? batch
    accumulate = try object.count("accumulate", atLeast: 1) ?? accumulate
    let length = epochs
    epochs = try object.count("epochs", atLeast: 1) ?? epochs
    steps = try object.count("steps", atLeast: 1) ?? steps
    if let part = try object.object("sampling") { try sampling.read(part) }
    if let part = try object.object("augmentation") { try augmentation.read(part) }
    if let part = object.value("loss") { loss = try LossOptions(recipe: part) }
    if let part = try object.object("optimiser") { try optimiser.read(part) }
    if let part = try object.object("schedule") {
      schedule = try Schedule(part, epochs: epochs)
    } else if epochs != length {
      schedule = schedule.lasting(epochs)
    }
    if let number = try object.count("seed") { seed = UInt64(number) }
    recalibrates = try object.flag("recalibrate") ?? recalibrates
    recalibrationCrops = try object.count("recalibration_crops", atLeast: 1) ?? recalibrationCrops
    validationShare = try object.number("validation_share", in: 0...0.5) ?? validationShare
    validationCrops = try object.count("validation_crops", atLeast: 1) ?? validationCrops
    validationEvery = try object.count("validation_every", atLeast: 1) ?? validationEvery
    choosesFactors = try object.flag("decision_factors") ?? choosesFactors
    try object.end()
  }

  /// The recipe with every number in it, so that it says the same when defaults have changed.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "network": network.json, "batch": .integer(batch), "accumulate": .integer(accumulate),
      "epochs": .integer(epochs), "steps": .integer(steps), "sampling": sampling.json,
      "augmentation": augmentation.json, "loss": loss.recipe, "optimiser": optimiser.recipe,
      "schedule": schedule.json, "seed": .integer(Int(truncatingIfNeeded: seed)),
      "recalibrate": .bool(recalibrates), "recalibration_crops": .integer(recalibrationCrops),
      "validation_share": .number(validationShare), "validation_crops": .integer(validationCrops),
      "validation_every": .integer(validationEvery), "decision_factors": .bool(choosesFactors),
    ]
    if let crop {
      members["crop"] = .array([.integer(crop.z), .integer(crop.y), .integer(crop.x)])
    }
    return .object(members)
  }

  private static func shape(_ value: JSONValue, at place: String) throws(RecipeError) -> Shape3 {
    let numbers = (value.array ?? []).compactMap(\.integer)
    guard numbers.count == 3, value.array?.count == 3, numbers.allSatisfy({ $0 > 0 }) else {
      throw .wrongKind(place: place, wanted: "[layers, rows, columns]", found: value.kind)
    }
    return Shape3(z: numbers[0], y: numbers[1], x: numbers[2])
  }
}

extension Schedule {
  /// The same over `epochs`, where it has an end.
  public func lasting(_ epochs: Int) -> Schedule {
    switch self {
    case .constant, .pieces: self
    case .oneCycle(let peak, _, let rise): .oneCycle(peak: peak, epochs: epochs, rise: rise)
    case .cosine(let from, let to, _): .cosine(from: from, to: to, epochs: epochs)
    case .rangeTest(let from, let to, _): .rangeTest(from: from, to: to, epochs: epochs)
    }
  }
}

extension SamplingOptions {
  /// Reads what differs from `self`.
  mutating func read(_ object: RecipeObject) throws(RecipeError) {
    var object = object
    switch try object.choice("rule", ["uniform", "balanced", "quota"]) {
    case "uniform": rule = .uniform
    case "balanced": rule = .balanced(strength: try object.number("strength", in: 0...1e6) ?? 11)
    case "quota":
      let shares = try object.numbers("shares") ?? []
      guard shares.allSatisfy({ $0 >= 0 }), shares.reduce(0, +) <= 1.000001 else {
        throw .outOfRange(
          place: object.place(of: "shares"), value: shares.reduce(0, +),
          wanted: "shares of at least 0 that add up to 1 at most")
      }
      rule = .quota(shares)
    default: break
    }
    if let shares = try object.numbers("scan_shares") {
      guard shares.allSatisfy({ $0 >= 0 }), shares.isEmpty || shares.reduce(0, +) > 0 else {
        throw .outOfRange(
          place: object.place(of: "scan_shares"), value: shares.min() ?? 0,
          wanted: "shares of at least 0, not all of them 0")
      }
      scanShares = shares
    }
    try object.end()
  }

  /// All of it, as a recipe holds it.
  var json: JSONValue {
    var members: [String: JSONValue]
    switch rule {
    case .uniform: members = ["rule": "uniform"]
    case .balanced(let strength): members = ["rule": "balanced", "strength": .number(strength)]
    case .quota(let shares):
      members = ["rule": "quota", "shares": .array(shares.map { .number($0) })]
    }
    if !scanShares.isEmpty { members["scan_shares"] = .array(scanShares.map { .number($0) }) }
    return .object(members)
  }
}
