import RawFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A raw reader` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: VoxelType.allCases, [ByteOrder.little, .big])
  func `reads any region as a slice of the whole, in the machine's byte order`(
    type: VoxelType, order: ByteOrder
  ) throws {
    let shape = Shape3(z: 5, y: 11, x: 13)
    let width = type.byteCount
    let file = RawSamples.counting(shape.voxelCount * width + 7)
    try write(file, to: folder.file("a.raw"))
    let reader = try RawFormat().reader(
      folder.file("a.raw"), hints: hints(shape: shape, type: type, order: order, offset: 7))
    var all = Array(file[7...])
    if order != .native {
      for voxel in 0..<shape.voxelCount {
        all[(voxel * width)..<(voxel * width + width)].reverse()
      }
    }
    #expect(try reader.bytes(of: Region(shape)) == all)

    var random = SeededRandom(seed: 7)
    func range(_ extent: Int) -> Range<Int> {
      let a = Int.random(in: 0...extent, using: &random)
      let b = Int.random(in: 0...extent, using: &random)
      return min(a, b)..<max(a, b)
    }
    for _ in 0..<100 {
      let region = Region(z: range(shape.z), y: range(shape.y), x: range(shape.x))
      var expected: [UInt8] = []
      for z in region.z {
        for y in region.y {
          for x in region.x {
            let start = ((z * shape.y + y) * shape.x + x) * width
            expected += all[start..<(start + width)]
          }
        }
      }
      reader.willRead(region)
      #expect(try reader.bytes(of: region) == expected)
    }
  }

  @Test func `reads narrow parts of very wide rows and long runs of many`() throws {
    let shape = Shape3(z: 2, y: 3, x: 700_000)
    let file = RawSamples.counting(shape.voxelCount)
    try write(file, to: folder.file("wide.raw"))
    let reader = try RawFormat().reader(
      folder.file("wide.raw"), hints: hints(shape: shape, type: .uint8))
    let narrow = Region(z: 1..<2, y: 0..<3, x: 650_000..<650_010)
    let expected = (3..<6).flatMap { (row: Int) -> ArraySlice<UInt8> in
      let start = row * 700_000
      return file[(start + 650_000)..<(start + 650_010)]
    }
    #expect(try reader.bytes(of: narrow) == expected)
    let broad = Region(z: 0..<1, y: 1..<3, x: 1..<699_999)
    let rows = (1..<3).flatMap { (row: Int) -> ArraySlice<UInt8> in
      let start = row * 700_000
      return file[(start + 1)..<(start + 699_999)]
    }
    #expect(try reader.bytes(of: broad) == rows)
  }

  @Test func `says that the file shrank meanwhile`() throws {
    try write(RawSamples.counting(1000), to: folder.file("a.raw"))
    let shape = Shape3(z: 10, y: 10, x: 10)
    let reader = try RawFormat().reader(
      folder.file("a.raw"), hints: hints(shape: shape, type: .uint8))
    try write(RawSamples.counting(400), to: folder.file("a.raw"))
    let error = #expect(throws: VolumeReadError.self) { try reader.bytes(of: Region(shape)) }
    let reason = try #require(error).reason
    #expect(reason.kind == .damaged)
    #expect(reason.what.contains("has become shorter since it was opened"))
    #expect(try reader.bytes(of: Region(z: 0..<4, y: 0..<10, x: 0..<10)).count == 400)
  }

  @Test func `is told apart by name, size and head`() throws {
    let shape = Shape3(z: 1, y: 10, x: 10)
    func fingerprint(_ name: String, _ first: UInt8) throws -> String {
      var bytes = RawSamples.counting(100)
      bytes[0] = first
      try write(bytes, to: folder.file(name))
      return try RawFormat().reader(folder.file(name), hints: hints(shape: shape)).fingerprint
    }
    let one = try fingerprint("a.raw", 1)
    #expect(try fingerprint("a.raw", 1) == one)
    #expect(try fingerprint("a.raw", 2) != one)
    #expect(try fingerprint("b.raw", 1) != one)
    #expect(one.hasPrefix("a.raw 100 "))
  }
}
