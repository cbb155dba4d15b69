/// The words of an AmiraMesh header: names, numbers, texts in quotes, and single marks.
struct AmiraTokens {
  /// One of them.
  enum Token: Hashable {
    /// A name or a number: all but blanks, quotes and marks.
    case word(String)
    /// What stood between quotes.
    case text(String)
    /// One of `{`, `}`, `[`, `]`, `(`, `)`, `,` and `=`.
    case mark(UInt8)
  }

  private static let marks = Set("{}[](),=".utf8)

  /// The words in their order.
  private(set) var tokens: [Token] = []

  /// Takes `bytes` apart; what stands behind `#` is a comment.
  init(_ bytes: ArraySlice<UInt8>) {
    var at = bytes.startIndex
    while at < bytes.endIndex {
      let byte = bytes[at]
      if Self.isBlank(byte) {
        at += 1
      } else if byte == UInt8(ascii: "#") {
        at = bytes[at...].firstIndex(of: 0x0A) ?? bytes.endIndex
      } else if byte == UInt8(ascii: "\"") {
        let end = bytes[(at + 1)...].firstIndex(of: byte) ?? bytes.endIndex
        tokens.append(.text(Self.string(bytes[(at + 1)..<end])))
        at = min(end + 1, bytes.endIndex)
      } else if Self.marks.contains(byte) {
        tokens.append(.mark(byte))
        at += 1
      } else {
        let end =
          bytes[at...].firstIndex {
            Self.isBlank($0) || Self.marks.contains($0) || $0 == UInt8(ascii: "\"")
          } ?? bytes.endIndex
        tokens.append(.word(Self.string(bytes[at..<end])))
        at = end
      }
    }
  }

  /// Whether `byte` separates words.
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0 || (0x09...0x0D).contains(byte)
  }

  /// Text is UTF-8, or, in older files, Latin-1: the micro sign of units.
  private static func string(_ bytes: ArraySlice<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var scalars = String.UnicodeScalarView()
    for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
    return String(scalars)
  }
}

extension AmiraTokens.Token {
  /// A word or a text.
  var string: String? {
    switch self {
    case .word(let string), .text(let string): string
    case .mark: nil
    }
  }

  /// Whether it is the mark `character`.
  func isMark(_ character: Unicode.Scalar) -> Bool { self == .mark(UInt8(ascii: character)) }
}
