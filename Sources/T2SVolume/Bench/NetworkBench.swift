import EngineCore
import NeuralGraph
import OneDNNEngine
import VolumeCommands
import VolumeCore

/// Where the time of a network goes on this machine, operation by operation, beside what the machine
/// can do: the most that a wide convolution reached and the bytes that a copy moves, measured in the
/// same run (the roofline of Williams, Waterman and Patterson, 2009).
struct NetworkBench {
  var threads: Int
  var precision: Precision?
  /// What is computed at once on each core, halo included; `nil`: a layer of 256 x 256, or 32 x 96 x 96 of
  /// a volume.
  var tile: Shape3?
  var rounds = 9

  func measure(
    model path: String?, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    var model = try context.catalogue.model(modelPath(path, context))
    do { model.graph = try model.graph.padded().forGreyScans() } catch { throw error.explanation }
    let factory = OneDNNEngineFactory()
    let precision = precision ?? factory.precisions[0]
    var plan = ExecutionPlan(
      graph: model.graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: [try shape(of: model.graph)], precision: precision,
      threads: threads)
    if precision == .int8 { plan.quantisation = try Self.calibration(plan, factory) }
    context.console.note("measuring this machine's limits")
    let before = try limits(precision)
    try context.checkForStop(remedy: "give the same command again")
    let profile: NetworkProfile
    do throws(EngineError) {
      profile = try factory.profile(plan, rounds: rounds) { context.stopSignal() != nil }
    } catch {
      throw error.explanation
    }
    try context.checkForStop(remedy: "give the same command again")
    // What else ran meanwhile must not make the machine look slower than it is.
    let after = try limits(precision)
    let limits = Limits(
      operations: max(before.operations, after.operations), bytes: max(before.bytes, after.bytes))
    let report = NetworkReport(profile: profile, limits: limits, precision: precision)
    context.console.say("\(model.card.name), \(MachineLimits.processorName)")
    for line in report.lines { context.console.say(line) }
    return report.json.merging([
      "model": .string(model.path), "cpu": .string(MachineLimits.processorName),
    ]) { $1 }
  }

  /// Of noise: no step's time depends on what its values are.
  static func calibration(
    _ plan: ExecutionPlan, _ factory: OneDNNEngineFactory
  ) throws(Explanation) -> Quantisation {
    let shape = plan.shapes[0]
    let voxels = (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ $0 >> 7) }
    do throws(EngineError) {
      return try factory.quantisation(
        for: plan, tiles: [CalibrationTile(shape: shape, voxels: voxels)])
    } catch {
      throw error.explanation
    }
  }

  private func limits(_ precision: Precision) throws(Explanation) -> Limits {
    Limits(
      operations: try MachineLimits.convolution(precision, threads: threads) / Double(threads),
      // Each core has its share of what a copy reads and writes.
      bytes: 2 * MachineLimits.memoryCopy() / Double(threads))
  }

  /// The tile, in whole steps of the network, with the layers that one beside it sees.
  private func shape(of graph: Graph) throws(Explanation) -> Shape3 {
    let stride = graph.totalStride
    func whole(_ length: Int, _ step: Int) -> Int { (length + step - 1) / step * step }
    let margin = 2 * graph.layerMargin
    let wanted =
      tile ?? (graph.isLayerwise ? Shape3(z: 1, y: 256, x: 256) : Shape3(z: 32, y: 96, x: 96))
    return Shape3(
      z: graph.isLayerwise ? 1 + margin : whole(wanted.z, stride.z) + margin,
      y: whole(wanted.y, stride.y), x: whole(wanted.x, stride.x))
  }
}

/// What one core of this machine can do while the others do the same.
struct Limits: Hashable {
  /// Of a convolution of 64 channels, in a second.
  var operations: Double
  /// Read and written, in a second.
  var bytes: Double

  /// The least time that a step can take: of its arithmetic, or of bringing its values from memory.
  func seconds(_ step: StepProfile) -> (arithmetic: Double, memory: Double) {
    (Double(step.operations) / operations, Double(step.byteCount) / bytes)
  }
}

/// A profile in words and as JSON.
struct NetworkReport {
  var profile: NetworkProfile
  var limits: Limits
  var precision: Precision

  private var sum: Double { profile.steps.reduce(0) { $0 + $1.seconds } }
  private var operations: Int { profile.steps.reduce(0) { $0 + $1.operations } }

  /// The table.
  var lines: [String] {
    var table = TextTable([
      "step", "writes", "ms", "share", "GFLOP/s", "of limit", "GB/s", "of memory",
    ])
    for step in profile.steps {
      let rate = Double(step.operations) / max(step.seconds, 1e-9)
      let bytes = Double(step.byteCount) / max(step.seconds, 1e-9)
      let isArithmetic = step.operations > 0
      table.add([
        step.name, step.extent.description, Words.fixed(step.seconds * 1e3, 3),
        Words.percent(step.seconds / max(sum, 1e-9), 1),
        isArithmetic ? Words.fixed(rate / 1e9, 1) : "",
        isArithmetic ? Words.percent(rate / limits.operations, 0) : "",
        Words.fixed(bytes / 1e9, 1), Words.percent(bytes / limits.bytes, 0),
      ])
    }
    let rate = Double(operations) / max(sum, 1e-9)
    table.add([
      "all steps", "", Words.fixed(sum * 1e3, 3), "100.0 %", Words.fixed(rate / 1e9, 1),
      Words.percent(rate / limits.operations, 0), "", "",
    ])
    let voxels = Double(profile.shape.voxelCount * profile.threads) / max(profile.seconds, 1e-9)
    return [
      "  limits of a core, while \(profile.threads == 1 ? "it works alone" : "all \(profile.threads) work"): "
        + "\(Words.fixed(limits.operations / 1e9, 1)) GFLOP/s (3x3, 64 channels, \(precision.rawValue)), "
        + "\(Words.fixed(limits.bytes / 1e9, 1)) GB/s read and written",
      "  a tile of \(profile.shape) on each of \(profile.threads): "
        + "\(Words.fixed(profile.seconds * 1e3, 2)) ms, \(Words.rate(voxels)), "
        + "\(Words.fixed(voxels * 60 / Double(2048 * 2048), 1)) layers of 2048 x 2048 a minute with no "
        + "halo",
      "",
    ] + table.lines(leftAligned: [0, 1]) + [
      "  beyond 100 % of memory: what a step reads was still in a cache"
    ]
  }

  private static func json(_ shape: Shape3) -> JSONValue {
    .array([.integer(shape.z), .integer(shape.y), .integer(shape.x)])
  }

  /// What `--json` prints.
  var json: [String: JSONValue] {
    [
      "precision": .string(precision.rawValue), "threads": .integer(profile.threads),
      "tile": Self.json(profile.shape), "seconds": .number(profile.seconds),
      "limit_flop_per_second": .number(limits.operations),
      "limit_bytes_per_second": .number(limits.bytes),
      "steps": .array(
        profile.steps.map { step in
          let least = limits.seconds(step)
          return [
            "step": .string(step.name), "writes": Self.json(step.extent),
            "seconds": .number(step.seconds), "operations": .integer(step.operations),
            "bytes": .integer(step.byteCount),
            "least_seconds_by_arithmetic": .number(least.arithmetic),
            "least_seconds_by_memory": .number(least.memory),
          ]
        }),
    ]
  }
}
