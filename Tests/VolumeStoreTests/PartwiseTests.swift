import Synchronization
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `A store written in parts` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Several shards of several rows of chunks, cut off at every far face.
  static func one(_ type: VoxelType) -> StoreCase {
    StoreCase(
      shape: Shape3(z: 21, y: 45, x: 70), type: type, seed: 5, shard: Shape3(z: 16, y: 32, x: 32),
      chunk: Shape3(z: 8, y: 8, x: 8), top: 8)
  }

  /// Every file but the lock.
  static func everything(_ path: String) throws -> [String: [UInt8]] {
    try SmallConversion.everything(path)
  }

  /// Gives the boxes that are asked for, and notes them.
  private final class Asked: Sendable {
    private let boxes = Mutex<[Region]>([])
    let one: StoreCase
    let voxels: [UInt8]

    init(_ one: StoreCase, _ voxels: [UInt8]) {
      self.one = one
      self.voxels = voxels
    }

    var all: [Region] { boxes.withLock { $0 } }

    func give(_ box: Region, _ destination: inout MutableRawSpan) {
      boxes.withLock { $0.append(box) }
      let voxels = voxels
      copyVoxels(
        box, from: unsafe voxels.span.bytes, of: Region(one.shape), to: &destination, of: box,
        width: one.type.byteCount)
    }
  }

  private static func write(_ one: StoreCase, _ voxels: [UInt8], _ path: String, threads: Int)
    throws -> Asked
  {
    let writer = try #require(
      try one.format(threads: threads).create(path, one.output()) as? any PartwiseWriter)
    let asked = Asked(one, voxels)
    for block in writer.grid.indices {
      let written = try writer.commit(block) { box, span in asked.give(box, &span) }
      #expect(writer.isCommitted(block))
      #expect(written >= 0)
    }
    try writer.finish(record: [:])
    return asked
  }

  @Test(arguments: [VoxelType.uint8, .int16, .float64], [1, 2, 5])
  func `is byte for byte what whole blocks make`(type: VoxelType, threads: Int) throws {
    let one = Self.one(type)
    let (first, second) = (folder.file("a.zarr"), folder.file("b.zarr"))
    try one.write(first)
    _ = try Self.write(one, one.voxels, second, threads: threads)
    #expect(try Self.everything(second) == Self.everything(first))
  }

  @Test func `asks for every voxel once, a row of chunks at a time`() throws {
    let one = Self.one(.uint8)
    let asked = try Self.write(one, one.voxels, folder.file("a.zarr"), threads: 3)
    var times = [UInt8](repeating: 0, count: one.shape.voxelCount)
    for box in asked.all {
      for at in box.indices { times[(at.z * one.shape.y + at.y) * one.shape.x + at.x] += 1 }
      #expect(box.z.count <= 8 && box.y.count <= 8 && box.x.count <= 32)
    }
    #expect(times.allSatisfy { $0 == 1 })
    let writer = try one.format().create(folder.file("b.zarr"), one.output())
    let parts = try #require(writer as? any PartwiseWriter)
    #expect(parts.largestPart == Shape3(z: 8, y: 8, x: 32))
  }

  @Test func `makes no file of a shard of zeros`() throws {
    let one = Self.one(.uint16)
    var voxels = one.voxels
    let region = Region(z: 0..<16, y: 0..<32, x: 0..<32)
    for at in region.indices {
      let place = 2 * ((at.z * one.shape.y + at.y) * one.shape.x + at.x)
      (voxels[place], voxels[place + 1]) = (0, 0)
    }
    let path = folder.file("a.zarr")
    _ = try Self.write(one, voxels, path, threads: 2)
    #expect(kind(ofPath: path + "/0/c/0/0/0") == .missing)
    let reader = try one.format().open(path, hints: OpeningHints())
    #expect(try reader.bytes(of: Region(one.shape)) == voxels)
    let zeros = [UInt8](repeating: 0, count: voxels.count)
    _ = try Self.write(one, zeros, folder.file("zeros.zarr"), threads: 2)
    #expect(kind(ofPath: folder.file("zeros.zarr") + "/0/c") == .missing)
  }

  @Test func `passes on why it could not be read, and begins the block again`() throws {
    let one = Self.one(.uint8)
    let path = folder.file("a.zarr")
    let writer = try #require(
      try one.format(threads: 2).create(path, one.output()) as? any PartwiseWriter)
    let why = Explanation(.damaged, "the disk gave nothing", remedy: "copy it first")
    let asked = Asked(one, one.voxels)
    #expect(throws: why) {
      _ = try writer.commit(Index3(z: 0, y: 1, x: 0)) { box, span throws(Explanation) in
        guard box.y.lowerBound < 40 else { throw why }
        asked.give(box, &span)
      }
    }
    #expect(!writer.isCommitted(Index3(z: 0, y: 1, x: 0)))
    #expect(try Self.everything(path).keys.filter { $0.contains("/c/") } == [])
    for block in writer.grid.indices {
      try writer.commit(block) { box, span in asked.give(box, &span) }
    }
    try writer.finish(record: [:])
    let other = folder.file("b.zarr")
    try one.write(other)
    #expect(try Self.everything(path) == Self.everything(other))
  }

  @Test func `takes less memory than whole blocks`() throws {
    var volume = VolumeDescription(
      shape: Shape3(z: 128, y: 2048, x: 2048), voxelType: .float32, format: "test")
    volume.spacing = nil
    let output = OutputDescription(volume: volume, plan: [:], overwrites: false)
    let writer = try StoreFormat(threads: 2).create(folder.file("a.zarr"), output)
    let parts = try #require(writer as? any PartwiseWriter)
    let block = 4 * 64 * 1024 * 1024
    #expect(parts.byteCountInParts < block + block / 8)
    #expect(parts.partsAtOnce == 2)
  }
}
