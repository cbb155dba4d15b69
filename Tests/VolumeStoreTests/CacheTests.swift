import Synchronization
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `A store's cache` {
  let folder: TemporaryFolder
  let path: String
  /// 3 x 4 x 5 chunks.
  let one = StoreCase(
    shape: Shape3(z: 20, y: 30, x: 35), shard: Shape3(z: 8, y: 16, x: 16),
    chunk: Shape3(z: 8, y: 8, x: 8))

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
    try one.write(path)
  }

  private func open(threads: Int = 1) throws -> StoreReader {
    try #require(
      try one.format(threads: threads).open(path, hints: OpeningHints()) as? StoreReader)
  }

  @Test(arguments: [1, 3, 8], [1, 2])
  func `decodes every chunk once for layers in their order`(layers: Int, threads: Int) throws {
    let reader = try open(threads: threads)
    let voxels = one.voxels
    reader.limitCache(
      to: reader.cacheByteCount(forBoxesOf: Shape3(z: layers, y: 30, x: 35)))
    for z in stride(from: 0, to: 20, by: layers) {
      let region = Region(z: z..<min(z + layers, 20), y: 0..<30, x: 0..<35)
      reader.willRead(region)
      #expect(try reader.bytes(of: region) == one.slice(region, of: voxels))
    }
    #expect(reader.decodedChunkCount == 3 * 4 * 5)
  }

  @Test func `decodes a column of boxes once as they go down`() throws {
    let reader = try open()
    reader.limitCache(to: reader.cacheByteCount(forBoxesOf: Shape3(z: 3, y: 10, x: 10)))
    for z in stride(from: 0, to: 20, by: 3) {
      _ = try reader.bytes(of: Region(z: z..<min(z + 3, 20), y: 7..<17, x: 15..<25))
    }
    #expect(reader.decodedChunkCount == 3 * 3 * 3)
  }

  @Test func `keeps nothing when it may not, and gives back what it kept`() throws {
    let reader = try open()
    let region = Region(z: 0..<1, y: 0..<8, x: 0..<8)
    for _ in 0..<2 { _ = try reader.bytes(of: region) }
    #expect(reader.decodedChunkCount == 1)
    reader.limitCache(to: 0)
    for _ in 0..<2 { _ = try reader.bytes(of: region) }
    #expect(reader.decodedChunkCount == 3)
  }

  @Test func `serves several threads at once`() throws {
    let reader = try open(threads: 2)
    reader.limitCache(to: 5 * 512)
    let voxels = one.voxels
    let wrong = Atomic<Int>(0)
    runSideBySide([1, 2, 3, 4] as [UInt64]) { seed in
      var random = SeededRandom(seed: seed)
      for _ in 0..<20 {
        let z = Int.random(in: 0..<19, using: &random)
        let y = Int.random(in: 0..<29, using: &random)
        let region = Region(z: z..<20, y: y..<30, x: 3..<33)
        if (try? reader.bytes(of: region)) != one.slice(region, of: voxels) {
          wrong.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func `has a fingerprint that follows the voxels, not the order of writing`() throws {
    let other = folder.file("other/a.zarr")
    let writer = try one.format(threads: 2).create(other, one.output())
    try one.commit(writer, blocks: writer.grid.indices.reversed())
    try writer.finish(record: [:])
    func fingerprint(_ path: String) throws -> String {
      try one.format().open(path, hints: OpeningHints()).fingerprint
    }
    #expect(try fingerprint(other) == fingerprint(path))
    var changed = one
    changed.seed += 1
    try changed.write(folder.file("third/a.zarr"))
    #expect(try fingerprint(folder.file("third/a.zarr")) != fingerprint(path))
  }
}
