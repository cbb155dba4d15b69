import AvizoFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `An AmiraMesh file` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let spacing = VoxelSpacing(z: 12, y: 20, x: 10)
  static let position = PhysicalPosition(z: 0.5, y: -5, x: 100)

  static let fixtures: [(String, VoxelType)] =
    VoxelType.allCases.map { ("raw-\($0.rawValue).am", $0) } + [
      ("big-int16.am", .int16), ("big-uint32.am", .uint32), ("big-float64.am", .float64),
      ("ascii-uint8.am", .uint8), ("ascii-int16.am", .int16), ("ascii-int64.am", .int64),
      ("ascii-float32.am", .float32), ("ascii-float64.am", .float64),
      ("zip-uint16.am", .uint16), ("zip-float32.am", .float32), ("zip-big-int32.am", .int32),
      ("rle-uint8.am", .uint8),
    ]

  @Test(arguments: fixtures)
  func `is read in every type and every way it is stored`(
    name: String, type: VoxelType
  ) throws {
    let reader = try AvizoSamples.open(AvizoSamples.path(name))
    expectConformance(of: reader, type: type, name)
    #expect(reader.volume.format == "AmiraMesh")
    #expect(reader.volume.spacing == Self.spacing)
    #expect(reader.volume.position == Self.position)
    #expect(reader.volume.classes == nil)
    #expect(reader.volume.remarks.isEmpty)
  }

  @Test func `of labels has their names and colours`() throws {
    let reader = try AvizoSamples.open(AvizoSamples.path("rle-labels.am"))
    expectConformance(of: reader, type: .uint8, bytes: CasePhantom.labels())
    #expect(
      reader.volume.classes == [
        LabelClass(value: 0, name: "Exterior", colour: LabelClass.palette[0]),
        LabelClass(value: 1, name: "Glass-fibre", colour: [51, 102, 255, 255]),
        LabelClass(value: 2, name: "Matrix", colour: [255, 0, 0, 255]),
        LabelClass(value: 3, name: "Pore", colour: [0, 128, 0, 255]),
      ])
    #expect(reader.volume.remarks.isEmpty)
  }

  @Test func `of labels whose Ids are not in their order says so`() throws {
    let materials = """
      Materials { Exterior { Id 7 } "Glass fibre" { Id 4, Color 2 -1 nan } } BoundingBox
      """
    let bytes = AvizoSamples.file(
      [("BoundingBox", materials), ("ushort Data", "byte Labels")], data: CasePhantom.labels())
    try AvizoSamples.write(bytes, to: folder.file("a.am"))
    let volume = try AvizoSamples.open(folder.file("a.am")).volume
    #expect(volume.classes?.map(\.name) == ["Exterior", "Glass fibre"])
    #expect(
      volume.remarks == [
        "the materials' Ids are not in their order; a label is the place in the list, from 0"
      ])
    try AvizoSamples.write(
      AvizoSamples.file([("BoundingBox", materials), ("Data }", "Labels }")]),
      to: folder.file("a.am"))
    let wide = try AvizoSamples.open(folder.file("a.am"))
    expectConformance(of: wide, type: .uint16)
    #expect(wide.volume.classes == nil)
    #expect(
      wide.volume.remarks == [
        "the names of 2 materials are left out: they are taken along with labels of 8 bits"
      ])
  }

  @Test(arguments: ["vector.am", "vector-zip.am", "vector-ascii.am"])
  func `of vectors is read component by component`(name: String) throws {
    var hints = OpeningHints()
    hints.channel = 1
    expectConformance(
      of: try AvizoSamples.open(AvizoSamples.path(name), hints), type: .float32, name)
    hints.channel = 0
    let zeros = [UInt8](repeating: 0, count: 4 * CasePhantom.shape.voxelCount)
    expectConformance(
      of: try AvizoSamples.open(AvizoSamples.path(name), hints), type: .float32, bytes: zeros,
      name)
  }

  @Test(arguments: ["three.am", "three-ascii.am"])
  func `of several arrays is read array by array`(name: String) throws {
    let arrays: [(VoxelType, [UInt8])] = [
      (.uint16, CasePhantom.bytes(.uint16)), (.uint8, CasePhantom.labels()),
      (.float32, CasePhantom.bytes(.float32)),
    ]
    for (channel, (type, bytes)) in arrays.enumerated() {
      var hints = OpeningHints()
      hints.channel = channel
      let reader = try AvizoSamples.open(AvizoSamples.path(name), hints)
      expectConformance(of: reader, type: type, bytes: bytes, "\(name) \(channel)")
      #expect((reader.volume.classes != nil) == (channel == 1 && name == "three.am"))
    }
  }

  @Test(arguments: ["", "\n", "\r\n\n"])
  func `may have blank lines between arrays, or none`(blanks: String) throws {
    let data =
      CasePhantom.bytes(.uint16) + Array("\(blanks)@2\n".utf8) + CasePhantom.labels()
    try AvizoSamples.write(
      AvizoSamples.file(
        [("ushort Data } @1", "ushort Data } @1\nLattice { byte Labels } @2")], data: data),
      to: folder.file("a.am"))
    var hints = OpeningHints()
    hints.channel = 1
    let reader = try AvizoSamples.open(folder.file("a.am"), hints)
    expectConformance(of: reader, type: .uint8, bytes: CasePhantom.labels())
  }

  @Test func `of complex numbers is read part by part`() throws {
    let floats = CasePhantom.bytes(.float32)
    let complex = stride(from: 0, to: floats.count, by: 4).flatMap {
      [0, 0, 0, 0] + floats[$0..<($0 + 4)]
    }
    let path = folder.file("a.am")
    try AvizoSamples.write(
      AvizoSamples.file([("ushort", "complex")], data: Array(complex)), to: path)
    var hints = OpeningHints()
    hints.channel = 1
    expectConformance(of: try AvizoSamples.open(path, hints), type: .float32)
    #expect(
      throws: AvizoError.hint(.needsChannel(file: "a.am", channels: 2, kind: "Data (2)"))
    ) { try AvizoSamples.open(path) }
  }

  @Test(arguments: [
    "# Avizo BINARY-LITTLE-ENDIAN 3.0", "# AmiraMesh BINARY-LITTLE-ENDIAN 2.1\r",
    "#  AmiraMesh  3D BINARY-LITTLE-ENDIAN 2.0",
  ])
  func `may begin as Avizo and Amira of all years write`(line: String) throws {
    try AvizoSamples.write(
      AvizoSamples.file([("# AmiraMesh BINARY-LITTLE-ENDIAN 2.1", line)]),
      to: folder.file("a.am"))
    expectConformance(of: try AvizoSamples.open(folder.file("a.am")), type: .uint16)
  }

  @Test func `is read with an equals sign, with spaces, and without a last newline`() throws {
    var bytes = AvizoSamples.file([("Lattice { ushort Data } @1", "Lattice {ushort Data} = @1")])
    bytes.removeLast()
    try AvizoSamples.write(bytes, to: folder.file("a.am"))
    expectConformance(of: try AvizoSamples.open(folder.file("a.am")), type: .uint16)
  }

  @Test(arguments: ["a.am", "B.AM", "c.AmiraMesh", "d.labels.am"])
  func `is recognised by its name`(name: String) {
    #expect(AvizoFormat().recognises("/data/\(name)"))
    #expect(!AvizoFormat().writes("/data/\(name)"))
  }

  @Test func `is not seen in other names, or in folders`() throws {
    for name in ["am", "a.amx", "a.am.tif", "a.hx"] {
      #expect(!AvizoFormat().recognises("/data/\(name)"))
    }
    try makeFolder(folder.file("a.am"))
    #expect(!AvizoFormat().recognises(folder.file("a.am")))
  }

  static let boxes: [([(String, String)], VoxelSpacing?, PhysicalPosition?, String?)] = [
    ([], VoxelSpacing(z: 2000, y: 500, x: 100), PhysicalPosition(z: -1000, y: 0, x: 1000), nil),
    (
      [("Units { Coordinates \"mm\" }", "")], nil, nil,
      "the voxel size is not used: the BoundingBox 1.0 2.0 0.0 3.0 -1.0 7.0 has no unit"
    ),
    (
      [("\"mm\"", "\"ell\"")], nil, nil,
      "the voxel size is not used: the BoundingBox 1.0 2.0 0.0 3.0 -1.0 7.0 has the unit ell, "
        + "which is not known"
    ),
    (
      [("BoundingBox 1 2", "BoundingBox 1")], nil, nil,
      "the file gives no voxel size: it has no BoundingBox of six numbers"
    ),
    (
      [("BoundingBox 1 2", "BoundingBox 2 2")], nil, PhysicalPosition(z: -1000, y: 0, x: 2000),
      "the voxel size is not used: the BoundingBox 2.0 2.0 0.0 3.0 -1.0 7.0 has no extent"
    ),
    (
      [("CoordType", "TransformationMatrix 0 1 0 0 1 0 0 0 0 0 1 0 0 0 0 1 CoordType")],
      VoxelSpacing(z: 2000, y: 500, x: 100), PhysicalPosition(z: -1000, y: 0, x: 1000),
      "the file moves or turns the volume (TransformationMatrix); that is not applied"
    ),
  ]

  @Test(arguments: boxes.indices)
  func `has a voxel size and a place where its box has a unit`(index: Int) throws {
    let (changes, spacing, position, remark) = Self.boxes[index]
    try AvizoSamples.write(AvizoSamples.file(changes), to: folder.file("a.am"))
    let volume = try AvizoSamples.open(folder.file("a.am")).volume
    #expect(volume.spacing == spacing)
    #expect(volume.position == position)
    #expect(volume.remarks == (remark.map { [$0] } ?? []))
  }

  @Test func `of one layer has no voxel size, and says so`() throws {
    let layer = Array(CasePhantom.bytes(.uint16)[..<154])
    for extent in ["11 7 1", "11 7"] {
      try AvizoSamples.write(
        AvizoSamples.file([("11 7 5", extent)], data: layer), to: folder.file("a.am"))
      let reader = try AvizoSamples.open(folder.file("a.am"))
      expectConformance(
        of: reader, type: .uint16, shape: Shape3(z: 1, y: 7, x: 11), bytes: layer)
      #expect(reader.volume.spacing == nil)
      #expect(
        reader.volume.remarks == [
          "the BoundingBox 1.0 2.0 0.0 3.0 -1.0 7.0 gives no voxel size along an axis of one voxel"
        ])
    }
  }

  @Test func `takes options that agree, and a voxel size in place of its own`() throws {
    var hints = OpeningHints()
    hints.shape = CasePhantom.shape
    hints.voxelType = .uint16
    hints.byteOrder = .little
    hints.offset = AvizoSamples.header.utf8.count + 3
    hints.channel = 0
    hints.level = "0"
    hints.spacing = VoxelSpacing(cube: 7)
    try AvizoSamples.write(AvizoSamples.file(), to: folder.file("a.am"))
    let volume = try AvizoSamples.open(folder.file("a.am"), hints).volume
    #expect(volume.spacing == VoxelSpacing(cube: 7))
    #expect(
      volume.remarks == [
        "the file says a voxel of 2000.0 x 500.0 x 100.0 um; the options say 7.0 x 7.0 x 7.0 um, "
          + "which holds"
      ])
  }

  @Test func `that is compressed is decompressed once when read layer by layer`() throws {
    let reader = try AvizoFormat().reader(
      AvizoSamples.path("rle-uint8.am"), hints: OpeningHints())
    let stream = try #require(reader as? StreamVolumeReader)
    for z in 0..<5 { _ = try stream.bytes(of: Region(z: z..<(z + 1), y: 0..<7, x: 0..<11)) }
    #expect(stream.openings == 1)
  }
}
