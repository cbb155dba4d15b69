import VolumeCore

extension Schedule {
  /// The kinds as a recipe names them.
  static let kinds = [
    "constant", "pieces", "schedule00", "paper", "one-cycle", "cosine", "range-test",
  ]

  /// Reads a schedule; `epochs` is how long the training is, where the schedule does not say.
  init(_ object: RecipeObject, epochs: Int) throws(RecipeError) {
    var object = object
    guard let kind = try object.choice("kind", Self.kinds) else {
      throw .missing(key: "kind", place: object.place)
    }
    func rate(_ key: String, _ usual: Double) throws(RecipeError) -> Double {
      try object.number(key, in: 1e-12...1e3) ?? usual
    }
    switch kind {
    case "constant": self = .constant(try rate("rate", 1e-3))
    case "schedule00": self = .schedule00
    case "paper": self = .paper
    case "one-cycle":
      self = .oneCycle(
        peak: try rate("peak", 3e-3), epochs: try object.count("epochs", atLeast: 1) ?? epochs,
        rise: try object.number("rise", in: 0.001...1) ?? 0.15)
    case "cosine":
      self = .cosine(
        from: try rate("from", 1e-3), to: try rate("to", 1e-5),
        epochs: try object.count("epochs", atLeast: 1) ?? epochs)
    case "range-test":
      self = .rangeTest(
        from: try rate("from", 1e-6), to: try rate("to", 1),
        epochs: try object.count("epochs", atLeast: 1) ?? epochs)
    default:
      let list = object.value("pieces")?.array ?? []
      guard !list.isEmpty else { throw .missing(key: "pieces", place: object.place) }
      var pieces: [Piece] = []
      for (number, value) in list.enumerated() {
        var piece = try RecipeObject(value, at: "\(object.place).pieces[\(number)]")
        let form = try piece.choice("form", Piece.Form.allCases.map(\.rawValue)) ?? "log"
        guard let from = try piece.number("from", in: 1e-12...1e3) else {
          throw .missing(key: "from", place: piece.place)
        }
        pieces.append(
          Piece(
            Piece.Form(rawValue: form) ?? .log, hold: try piece.count("hold") ?? 0, from: from,
            to: try piece.number("to", in: 1e-12...1e3) ?? from,
            points: try piece.count("points") ?? 0))
        try piece.end()
      }
      self = .pieces(pieces)
    }
    try object.end()
  }

  /// The schedule as a recipe holds it, with all its numbers.
  var json: JSONValue {
    switch self {
    case .constant(let rate): ["kind": "constant", "rate": .number(rate)]
    case .oneCycle(let peak, let epochs, let rise):
      [
        "kind": "one-cycle", "peak": .number(peak), "epochs": .integer(epochs),
        "rise": .number(rise),
      ]
    case .cosine(let from, let to, let epochs):
      ["kind": "cosine", "from": .number(from), "to": .number(to), "epochs": .integer(epochs)]
    case .rangeTest(let from, let to, let epochs):
      ["kind": "range-test", "from": .number(from), "to": .number(to), "epochs": .integer(epochs)]
    case .pieces(let pieces):
      [
        "kind": "pieces",
        "pieces": .array(
          pieces.map {
            [
              "form": .string($0.form.rawValue), "hold": .integer($0.hold),
              "from": .number($0.from), "to": .number($0.to), "points": .integer($0.points),
            ]
          }),
      ]
    }
  }
}
