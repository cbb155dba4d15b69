import Compression
import VolumeCore
import ZarrFormat

/// What the ledger knows of a shard; one that it does not know is not written.
enum ShardState: Hashable, Sendable {
  /// All voxels are zero, so there is no file.
  case empty
  /// The file has that many bytes, and its index that checksum.
  case written(byteCount: Int, indexChecksum: UInt32)
}

extension ShardState: CustomStringConvertible {
  var description: String {
    switch self {
    case .empty: "empty"
    case .written(let byteCount, let checksum): "\(byteCount) bytes, index \(checksum.hexadecimal)"
    }
  }
}

/// Which shards are safe on disk: one line of text for each, added when it is.
///
///     0 0 1 written 51234567 1a2b3c4d 99aabbcc
///     0 0 2 empty 5e6f7a8b
///
/// The last word is the CRC32C of the words before it.
struct Ledger: Hashable, Sendable {
  /// What is known; of several lines for one shard the last counts.
  private(set) var shards: [Index3: ShardState] = [:]
  /// The bytes of all whole lines; a last line without its end was torn by a crash.
  private(set) var wholeByteCount = 0

  /// An empty ledger.
  init() {}

  /// A line with its end.
  static func line(_ shard: Index3, _ state: ShardState) -> [UInt8] {
    var words = "\(shard.z) \(shard.y) \(shard.x)"
    switch state {
    case .empty: words += " empty"
    case .written(let byteCount, let checksum):
      words += " written \(byteCount) \(checksum.hexadecimal)"
    }
    return Array("\(words) \(CRC32C.checksum(of: Array(words.utf8)).hexadecimal)\n".utf8)
  }

  /// Reads a ledger of shards in `grid`.
  init(decoding bytes: [UInt8], grid: ChunkGrid, path: String) throws(StoreError) {
    let (ledger, damagedLines) = Self.salvage(bytes, grid: grid)
    if let line = damagedLines.first { throw .ledgerIsDamaged(path: path, line: line) }
    self = ledger
  }

  /// Reads what can be read of a ledger of shards in `grid`, and says which lines cannot.
  static func salvage(
    _ bytes: [UInt8], grid: ChunkGrid
  ) -> (ledger: Ledger, damagedLines: [Int]) {
    var ledger = Ledger()
    var damagedLines: [Int] = []
    let indices = Region(grid.count)
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
    for (number, line) in lines.enumerated() {
      if let (shard, state) = Self.parse(line, indices) {
        ledger.shards[shard] = state
      } else {
        damagedLines.append(number + 1)
      }
      ledger.wholeByteCount += line.count + 1
    }
    return (ledger, damagedLines)
  }

  private static func parse(
    _ line: ArraySlice<UInt8>, _ indices: Region
  ) -> (Index3, ShardState)? {
    guard let space = line.lastIndex(of: 0x20) else { return nil }
    let words = line[..<space]
    let checksum = String(decoding: line[(space + 1)...], as: UTF8.self)
    guard checksum == CRC32C.checksum(of: Array(words)).hexadecimal else { return nil }
    let parts = String(decoding: words, as: UTF8.self).split(separator: " ")
    guard parts.count >= 4, let z = Int(parts[0]), let y = Int(parts[1]), let x = Int(parts[2]),
      indices.z.contains(z), indices.y.contains(y), indices.x.contains(x)
    else { return nil }
    let shard = Index3(z: z, y: y, x: x)
    if parts.count == 4, parts[3] == "empty" { return (shard, .empty) }
    guard parts.count == 6, parts[3] == "written", let byteCount = Int(parts[4]), byteCount > 0,
      let index = UInt32(parts[5], radix: 16)
    else { return nil }
    return (shard, .written(byteCount: byteCount, indexChecksum: index))
  }

  /// Notes a shard.
  mutating func note(_ shard: Index3, _ state: ShardState) { shards[shard] = state }

  /// Forgets a shard whose file is not what was noted.
  mutating func forget(_ shard: Index3) { shards[shard] = nil }

  /// Makes its lines those of what is known, sorted, and returns them.
  mutating func sort() -> [UInt8] {
    let bytes = encoded()
    wholeByteCount = bytes.count
    return bytes
  }

  /// All that is known, sorted: equal ledgers are equal bytes.
  func encoded() -> [UInt8] {
    shards.sorted { $0.key < $1.key }.flatMap { Self.line($0.key, $0.value) }
  }

  /// A checksum of what is known, whatever the order in which it became known.
  var checksum: UInt32 {
    var checksum = CRC32C()
    for (shard, state) in shards.sorted(by: { $0.key < $1.key }) {
      let line = Self.line(shard, state)
      checksum.update(line)
    }
    return checksum.value
  }
}
