import VolumeCore

/// A command's arguments, taken apart by the options it declares.
public struct Arguments: Hashable, Sendable {
  /// Inputs and outputs in their order.
  public var operands: [String] = []
  /// The values of options that take one.
  public var values: [String: String] = [:]
  /// All values of options that may be given several times, in their order.
  public var lists: [String: [String]] = [:]
  /// The options that take none and were given.
  public var flags: Set<String> = []

  /// None at all.
  init() {}

  /// Takes `words` apart as GNU tools do: options anywhere, `--option VALUE` or `--option=VALUE`,
  /// and nothing after `--` is an option.
  public init(
    parsing words: some Sequence<String>, of command: String, options: [OptionDeclaration]
  ) throws(UsageError) {
    var words = Array(words)[...]
    while let word = words.popFirst() {
      if word == "--" {
        operands += words
        return
      }
      // A lone dash is an operand by custom; "-5" is no option here, and no file either.
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      if word.count == 2, let option = options.first(where: { $0.short == word.last }) {
        try take(option, attached: nil, from: &words)
        continue
      }
      let parts = word.drop { $0 == "-" }.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts.first.map(String.init) ?? ""
      let attached = parts.count == 2 ? String(parts[1]) : nil
      guard word.hasPrefix("--"), let option = options.first(where: { $0.name == name }) else {
        let near = nearest(to: name, among: options.map(\.name)).map { "--\($0)" }
        throw .unknownOption(
          word.hasPrefix("--") ? "--\(name)" : word, command: command, nearest: near)
      }
      try take(option, attached: attached, from: &words)
    }
  }

  private mutating func take(
    _ option: OptionDeclaration, attached: String?, from words: inout ArraySlice<String>
  ) throws(UsageError) {
    let isNew = values[option.name] == nil && !flags.contains(option.name)
    guard isNew || option.repeats else { throw .repeated(option: option.name) }
    guard let placeholder = option.value else {
      if let attached { throw .valueUnexpected(option: option.name, text: attached) }
      flags.insert(option.name)
      return
    }
    let value: String
    if let attached {
      value = attached
    } else if let next = words.first, !next.hasPrefix("--") {
      value = next
      words.removeFirst()
    } else {
      throw .valueMissing(option: option.name, value: placeholder)
    }
    values[option.name] = value
    if option.repeats { lists[option.name, default: []].append(value) }
  }

  /// Whether the option, which takes no value, was given.
  public func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// The value of `option` as `read` understands it; `nil` where it was not given.
  public func value<Value>(
    _ option: String, _ read: (OptionText) throws(UsageError) -> Value
  ) throws(UsageError) -> Value? {
    guard let text = values[option] else { return nil }
    return try read(OptionText(option: option, text: text))
  }

  /// The operands, which must be as many as `names`.
  public func operands(_ names: [String], of command: String) throws(UsageError) -> [String] {
    if operands.count < names.count {
      throw .operandMissing(names[operands.count], command: command)
    }
    if operands.count > names.count {
      throw .operandUnexpected(operands[names.count], command: command)
    }
    return operands
  }
}
