import Cluster
import VolumeCore

/// One word after `t2s-volume`: what it is called, what it takes, and what it does.
public protocol Command: Sendable {
  /// The word.
  var name: String { get }
  /// What it does, in a line.
  var summary: String { get }
  /// Inputs and outputs as the usage line shows them: "INPUT OUTPUT".
  var operands: String { get }
  /// The options, without `--json` and `--help`, which all have.
  var options: [OptionDeclaration] { get }
  /// Lines to type, the commonest first.
  var examples: [String] { get }
  /// The options that are understood: those that the help shows, and perhaps those of other commands.
  var parsedOptions: [OptionDeclaration] { get }
  /// What is worth knowing beside the options.
  var notes: [String] { get }
  /// Whether the list of commands leaves it out: what only our own tools call.
  var isHidden: Bool { get }

  /// Does it. Returns what `--json` prints.
  func run(_ arguments: Arguments, _ context: CommandContext) throws(Explanation) -> [String:
    JSONValue]

  /// The exit code for what `run` has returned.
  func exitCode(of result: [String: JSONValue]) -> Int32
}

extension Command {
  /// Most commands need no more words.
  public var notes: [String] { [] }
  /// Those that the help shows.
  public var parsedOptions: [OptionDeclaration] { allOptions }
  /// Most commands are for everybody.
  public var isHidden: Bool { false }
  /// 0, but for a result that names another under `exit_code`.
  public func exitCode(of result: [String: JSONValue]) -> Int32 {
    Int32(clamping: result["exit_code"]?.integer ?? 0)
  }

  /// All options, those of every command last.
  var allOptions: [OptionDeclaration] { options + [.optionFile, .json, .help] }
}

/// What a command works with.
public struct CommandContext: Sendable {
  /// The plugs.
  public var catalogue: Catalogue
  /// Where it speaks.
  public var console: Console
  /// The signal that asked the process to stop, once one has.
  public var stopSignal: @Sendable () -> Int32?
  /// The value of an environment variable.
  public var environment: @Sendable (String) -> String?
  /// The executable's path, with links resolved.
  public var executable: String
  /// The command line as it was typed, for provenance.
  public var commandLine: [String]
  /// Whether the command puts together what parts of it have made (`finish`).
  var joinsParts: Bool { summary != nil }
  /// What the parts took that are put together; `nil` where none are.
  var summary: PartsSummary?

  /// A context with these.
  public init(
    catalogue: Catalogue, console: Console, stopSignal: @escaping @Sendable () -> Int32?,
    environment: @escaping @Sendable (String) -> String?, executable: String,
    commandLine: [String] = []
  ) {
    self.catalogue = catalogue
    self.console = console
    self.stopSignal = stopSignal
    self.environment = environment
    self.executable = executable
    self.commandLine = commandLine
  }

  /// Throws once a signal has asked the process to stop.
  package func checkForStop(remedy: String) throws(Explanation) {
    guard let signal = stopSignal() else { return }
    throw Explanation(.stopped(signal: signal), "stopped by a signal", remedy: remedy)
  }

  /// Opens an input and echoes what was understood of it, since a permuted shape passes every
  /// other check.
  func openInput(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader {
    let reader = try catalogue.open(path, hints: hints)
    echo(path, reader)
    return reader
  }

  /// Says what was understood of an input.
  func echo(_ path: String, _ reader: any VolumeReader) {
    console.note("\(path): \(words(of: reader.volume))")
    for remark in reader.volume.remarks { console.note("  \(remark)") }
  }
}

/// "1900 layers of 1040 rows x 1300 columns, uint8, voxels of 1.3 µm, raw (PyHST), 2.57 GB".
func words(of volume: VolumeDescription) -> String {
  "\(volume.shape.words), \(volume.voxelType.rawValue), \(Words.spacing(volume.spacing)), "
    + "\(volume.format), \(Words.bytes(volume.byteCount))"
}

extension Arguments {
  /// What the user said about an input's bytes, as it was typed.
  var inputOptions: [String: String] {
    let names = Set(OptionDeclaration.inputs.map(\.name))
    return values.filter { names.contains($0.key) }
  }

  /// What the user said about an input's bytes.
  func openingHints() throws(UsageError) -> OpeningHints {
    var hints = OpeningHints()
    hints.shape = try value("shape") { text throws(UsageError) in try text.shape() }
    hints.voxelType = try value("type") { text throws(UsageError) in try text.voxelType() }
    hints.byteOrder = try value("byte-order") { text throws(UsageError) in try text.byteOrder() }
    hints.offset = try value("offset") { text throws(UsageError) in
      try text.wholeNumber(atLeast: 0)
    }
    hints.spacing = try value("voxel-size") { text throws(UsageError) in try text.voxelSpacing() }
    hints.channel = try value("channel") { text throws(UsageError) in
      try text.wholeNumber(atLeast: 0)
    }
    hints.level = values["level"]
    hints.fillsGaps =
      try value("gaps") { text throws(UsageError) in try text.oneOf(["fill"]) } != nil
    return hints
  }
}

/// Runs `body` and lets what it throws cross the seam in words.
func explained<Value, Failure: ExplainedError>(
  _ body: () throws(Failure) -> Value
) throws(Explanation) -> Value {
  do throws(Failure) { return try body() } catch { throw error.explanation }
}
