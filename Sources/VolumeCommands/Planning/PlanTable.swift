import VolumeCore
import VolumePipeline

/// What a segmentation will be, or was, in lines and as JSON: what `plan` prints, and `segment` before
/// and after its work.
struct PlanTable: Sendable {
  let prepared: PreparedSegmentation
  let forecast: RunForecast
  /// The runs along other axes, before.
  private let passes: [RunForecast]
  /// How fast the run goes, once that is known.
  var rate: RunRate?

  init(_ prepared: PreparedSegmentation, left: Int? = nil) {
    self.prepared = prepared
    forecast = prepared.plan.forecast(left: left)
    passes = left == nil ? prepared.passPlans.map { $0.forecast() } : []
  }

  /// Voxels that the runs along other axes compute.
  var computedBefore: Int { passes.reduce(0) { $0 + $1.computedVoxels } }

  /// The seconds that it takes, once that can be said.
  var seconds: Double? { rate.map { self.seconds(at: $0) } }

  /// The same at `rate`.
  func seconds(at rate: RunRate) -> Double {
    passes.reduce(forecast.seconds(at: rate)) { $0 + $1.seconds(at: rate) }
  }

  /// The page that `plan` prints.
  var page: [String] {
    let tiling = prepared.plan.tiling
    let scanBytes = tiling.region.voxelCount * prepared.plan.execution.voxelType.byteCount
    let again = Double(forecast.bytesRead) / Double(max(scanBytes, 1))
    var lines = [
      "  tiles    \(Words.grouped(forecast.tiles)) of \(tiling.core) (layers x rows x columns), "
        + "\(forecast.engineThreads) at once",
      "  halo     \(tiling.halo) (\(exactness)); \(Words.fixed(forecast.overhead, 2)) voxels "
        + "computed for each one written",
      "  read     \(Words.bytes(forecast.bytesRead)) of voxels, \(Words.fixed(again, 2)) times what "
        + "is labelled",
      "  written  \(Words.bytes(forecast.bytesWritten)) of labels, about "
        + "\(Words.bytes(prepared.expectedByteCount)) on disk"
        + (prepared.freeBytes.map { " of \(Words.bytes($0)) free" } ?? "")
        + (prepared.scratchByteCount > 0
          ? "; scratch at most \(Words.bytes(prepared.scratchByteCount))" : "; no scratch"),
      "  memory   \(Words.memory(prepared.peakByteCount)) at the peak (limit "
        + "\(Words.memory(prepared.request.choices.memory)))",
    ]
    for (pass, plan) in zip(passes, prepared.passPlans) {
      lines.append(
        "  before   \(Words.grouped(pass.tiles)) tiles of \(plan.tiling.core) along another axis, "
          + "\(Words.fixed(pass.overhead, 2)) voxels computed for each one written, "
          + "\(Words.memory(pass.memory.total)) of memory")
    }
    for part in forecast.memory.parts where part.byteCount > 0 {
      let name = part.name + String(repeating: " ", count: max(0, 8 - part.name.count))
      lines.append("             \(name)  \(Words.memory(part.byteCount))")
    }
    if let outside = prepared.request.outside {
      lines.append(
        "  outside  \(outside.words); \(Words.grouped(forecast.tilesOutside)) tiles are not computed"
      )
    }
    let engine = prepared.request.engine
    lines.append("  engine   \(engine.words), \(prepared.plan.execution.precision.rawValue)")
    if let rate, let seconds {
      lines.append("  time     \(Words.duration(seconds)) at \(words(of: rate))")
    }
    return lines
  }

  /// The compact form: one line before the work.
  var line: String {
    let tiling = prepared.plan.tiling
    let outside =
      prepared.request.outside == nil
      ? "" : " (and \(Words.grouped(forecast.tilesOutside)) outside, which are not computed)"
    return
      "\(Words.grouped(forecast.tiles)) tiles of \(tiling.core)\(outside), halo \(tiling.halo), "
      + "\(Words.fixed(forecast.overhead, 2)) voxels computed for each one written; "
      + "\(Words.bytes(forecast.bytesRead)) to read; "
      + "\(Words.memory(prepared.peakByteCount)) of memory (limit "
      + "\(Words.memory(prepared.request.choices.memory))); output about "
      + Words.bytes(prepared.expectedByteCount)
      + (prepared.freeBytes.map { " of \(Words.bytes($0)) free" } ?? "")
      + (prepared.passes.map {
        ", scratch at most \(Words.bytes($0.byteCount)) in \($0.folder)"
      } ?? "")
      + "; \(prepared.request.engine.words), \(prepared.plan.execution.precision.rawValue), "
      + "\(forecast.engineThreads) \(forecast.engineThreads == 1 ? "thread" : "threads")"
  }

  /// What is to be said before the work of a halo that is too small.
  var warning: String? {
    let tiling = prepared.plan.tiling
    guard !tiling.isExact else { return nil }
    if let blend = tiling.blend {
      let norm = prepared.request.model.graph.normalisesOverSpace
      return "warning: "
        + (norm.map { "layer '\($0)' takes mean and variance of all that it sees; " } ?? "")
        + "windows of \(blend.window), one every \(blend.step), are blended: NOT exact, but the same "
        + "whatever the tiles"
    }
    return "warning: a halo of \(tiling.halo) is less than the network sees "
      + "(\(tiling.reach.before) before, \(tiling.reach.after) after): tiles may show"
  }

  private var exactness: String {
    prepared.plan.tiling.isExact
      ? "exact: tiles do not show"
      : prepared.plan.tiling.blend != nil
        ? "windows are blended, NOT exact" : "NOT exact: less than the network sees, tiles may show"
  }

  /// What `plan --json` prints, and `segment --json` as what was planned.
  var json: [String: JSONValue] {
    let tiling = prepared.plan.tiling
    var parts: [String: JSONValue] = [:]
    for part in forecast.memory.parts { parts[part.name] = .integer(part.byteCount) }
    return [
      "tiles": .integer(forecast.tiles), "tiles_outside": .integer(forecast.tilesOutside),
      "tile": tiling.core.json, "halo": tiling.halo.json,
      "halo_exact": .bool(tiling.isExact), "tiles_at_once": .integer(forecast.engineThreads),
      "voxels": .integer(forecast.voxels), "voxels_computed": .integer(forecast.computedVoxels),
      "computed_per_written": .number(forecast.overhead),
      "bytes_read": .integer(forecast.bytesRead),
      "label_bytes": .integer(forecast.bytesWritten),
      "output_bytes": .integer(prepared.expectedByteCount),
      "scratch_bytes": .integer(prepared.scratchByteCount),
      "disk_free_bytes": prepared.freeBytes.map { .integer($0) } ?? .null,
      "memory_limit_bytes": .integer(prepared.request.choices.memory),
      "peak_bytes": .integer(prepared.peakByteCount), "peak_parts": .object(parts),
      "seconds": seconds.map { .number($0) } ?? .null, "rate": rate?.json ?? .null,
    ]
  }
}

/// "5.1 Mvoxel/s computed (8 tiles in 3.2 s)".
func words(of rate: RunRate) -> String {
  let source =
    switch rate.source {
    case .given: "as given"
    case .calibrated(let tiles, let seconds):
      "measured on \(tiles) samples of the scan in \(Words.duration(seconds))"
    case .firstTiles(let count): "as the first \(count) tiles went"
    }
  return "\(Words.rate(rate.computedVoxelsPerSecond)) computed, \(source)"
}

extension RunRate {
  /// The rate and how it is known.
  var json: JSONValue {
    let source =
      switch self.source {
      case .given: "given"
      case .calibrated: "calibrated"
      case .firstTiles: "first tiles"
      }
    return [
      "voxels_computed_per_second": .number(computedVoxelsPerSecond), "source": .string(source),
      "bytes_read_per_second": readBytesPerSecond.map { .number($0) } ?? .null,
      "start_seconds": .number(startSeconds),
    ]
  }
}
