import Cluster
import EngineCore
import VolumeCore

/// What a segmentation did, as plain values.
struct SegmentFigures: Sendable {
  /// Voxels of each class, in the order of the model's classes; of the whole output.
  var voxelsPerClass: [Int]
  /// What was counted of the whole output.
  var statistics: RunStatistics?
  /// What lies outside the specimen; `nil` where nobody looked.
  var outside: OutsideFigures?
  /// Voxels labelled by this run, fewer where it went on with an earlier one.
  var voxels: Int
  /// From the plan to the finished output.
  var seconds: Double
  /// What the processor did in that time, and for what came before the plan.
  var processor: ProcessorTime
  /// Tiles of the whole output.
  var tiles: Int
  /// What a tile writes.
  var tile: Shape3
  /// What it reads around that.
  var halo: Shape3
  /// Whether the halo covers the whole receptive field.
  var haloIsExact: Bool
  /// Voxels computed for each voxel written: what the halo costs.
  var computedPerWritten: Double
  /// "onednn".
  var engine: String
  /// Library, version, instruction set.
  var engineWords: String
  /// The numbers computed in.
  var precision: Precision
  /// The part of the time that each stage worked: "read", "infer", "write".
  var busy: [(stage: String, part: Double)] {
    [("read", busyRead), ("infer", busyInfer), ("write", busyWrite)]
  }
  /// The part of the time that reading worked.
  var busyRead: Double
  /// The part of the time that the engine worked.
  var busyInfer: Double
  /// The part of the time that encoding and writing worked.
  var busyWrite: Double
  /// Bytes of the labels on disk.
  var bytesWritten: Int
  /// The peak that the plan predicted.
  var plannedBytes: Int
  /// What was planned, beside what was.
  var comparison: PlanComparison
  /// How long each thread and stream worked, where that was asked for.
  var trace: TraceReport?

  /// Voxels labelled in a second.
  var voxelsPerSecond: Double { Double(voxels) / max(seconds, 1e-9) }
  /// Layers of 2048 x 2048 voxels in a minute.
  var layersPerMinute: Double { voxelsPerSecond * 60 / (2048 * 2048) }
}

/// The page of figures at the end of `segment`, and the same as JSON.
struct SegmentReport: Sendable {
  var figures: SegmentFigures
  var outputPath: String
  var shape: Shape3
  var model: Model
  var modelPath: String
  var normalisation: Normalisation
  var picture: String?
  /// Where the probabilities lie, if they were kept.
  var probabilities: String?
  /// Where the uncertainty lies, if it was kept.
  var uncertainty: String?
  /// Where all counts are.
  var csv: String?
  /// What the parts took, where this one put them together.
  var parts: PartsSummary?

  /// Parts of the specimen: what lies outside is no part of it.
  private var fractions: [(label: LabelClass, voxels: Int, fraction: Double?)] {
    let total = figures.voxelsPerClass.reduce(0, +)
    return zip(model.card.classes, figures.voxelsPerClass).map { label, voxels in
      (label, voxels, total == 0 ? nil : Double(voxels) / Double(total))
    }
  }

  /// Each class's part of the volume, by its value.
  var fractionsByValue: [Int: Double] {
    var result: [Int: Double] = [:]
    for item in fractions { result[item.label.value] = item.fraction }
    return result
  }

  /// One page.
  var page: [String] {
    let exact =
      figures.haloIsExact
      ? "exact: tiles do not show" : "NOT exact: tiles may show"
    let busy = figures.busy.map { "\($0.stage) \(Words.percent($0.part, 0))" }
    var lines =
      ["\(outputPath): \(shape.words)", ""] + (figures.statistics?.table.lines ?? []) + [
        "",
        "  model    \(model.card.name), \(modelPath)",
        "  grey     \(Words.short(Double(normalisation.low))) to "
          + "\(Words.short(Double(normalisation.high))) becomes 0 to 1",
        "  engine   \(figures.engineWords), \(figures.precision.rawValue)",
      ]
    if let parts {
      lines += [
        "  tiles    of \(figures.tile)",
        "  halo     \(figures.halo) (\(exact))",
        "  parts    \(parts.line)",
      ]
    } else {
      lines += [
        "  tiles    \(Words.grouped(figures.tiles)) of \(figures.tile)",
        "  halo     \(figures.halo) (\(exact)); "
          + "\(Words.fixed(figures.computedPerWritten, 2)) voxels computed for each one written",
        "  time     \(Words.duration(figures.seconds)), \(Words.rate(figures.voxelsPerSecond)), "
          + "\(Words.fixed(figures.layersPerMinute, 1)) layers of 2048 x 2048 a minute",
        "  busy     " + busy.joined(separator: ", "),
        "  cpu      " + figures.processor.line(voxels: figures.voxels),
      ]
    }
    if let trace = figures.trace { lines.append("  lanes    \(trace.line)") }
    lines += [
      "  memory   \(peakResidentBytes().map(Words.memory) ?? "unknown") at the peak, "
        + "\(Words.memory(figures.plannedBytes)) planned",
      "  output   \(outputPath)"
        + (parts == nil ? ", \(Words.bytes(figures.bytesWritten)) written" : ""),
    ]
    for path in [probabilities, uncertainty].compactMap({ $0 }) {
      lines.append("  beside   \(path)")
    }
    if let outside = figures.outside { lines.append("  outside  \(outside.line)") }
    if let picture { lines.append("  picture  \(picture)") }
    if let csv { lines.append("  counts   \(csv)") }
    if let table = figures.statistics?.table { lines.append("  " + table.remark) }
    if parts == nil { lines += [""] + figures.comparison.page }
    return lines
  }

  /// What `--json` prints.
  var json: [String: JSONValue] {
    let busy = Dictionary(uniqueKeysWithValues: figures.busy.map { ($0.stage, $0.part) })
    return [
      "output": .string(outputPath), "shape": shape.json,
      "picture": picture.map { .string($0) } ?? .null,
      "probabilities": probabilities.map { .string($0) } ?? .null,
      "uncertainty": uncertainty.map { .string($0) } ?? .null,
      "classes": figures.statistics?.table.json ?? .array([]),
      "outside": figures.outside?.json(specimen: figures.voxelsPerClass.reduce(0, +)) ?? .null,
      "layers_per_minute": .number(figures.layersPerMinute),
      "voxels_per_second": .number(figures.voxelsPerSecond), "seconds": .number(figures.seconds),
      "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
      "planned_bytes": .integer(figures.plannedBytes), "tiles": .integer(figures.tiles),
      "tile": figures.tile.json, "halo": figures.halo.json,
      "halo_exact": .bool(figures.haloIsExact),
      "computed_per_written": .number(figures.computedPerWritten),
      "engine": .string(figures.engine), "engine_words": .string(figures.engineWords),
      "precision": .string(figures.precision.rawValue),
      "cpu": .object(figures.processor.json),
      "busy": .object(busy.mapValues { $0.isFinite ? .number($0) : .null }),
      "trace": figures.trace?.json ?? .null,
      "bytes_written": .integer(figures.bytesWritten), "model": .string(modelPath),
      "model_hash": .string(model.hash), "plan": figures.comparison.json,
      "normalisation": [
        "low": .number(Double(normalisation.low)), "high": .number(Double(normalisation.high)),
      ],
    ]
  }
}
