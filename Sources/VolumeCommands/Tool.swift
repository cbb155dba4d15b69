import Glibc
import VolumeCore

/// The tool's version, which every store that it makes carries.
public let toolVersion = "0.1.0"

/// `t2s-volume`: finds the command, runs it, and turns what it throws into words and an exit code.
public struct Tool: Sendable {
  /// The commands in the order of the help.
  public var commands: [any Command]
  /// What they work with.
  public var context: CommandContext

  /// A tool of `commands`.
  public init(commands: [any Command] = Tool.commands, context: CommandContext) {
    self.commands = commands
    self.context = context
  }

  /// All commands.
  public static let commands: [any Command] = [
    SegmentCommand(), TrainCommand(), AnnotateCommand(), ModelCommand(), PlanCommand(),
    ConvertCommand(),
    InfoCommand(), FractionsCommand(), EvaluateCommand(), CompareCommand(), MeasureCommand(),
    PhantomCommand(),
    ShowCommand(), GuessCommand(), StatusCommand(), VerifyCommand(), RepairCommand(),
    FinishCommand(), SlurmCommand(),
    SuggestLayersCommand(), ReceiptCommand(),
  ]

  /// Runs the tool on what follows its name on the command line; returns the exit code.
  public func run(_ words: [String]) -> Int32 {
    let console = context.console
    let beforeEnd = words.prefix { $0 != "--" }
    if beforeEnd.dropFirst().contains("--json") || beforeEnd.first == "--json" { console.beQuiet() }
    var name = "t2s-volume"
    do throws(Explanation) {
      let first = words.first
      if first == nil || first == "--help" || first == "-h" || first == "help" {
        let topic = first == "help" ? words.dropFirst().first : nil
        let command = commands.first { $0.name == topic }
        let text =
          command.map(HelpText.of)
          ?? HelpText.overview(of: commands, version: toolVersion)
        if first == nil {
          console.note(text)
          return 2
        }
        console.result(text)
        return console.isBroken ? 1 : 0
      }
      if first == "--version" {
        console.result("t2s-volume \(toolVersion)")
        return console.isBroken ? 1 : 0
      }
      let word = first ?? ""
      guard let command = commands.first(where: { $0.name == word }) else {
        let near = nearest(to: word, among: commands.map(\.name))
        throw UsageError.unknownCommand(word, nearest: near).explanation
      }
      name += " \(command.name)"
      if beforeEnd.contains("--help") || beforeEnd.contains("-h") {
        console.result(HelpText.of(command))
        return console.isBroken ? 1 : 0
      }
      var arguments = try explained { () throws(UsageError) in
        try Arguments(parsing: words.dropFirst(), of: command.name, options: command.parsedOptions)
      }
      if let path = arguments.values["options"] {
        try OptionFile(path).add(
          to: &arguments, of: command.name, options: command.parsedOptions)
      }
      var context = context
      if context.commandLine.isEmpty { context.commandLine = ["t2s-volume"] + words }
      let result = try command.run(arguments, context)
      if arguments.has("json") { console.result(JSONValue.object(result).text()) }
      return console.isBroken ? 1 : command.exitCode(of: result)
    } catch {
      return report(error, by: name)
    }
  }

  private func report(_ error: Explanation, by name: String) -> Int32 {
    let console = context.console
    let code = exitCode(of: error.kind)
    console.note("\(name): \(error.what)\n  \(error.remedy)")
    if console.isQuiet {
      let object: JSONValue = [
        "error": [
          "what": .string(error.what), "remedy": .string(error.remedy),
          "exit_code": .integer(Int(code)),
        ]
      ]
      console.result(object.text())
    }
    return code
  }
}

/// The exit code for what went wrong; 128 and above are left to the shell, which uses them for
/// processes that a signal ended.
package func exitCode(of kind: Explanation.Kind) -> Int32 {
  switch kind {
  case .input: 2
  case .damaged: 3
  case .failed: 1
  case .stopped(let signal): signal == SIGINT ? 130 : 75
  }
}
