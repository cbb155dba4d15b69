import HDF5Child
import HDF5Format
import HDF5Library
import SystemIO
import VolumeCommands
import VolumeCore

/// What it costs that HDF5's library runs in a process of its own: a dataset of chunks is read by the
/// library here, by the library there, and, as the tool does it, decoded here from places told there.
struct HDF5Bench {
  var file: String
  var dataset: String
  /// Layers read at once.
  private static let slab = 16

  func measure(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    let ours = try HDF5Format().open("\(file):\(dataset)", hints: OpeningHints())
    let library: any VolumeReader
    do {
      library = try HDF5Format(leavesAllToLibrary: true).reader(
        "\(file):\(dataset)", hints: OpeningHints())
    } catch {
      throw error.explanation
    }
    let volume = ours.volume
    let parts = stride(from: 0, to: volume.shape.z, by: Self.slab).map {
      Region(
        z: $0..<min($0 + Self.slab, volume.shape.z), y: 0..<volume.shape.y, x: 0..<volume.shape.x)
    }
    var buffer = PageBuffer(
      byteCount: parts[0].voxelCount * volume.voxelType.byteCount)
    var rates: [String: Double] = [:]
    func note(_ name: String, _ seconds: Double) {
      rates[name] = max(rates[name] ?? 0, Double(volume.byteCount) / seconds)
    }
    do {
      // One after the other, five times: the machine may be busy with others.
      for _ in 0..<5 {
        note("here", try MachineLimits.best(of: 1) { try readHere(parts, volume, &buffer) })
        for (name, reader) in [("child", library), ("decoded", ours)] {
          reader.limitCache(to: 0)
          note(
            name,
            try MachineLimits.best(of: 1) {
              for part in parts {
                try buffer.withMutableBytes(first: part.voxelCount * volume.voxelType.byteCount) {
                  span throws(VolumeReadError) in try reader.read(part, into: &span)
                }
              }
            })
        }
      }
    } catch let error as any ExplainedError {
      throw error.explanation
    } catch {
      throw Explanation(.failed, "\(error)", remedy: "report this")
    }
    for (name, words) in [
      ("here", "library in this process"), ("child", "library in a child"),
      ("decoded", "places from a child, decoded here"),
    ] {
      context.console.say(
        "  \(words): \(Words.bytes(Int(rates[name] ?? 0)))/s, one thread")
    }
    return [
      "library_bytes_per_second": .number(rates["here"] ?? 0),
      "child_bytes_per_second": .number(rates["child"] ?? 0),
      "decoded_bytes_per_second": .number(rates["decoded"] ?? 0),
    ]
  }

  /// As a program without fear of its files does it.
  private func readHere(
    _ parts: [Region], _ volume: VolumeDescription, _ buffer: inout PageBuffer
  ) throws {
    let reading = try HDF5Reading(
      HDF5File(readingFrom: file), dataset, cacheByteCount: 64 << 20)
    for part in parts {
      try buffer.withMutableBytes(first: part.voxelCount * volume.voxelType.byteCount) {
        span throws(HDF5Error) in
        try reading.read(
          start: [part.z.lowerBound, 0, 0], count: [part.z.count, part.y.count, part.x.count],
          asFloats: false, into: &span)
      }
    }
  }
}
