import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

/// Made by `Tools/fixtures/make_zarr_stores.py`, whose rule for voxels is repeated here.
enum ForeignStoreTests {
  /// The path of a fixture.
  static func fixture(_ name: String) -> String {
    let parts = #filePath.split(separator: "/").dropLast()
    return "/" + parts.joined(separator: "/") + "/Fixtures/" + name
  }
}

@Suite struct `A store of others` {
  static let shape = Shape3(z: 5, y: 40, x: 45)
  static let fill: [VoxelType: Float] = [.uint8: 7, .uint16: 300, .float32: 0.5]

  static func fixture(_ name: String) -> String { ForeignStoreTests.fixture(name) }

  static func voxels(_ type: VoxelType, fill: Float) -> [UInt8] {
    var bytes: [UInt8] = []
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          let whole = Float((7 * z + 13 * y + 29 * x) % 251)
          let value = x >= 32 ? fill : type == .float32 ? whole / 4 : whole
          let bits = type == .float32 ? value.bitPattern : UInt32(value)
          for byte in 0..<type.byteCount { bytes.append(UInt8(bits >> (8 * byte) & 0xFF)) }
        }
      }
    }
    return bytes
  }

  @Test(arguments: ["zarr-python", "tensorstore"], VoxelType.computed)
  func `is read bit for bit, fill value and all`(writer: String, type: VoxelType) throws {
    let path = Self.fixture("\(writer)-\(type.rawValue)")
    #expect(StoreFormat().recognises(path))
    let reader = try StoreFormat(threads: 2).open(path, hints: OpeningHints())
    #expect(reader.volume.shape == Self.shape)
    #expect(reader.volume.voxelType == type)
    #expect(reader.volume.spacing == nil)
    let fill = try #require(Self.fill[type])
    #expect(kind(ofPath: path + "/c/0/0/1") == .missing)
    #expect(try reader.bytes(of: Region(Self.shape)) == Self.voxels(type, fill: fill))
  }

  @Test(arguments: ["ome-labels", "ome-labels/s0"])
  func `tells units, place and classes of its image`(name: String) throws {
    let reader = try StoreFormat().open(Self.fixture(name), hints: OpeningHints())
    #expect(reader.volume.spacing == VoxelSpacing(z: 0.5, y: 0.25, x: 0.25))
    #expect(reader.volume.origin == Index3(z: 2, y: 0, x: 2))
    let classes = try #require(reader.volume.classes)
    #expect(classes.map(\.value) == [0, 5])
    #expect(classes.map(\.name) == ["class 0", "pore"])
    #expect(classes.map(\.colour) == [[9, 8, 7, 255], [1, 2, 3, 128]])
    #expect(try reader.bytes(of: Region(Self.shape)) == Self.voxels(.uint8, fill: 7))
  }

  @Test func `refuses hints that it knows better, and takes a voxel size that it lacks`() throws {
    var hints = OpeningHints()
    hints.spacing = VoxelSpacing(cube: 1.3)
    let plain = Self.fixture("tensorstore-uint8")
    #expect(try StoreFormat().open(plain, hints: hints).volume.spacing == hints.spacing)
    #expect(throws: Explanation.self) {
      try StoreFormat().open(Self.fixture("ome-labels"), hints: hints)
    }
    hints.shape = Shape3(z: Self.shape.z, y: Self.shape.x, x: Self.shape.y)
    #expect(throws: Explanation.self) { try StoreFormat().open(plain, hints: hints) }
  }

  @Test func `says what it is instead of a store`() throws {
    let folder = try TemporaryFolder()
    #expect(!StoreFormat().recognises(folder.path))
    let missing = #expect(throws: Explanation.self) {
      try StoreFormat().open(folder.file("no.zarr"), hints: OpeningHints())
    }
    #expect(missing?.what.contains("no zarr.json") == true)
    try makeFolder(folder.file("old.zarr"))
    try writeFileAtomically(folder.file("old.zarr/.zgroup"), Array("{\"zarr_format\":2}".utf8))
    let old = #expect(throws: Explanation.self) {
      try StoreFormat().open(folder.file("old.zarr"), hints: OpeningHints())
    }
    #expect(old?.what.contains("without an image") == true)
    let zip = #expect(throws: Explanation.self) {
      try StoreFormat().open(folder.file("a.zarr.zip"), hints: OpeningHints())
    }
    #expect(zip?.what.contains("ZIP") == true)
  }
}
