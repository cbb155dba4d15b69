/// What is wrong with a model's card.
public enum ModelCardError: Error, Hashable, Sendable {
  /// It is not a JSON object.
  case notJSON
  /// It is of another version than 1.
  case version(Int?)
  /// A member is missing, or not of its form.
  case malformed(String)
  /// It names another number of classes than the network tells apart.
  case classCount(card: Int, network: Int)
  /// A class's value is not its place in the network's output.
  case classValue(name: String, value: Int, place: Int)

  /// The error in words, without the place of the card.
  public var words: String {
    switch self {
    case .notJSON: "the model's card is not a JSON object"
    case .version(let version):
      "the model's card is of version \(version.map(String.init) ?? "unknown"); only 1 is known"
    case .malformed(let member): "the model's card has no '\(member)' that can be understood"
    case .classCount(let card, let network):
      "the model's card names \(card) classes; the network tells \(network) apart"
    case .classValue(let name, let value, let place):
      "the model's card gives class '\(name)' the value \(value); "
        + "its place in the output is \(place)"
    }
  }
}
