import SystemIO
import VolumeCore
import VolumeStore
import VolumeTesting
import ZarrFormat

/// One small volume to be written, with voxels that follow from its seed.
struct StoreCase: Hashable, Sendable, CustomStringConvertible {
  var shape: Shape3
  var type = VoxelType.uint8
  var seed: UInt64 = 1
  /// Small shards, so that small volumes have several.
  var shard = Shape3(z: 64, y: 128, x: 128)
  var chunk = Shape3(z: 64, y: 64, x: 64)
  /// The largest extent of the last level.
  var top = 64
  /// Whether the voxels are labels.
  var isLabels = false

  var description: String { "\(shape) \(type.rawValue)" }

  /// The format with these shards.
  func format(threads: Int = 1) -> StoreFormat {
    var format = StoreFormat(threads: threads)
    format.shard = shard
    format.chunk = chunk
    format.top = top
    return format
  }

  var volume: VolumeDescription {
    var volume = VolumeDescription(shape: shape, voxelType: type, format: "test")
    if isLabels { volume.classes = LabelClass.unnamed(count: 3) }
    return volume
  }

  func output(_ plan: [String: JSONValue] = [:], overwrites: Bool = false) -> OutputDescription {
    OutputDescription(volume: volume, plan: plan, overwrites: overwrites)
  }

  /// Stretches of noise, and stretches of zeros that cover whole chunks of larger volumes.
  var voxels: [UInt8] {
    var random = SeededRandom(seed: seed)
    var words: [UInt64] = []
    let count = (shape.voxelCount * type.byteCount + 7) / 8
    while words.count < count {
      let value = random.next()
      let isZero = value % 5 == 0 && count > 10_000
      for _ in 0..<min(5000, count - words.count) {
        words.append(isZero ? 0 : random.next() & 0x0F0F_0F0F_0F0F_0F0F)
      }
    }
    return unsafe words.withUnsafeBytes {
      unsafe Array($0.prefix(shape.voxelCount * type.byteCount))
    }
  }

  /// The voxels of `region`, cut from the whole.
  func slice(_ region: Region, of voxels: [UInt8]) -> [UInt8] {
    var part = [UInt8](repeating: 0, count: region.voxelCount * type.byteCount)
    var span = part.mutableSpan
    var raw = unsafe span.mutableBytes
    copyVoxels(
      region, from: unsafe voxels.span.bytes, of: Region(shape), to: &raw, of: region,
      width: type.byteCount)
    return part
  }

  /// Commits `blocks`, or all that are missing.
  func commit(_ writer: any VolumeWriter, blocks: [Index3]? = nil) throws {
    let voxels = voxels
    for block in blocks ?? writer.grid.indices where !writer.isCommitted(block) {
      let part = slice(writer.grid.region(of: block), of: voxels)
      try writer.commit(block, unsafe part.span.bytes)
    }
  }

  /// Writes all of it to `path`, on a disk that is never waited for.
  func write(_ path: String, threads: Int = 1, record: [String: JSONValue] = [:]) throws {
    try withFileOperations(UnsynchronisedFiles(), below: path) {
      let writer = try format(threads: threads).create(path, output())
      try commit(writer)
      try writer.finish(record: record)
    }
  }
}

/// Every file below `folder` but those in `.t2s`, with its bytes.
func files(below folder: String) throws -> [String: [UInt8]] {
  var found: [String: [UInt8]] = [:]
  for name in try names(inFolder: folder) where name != ".t2s" {
    let path = "\(folder)/\(name)"
    if kind(ofPath: path) == .folder {
      for (inside, bytes) in try files(below: path) { found["\(name)/\(inside)"] = bytes }
    } else {
      found[name] = try contents(ofFile: path)
    }
  }
  return found
}
