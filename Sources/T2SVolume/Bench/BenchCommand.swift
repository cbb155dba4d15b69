import VolumeCommands
import VolumeCore

/// `bench`: this machine's own limits, and figures that only the tool's inside can give; what
/// `Tools/bench` puts beside the figures of whole runs.
struct BenchCommand: Command {
  var name: String { "bench" }
  var summary: String {
    "measure this machine's limits, how stages overlap, what HDF5's process costs, how often "
      + "intervals hold"
  }
  var operands: String { "limits|overlap|hdf5|reading|coverage" }
  var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "file", "FILE",
        "limits: the scan whose bytes are copied and compressed; hdf5: the file; reading: a scan"),
      OptionDeclaration("dataset", "PATH", "hdf5: the dataset, of three axes; default: /volume"),
      OptionDeclaration(
        "shape", "ZxYxX", "limits: the extent of that scan, of bytes, to compress its chunks"),
      OptionDeclaration(
        "model", "FILE", "overlap, reading, coverage: the network; default: the tool's"),
      OptionDeclaration("phantoms", "N", "coverage: how many; default 200"),
      .threads, .memory,
    ]
  }
  var examples: [String] { ["t2s-volume bench limits --file scan.raw"] }
  var isHidden: Bool { true }

  func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let threads: Int
    let kind: String
    let shape: Shape3?
    let phantoms: Int
    let memory: Int
    do throws(UsageError) {
      threads =
        try arguments.value("threads") { text throws(UsageError) in try text.wholeNumber() }
        ?? availableCores()
      shape = try arguments.value("shape") { text throws(UsageError) in try text.shape() }
      phantoms =
        try arguments.value("phantoms") { text throws(UsageError) in try text.wholeNumber() } ?? 200
      memory =
        try arguments.value("memory") { text throws(UsageError) in try text.byteCount() } ?? 2 << 30
      kind = try arguments.operands(["limits|overlap|hdf5|reading|coverage"], of: name)[0]
    } catch {
      throw error.explanation
    }
    switch kind {
    case "limits":
      return try MachineLimits(
        threads: threads, file: arguments.values["file"], shape: shape
      ).measure(context)
    case "overlap":
      return try OverlapBench(threads: threads).measure(model: arguments.values["model"], context)
    case "coverage":
      return try CoverageBench(threads: threads, phantoms: phantoms).measure(
        model: arguments.values["model"], context)
    case "hdf5":
      return try HDF5Bench(
        file: arguments.values["file"] ?? "", dataset: arguments.values["dataset"] ?? "/volume"
      ).measure(context)
    case "reading":
      return try ReadingBench(threads: threads, memory: memory).measure(
        arguments.values["file"] ?? "", model: arguments.values["model"], context)
    default:
      throw Explanation(
        .input, "there is no bench '\(kind)'",
        remedy: "give bench limits, overlap, hdf5, reading or coverage")
    }
  }
}
