/// A Python literal as it stands in the header of an NPY file: parsed, never evaluated.
enum PythonLiteral: Hashable {
  case text(String)
  case boolean(Bool)
  case integer(Int)
  /// A tuple or a list.
  indirect case tuple([PythonLiteral])
  indirect case dictionary([String: PythonLiteral])

  /// No header of a plain array is nested deeper.
  private static let deepest = 8

  /// The members of a dictionary, else `nil`.
  var members: [String: PythonLiteral]? {
    if case .dictionary(let members) = self { members } else { nil }
  }

  /// Parses all of `text`, or is `nil`.
  init?(parsing text: String) {
    var rest = text.unicodeScalars[...]
    guard let value = Self.value(&rest, depth: 0) else { return nil }
    Self.skipSpace(&rest)
    guard rest.isEmpty else { return nil }
    self = value
  }

  private typealias Rest = Substring.UnicodeScalarView

  private static func skipSpace(_ rest: inout Rest) {
    while let first = rest.first, first.properties.isWhitespace { rest.removeFirst() }
  }

  private static func take(_ scalar: Unicode.Scalar, _ rest: inout Rest) -> Bool {
    skipSpace(&rest)
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private static func value(_ rest: inout Rest, depth: Int) -> PythonLiteral? {
    guard depth < deepest else { return nil }
    skipSpace(&rest)
    switch rest.first {
    case "{": return dictionary(&rest, depth: depth)
    case "(": return items(&rest, until: ")", depth: depth)
    case "[": return items(&rest, until: "]", depth: depth)
    case "'", "\"": return text(&rest).map { .text($0) }
    default: return word(&rest)
    }
  }

  private static func dictionary(_ rest: inout Rest, depth: Int) -> PythonLiteral? {
    rest.removeFirst()
    var members: [String: PythonLiteral] = [:]
    while !take("}", &rest) {
      guard members.isEmpty || take(",", &rest) else { return nil }
      if !members.isEmpty, take("}", &rest) { return .dictionary(members) }
      skipSpace(&rest)
      guard let key = text(&rest), take(":", &rest), members[key] == nil,
        let value = value(&rest, depth: depth + 1)
      else { return nil }
      members[key] = value
    }
    return .dictionary(members)
  }

  private static func items(
    _ rest: inout Rest, until end: Unicode.Scalar, depth: Int
  ) -> PythonLiteral? {
    rest.removeFirst()
    var items: [PythonLiteral] = []
    while !take(end, &rest) {
      guard items.isEmpty || take(",", &rest) else { return nil }
      if !items.isEmpty, take(end, &rest) { return .tuple(items) }
      guard let item = value(&rest, depth: depth + 1) else { return nil }
      items.append(item)
    }
    return .tuple(items)
  }

  private static func text(_ rest: inout Rest) -> String? {
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
    rest.removeFirst()
    var text = ""
    while let next = rest.popFirst() {
      if next == quote { return text }
      // No name of a type has an escape.
      guard next != "\\" else { return nil }
      text.unicodeScalars.append(next)
    }
    return nil
  }

  private static func word(_ rest: inout Rest) -> PythonLiteral? {
    var word = ""
    while let next = rest.first,
      next.properties.isAlphabetic || "+-0123456789".contains(Character(next))
    {
      word.unicodeScalars.append(next)
      rest.removeFirst()
    }
    switch word {
    case "True": return .boolean(true)
    case "False": return .boolean(false)
    default:
      // Python 2 wrote long numbers with an L behind them.
      return Int(word.hasSuffix("L") ? String(word.dropLast()) : word).map { .integer($0) }
    }
  }
}
