import SystemIO
import VolumeCore

/// Options in a file, one a line, as they would be typed without the dashes:
///
///     # a bar in air
///     outside = auto
///     memory = 2G
///     no-picture
///
/// Empty lines and those that begin with # say nothing. What is typed as well counts instead.
struct OptionFile: Hashable, Sendable {
  /// One option.
  struct Line: Hashable, Sendable {
    var number: Int
    var name: String
    /// `nil` for an option that takes none.
    var value: String?
  }

  /// A file of options is a page, not a volume that was mistaken for one.
  static let mostBytes = 1 << 16

  var path: String
  var lines: [Line] = []

  /// Reads the file at `path`.
  init(_ path: String) throws(Explanation) {
    let bytes = try explained { () throws(SystemError) in try contents(ofFile: path) }
    guard bytes.count <= Self.mostBytes, let text = String(validating: bytes, as: UTF8.self) else {
      throw Explanation(
        .input, "--options \(path): this is no text of options",
        remedy: "give a file of lines such as: memory = 2G")
    }
    try self.init(path, text)
  }

  /// Takes `text` apart.
  init(_ path: String, _ text: String) throws(Explanation) {
    self.path = path
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let words = line.trimmed
      guard !words.isEmpty, words.first != "#" else { continue }
      let parts = words.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].trimmed
      guard !name.isEmpty, !name.hasPrefix("-"), !name.contains(where: \.isWhitespace) else {
        throw wrong(index + 1, "'\(words)' is no option", "write NAME = VALUE, as in: memory = 2G")
      }
      let value = parts.count == 2 ? String(parts[1].trimmed) : nil
      lines.append(Line(number: index + 1, name: String(name), value: value))
    }
  }

  /// Adds to `arguments` what they do not say themselves; `options` are those of the command.
  func add(
    to arguments: inout Arguments, of command: String, options: [OptionDeclaration]
  ) throws(Explanation) {
    var seen: [String: Int] = [:]
    for line in lines {
      guard !["options", "json", "help"].contains(line.name) else {
        throw wrong(line.number, "--\(line.name) belongs on the command line", "leave it out here")
      }
      guard let option = options.first(where: { $0.name == line.name }) else {
        let near = nearest(to: line.name, among: options.map(\.name))
        throw wrong(
          line.number, "'\(command)' has no option '\(line.name)'",
          near.map { "did you mean '\($0)'?" } ?? "t2s-volume \(command) --help lists the options")
      }
      if let before = seen.updateValue(line.number, forKey: line.name) {
        throw wrong(
          line.number, "'\(line.name)' was given in line \(before) already", "give it once")
      }
      let isTyped = arguments.values[line.name] != nil || arguments.flags.contains(line.name)
      switch (option.value, line.value) {
      case (nil, nil): arguments.flags.insert(line.name)
      case (nil, .some):
        throw wrong(line.number, "'\(line.name)' takes no value", "write \(line.name)")
      case (let form?, let value):
        guard let value, !value.isEmpty else {
          throw wrong(line.number, "'\(line.name)' lacks its value", "write \(line.name) = \(form)")
        }
        if !isTyped {
          arguments.values[line.name] = value
          // In a file, several values of one option are words of one line.
          if option.repeats {
            arguments.lists[line.name] = value.split(separator: " ").map(String.init)
          }
        }
      }
    }
  }

  private func wrong(_ line: Int, _ what: String, _ remedy: String) -> Explanation {
    Explanation(.input, "\(path), line \(line): \(what)", remedy: remedy)
  }
}

extension StringProtocol {
  /// Without blanks at either end.
  fileprivate var trimmed: SubSequence {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
    return self[start..<end]
  }
}
