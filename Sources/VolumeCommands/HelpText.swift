/// Help as generated from what a command declares, so that it cannot lag behind.
enum HelpText {
  static let width = 78

  static func overview(of commands: [any Command], version: String) -> String {
    var lines = [
      "t2s-volume \(version): tomographies larger than memory, from raw scan to labels", "",
      "usage: t2s-volume COMMAND INPUT... [--option VALUE]", "", "commands:",
    ]
    let commands = commands.filter { !$0.isHidden }
    let longest = commands.map(\.name.count).max() ?? 0
    for command in commands {
      let gap = String(repeating: " ", count: longest - command.name.count + 3)
      lines.append("  \(command.name)\(gap)\(command.summary)")
    }
    lines += [
      "", "example:", "  t2s-volume segment big.raw --tile 256", "",
      "t2s-volume COMMAND --help shows a command's options, with an example.",
      "Sizes are in z, y, x: layers, rows, columns.",
    ]
    return lines.joined(separator: "\n")
  }

  static func of(_ command: any Command) -> String {
    var lines = [
      "t2s-volume \(command.name): \(command.summary)", "",
      "usage: t2s-volume \(command.name) \(command.operands) [options]", "", "options:",
    ]
    let heads = command.allOptions.map { option in
      "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
    }
    let longest = min(heads.map(\.count).max() ?? 0, 24)
    let indent = String(repeating: " ", count: longest + 4)
    for (option, head) in zip(command.allOptions, heads) {
      let text = wrapped(option.help, to: width - indent.count)
      let gap =
        head.count <= longest ? String(repeating: " ", count: longest - head.count + 2) : nil
      lines.append("  \(head)\(gap.map { $0 + (text.first ?? "") } ?? "")")
      lines += text.dropFirst(gap == nil ? 0 : 1).map { indent + $0 }
    }
    lines += ["", command.examples.count == 1 ? "example:" : "examples:"]
    lines += command.examples.map { "  \($0)" }
    for note in command.notes { lines += [""] + wrapped(note, to: width) }
    lines += [
      "", "exit codes: 0 done; 1 failed on the way; 2 usage, options or input; 3 damaged data;",
      "4 a store is not finished; 75 stopped by SIGTERM; 130 by SIGINT",
    ]
    return lines.joined(separator: "\n")
  }

  static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return lines + (line.isEmpty ? [] : [line])
  }
}
