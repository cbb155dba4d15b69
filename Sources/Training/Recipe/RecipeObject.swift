import VolumeCore

/// An object of a recipe being read: each key is asked for once, and what was not asked for is an
/// error, so that a misspelt key cannot pass for a default.
struct RecipeObject {
  private let members: [String: JSONValue]
  /// "augmentation.noise": where it stands.
  let place: String
  private var asked: Set<String> = []

  /// The members of `value`, which stands at `place`.
  init(_ value: JSONValue, at place: String = "") throws(RecipeError) {
    guard let members = value.object else {
      throw .wrongKind(place: place, wanted: "an object, { ... }", found: value.kind)
    }
    self.members = members
    self.place = place
  }

  /// Refuses keys that nobody has asked for.
  func end() throws(RecipeError) {
    if let unknown = members.keys.sorted().first(where: { !asked.contains($0) }) {
      throw .unknownKey(unknown, place: place, known: asked.sorted())
    }
  }

  /// Where `key` stands.
  func place(of key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  /// The value of `key`, where there is one and it is not null.
  mutating func value(_ key: String) -> JSONValue? {
    asked.insert(key)
    guard let value = members[key], value != .null else { return nil }
    return value
  }

  /// The object of `key`.
  mutating func object(_ key: String) throws(RecipeError) -> RecipeObject? {
    guard let value = value(key) else { return nil }
    return try RecipeObject(value, at: place(of: key))
  }

  /// The text of `key`.
  mutating func text(_ key: String) throws(RecipeError) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else {
      throw .wrongKind(place: place(of: key), wanted: "a text", found: value.kind)
    }
    return text
  }

  /// The one of `choices` that `key` names.
  mutating func choice(_ key: String, _ choices: [String]) throws(RecipeError) -> String? {
    guard let text = try text(key) else { return nil }
    guard choices.contains(text) else {
      throw .unknownChoice(text, place: place(of: key), known: choices)
    }
    return text
  }

  /// The truth value of `key`.
  mutating func flag(_ key: String) throws(RecipeError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let flag = value.bool else {
      throw .wrongKind(place: place(of: key), wanted: "true or false", found: value.kind)
    }
    return flag
  }

  /// The number of `key`, which lies in `range`.
  mutating func number(
    _ key: String, in range: ClosedRange<Double> = 0...1e12
  ) throws(RecipeError) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.number else {
      throw .wrongKind(place: place(of: key), wanted: "a number", found: value.kind)
    }
    guard range.contains(number) else {
      throw .outOfRange(
        place: place(of: key), value: number,
        wanted: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// The whole number of `key`, which is at least `smallest`.
  mutating func count(_ key: String, atLeast smallest: Int = 0) throws(RecipeError) -> Int? {
    guard let value = value(key) else { return nil }
    guard let number = value.integer else {
      throw .wrongKind(place: place(of: key), wanted: "a whole number", found: value.kind)
    }
    guard number >= smallest, number <= 1 << 40 else {
      throw .outOfRange(
        place: place(of: key), value: Double(number), wanted: "a whole number from \(smallest) on")
    }
    return number
  }

  /// The numbers of `key`.
  mutating func numbers(_ key: String) throws(RecipeError) -> [Double]? {
    guard let value = value(key) else { return nil }
    let numbers = value.array?.compactMap(\.number)
    guard let numbers, numbers.count == value.array?.count else {
      throw .wrongKind(place: place(of: key), wanted: "a list of numbers", found: value.kind)
    }
    return numbers
  }
}

extension JSONValue {
  /// What it is, for people: "a text ('ten')".
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "the text '\(value)'"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
