import RawFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Opening a raw file` {
  let folder: TemporaryFolder
  let format = RawFormat()

  init() throws { folder = try TemporaryFolder() }

  /// Opens `name` after writing `byteCount` bytes and, where given, a sidecar.
  func open(
    _ name: String, byteCount: Int, sidecar: String? = nil, _ hints: OpeningHints = .init()
  ) throws -> RawReader {
    try write(RawSamples.counting(byteCount), to: folder.file(name))
    if let sidecar { try write(Array(sidecar.utf8), to: folder.file(name) + ".info") }
    return try format.reader(folder.file(name), hints: hints)
  }

  static let sidecar = "NUM_X = 4\nNUM_Y = 3\nNUM_Z = 2\n"
  static let shape = Shape3(z: 2, y: 3, x: 4)

  @Test func `takes a sidecar at its word`() throws {
    let reader = try open("a.raw", byteCount: 24, sidecar: Self.sidecar)
    #expect(reader.layout.shape == Self.shape)
    #expect(reader.layout.voxelType == .uint8)
    #expect(reader.volume.format == "raw (PyHST)")
  }

  @Test(arguments: [(24, VoxelType.uint8), (48, .uint16), (96, .float32), (192, .float64)])
  func `decides the type that a sidecar leaves out by the size`(
    byteCount: Int, type: VoxelType
  ) throws {
    let reader = try open("a.raw", byteCount: byteCount, sidecar: Self.sidecar)
    #expect(reader.layout.voxelType == type)
    #expect(reader.layout.byteOrder == .little)
    #expect(reader.volume.remarks.contains { $0.contains(type.rawValue) })
  }

  @Test func `reads the sidecar of tomoscan where the raw file has none of its own`() throws {
    try write(Array(Self.sidecar.utf8), to: folder.file("a.vol.info"))
    #expect(try open("a.raw", byteCount: 24).layout.shape == Self.shape)
  }

  @Test func `leaves a sidecar alone that belongs to another file`() throws {
    try write(Array(Self.sidecar.utf8), to: folder.file("a.vol.info"))
    try write([0], to: folder.file("a.vol"))
    #expect(throws: RawError.self) { try open("a.raw", byteCount: 24) }
  }

  @Test func `takes a name at its word`() throws {
    #expect(try open("a_4x3x2_8bit.raw", byteCount: 24).layout.shape == Self.shape)
    let reader = try open("a_4x3x2_uint16_be.raw", byteCount: 48)
    #expect(reader.layout.byteOrder == .big)
  }

  @Test func `takes options at their word, an offset too`() throws {
    let reader = try open(
      "a.bin", byteCount: 60,
      hints(shape: Self.shape, type: .uint16, order: .little, offset: 12))
    #expect(reader.layout.offset == 12)
    #expect(try reader.bytes(of: Region(Self.shape)) == Array(RawSamples.counting(60)[12...]))
  }

  @Test func `refuses a sidecar and a name that disagree, and prints both and the size`() throws {
    let error = #expect(throws: RawError.self) {
      try open("a_3x4x2_8bit.raw", byteCount: 24, sidecar: Self.sidecar)
    }
    let words = try #require(error).explanation.what
    #expect(
      words.contains("the sidecar a_3x4x2_8bit.raw.info says NUM_X = 4, NUM_Y = 3, NUM_Z = 2"))
    #expect(words.contains("2 layers of 3 rows x 4 columns"))
    #expect(words.contains("the file name says 3x4x2 (x, y, z): 2 layers of 4 rows x 3 columns"))
    #expect(words.contains("the file has 24 bytes"))
    #expect(try #require(error).explanation.kind == .input)
  }

  @Test func `sees a shape that was given in the order x, y, z`() throws {
    let error = #expect(throws: RawError.self) {
      try open(
        "a_4x3x2_8bit.raw", byteCount: 24, hints(shape: Shape3(z: 4, y: 3, x: 2)))
    }
    #expect(try #require(error).explanation.remedy.contains("--shape 2x3x4"))
  }

  @Test(arguments: [(25, "1 bytes longer", "--offset 1"), (23, "1 bytes shorter", "cut off")])
  func `refuses a file that is longer or shorter than its shape`(
    byteCount: Int, what: String, remedy: String
  ) throws {
    let error = #expect(throws: RawError.self) {
      try open("a_4x3x2_8bit.raw", byteCount: byteCount)
    }
    let words = try #require(error).explanation
    #expect(words.what.contains(what))
    #expect(words.what.contains("the file has \(byteCount) bytes"))
    #expect(words.remedy.contains(remedy))
  }

  @Test func `refuses types that it cannot read, and says how to convert`() throws {
    for (name, type) in [("a_4x3x2_float16.raw", "float16"), ("a_4x3x2_12bit.raw", "12bit")] {
      let error = #expect(throws: RawError.self) { try open(name, byteCount: 48) }
      let words = try #require(error).explanation
      #expect(words.what.contains(type))
      #expect(words.remedy.contains("astype"))
    }
  }

  @Test func `asks for the byte order where nothing says it, and tells which looks smoother`()
    throws
  {
    var voxels: [UInt8] = []
    for index in 0..<(20 * 30 * 40) {
      let value = UInt16(30_000 + index % 40 * 90 + index / 40 % 30 * 70)
      voxels += [UInt8(value >> 8), UInt8(value & 255)]
    }
    let path = folder.file("a_40x30x20_uint16.raw")
    try write(voxels, to: path)
    #expect(
      throws: RawError.byteOrderIsUnknown(
        file: "a_40x30x20_uint16.raw", type: .uint16, smoother: .big)
    ) { try format.reader(path, hints: .init()) }
  }

  @Test func `refuses impossible extents`() {
    #expect(throws: RawError.self) {
      try open("a.raw", byteCount: 24, hints(shape: Shape3(z: .max, y: .max, x: 2)))
    }
    #expect(throws: RawError.self) {
      try open("a.raw", byteCount: 24, hints(shape: Shape3(z: 0, y: 3, x: 4)))
    }
    #expect(throws: RawError.self) {
      try open("a.raw", byteCount: 24, hints(shape: Self.shape, offset: -1))
    }
    #expect(throws: RawError.self) {
      try open("a.raw", byteCount: 24, hints(shape: Self.shape, offset: .max))
    }
  }

  @Test func `refuses what is no file, is empty, or may not be found`() throws {
    #expect(throws: RawError.isNoFile(path: folder.path)) {
      try format.reader(folder.path, hints: .init())
    }
    #expect(throws: RawError.isEmpty(path: folder.file("e_4x3x2_8bit.raw"))) {
      try open("e_4x3x2_8bit.raw", byteCount: 0)
    }
    let error = #expect(throws: Explanation.self) {
      try format.open(folder.file("none.raw"), hints: .init())
    }
    #expect(try #require(error).kind == .input)
  }

  @Test func `prints the three likeliest readings where nothing is known`() throws {
    let shape = Shape3(z: 24, y: 60, x: 50)
    try write(RawSamples.blobs(shape), to: folder.file("mystery.raw"))
    let error = #expect(throws: RawError.self) {
      try format.reader(folder.file("mystery.raw"), hints: .init())
    }
    guard case .shapeIsUnknown(_, _, _, let readings) = try #require(error) else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(readings.count == 3)
    #expect(readings.first?.shape == shape)
    #expect(readings.first?.voxelType == .uint8)
    #expect(
      try #require(error).explanation.what.contains("--shape 24x60x50 --type uint8"))
  }

  @Test func `knows a size among several in the name when options choose it`() throws {
    let name = "crop_4x3x2_of_8x6x4.raw"
    #expect(throws: RawError.self) { try open(name, byteCount: 24) }
    #expect(try open(name, byteCount: 24, hints(shape: Self.shape)).layout.shape == Self.shape)
  }
}
