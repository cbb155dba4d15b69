import Compression
import Glibc
import Halving
import SystemIO
import VolumeCore
import ZarrFormat

/// Halves of a part's shards whose neighbours other parts write, beside the ledgers of the parts: whoever puts
/// these together need not decode the shards again.
///
///     .t2s/parts/halves/3.0.1
///
/// A file holds the half's voxels in C order and the machine's byte order, what the ledger notes of the
/// shard (its bytes, 64 bits, and its index's checksum, 32 bits) and the CRC32C of all that before. It is not
/// waited for: one that is missing, torn, or of another shard counts as none, and the shard is read.
struct KeptHalves: Sendable {
  private let folder: String
  private let levels: StoreLevels
  /// The shards of the first level that are one part's; `nil`: all are looked for, and none is kept.
  private let places: Set<Index3>?

  /// Halves of a store at `paths`.
  init(_ paths: StorePaths, _ levels: StoreLevels, keeping places: Set<Index3>? = nil) {
    folder = "\(paths.parts)/halves"
    self.levels = levels
    self.places = places
  }

  /// Whether the half of `shard`, of the first level, is to be kept here.
  func areWanted(_ shard: Index3) -> Bool {
    guard places != nil, levels.arrays.count > 1 else { return false }
    return !isMadeHere(levels.target(of: shard, level: 0), level: 1)
  }

  /// Whether all that `shard` of a level is made of is written here.
  func isMadeHere(_ shard: Index3, level: Int) -> Bool {
    guard let places else { return true }
    guard level > 0 else { return places.contains(shard) }
    return levels.sources(of: shard, level: level).allSatisfy {
      isMadeHere($0, level: level - 1)
    }
  }

  /// Keeps the half of `shard`, which was written as `state`; where that fails, none is kept, since it only
  /// spares work.
  func keep(_ half: ShardHalf, of shard: Index3, _ state: ShardState) {
    let path = path(of: shard)
    let temporary = "\(folder)/.\(folderAndName(of: path).name).tmp.\(freshNumber())"
    do throws(SystemError) {
      try makeFolder(folder)
      let file = try FileHandle(creating: temporary)
      try half.withBytes { bytes throws(SystemError) in
        try file.write(bytes, at: 0)
        let ending = ending(bytes, state)
        try file.write(unsafe ending.span.bytes, at: bytes.byteCount)
      }
      try rename(temporary, to: path)
    } catch {
      try? removeFile(temporary)
    }
  }

  /// The half of `shard`, where it is kept and is that of what was written as `state`.
  func half(of shard: Index3, _ state: ShardState) -> ShardHalf? {
    guard let halving = levels.halving, state != .empty else { return nil }
    let half = ShardHalf(
      of: levels.arrays[0].layout.shards.region(of: shard), by: halving)
    let path = path(of: shard)
    guard kind(ofPath: path) == .file(byteCount: half.byteCount + Self.endingByteCount) else {
      return nil
    }
    var found = [UInt8](repeating: 0, count: Self.endingByteCount)
    do throws(SystemError) {
      let file = try FileHandle(readingFrom: path)
      var count = 0
      try half.fill { bytes throws(SystemError) in count += try file.read(at: 0, into: &bytes) }
      var span = found.mutableSpan
      var bytes = unsafe span.mutableBytes
      count += try file.read(at: half.byteCount, into: &bytes)
      guard count == half.byteCount + Self.endingByteCount else { return nil }
    } catch {
      return nil
    }
    return half.withBytes { ending($0, state) } == found ? half : nil
  }

  private func path(of shard: Index3) -> String { "\(folder)/\(shard.z).\(shard.y).\(shard.x)" }

  private static let endingByteCount = 16

  /// What stands behind the voxels `bytes`, little end first.
  private func ending(_ bytes: RawSpan, _ state: ShardState) -> [UInt8] {
    guard case .written(let byteCount, let index) = state else { return [] }
    func low(_ value: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let noted = low(UInt64(byteCount), 8) + low(UInt64(index), 4)
    var checksum = CRC32C()
    checksum.update(bytes)
    checksum.update(noted)
    return noted + low(UInt64(checksum.value), 4)
  }
}
