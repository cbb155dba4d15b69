import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting
import ZarrFormat

@Suite struct `A written store` {
  static let shapes = [
    Shape3(z: 1, y: 1, x: 1), Shape3(z: 1, y: 63, x: 200), Shape3(z: 64, y: 64, x: 64),
    Shape3(z: 65, y: 129, x: 63), Shape3(z: 70, y: 128, x: 257), Shape3(z: 3, y: 1, x: 1025),
  ]
  static let cases = shapes.flatMap { shape in
    VoxelType.allCases.map { StoreCase(shape: shape, type: $0, seed: UInt64(shape.x)) }
  }

  @Test(arguments: cases)
  func `reads back what was written`(one: StoreCase) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    try one.write(path, threads: 2)
    let reader = try one.format(threads: 2).open(path, hints: OpeningHints())
    #expect(reader.volume.shape == one.shape)
    #expect(reader.volume.voxelType == one.type)
    #expect(try reader.bytes(of: Region(one.shape)) == one.voxels)
  }

  @Test(arguments: cases)
  func `reads any region as the slice of the whole, with any cache`(one: StoreCase) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    try one.write(path)
    let reader = try one.format(threads: 2).open(path, hints: OpeningHints())
    let voxels = one.voxels
    var random = SeededRandom(seed: 7)
    func range(_ extent: Int) -> Range<Int> {
      let a = Int.random(in: 0..<extent, using: &random)
      return a..<Int.random(in: (a + 1)...extent, using: &random)
    }
    for trial in 0..<12 {
      if trial % 3 == 0 { reader.limitCache(to: [0, 600_000, 1 << 30][trial / 3 % 3]) }
      let region = Region(z: range(one.shape.z), y: range(one.shape.y), x: range(one.shape.x))
      #expect(try reader.bytes(of: region) == one.slice(region, of: voxels), "\(region)")
    }
  }

  /// A command says to all of its inputs what was said; what is true of a store is no reason to refuse it.
  @Test(arguments: [false, true])
  func `is opened with what is true of it, and not with what is not`(isForeign: Bool) throws {
    let folder = try TemporaryFolder()
    let one = StoreCase(shape: Shape3(z: 3, y: 70, x: 65))
    try one.write(folder.file("a.zarr"))
    let path = isForeign ? ForeignStoreTests.fixture("zarr-python-uint8") : folder.file("a.zarr")
    let shape = isForeign ? `A store of others`.shape : one.shape
    var hints = OpeningHints()
    (hints.shape, hints.voxelType, hints.byteOrder) = (shape, .uint8, .big)
    #expect(try one.format().open(path, hints: hints).volume.shape == shape)
    for said in 0..<3 {
      var other = hints
      switch said {
      case 0: other.shape = Shape3(z: shape.z, y: shape.x, x: shape.y)
      case 1: other.voxelType = .uint16
      default: other.offset = 512
      }
      let error = #expect(throws: Explanation.self) { try one.format().open(path, hints: other) }
      #expect(error?.kind == .input)
      #expect(error?.what.contains("\(shape), uint8") == true)
    }
  }

  @Test func `has the same bytes for any number of threads and any order of shards`() throws {
    let folder = try TemporaryFolder()
    let one = StoreCase(shape: Shape3(z: 70, y: 200, x: 300))
    try one.write(folder.file("a.zarr"), threads: 1)
    try one.write(folder.file("b.zarr"), threads: 2)
    let writer = try one.format(threads: 5).create(folder.file("c.zarr"), one.output())
    try one.commit(writer, blocks: writer.grid.indices.reversed())
    try writer.finish(record: [:])
    let first = try files(below: folder.file("a.zarr"))
    #expect(first.count > 5)
    #expect(try files(below: folder.file("b.zarr")) == first)
    #expect(try files(below: folder.file("c.zarr")) == first)
  }

  @Test func `keeps no file for a shard of zeros, and reads it as zeros`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    let one = StoreCase(shape: Shape3(z: 1, y: 64, x: 300))
    var output = one.output()
    output.hasPyramid = false
    let writer = try one.format().create(path, output)
    for block in writer.grid.indices {
      let part = [UInt8](
        repeating: block.x == 1 ? 0 : 9, count: writer.grid.region(of: block).voxelCount)
      let written = try writer.commit(block, unsafe part.span.bytes)
      #expect((written == 0) == (block.x == 1))
    }
    try writer.finish(record: [:])
    #expect(kind(ofPath: path + "/0/c/0/0/0") != .missing)
    #expect(kind(ofPath: path + "/0/c/0/0/1") == .missing)
    let reader = try one.format().open(path, hints: OpeningHints())
    let row = try reader.bytes(of: Region(z: 0..<1, y: 0..<1, x: 0..<300))
    #expect(row == (0..<300).map { (128..<256).contains($0) ? 0 : 9 })
  }

  @Test func `tells voxel size, origin and classes again`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zarr")
    let one = StoreCase(shape: Shape3(z: 2, y: 3, x: 4))
    var output = one.output(["model": "m", "tile": 256])
    output.volume.spacing = VoxelSpacing(z: 1.3, y: 0.65, x: 2)
    output.volume.origin = Index3(z: 7, y: 0, x: 1000)
    output.volume.classes = [
      LabelClass(value: 0, name: "matrix", colour: [1, 2, 3, 255]),
      LabelClass(value: 2, name: "Poren \"offen\"", colour: [200, 2, 3, 0]),
    ]
    let writer = try one.format().create(path, output)
    try one.commit(writer)
    try writer.finish(record: ["voxels": 24])
    for place in [path, path + "/", path + "/0"] {
      let volume = try one.format().open(place, hints: OpeningHints()).volume
      #expect(volume.spacing == output.volume.spacing)
      #expect(volume.origin == output.volume.origin)
      #expect(volume.classes == output.volume.classes)
    }
    let document = try GroupMetadata(decoding: contents(ofFile: path + "/zarr.json"))
    #expect(
      document.attributes["t2s"] == ["model": "m", "tile": 256, "voxels": 24, "seal": ".t2s/seal"])
  }
}
