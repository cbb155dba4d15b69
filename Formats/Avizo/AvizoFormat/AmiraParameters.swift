/// What stands in the braces of `Parameters`: values and further braces, by name.
struct AmiraParameters: Hashable {
  /// Braces are not further inside each other than this.
  static let deepest = 32

  /// One entry: its values, or what its braces hold.
  struct Entry: Hashable {
    var name: String
    var values: [String] = []
    var inside: AmiraParameters?
  }

  /// The entries in their order, which counts where they are the names of labels.
  private(set) var entries: [Entry] = []

  /// Nothing.
  init() {}

  /// Reads `tokens` from behind an opening brace to behind its closing one.
  init(
    _ tokens: [AmiraTokens.Token], _ at: inout Int, depth: Int, file: String
  ) throws(AvizoError) {
    guard depth < Self.deepest else { throw .isTooDeep(file: file, limit: Self.deepest) }
    while at < tokens.count {
      if tokens[at].isMark("}") {
        at += 1
        return
      }
      guard let name = tokens[at].string else {
        at += 1
        continue
      }
      at += 1
      var entry = Entry(name: name)
      if at < tokens.count, tokens[at].isMark("{") {
        at += 1
        entry.inside = try AmiraParameters(tokens, &at, depth: depth + 1, file: file)
      } else {
        // A comma ends the values, and so does a name behind the first: many writers leave the comma
        // away at a line's end.
        while at < tokens.count, let value = tokens[at].string {
          if !entry.values.isEmpty, case .word = tokens[at], Double(value) == nil { break }
          entry.values.append(value)
          at += 1
        }
      }
      entries.append(entry)
    }
    throw .bracesDoNotClose(file: file)
  }

  /// The entry called `name`.
  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// The values of `name`, where all of them are numbers.
  func numbers(_ name: String) -> [Double]? {
    guard let values = self[name]?.values else { return nil }
    let numbers = values.compactMap { Double($0) }
    return numbers.count == values.count ? numbers : nil
  }
}
