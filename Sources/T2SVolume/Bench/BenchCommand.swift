import EngineCore
import VolumeCommands
import VolumeCore

/// `bench`: this machine's own limits, and figures that only the tool's inside can give; what
/// `Tools/bench` puts beside the figures of whole runs.
struct BenchCommand: Command {
  var name: String { "bench" }
  var summary: String {
    "measure where a network's time goes, and this machine's limits"
  }
  var operands: String { "network [MODEL]|limits|overlap|hdf5|reading|coverage" }
  var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "file", "FILE",
        "limits: the scan whose bytes are copied and compressed; hdf5: the file; reading: a scan"),
      OptionDeclaration("dataset", "PATH", "hdf5: the dataset, of three axes; default: /volume"),
      OptionDeclaration(
        "shape", "ZxYxX", "limits: the extent of that scan, of bytes, to compress its chunks"),
      OptionDeclaration(
        "model", "FILE", "network, overlap, reading, coverage: the network; default: the tool's"),
      OptionDeclaration("phantoms", "N", "coverage: how many; default 200"),
      OptionDeclaration(
        "precision", "NAME",
        "network: f32, bf16 or int8; default: the quickest of the first two here"),
      OptionDeclaration(
        "tile", "ZxYxX",
        "network: what each core computes at once; default 1x256x256, of volumes 32x96x96"),
      OptionDeclaration("rounds", "N", "network: how often; the quickest counts; default 9"),
      .threads, .memory,
    ]
  }
  var examples: [String] {
    ["t2s-volume bench network model.h5 --threads 1", "t2s-volume bench limits --file scan.raw"]
  }
  var notes: [String] {
    [
      "network: each step of the network with its time, its arithmetic beside the most that a convolution "
        + "reaches here, and the bytes that it reads and writes beside what memory gives. limits, overlap, "
        + "hdf5, reading and coverage are what Tools/bench asks for."
    ]
  }

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
      kind = arguments.operands.first ?? ""
      if kind != "network" {
        _ = try arguments.operands(["network|limits|overlap|hdf5|reading|coverage"], of: name)
      }
    } catch {
      throw error.explanation
    }
    switch kind {
    case "network": return try network(arguments, threads: threads, context)
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
        remedy: "give bench network, limits, overlap, hdf5, reading or coverage")
    }
  }

  private func network(
    _ arguments: Arguments, threads: Int, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    var bench = NetworkBench(threads: threads)
    do throws(UsageError) {
      guard arguments.operands.count <= 2 else {
        throw UsageError.operandUnexpected(arguments.operands[2], command: "bench network")
      }
      bench.tile = try arguments.value("tile") { text throws(UsageError) in try text.shape() }
      bench.rounds =
        try arguments.value("rounds") { text throws(UsageError) in try text.wholeNumber() } ?? 9
      bench.precision = try arguments.value("precision") { text throws(UsageError) in
        guard let precision = Precision(rawValue: text.text) else {
          throw UsageError.badValue(
            option: "precision", text: text.text, why: "this is no precision",
            expected: "give f32, bf16 or int8")
        }
        return precision
      }
    } catch {
      throw error.explanation
    }
    let model = arguments.operands.count > 1 ? arguments.operands[1] : arguments.values["model"]
    return try bench.measure(model: model, context)
  }
}
