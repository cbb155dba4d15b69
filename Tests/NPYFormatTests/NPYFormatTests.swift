import NPYFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

private func open(_ name: String, channel: Int? = nil) throws(NPYError) -> any VolumeReader {
  var hints = OpeningHints()
  hints.channel = channel
  return try NPYFormat().reader(fixture(name), hints: hints)
}

@Suite struct `An NPY file` {
  @Test(
    arguments: VoxelType.allCases, ["c-little", "c-big", "fortran-little", "fortran-big"])
  func `is read in every type, byte order and order of the axes`(
    type: VoxelType, way: String
  ) throws {
    let reader = try open("\(way)-\(type.rawValue).npy")
    expectConformance(of: reader, type: type, "\(way)-\(type.rawValue)")
    #expect(reader.volume.format == "NPY")
    #expect(reader.volume.spacing == nil)
    #expect(reader.volume.remarks.isEmpty)
  }

  @Test func `of truth values is read as 0 and 1`() throws {
    let reader = try open("bool.npy")
    expectConformance(
      of: reader, type: .uint8, bytes: CasePhantom.bytes(.uint8).map { $0 & 1 })
    #expect(reader.volume.remarks == ["its truth values are read as uint8: 0 and 1"])
  }

  @Test(arguments: ["little", "big"])
  func `of half precision is read in single precision`(order: String) throws {
    let expected = CasePhantom.bytes(.int8).flatMap { byte in
      let bits = (Float(Int8(bitPattern: byte)) / 8).bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    let reader = try open("half-\(order).npy")
    expectConformance(of: reader, type: .float32, bytes: expected)
    #expect(
      reader.volume.remarks == ["its half-precision (float16) voxels are read as float32, exactly"])
  }

  @Test func `of complex numbers is refused, and read when a part is chosen`() throws {
    let kind = "the real and the imaginary part"
    #expect(
      throws: NPYError.hint(.needsChannel(file: "complex64.npy", channels: 2, kind: kind))
    ) { _ = try open("complex64.npy") }
    expectConformance(of: try open("complex64.npy", channel: 0), type: .float32)
    expectConformance(of: try open("complex128-fortran.npy", channel: 1), type: .float64)
    #expect(
      throws: NPYError.hint(.channelIsMissing(file: "complex64.npy", channel: 2, channels: 2))
    ) { _ = try open("complex64.npy", channel: 2) }
    #expect(
      throws: NPYError.hint(.channelIsMissing(file: "plane.npy", channel: 1, channels: 1))
    ) { _ = try open("plane.npy", channel: 1) }
  }

  @Test func `may have axes of one element, or be a single layer`() throws {
    let single = try open("singleton.npy")
    expectConformance(of: single, type: .uint16)
    #expect(
      single.volume.remarks == ["its axes of one element are left out of [1, 5, 7, 11, 1]"])
    let plane = try open("plane.npy")
    let layer = 7 * 11 * 2
    expectConformance(
      of: plane, type: .uint16, shape: Shape3(z: 1, y: 7, x: 11),
      bytes: Array(CasePhantom.bytes(.uint16)[(2 * layer)..<(3 * layer)]))
    #expect(plane.volume.remarks == ["its two axes are read as one layer"])
  }

  @Test(arguments: [
    ("four-axes.npy", NPYError.hasOtherAxes(file: "four-axes.npy", shape: [2, 5, 7, 11])),
    ("line.npy", .hasOtherAxes(file: "line.npy", shape: [11])),
    ("objects.npy", .isPickled(file: "objects.npy")),
    ("records.npy", .isStructured(file: "records.npy")),
    ("texts.npy", .typeIsNotRead(file: "texts.npy", descr: "<U2")),
    ("empty.npy", .extentIsImpossible(file: "empty.npy", shape: [2, 0, 3])),
  ])
  func `that is no volume is refused`(name: String, error: NPYError) {
    #expect(throws: error) { _ = try open(name) }
  }

  @Test func `is recognised by its name, and an archive with it`() {
    let format = NPYFormat()
    #expect(format.recognises("a.npy") && format.recognises("A.NPY") && format.recognises("a.npz"))
    #expect(!format.recognises("a.npy.gz") && !format.recognises("npy"))
    #expect(format.writes("a.npy") && !format.writes("a.npz"))
  }

  @Test func `is held against the options`() throws {
    var hints = OpeningHints()
    hints.shape = Shape3(z: 11, y: 7, x: 5)
    #expect(throws: NPYError.self) {
      _ = try NPYFormat().reader(fixture("c-little-uint8.npy"), hints: hints)
    }
    hints.shape = CasePhantom.shape
    hints.voxelType = .float32
    hints.byteOrder = .big
    hints.offset = 128
    hints.spacing = VoxelSpacing(cube: 0.65)
    let half = try NPYFormat().reader(fixture("half-big.npy"), hints: hints)
    #expect(half.volume.spacing == VoxelSpacing(cube: 0.65))
  }
}

@Suite struct `A damaged NPY file` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Opens a file of `head` as its text, behind the first bytes of version 1, and `count` bytes.
  private func open(_ text: String, count: Int = 0) throws(NPYError) -> any VolumeReader {
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count & 255)]
      + [UInt8(text.utf8.count >> 8)] + Array(text.utf8) + [UInt8](repeating: 0, count: count)
    let path = folder.file("a.npy")
    do { try put(bytes, at: path) } catch { Issue.record("\(error)") }
    return try NPYFormat().reader(path, hints: OpeningHints())
  }

  private func text(_ descr: String, _ shape: String, _ order: String = "False") -> String {
    "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }\n"
  }

  @Test func `is refused with what is wrong with it`() throws {
    let path = folder.file("a.npy")
    func expect(_ error: NPYError, _ bytes: [UInt8]) throws {
      try put(bytes, at: path)
      #expect(throws: error) { _ = try NPYFormat().reader(path, hints: OpeningHints()) }
    }
    let magic = [0x93] + Array("NUMPY".utf8)
    try expect(.isNoNPY(file: "a.npy"), Array("NUMPY and more than that".utf8))
    try expect(.isNoNPY(file: "a.npy"), [])
    try expect(.isArchive(file: "a.npy"), [0x50, 0x4B, 3, 4])
    try expect(.endsInHeader(file: "a.npy", byteCount: 8), magic + [1, 0])
    try expect(
      .versionIsUnknown(file: "a.npy", major: 4, minor: 0), magic + [4, 0, 0, 0, 0, 0])
    try expect(
      .headerIsTooLong(file: "a.npy", byteCount: 0x7FFF_FFFF),
      magic + [2, 0, 0xFF, 0xFF, 0xFF, 0x7F])
    try expect(.endsInHeader(file: "a.npy", byteCount: 12), magic + [1, 0, 9, 0, 1, 2])
  }

  @Test(arguments: [
    "    ", "{}", "{'descr': '<u2'", "[1]",
    "{'descr': '<u2', 'fortran_order': 0, 'shape': (1,1,1)}",
    "{'descr': '<u2', 'fortran_order': False, 'shape': 5}",
    "{'descr': '<u2', 'fortran_order': False, 'shape': (-1, 2, 3)}",
    "{'descr': '<u2', 'descr': '<u2', 'fortran_order': False, 'shape': (1, 2, 3)}",
    "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2, 3)} + 1",
    "{'descr': '<u2', 'fortran_order': False, 'shape': ((((((((((1, 2, 3))))))))))}",
    "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1, 2, 3)}",
    "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 99999999999999999999, 3)}",
  ])
  func `whose header makes no sense is refused`(text: String) {
    #expect(throws: NPYError.headerIsMalformed(file: "a.npy", text: trimmed(text))) {
      _ = try open(text)
    }
  }

  @Test(arguments: ["|u2", "=u2", "u2", "<u3", "<f16", "<V8", "<M8[s]", "", "<", "<b2", "|S3"])
  func `whose elements are not read is refused`(descr: String) {
    #expect(throws: NPYError.typeIsNotRead(file: "a.npy", descr: descr)) {
      _ = try open(text("'\(descr)'", "(1, 2, 3)"), count: 12)
    }
  }

  @Test func `whose claims do not fit its size is refused before memory is asked for`() throws {
    let header = text("'<u2'", "(1, 2, 3)")
    let needed = 10 + header.utf8.count + 12
    for count in [0, 11, 13] {
      #expect(
        throws: NPYError.flat(
          .sizeDisagrees(path: folder.file("a.npy"), needed: needed, found: needed - 12 + count))
      ) { _ = try open(header, count: count) }
    }
    let (most, half) = (Int.max, 1 << 31)
    for shape in [[most, 2, 3], [half, half, half], [1, 1, 1 << 60]] {
      let extents = shape.map { "\($0)" }.joined(separator: ", ")
      #expect(throws: NPYError.extentIsImpossible(file: "a.npy", shape: shape)) {
        _ = try open(text("'<u2'", "(\(extents))"))
      }
    }
    _ = try open(text("\"<u2\"", "(1L, 2L, 3L,)", "True"), count: 12)
  }

  @Test(arguments: ["c-little-uint16", "fortran-big-float64", "half-big", "bool"])
  func `that ends anywhere throws, or is whole`(name: String) throws {
    try expectPrefixesAreHarmless(
      of: try contents(ofFile: fixture(name + ".npy")), at: folder.file("a.npy")
    ) { try NPYFormat().reader($0, hints: OpeningHints()) }
  }

  @Test func `throws or is read, and never traps, hangs or asks for much memory`() throws {
    let names = [
      "c-little-uint8", "c-big-int32", "fortran-little-uint16", "half-little", "complex64",
      "singleton", "records", "objects",
    ]
    let path = folder.file("a.npy")
    Mutations(of: try names.map { try contents(ofFile: fixture($0 + ".npy")) }).expectSurvival {
      bytes in
      try put(bytes, at: path)
      var hints = OpeningHints()
      hints.channel = bytes.count % 2 == 0 ? 1 : nil
      try readSome(try NPYFormat().reader(path, hints: hints))
    }
  }
}

@Suite struct `A written NPY file` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: VoxelType.allCases)
  func `is what numpy writes`(type: VoxelType) throws {
    let path = folder.file("a.npy")
    try writeVolume(
      VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "a"),
      CasePhantom.bytes(type), through: NPYFormat(), to: path)
    expectConformance(
      of: try NPYFormat().reader(path, hints: OpeningHints()), type: type)
    #expect(try contents(ofFile: path).count % 64 == (385 * type.byteCount) % 64)
    guard [.uint8, .int16, .uint64, .float64].contains(type) else { return }
    // Types whose fixture is of version 1 too.
    #expect(
      try contents(ofFile: path) == contents(ofFile: fixture("c-little-\(type.rawValue).npy")))
  }

  @Test func `keeps the classes of labels beside it`() throws {
    let path = folder.file("labels.npy")
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a")
    volume.classes = [
      LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
      LabelClass(value: 3, name: "pore", colour: [1, 2, 3, 255]),
    ]
    try writeVolume(volume, CasePhantom.labels(), through: NPYFormat(), to: path)
    let reader = try NPYFormat().reader(path, hints: OpeningHints())
    expectConformance(of: reader, type: .uint8, bytes: CasePhantom.labels())
    #expect(reader.volume.classes == volume.classes)
    #expect(try contents(ofFile: path + ".lut").count == 768)
    // Grey values in its place are no longer labels.
    volume.classes = nil
    try writeVolume(
      volume, CasePhantom.bytes(.uint8), through: NPYFormat(), to: path, overwrites: true)
    #expect(try NPYFormat().reader(path, hints: OpeningHints()).volume.classes == nil)
    #expect(kind(ofPath: path + ".lut") == .missing)
  }
}
