import VolumeCore

/// A recipe cannot be followed.
public enum RecipeError: Error, Hashable, Sendable {
  /// The file is not JSON.
  case isNotJSON
  /// A key that there is none of; `known` are those of its place.
  case unknownKey(String, place: String, known: [String])
  /// A name that there is none of where one of several is to be chosen.
  case unknownChoice(String, place: String, known: [String])
  /// Something else than what belongs there.
  case wrongKind(place: String, wanted: String, found: String)
  /// A number out of range.
  case outOfRange(place: String, value: Double, wanted: String)
  /// A key without which nothing can be made of its object.
  case missing(key: String, place: String)
}

extension RecipeError: ExplainedError {
  /// The error in words; `nearest` finds the name that was meant by a misspelt one.
  public func explanation(nearest: (String, [String]) -> String?) -> Explanation {
    func names(_ known: [String]) -> String { known.sorted().joined(separator: ", ") }
    func choice(_ word: String, _ known: [String]) -> String {
      nearest(word, known).map { "did you mean '\($0)'? (there are \(names(known)))" }
        ?? "there are \(names(known))"
    }
    switch self {
    case .isNotJSON:
      return Explanation(
        .input, "the recipe is not JSON", remedy: "look for a missing comma or quote")
    case .unknownKey(let key, let place, let known):
      return Explanation(
        .input, "the recipe has no '\(key)'\(place.isEmpty ? "" : " in '\(place)'")",
        remedy: choice(key, known))
    case .unknownChoice(let word, let place, let known):
      return Explanation(
        .input, "the recipe's '\(place)' is '\(word)', which there is none of",
        remedy: choice(word, known))
    case .wrongKind(let place, let wanted, let found):
      return Explanation(
        .input, "the recipe's '\(place)' is \(found)", remedy: "give \(wanted)")
    case .outOfRange(let place, let value, let wanted):
      return Explanation(
        .input, "the recipe's '\(place)' is \(value)", remedy: "give \(wanted)")
    case .missing(let key, let place):
      return Explanation(
        .input, "the recipe's '\(place)' has no '\(key)'", remedy: "add it")
    }
  }

  /// The error in words.
  public var explanation: Explanation { explanation { _, _ in nil } }
}
