import CYAML

/// The first document of a YAML text, for short descriptions of others.
///
/// Scalars stay text, whatever they look like: who asks knows what they should be. Tags are left
/// aside, and aliases are refused.
public enum YAMLValue: Hashable, Sendable {
  /// A scalar, or nothing at all.
  case text(String)
  /// A list.
  case list([YAMLValue])
  /// A mapping, without its order.
  case mapping([String: YAMLValue])

  /// The longest text that is parsed.
  public static let longestText = 1 << 20
  /// Lists and mappings may lie in one another this deep.
  static let deepest = 32
  /// A document may have this many values.
  static let mostValues = 100_000

  /// The member `key` of a mapping, else `nil`.
  public subscript(key: String) -> YAMLValue? {
    if case .mapping(let members) = self { members[key] } else { nil }
  }
  /// The text of a scalar, else `nil`.
  public var text: String? { if case .text(let text) = self { text } else { nil } }
  /// The values of a list, else `nil`.
  public var list: [YAMLValue]? { if case .list(let values) = self { values } else { nil } }

  /// Parses the first document of `bytes`; a text without any is an empty scalar.
  public init(parsing bytes: [UInt8]) throws(YAMLError) {
    guard bytes.count <= Self.longestText else {
      throw .isTooLong(byteCount: bytes.count, limit: Self.longestText)
    }
    self = try unsafe bytes.withUnsafeBufferPointer { bytes throws(YAMLError) in
      guard let reader = unsafe cyaml_open(bytes.baseAddress, bytes.count) else {
        throw .lacksMemory
      }
      defer { unsafe cyaml_close(reader) }
      var events = unsafe Events(reader: reader)
      return try events.document()
    }
  }
}

/// The events of a text, put together to values.
@safe private struct Events {
  private let reader: UnsafeMutablePointer<cyaml_reader>
  private var budget = YAMLValue.mostValues

  init(reader: UnsafeMutablePointer<cyaml_reader>) { unsafe self.reader = unsafe reader }

  private enum Kind {
    case end, text, list, mapping, close, alias, other
  }

  private var line: Int { unsafe Int(cyaml_line(reader)) }

  /// Goes to the next event.
  private func next() throws(YAMLError) -> Kind {
    guard unsafe cyaml_next(reader) != 0 else {
      let problem = unsafe cyaml_problem(reader).map { unsafe String(cString: $0) }
      throw .isMalformed(
        line: unsafe Int(cyaml_problem_line(reader)), problem: problem ?? "this is no YAML")
    }
    switch unsafe UInt32(cyaml_kind(reader)) {
    case YAML_STREAM_END_EVENT.rawValue, YAML_NO_EVENT.rawValue: return .end
    case YAML_SCALAR_EVENT.rawValue: return .text
    case YAML_SEQUENCE_START_EVENT.rawValue: return .list
    case YAML_MAPPING_START_EVENT.rawValue: return .mapping
    case YAML_SEQUENCE_END_EVENT.rawValue, YAML_MAPPING_END_EVENT.rawValue: return .close
    case YAML_ALIAS_EVENT.rawValue: return .alias
    default: return .other
    }
  }

  mutating func document() throws(YAMLError) -> YAMLValue {
    while true {
      let kind = try next()
      switch kind {
      case .end: return .text("")
      case .other, .close: continue
      case .text, .list, .mapping, .alias: return try value(kind, depth: 0)
      }
    }
  }

  private func text() -> String {
    guard let bytes = unsafe cyaml_text(reader) else { return "" }
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: cyaml_text_count(reader)), as: UTF8.self)
  }

  /// The value that begins with the event `kind`, at which the reader stands.
  private mutating func value(_ kind: Kind, depth: Int) throws(YAMLError) -> YAMLValue {
    guard depth < YAMLValue.deepest else { throw .isTooDeep(line: line) }
    guard budget > 0 else { throw .hasTooManyValues(line: line) }
    budget -= 1
    switch kind {
    case .text: return .text(text())
    case .alias: throw .hasAlias(line: line)
    case .list:
      var values: [YAMLValue] = []
      while true {
        let kind = try next()
        guard kind != .close, kind != .end else { return .list(values) }
        values.append(try value(kind, depth: depth + 1))
      }
    case .mapping:
      var members: [String: YAMLValue] = [:]
      while true {
        let kind = try next()
        guard kind != .close, kind != .end else { return .mapping(members) }
        let place = line
        guard case .text(let key) = try value(kind, depth: depth + 1) else {
          throw .keyIsNoText(line: place)
        }
        guard members[key] == nil else { throw .repeatsKey(line: place, key: key) }
        members[key] = try value(try next(), depth: depth + 1)
      }
    case .end, .close, .other: return .text("")
    }
  }
}
