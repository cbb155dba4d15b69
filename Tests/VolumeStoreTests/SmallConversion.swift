import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

/// A small conversion with all that a large one has: several shards, one of them of zeros, levels above
/// and ledgers.
enum SmallConversion {
  static let one = StoreCase(
    shape: Shape3(z: 16, y: 16, x: 40), shard: Shape3(z: 8, y: 16, x: 16),
    chunk: Shape3(z: 8, y: 8, x: 8), top: 20)

  /// Noise, and zeros in the second shard at the left.
  static let voxels: [UInt8] = {
    var voxels = one.voxels
    for z in 8..<16 { for y in 0..<16 { for x in 0..<16 { voxels[(z * 16 + y) * 40 + x] = 0 } } }
    return voxels
  }()

  /// Converts to `path`, from the beginning or from where an earlier run stopped.
  static func run(_ path: String) throws {
    let writer = try one.format().create(path, one.output(["input": "scan.raw"]))
    // So that shards are read back for the level above, as where memory is scarce.
    writer.limitCache(to: 0)
    for block in writer.grid.indices where !writer.isCommitted(block) {
      // Some blocks whole, and some while they are read.
      if block.x == 1, let writer = writer as? any PartwiseWriter {
        try writer.commit(block) { box, destination in
          copyVoxels(
            box, from: unsafe voxels.span.bytes, of: Region(one.shape), to: &destination, of: box,
            width: 1)
        }
        continue
      }
      let part = one.slice(writer.grid.region(of: block), of: voxels)
      try writer.commit(block, unsafe part.span.bytes)
    }
    try writer.finish(record: [:])
  }

  /// The same on a disk that is never waited for.
  static func runUnsynchronised(_ path: String) throws {
    try withFileOperations(UnsynchronisedFiles(), below: path) { try run(path) }
  }

  /// Every file of the store but its lock.
  static func everything(_ path: String) throws -> [String: [UInt8]] {
    try files(below: path).merging(
      files(below: path + "/.t2s").filter { $0.key != "lock" }.map { (".t2s/" + $0.key, $0.value) }
    ) { $1 }
  }

  /// What the store's files say of it.
  static func status(_ path: String, _ depth: StoreCheckDepth = .quick) throws -> StoreReport {
    try one.format().check(path, depth, progress: { _, _ in }, isStopped: { false })
  }

  /// Holds what the report of the store at `path` says against the files of an undisturbed run.
  static func expectTruth(
    of path: String, whole: [String: [UInt8]], _ comment: Comment,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    guard one.format().isStore(path) else {
      // Then there is nothing that could be taken for one.
      #expect(
        kind(ofPath: path + "/zarr.json") == .missing, comment, sourceLocation: sourceLocation)
      return
    }
    let report = try status(path)
    #expect(
      report.allDamages == [], "\(comment): called damaged", sourceLocation: sourceLocation)
    let found = try everything(path)
    if report.isFinished {
      #expect(report.verdict == .whole, comment, sourceLocation: sourceLocation)
      #expect(found == whole, "\(comment): called whole", sourceLocation: sourceLocation)
    }
    // What is called written is there, byte for byte, and what is called zero was written as zero.
    for array in report.arrays {
      let shards = whole.keys.filter { $0.hasPrefix(array.name + "/c/") }
      let equal = shards.filter { found[$0] == whole[$0] }.count
      #expect(
        array.written <= equal, "\(comment): \(array)", sourceLocation: sourceLocation)
      #expect(
        array.zero <= array.total - shards.count, "\(comment): \(array)",
        sourceLocation: sourceLocation)
      #expect(
        array.written + array.zero + array.neverWritten == array.total, "\(comment): \(array)",
        sourceLocation: sourceLocation)
    }
  }
}
