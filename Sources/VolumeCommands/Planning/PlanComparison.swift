import VolumeCore
import VolumePipeline

/// What a run was planned to be beside what it was.
struct PlanComparison: Sendable {
  let planned: PlanTable
  let measured: SegmentationResult
  /// The most memory that the process held; `nil` where the system does not tell.
  let peakBytes: Int?

  /// A table of three columns.
  var page: [String] {
    let forecast = planned.forecast
    var table = TextTable(["", "planned", "measured"])
    table.add(["tiles", Words.grouped(forecast.tiles), Words.grouped(measured.tiles)])
    table.add([
      "computed", Words.grouped(forecast.computedVoxels), Words.grouped(measured.voxelsComputed),
    ])
    table.add(["read", Words.bytes(forecast.bytesRead), Words.bytes(measured.bytesRead)])
    table.add([
      "on disk", "about \(Words.bytes(planned.prepared.expectedByteCount))",
      Words.bytes(measured.bytesWritten),
    ])
    table.add([
      "memory", Words.memory(forecast.memory.total), peakBytes.map(Words.memory) ?? "unknown",
    ])
    table.add([
      "time", planned.seconds.map(Words.duration) ?? "-", Words.duration(measured.seconds),
    ])
    table.add([
      "rate", planned.rate.map { Words.rate($0.computedVoxelsPerSecond) } ?? "-",
      Words.rate(computedPerSecond),
    ])
    return table.lines()
  }

  /// Of all passes, where there are several.
  private var computedPerSecond: Double {
    Double(measured.voxelsComputed + planned.computedBefore) / max(measured.seconds, 1e-9)
  }

  /// The same for machines.
  var json: JSONValue {
    [
      "planned": .object(planned.json),
      "measured": [
        "tiles": .integer(measured.tiles), "voxels": .integer(measured.voxels),
        "voxels_computed": .integer(measured.voxelsComputed),
        "bytes_read": .integer(measured.bytesRead), "label_bytes": .integer(measured.voxels),
        "output_bytes": .integer(measured.bytesWritten), "scratch_bytes": 0,
        "peak_bytes": peakBytes.map { .integer($0) } ?? .null,
        "seconds": .number(measured.seconds),
        "voxels_computed_per_second": .number(computedPerSecond),
      ],
    ]
  }
}
