/// Why a YAML document is not read.
public enum YAMLError: Error, Hashable, Sendable {
  /// It has more bytes than are looked at.
  case isTooLong(byteCount: Int, limit: Int)
  /// It is no YAML: what the parser says, and where.
  case isMalformed(line: Int, problem: String)
  /// Lists and mappings lie in one another deeper than any description needs.
  case isTooDeep(line: Int)
  /// It has more values than any description needs.
  case hasTooManyValues(line: Int)
  /// A value is an alias of another, which lets a short text stand for a very long one.
  case hasAlias(line: Int)
  /// A mapping gives a key twice.
  case repeatsKey(line: Int, key: String)
  /// A key is a list or a mapping.
  case keyIsNoText(line: Int)
  /// There is no memory to parse it with.
  case lacksMemory
}

extension YAMLError: CustomStringConvertible {
  /// What is wrong, as the rest of a sentence.
  public var description: String {
    switch self {
    case .isTooLong(let count, let limit):
      "it has \(count) bytes, and at most \(limit) are read"
    case .isMalformed(let line, let problem): "line \(line): \(problem)"
    case .isTooDeep(let line): "line \(line): lists lie in one another too deep"
    case .hasTooManyValues(let line): "line \(line): there are too many values"
    case .hasAlias(let line): "line \(line): aliases are not followed"
    case .repeatsKey(let line, let key): "line \(line): the key \"\(key)\" is there twice"
    case .keyIsNoText(let line): "line \(line): a key is no text"
    case .lacksMemory: "there is no memory to parse it with"
    }
  }
}
