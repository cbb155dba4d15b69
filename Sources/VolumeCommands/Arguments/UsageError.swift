import VolumeCore

/// The command line itself is wrong; nothing has been opened yet.
public enum UsageError: ExplainedError, Hashable {
  /// There is no such command; the nearest is named where one is near.
  case unknownCommand(String, nearest: String?)
  /// The command has no such option; the nearest is named where one is near.
  case unknownOption(String, command: String, nearest: String?)
  /// An option that takes a value stands at the end, or before another option.
  case valueMissing(option: String, value: String)
  /// An option that takes no value was given one with `=`.
  case valueUnexpected(option: String, text: String)
  /// An option was given twice.
  case repeated(option: String)
  /// An input or output is missing.
  case operandMissing(String, command: String)
  /// More inputs and outputs than the command takes.
  case operandUnexpected(String, command: String)
  /// An option's value cannot be read, or makes no sense.
  case badValue(option: String, text: String, why: String, expected: String)
  /// An option that this command cannot do without is missing.
  case optionMissing(option: String, why: String, expected: String)
  /// A first word that chooses what is done is none that is known.
  case unknownWord(String, command: String, known: [String], nearest: String?)
  /// Two options exclude each other.
  case conflict(String, String, why: String)

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .unknownCommand(let name, let nearest):
      Explanation(
        .input, "there is no command '\(name)'",
        remedy: nearest.map { "did you mean '\($0)'?" } ?? "t2s-volume --help lists the commands")
    case .unknownOption(let name, let command, let nearest):
      Explanation(
        .input, "there is no option '\(name)'",
        remedy: nearest.map { "did you mean '\($0)'?" }
          ?? "t2s-volume \(command) --help lists the options")
    case .valueMissing(let option, let value):
      Explanation(.input, "--\(option) lacks its value", remedy: "write --\(option) \(value)")
    case .valueUnexpected(let option, let text):
      Explanation(
        .input, "--\(option) takes no value, but has '\(text)'", remedy: "write --\(option)")
    case .repeated(let option):
      Explanation(.input, "--\(option) is given twice", remedy: "give it once")
    case .operandMissing(let name, let command):
      Explanation(
        .input, "\(name) is missing", remedy: "t2s-volume \(command) --help shows an example")
    case .operandUnexpected(let text, let command):
      Explanation(
        .input, "'\(text)' is one argument too many",
        remedy: "t2s-volume \(command) --help shows what it takes; quote names with spaces")
    case .badValue(let option, let text, let why, let expected):
      Explanation(.input, "--\(option) \(text): \(why)", remedy: expected)
    case .optionMissing(let option, let why, let expected):
      Explanation(.input, "--\(option) is needed: \(why)", remedy: expected)
    case .unknownWord(let word, let command, let known, let nearest):
      Explanation(
        .input, "\(command) '\(word)' is nothing that can be done",
        remedy: nearest.map { "did you mean '\(command) \($0)'?" }
          ?? "say \(command), or \(command) \(list(known))")
    case .conflict(let first, let second, let why):
      Explanation(.input, "--\(first) and --\(second): \(why)", remedy: "leave one of them out")
    }
  }
}
