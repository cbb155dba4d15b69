import EngineCore
import VolumeCore

extension LossOptions {
  private static let kinds = ["flat-jaccard", "macro-jaccard", "cross-entropy", "focal"]

  /// Reads a loss: a kind, or a list of terms that are added.
  init(recipe value: JSONValue) throws(RecipeError) {
    if let kind = value.string {
      self.init([try Self.term(["kind": .string(kind)], at: "loss")])
      return
    }
    let list = value.array ?? [value]
    guard !list.isEmpty else {
      throw .wrongKind(place: "loss", wanted: "at least one term", found: value.kind)
    }
    var terms: [Term] = []
    for (number, item) in list.enumerated() {
      terms.append(try Self.term(item, at: "loss[\(number)]"))
    }
    self.init(terms)
  }

  private static func term(_ value: JSONValue, at place: String) throws(RecipeError) -> Term {
    var object = try RecipeObject(value, at: place)
    guard let name = try object.choice("kind", kinds) else {
      throw .missing(key: "kind", place: place)
    }
    let kind: Kind
    switch name {
    case "flat-jaccard": kind = .flatJaccard(epsilon: try epsilon(&object))
    case "macro-jaccard": kind = .macroJaccard(epsilon: try epsilon(&object))
    case "focal": kind = .focal(gamma: Float(try object.number("gamma", in: 0...20) ?? 2))
    default: kind = .crossEntropy
    }
    let factor = try object.number("factor", in: 0...1e6) ?? 1
    let weights = try object.numbers("class_weights") ?? []
    guard weights.allSatisfy({ $0 >= 0 }) else {
      throw .outOfRange(
        place: object.place(of: "class_weights"), value: weights.min() ?? 0,
        wanted: "numbers of at least 0")
    }
    try object.end()
    return Term(kind, factor: Float(factor), classWeights: weights.map(Float.init))
  }

  private static func epsilon(_ object: inout RecipeObject) throws(RecipeError) -> Float {
    Float(try object.number("epsilon", in: 0...1e9) ?? 1)
  }

  /// The loss as a recipe holds it.
  var recipe: JSONValue {
    .array(
      terms.map { term in
        var members: [String: JSONValue] = ["factor": JSONValue(shortest: term.factor)]
        switch term.kind {
        case .flatJaccard(let epsilon):
          members["kind"] = "flat-jaccard"
          members["epsilon"] = JSONValue(shortest: epsilon)
        case .macroJaccard(let epsilon):
          members["kind"] = "macro-jaccard"
          members["epsilon"] = JSONValue(shortest: epsilon)
        case .crossEntropy: members["kind"] = "cross-entropy"
        case .focal(let gamma):
          members["kind"] = "focal"
          members["gamma"] = JSONValue(shortest: gamma)
        }
        if !term.classWeights.isEmpty {
          members["class_weights"] = .array(term.classWeights.map { JSONValue(shortest: $0) })
        }
        return .object(members)
      })
  }
}

extension OptimiserOptions {
  /// Reads what differs from `self`; another kind begins with its own usual numbers.
  mutating func read(_ object: RecipeObject) throws(RecipeError) {
    var object = object
    if let name = try object.choice("kind", Kind.allCases.map(\.rawValue)),
      let kind = Kind(rawValue: name), kind != self.kind
    {
      self = OptimiserOptions(kind)
    }
    func number(
      _ key: String, _ range: ClosedRange<Double>, _ usual: Float
    ) throws(RecipeError) -> Float {
      try object.number(key, in: range).map(Float.init) ?? usual
    }
    beta1 = try number("beta1", 0...0.9999999, beta1)
    beta2 = try number("beta2", 0...0.9999999, beta2)
    epsilon = try number("epsilon", 0...1, epsilon)
    weightDecay = try number("weight_decay", 0...10, weightDecay)
    isRectified = try object.flag("rectified") ?? isRectified
    if let norm = try object.number("clip", in: 0...1e9) {
      largestNorm = norm > 0 ? Float(norm) : nil
    }
    if let share = try object.number("averaging", in: 0...0.9999999) {
      averaging = share > 0 ? Float(share) : nil
    }
    try object.end()
  }

  /// The optimiser as a recipe holds it; 0 stands for no clipping and no averaging.
  var recipe: JSONValue {
    [
      "kind": .string(kind.rawValue), "beta1": JSONValue(shortest: beta1),
      "beta2": JSONValue(shortest: beta2), "epsilon": JSONValue(shortest: epsilon),
      "weight_decay": JSONValue(shortest: weightDecay), "rectified": .bool(isRectified),
      "clip": JSONValue(shortest: largestNorm ?? 0),
      "averaging": JSONValue(shortest: averaging ?? 0),
    ]
  }
}
