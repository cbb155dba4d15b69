import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A TIFF reader` {
  static let eightBit = [
    "strips8.tif", "tiles8.tif", "lzw8.tif", "deflate-tiles8.tif", "packbits8.tif",
    "bigtiff8-big-endian.tif", "imagej8.tif", "palette8.tif", "slices",
    "shaped-one-page8.tif",
  ]
  static let sixteenBit = [
    "strips16.tif", "big-endian16.tif", "tiles16-big-endian.tif", "lzw16-big-endian.tif",
    "deflate16.tif", "bigtiff16.tif", "imagej16-big-endian.tif", "imagej-one-page16.tif",
  ]

  @Test(arguments: eightBit + sixteenBit)
  func `reads any region as a slice of the whole`(name: String) throws {
    let type: VoxelType = Self.eightBit.contains(name) ? .uint8 : .uint16
    let expected = try TIFFSamples.voxels(type)
    let reader = try TIFFSamples.open(TIFFSamples.path(name))
    let shape = TIFFSamples.shape
    #expect(reader.volume.shape == shape)
    #expect(reader.volume.voxelType == type)
    #expect(try reader.bytes(of: Region(shape)) == expected)

    var random = SeededRandom(seed: 11)
    func range(_ extent: Int) -> Range<Int> {
      let a = Int.random(in: 0...extent, using: &random)
      let b = Int.random(in: 0...extent, using: &random)
      return min(a, b)..<max(a, b)
    }
    for limit in [64 << 20, 2000, 0] {
      reader.limitCache(to: limit)
      for _ in 0..<25 {
        let region = Region(z: range(shape.z), y: range(shape.y), x: range(shape.x))
        let part = TIFFSamples.part(expected, of: shape, region, width: type.byteCount)
        #expect(try reader.bytes(of: region) == part)
      }
    }
  }

  @Test func `may be asked by several threads at once`() async throws {
    let expected = try TIFFSamples.voxels(.uint8)
    let shape = TIFFSamples.shape
    for name in ["lzw8.tif", "slices"] {
      let reader = try TIFFSamples.open(TIFFSamples.path(name))
      await withTaskGroup(of: Bool.self) { group in
        for task in 0..<8 {
          group.addTask {
            var random = SeededRandom(seed: UInt64(task))
            for _ in 0..<50 {
              let z = Int.random(in: 0..<shape.z, using: &random)
              let y = Int.random(in: 0..<shape.y, using: &random)
              let region = Region(z: z..<(z + 1), y: y..<(y + 1), x: 3..<50)
              let part = TIFFSamples.part(expected, of: shape, region, width: 1)
              guard (try? reader.bytes(of: region)) == part else { return false }
            }
            return true
          }
        }
        for await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test func `takes the voxel size from ImageJ and from nowhere else`() throws {
    let spacing = try #require(
      try TIFFSamples.open(TIFFSamples.path("imagej8.tif")).volume.spacing)
    #expect(abs(spacing.x - 0.65) < 1e-6 && abs(spacing.y - 0.65) < 1e-6)
    #expect(spacing.z == 1.3)
    #expect(
      try TIFFSamples.open(TIFFSamples.path("imagej-one-page16.tif")).volume.spacing
        == VoxelSpacing(z: 2, y: 0.5, x: 0.5))
    #expect(try TIFFSamples.open(TIFFSamples.path("strips8.tif")).volume.spacing == nil)
  }

  @Test func `checks options against what the file says`() throws {
    var hints = OpeningHints()
    hints.shape = TIFFSamples.shape
    hints.voxelType = .uint16
    hints.spacing = VoxelSpacing(cube: 2)
    let path = TIFFSamples.path("strips16.tif")
    #expect(try TIFFFormat().reader(path, hints: hints).volume.spacing == VoxelSpacing(cube: 2))
    hints.voxelType = .uint8
    #expect(throws: TIFFError.self) { try TIFFFormat().reader(path, hints: hints) }
    hints.voxelType = nil
    hints.shape = Shape3(z: 53, y: 37, x: 5)
    #expect(throws: TIFFError.self) { try TIFFFormat().reader(path, hints: hints) }
  }

  @Test func `needs no cache where nothing is decoded, and a band of rows where something is`()
    throws
  {
    let tile = Shape3(z: 1, y: 16, x: 16)
    #expect(
      try TIFFSamples.open(TIFFSamples.path("strips16.tif")).cacheByteCount(forBoxesOf: tile) == 0)
    let packed = try TIFFSamples.open(TIFFSamples.path("lzw8.tif"))
    #expect(packed.cacheByteCount(forBoxesOf: TIFFSamples.shape) == 0)
    #expect(packed.cacheByteCount(forBoxesOf: tile) == 5 * 24 * 53)
    let box = Shape3(z: 2, y: tile.y, x: tile.x)
    #expect(packed.cacheByteCount(forSlabsOf: box) == 2 * 24 * 53)
    #expect(packed.cacheByteCount(forBoxesOf: Shape3(z: 1, y: 16, x: 53)) == 0)
    #expect(packed.grain == Shape3(z: 1, y: 8, x: 53))
    #expect(
      try TIFFSamples.open(TIFFSamples.path("deflate-tiles8.tif")).grain
        == Shape3(z: 1, y: 16, x: 16))
  }

  @Test func `is told apart by its fingerprint`() throws {
    let one = try TIFFSamples.open(TIFFSamples.path("strips8.tif")).fingerprint
    #expect(one.hasPrefix("strips8.tif "))
    #expect(try TIFFSamples.open(TIFFSamples.path("lzw8.tif")).fingerprint != one)
    #expect(
      try TIFFSamples.open(TIFFSamples.path("slices")).fingerprint.hasPrefix("slices 5 slices "))
  }

  @Test(
    .enabled(if: TIFFSamples.realScans != nil, "the real scans are not beside this copy"),
    arguments: [
      ("fibers_150x150x150.tif", Shape3(z: 150, y: 150, x: 150), 465_516_344),
      ("cement_128x128x128.tif", Shape3(z: 128, y: 128, x: 128), 189_025_074),
    ])
  func `reads real scans whose sum of voxels is known`(
    name: String, shape: Shape3, sum: Int
  ) throws {
    let reader = try TIFFSamples.open((TIFFSamples.realScans ?? "") + "/" + name)
    #expect(reader.volume.shape == shape)
    #expect(reader.volume.spacing == nil)
    let voxels = try reader.bytes(of: Region(shape))
    #expect(voxels.reduce(0) { $0 + Int($1) } == sum)
  }
}
