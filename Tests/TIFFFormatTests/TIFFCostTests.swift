import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

/// Large files of holes: what they cost is counted, not measured.
@Suite struct `Opening and slicing a large TIFF` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A directory of 64 x 64 voxels of uint8.
  static func directory(voxels: Int, next: Int) -> [UInt8] {
    let entries: [(Int, Int, Int)] = [
      (256, 3, 64), (257, 3, 64), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 16, voxels),
      (277, 3, 1), (278, 3, 64), (279, 4, 4096), (339, 3, 1),
    ]
    var bytes = little(entries.count, 8)
    for (tag, type, value) in entries {
      bytes += little(tag, 2) + little(type, 2) + little(1, 8) + little(value, 8)
    }
    return bytes + little(next, 8)
  }

  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static let directoryByteCount = 8 + 10 * 20 + 8

  @Test func `of 70,000 pages reads its directories once, and of a slice no more than that`() throws
  {
    let pages = 70_000
    let path = folder.file("pages.tif")
    let first = 4096 + pages * 4096
    do {
      let file = try FileHandle(creating: path)
      let head = [0x49, 0x49, 43, 0, 8, 0, 0, 0] + Self.little(first, 8)
      try file.write(unsafe head.span.bytes, at: 0)
      var tail: [UInt8] = []
      for page in 0..<pages {
        let next = page + 1 < pages ? first + (page + 1) * Self.directoryByteCount : 0
        tail += Self.directory(voxels: 4096 + page * 4096, next: next)
      }
      try file.write(unsafe tail.span.bytes, at: first)
      let mark = [UInt8](repeating: 7, count: 4096)
      try file.write(unsafe mark.span.bytes, at: 4096 + 69_999 * 4096)
    }
    var opened: TIFFReader?
    let time = try ContinuousClock().measure { opened = try TIFFSamples.open(path) }
    let reader = try #require(opened)
    #expect(reader.volume.shape == Shape3(z: pages, y: 64, x: 64))
    #expect(reader.costs.bytes < pages * Self.directoryByteCount + (1 << 20))
    #expect(reader.costs.reads < 400)
    // A guard against a quadratic walk, not a measurement.
    #expect(time < .seconds(20))

    let (reads, bytes) = (reader.costs.reads, reader.costs.bytes)
    let last = try reader.bytes(of: Region(z: 69_999..<70_000, y: 0..<64, x: 0..<64))
    #expect(last.allSatisfy { $0 == 7 })
    #expect(reader.costs.reads - reads == 1)
    #expect(reader.costs.bytes - bytes == 4096)
  }

  @Test func `whose directories lie between the voxels reads only them`() throws {
    let pages = 2000
    let stride = 64 * 64 + Self.directoryByteCount
    let path = folder.file("between.tif")
    do {
      let file = try FileHandle(creating: path)
      let head = [0x49, 0x49, 43, 0, 8, 0, 0, 0] + Self.little(16, 8)
      try file.write(unsafe head.span.bytes, at: 0)
      for page in 0..<pages {
        let here = 16 + page * stride
        let directory = Self.directory(
          voxels: here + Self.directoryByteCount, next: page + 1 < pages ? here + stride : 0)
        try file.write(unsafe directory.span.bytes, at: here)
      }
      try file.resize(to: 16 + pages * stride)
    }
    let reader = try TIFFSamples.open(path)
    #expect(reader.volume.shape.z == pages)
    #expect(reader.costs.reads <= pages + 2)
    #expect(reader.costs.bytes <= 512 * (pages + 2))
  }

  @Test func `by ImageJ, of 5 GB with one page, reads one directory`() throws {
    let (layers, edge) = (5000, 1024)
    let path = folder.file("hyperstack.tif")
    let text =
      Array(
        "ImageJ=1.54f\nimages=1\nslices=\(layers)\nunit=micron\nspacing=2.0\n".utf8) + [0]
    let voxels = 4096
    do {
      // Big-endian, as ImageJ writes it; the strip's length has wrapped, and is nothing.
      func big(_ value: Int, _ count: Int) -> [UInt8] { Self.little(value, count).reversed() }
      let tags: [(Int, Int, Int, [UInt8])] = [
        (256, 4, 1, big(edge, 4)), (257, 4, 1, big(edge, 4)), (258, 3, 1, big(8, 2) + [0, 0]),
        (259, 3, 1, big(1, 2) + [0, 0]), (262, 3, 1, big(1, 2) + [0, 0]),
        (270, 2, text.count, big(1024, 4)), (273, 4, 1, big(voxels, 4)),
        (277, 3, 1, big(1, 2) + [0, 0]), (278, 4, 1, big(edge, 4)), (279, 4, 1, big(0, 4)),
        (282, 5, 1, big(2048, 4)), (283, 5, 1, big(2048, 4)),
      ]
      var head: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8] + big(tags.count, 2)
      for (tag, type, count, value) in tags {
        head += big(tag, 2) + big(type, 2) + big(count, 4) + value
      }
      let file = try FileHandle(creating: path)
      try file.write(unsafe head.span.bytes, at: 0)
      try file.write(unsafe text.span.bytes, at: 1024)
      let resolution = big(2, 4) + big(1, 4)
      try file.write(unsafe resolution.span.bytes, at: 2048)
      try file.resize(to: voxels + layers * edge * edge)
      let mark: [UInt8] = [1, 2, 3]
      try file.write(unsafe mark.span.bytes, at: voxels + layers * edge * edge - 3)
    }
    let reader = try TIFFSamples.open(path)
    #expect(reader.volume.shape == Shape3(z: layers, y: edge, x: edge))
    #expect(reader.volume.spacing == VoxelSpacing(z: 2, y: 0.5, x: 0.5))
    #expect(reader.costs.reads < 12)
    #expect(reader.costs.bytes < 8192)

    let (reads, bytes) = (reader.costs.reads, reader.costs.bytes)
    let corner = Region(z: 4999..<5000, y: 1023..<1024, x: 1021..<1024)
    #expect(try reader.bytes(of: corner) == [1, 2, 3])
    #expect(reader.costs.reads - reads == 1)
    #expect(reader.costs.bytes - bytes == 3)
  }

  static let stored = [("lzw8.tif", 25), ("deflate-tiles8.tif", 60), ("packbits8.tif", 40)]
  /// Blocks of a store, which cut through strips and tiles.
  static let blocks = ChunkGrid(volume: TIFFSamples.shape, chunk: Shape3(z: 5, y: 20, x: 20))

  @Test(arguments: stored)
  func
    `decodes each strip or tile once in the order of a store's blocks, with the cache it asks for`(
      name: String, count: Int
    ) throws
  {
    let reader = try TIFFSamples.open(TIFFSamples.path(name))
    let voxels = try TIFFSamples.voxels(.uint8)
    reader.limitCache(to: reader.cacheByteCount(forBoxesOf: Self.blocks.chunk))
    for index in Self.blocks.indices {
      let region = Self.blocks.region(of: index)
      let part = TIFFSamples.part(voxels, of: TIFFSamples.shape, region, width: 1)
      #expect(try reader.bytes(of: region) == part)
    }
    #expect(reader.costs.decodedBlocks == count)
  }

  @Test(arguments: stored)
  func `decodes each strip or tile once however many threads want it`(
    name: String, count: Int
  ) async throws {
    let reader = try TIFFSamples.open(TIFFSamples.path(name))
    let voxels = try TIFFSamples.voxels(.uint8)
    let shape = TIFFSamples.shape
    let blocks = Self.blocks
    await withTaskGroup(of: Bool.self) { group in
      for thread in 0..<4 {
        group.addTask {
          for at in stride(from: thread, to: blocks.indices.count, by: 4) {
            let region = blocks.region(of: blocks.indices[at])
            let part = TIFFSamples.part(voxels, of: shape, region, width: 1)
            guard (try? reader.bytes(of: region)) == part else { return false }
          }
          return true
        }
      }
      for await isRight in group { #expect(isRight) }
    }
    #expect(reader.costs.decodedBlocks == count)
  }

  @Test func `decodes nothing twice in boxes of whole grains, without any cache`() throws {
    let reader = try TIFFSamples.open(TIFFSamples.path("lzw8.tif"))
    reader.limitCache(to: 0)
    let shape = TIFFSamples.shape
    for y in stride(from: 0, to: shape.y, by: 16) {
      _ = try reader.bytes(
        of: Region(z: 0..<shape.z, y: y..<min(y + 16, shape.y), x: 0..<shape.x))
    }
    #expect(reader.costs.decodedBlocks == 25)
  }
}
