/// A name with a number in it, as C's printf makes it: `slice_%04d.raw`.
public struct NamePattern: Hashable, Sendable {
  private let before: String
  private let after: String
  private let width: Int
  private let isPaddedWithZeros: Bool

  /// Parses `pattern`; `nil` unless it has exactly one whole number, `%d`, `%5d`, `%05d` and the same
  /// with `i` or `u`.
  public init?(_ pattern: String) {
    var texts = ["", ""]
    var found: (width: Int, zeros: Bool)?
    var rest = pattern[...]
    while let character = rest.popFirst() {
      guard character == "%" else {
        texts[found == nil ? 0 : 1].append(character)
        continue
      }
      if rest.first == "%" {
        rest.removeFirst()
        texts[found == nil ? 0 : 1].append("%")
        continue
      }
      var digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard found == nil, digits.count <= 3, let kind = rest.popFirst(), "diu".contains(kind)
      else { return nil }
      let zeros = digits.first == "0"
      while digits.first == "0" { digits.removeFirst() }
      found = (Int(digits) ?? 0, zeros)
    }
    guard let found, found.width <= 64 else { return nil }
    before = texts[0]
    after = texts[1]
    width = found.width
    isPaddedWithZeros = found.zeros
  }

  /// The name with `number` in it.
  public func name(_ number: Int) -> String {
    let digits = "\(number.magnitude)"
    let sign = number < 0 ? "-" : ""
    let padding = max(0, width - digits.count - sign.count)
    return before
      + (isPaddedWithZeros
        ? sign + String(repeating: "0", count: padding) + digits
        : String(repeating: " ", count: padding) + sign + digits) + after
  }

  /// The names of `first` to `last` in steps of `step`; `nil` where that is no rising row of at most
  /// `limit` names.
  public func names(from first: Int, to last: Int, step: Int, limit: Int) -> [String]? {
    let (extent, overflows) = last.subtractingReportingOverflow(first)
    guard step > 0, !overflows, extent >= 0, extent / step < limit else { return nil }
    return Swift.stride(from: first, through: last, by: step).map(name)
  }
}
