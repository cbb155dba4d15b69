import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `A store of 2048 layers of 2048 x 2048` {
  /// Two shards are written; the others are zeros, which the ledger says and no file shows.
  @Test func `is opened and read in parts, without looking at the rest`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    let shape = Shape3(z: 2048, y: 2048, x: 2048)
    let format = StoreFormat(threads: 2)
    let volume = VolumeDescription(shape: shape, voxelType: .uint8, format: "test")
    let writer = try format.create(
      path, OutputDescription(volume: volume, plan: [:], overwrites: false))
    #expect(writer.grid.indices.count == 128)
    var block = PageBuffer(byteCount: 64 << 20)
    for index in writer.grid.indices {
      let mark = index == Index3(z: 5, y: 1, x: 0) || index == Index3(z: 31, y: 1, x: 1)
      guard mark else { continue }
      block.withMutableBytes { $0.storeBytes(of: 77, toByteOffset: (64 << 20) - 1, as: UInt8.self) }
      _ = try block.withBytes { bytes throws(VolumeWriteError) in try writer.commit(index, bytes) }
    }
    block.withMutableBytes { $0.storeBytes(of: 0, toByteOffset: (64 << 20) - 1, as: UInt8.self) }
    for index in writer.grid.indices where !writer.isCommitted(index) {
      _ = try block.withBytes { bytes throws(VolumeWriteError) in try writer.commit(index, bytes) }
    }
    try writer.finish(record: [:])
    // Documents of the group and of six levels; two shards, and one that both are part of wherever
    // a mean of 77 and seven zeros is not yet nothing.
    let found = try files(below: path).keys.sorted()
    #expect(found.filter { $0.hasSuffix("zarr.json") }.count == 7)
    #expect(found.filter { $0.hasPrefix("0/c") } == ["0/c/31/1/1", "0/c/5/1/0"])
    #expect(found.filter { $0.hasPrefix("1/c") } == ["1/c/15/1/1", "1/c/2/1/0"])
    #expect(found.filter { $0.hasPrefix("2/c") } == ["2/c/1/1/0", "2/c/7/1/1"])
    #expect(found.filter { $0.hasPrefix("3/c") } == [])

    let clock = ContinuousClock()
    let start = clock.now
    let reader = try format.open(path, hints: OpeningHints())
    let corner = Region(z: 2040..<2048, y: 2040..<2048, x: 2040..<2048)
    let bytes = try reader.bytes(of: corner)
    // Milliseconds in fact; the bound only tells it from reading all of it.
    #expect(clock.now - start < .seconds(2))
    #expect(bytes == Array(repeating: 0, count: 511) + [77])
    let empty = try reader.bytes(of: Region(z: 0..<1, y: 0..<64, x: 0..<2048))
    #expect(empty.allSatisfy { $0 == 0 })
    let layer = reader.cacheByteCount(forBoxesOf: Shape3(z: 1, y: 2048, x: 2048))
    #expect(layer == 64 * 2048 * 2048)
    let tile = reader.cacheByteCount(forBoxesOf: Shape3(z: 8, y: 344, x: 344))
    #expect(tile == 7 * 7 * 64 * 64 * 64)
  }
}
