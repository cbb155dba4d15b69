import Cluster
import VolumeCore
import VolumePipeline

/// `slurm simulate`: how long a run takes on so many nodes, where it stops paying, and into how many
/// parts it is best cut.
struct SimulationChoices {
  static let options: [OptionDeclaration] = [
    OptionDeclaration("shape", "ZxYxX", "simulate: the scan; default 2048x2048x2048"),
    OptionDeclaration(
      "nodes", "LIST", "simulate: numbers of nodes; default 1,2,4,8,16,32,64"),
    OptionDeclaration(
      "rate", "VOXELS", "voxels that a node computes in a second; default for simulate: 30M"),
    OptionDeclaration(
      "storage", "BYTES", "bytes that all nodes together read in a second; default: 10^9"),
    OptionDeclaration(
      "queue", "SECONDS", "simulate: what a node waits in the queue on the average; default 60"),
    OptionDeclaration(
      "failures", "PERCENT", "simulate: how many parts of a hundred fail once; default 1"),
    OptionDeclaration(
      "halo-layers", "N", "simulate: layers read beyond a part's own, for 3D networks; default 0"),
    OptionDeclaration("parts", "N", "how many parts; default: the quickest of several counts"),
  ]

  private let shape: Shape3
  private let nodes: [Int]
  private var model = ClusterModel()
  private let halo: Int
  private let parts: Int?

  init(_ arguments: Arguments) throws(Explanation) {
    let known = Set(Self.options.map(\.name) + ["json", "help", "options"])
    if let other = Set(arguments.values.keys).union(arguments.flags).subtracting(known).sorted()
      .first
    {
      throw UsageError.unknownOption("--\(other)", command: "slurm simulate", nearest: nil)
        .explanation
    }
    var model = ClusterModel()
    (shape, nodes, halo, parts) = try explained { () throws(UsageError) in
      if let rate = try arguments.value("rate", { text throws(UsageError) in try text.voxelRate() })
      {
        model.voxelsPerSecond = rate
      }
      if let bytes = try arguments.value(
        "storage", { text throws(UsageError) in try text.byteCount() })
      {
        model.storageBytesPerSecond = Double(bytes)
      }
      if let seconds = try arguments.value(
        "queue", { text throws(UsageError) in try text.wholeNumber(atLeast: 0) })
      {
        model.queueSeconds = Double(seconds)
      }
      if let share = try arguments.value(
        "failures", { text throws(UsageError) in try text.wholeNumber(atLeast: 0) })
      {
        model.failuresPerHundred = Double(min(share, 100))
      }
      let list =
        try arguments.value("nodes") { text throws(UsageError) in
          let numbers = text.text.split(separator: ",").map { Int($0) ?? 0 }
          guard !numbers.isEmpty, numbers.allSatisfy({ (1...10_000).contains($0) }) else {
            throw text.wrong("these are no numbers of nodes", "as in 1,4,16")
          }
          return numbers
        } ?? [1, 2, 4, 8, 16, 32, 64]
      return (
        try arguments.value("shape") { text throws(UsageError) in try text.shape() }
          ?? Shape3(z: 2048, y: 2048, x: 2048), list,
        try arguments.value("halo-layers") { text throws(UsageError) in
          try text.wholeNumber(atLeast: 0)
        } ?? 0, try arguments.value("parts") { text throws(UsageError) in try text.wholeNumber() }
      )
    }
    self.model = model
  }

  func run(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    let grid = ChunkGrid(volume: shape, chunk: SegmentationOptions().block)
    var work = ClusterWork(
      voxels: shape.voxelCount, layers: shape.z, shards: grid.count.voxelCount,
      slabs: grid.count.z)
    work.halo = halo
    let console = context.console
    console.say(
      "\(shape.words), \(grid.count.voxelCount) shards; a node computes "
        + "\(Words.rate(model.voxelsPerSecond)), storage \(Words.bytes(Int(model.storageBytesPerSecond)))/s, "
        + "a node's link \(Words.bytes(Int(model.nodeBytesPerSecond)))/s")
    console.say(
      "assumed: \(Words.duration(model.queueSeconds)) in the queue on the average, "
        + "\(Words.duration(model.startSeconds)) to start a part, \(Words.short(model.failuresPerHundred)) % "
        + "of parts fail once and start again \(Words.duration(model.requeueSeconds)) later, labels take a "
        + "tenth of a byte; `finish` reads what parts left of the levels at \(Words.rate(model.finishVoxelsPerSecond)); equal "
        + "shares of the storage, nothing else uses it")
    console.say("  nodes   parts          time   of it finish   efficiency")
    var rows: [JSONValue] = []
    var last: Double?
    var stops: Int?
    for count in nodes {
      var model = model
      model.nodes = count
      let forecast = parts.map { model.run(work, parts: $0) } ?? model.bestParts(work)
      func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
      }
      console.say(
        padded("\(count)", 7) + padded("\(forecast.parts)", 8)
          + padded(Words.duration(forecast.seconds), 14)
          + padded(Words.duration(forecast.finishSeconds), 15)
          + padded(Words.percent(forecast.efficiency, 0), 13))
      if let last, stops == nil, forecast.seconds > last * 0.8 { stops = count }
      last = forecast.seconds
      rows.append([
        "nodes": .integer(count), "parts": .integer(forecast.parts),
        "seconds": .number(forecast.seconds), "finish_seconds": .number(forecast.finishSeconds),
        "efficiency": .number(forecast.efficiency),
      ])
    }
    if let stops {
      console.say("more nodes stop paying at \(stops): they save less than a fifth of the time")
    }
    return ["rows": .array(rows), "stops_paying": stops.map { .integer($0) } ?? .null]
  }
}
