import MRCFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

private func open(
  _ name: String, channel: Int? = nil, type: VoxelType? = nil, order: ByteOrder? = nil
) throws(MRCError) -> any VolumeReader {
  var hints = OpeningHints()
  hints.channel = channel
  hints.voxelType = type
  hints.byteOrder = order
  return try MRCFormat().reader(fixture(name), hints: hints)
}

/// The phantom with its layers in reverse order.
private func backwards(_ type: VoxelType) -> [UInt8] {
  let all = CasePhantom.bytes(type)
  let layer = all.count / CasePhantom.shape.z
  return (0..<CasePhantom.shape.z).reversed().flatMap { all[($0 * layer)..<(($0 + 1) * layer)] }
}

private let types: [VoxelType] = [.int8, .int16, .uint16, .float32]

@Suite struct `An MRC file` {
  @Test(
    arguments: types,
    [("little-", ".mrc"), ("big-", ".mrc"), ("gzip-", ".mrc.gz"), ("bzip2-", ".map.bz2")])
  func `is read in every type and byte order, compressed or not`(
    type: VoxelType, way: (String, String)
  ) throws {
    let name = way.0 + type.rawValue + way.1
    let reader = try open(name)
    expectConformance(of: reader, type: type, name)
    #expect(reader.volume.format == "MRC")
    #expect(reader.volume.spacing == nil && reader.volume.remarks.isEmpty)
  }

  @Test(arguments: ["half-little.mrc", "half-big.mrc", "half.mrc.gz"])
  func `of half precision is read in single precision`(name: String) throws {
    let expected = (0..<CasePhantom.shape.voxelCount).flatMap { index in
      let bits = (Float(index) / 8 - 20).bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    let reader = try open(name)
    expectConformance(of: reader, type: .float32, bytes: expected, name)
    #expect(
      reader.volume.remarks == ["its half-precision (float16) voxels are read as float32, exactly"])
  }

  @Test(arguments: [
    ("complex.mrc", VoxelType.float32), ("complex.mrc.gz", .float32), ("complex16.mrc", .int16),
    ("colours.mrc", .uint8),
  ])
  func `of several values a voxel is read when one is chosen`(
    name: String, type: VoxelType
  ) throws {
    let isColour = name == "colours.mrc"
    let count = isColour ? 3 : 2
    #expect(
      throws: MRCError.hint(
        .needsChannel(
          file: name, channels: count,
          kind: isColour ? "red, green, blue" : "the real and the imaginary part"))
    ) { _ = try open(name) }
    expectConformance(of: try open(name, channel: 1), type: type, name)
    expectConformance(of: try open(name, channel: 0), type: type, bytes: backwards(type), name)
    #expect(throws: MRCError.hint(.channelIsMissing(file: name, channel: 3, channels: count))) {
      _ = try open(name, channel: 3)
    }
  }

  @Test(arguments: ["stack.mrc", "stack.mrc.gz"])
  func `of several volumes is read when one is chosen`(name: String) throws {
    #expect(throws: MRCError.hint(.needsChannel(file: name, channels: 2, kind: "volumes"))) {
      _ = try open(name)
    }
    expectConformance(of: try open(name, channel: 1), type: .uint16, name)
    expectConformance(
      of: try open(name, channel: 0), type: .uint16, bytes: backwards(.uint16), name)
  }

  @Test func `of bytes has the sign that its flag or its version says`() throws {
    expectConformance(of: try open("imod-uint8.mrc"), type: .uint8)
    expectConformance(of: try open("imod-int8.mrc"), type: .int8)
    #expect(try open("imod-uint8.mrc").volume.remarks.isEmpty)
    #expect(throws: MRCError.packsBytes(file: "imod-packed.mrc")) {
      _ = try open("imod-packed.mrc")
    }
    #expect(
      throws: MRCError.hint(
        .disagrees(
          OptionDisagreement(
            file: "little-int8.mrc", option: "--type", said: "uint8", found: "int8")))
    ) { _ = try open("little-int8.mrc", type: .uint8) }
  }

  @Test func `of bytes from before both is read with a remark, or as the option says`() throws {
    let reader = try open("old-bytes.mrc")
    expectConformance(of: reader, type: .int8)
    #expect(
      reader.volume.remarks == [
        "its bytes are read as int8, which the format says since 2014; older programs meant uint8, "
          + "and --type uint8 reads them so"
      ])
    let unsigned = try open("old-bytes.mrc", type: .uint8)
    expectConformance(of: unsigned, type: .uint8, bytes: CasePhantom.bytes(.int8))
    #expect(unsigned.volume.remarks.isEmpty)
  }

  @Test func `of four bits a voxel is read as bytes`() throws {
    let reader = try open("nibbles.mrc")
    expectConformance(
      of: reader, type: .uint8, bytes: CasePhantom.bytes(.uint8).map { $0 & 15 })
    #expect(reader.volume.remarks == ["its voxels of 4 bits are read as uint8: 0 to 15"])
    #expect(
      throws: MRCError.isCompressed(file: "nibbles.mrc.gz", what: "its voxels have 4 bits")
    ) { _ = try open("nibbles.mrc.gz") }
  }

  @Test func `brings voxel size and place along`() throws {
    let edges = VoxelSpacing(z: 3.25, y: 1.3, x: 0.65)
    let size = try open("size.mrc").volume
    #expect(size.spacing == edges && size.remarks.isEmpty)
    #expect(size.position == PhysicalPosition(z: 0.03005, y: -0.02, x: 0.01))
    let starts = try open("starts.mrc").volume
    #expect(starts.spacing == edges && starts.remarks.isEmpty)
    #expect(starts.position == PhysicalPosition(z: -97.5, y: 26, x: 6.5))
    let both = try open("both.mrc").volume
    #expect(both.position == PhysicalPosition(z: 0, y: 0, x: 0.01))
    #expect(
      both.remarks == [
        "it has an origin and a first voxel of (1, 2, 3) (x, y, z); the origin is taken"
      ])
    let inverted = try open("inverted.mrc").volume
    #expect(inverted.spacing == edges && inverted.position == nil)
    #expect(
      inverted.remarks == [
        "its origin has the opposite sign by a flag of IMOD, and is not used"
      ])
    let angles = try open("angles.mrc").volume
    #expect(angles.spacing == edges)
    #expect(
      angles.remarks == [
        "its cell has angles of 90.0, 90.0 and 120.0 degrees; voxels are read as if they were right"
      ])
  }

  @Test func `of one Angstrom says no voxel size`() throws {
    let volume = try open("one.mrc").volume
    #expect(volume.spacing == nil)
    #expect(
      volume.remarks == [
        "its voxels of 1 Angstrom are what programs write that know no size, and not used: give "
          + "--voxel-size"
      ])
  }

  @Test(arguments: [
    ("zyx.mrc", "z, y, x"), ("yzx.mrc", "y, z, x"), ("yxz-float32.map", "x, z, y"),
  ])
  func `is turned so that z is z, whichever axes its columns and rows are`(
    name: String, axes: String
  ) throws {
    let reader = try open(name)
    expectConformance(of: reader, type: name.contains("float32") ? .float32 : .uint16, name)
    #expect(
      reader.volume.remarks == [
        "its columns, rows and sections are \(axes): it is read as z, y, x"
      ])
    guard !name.contains("float32") else { return }
    #expect(reader.volume.spacing == VoxelSpacing(z: 3.25, y: 1.3, x: 0.65))
  }

  @Test func `counts its first voxel in the order of its own axes`() throws {
    // nxstart 3 is the first column, which lies along z here.
    #expect(try open("zyx.mrc").volume.position == PhysicalPosition(z: 9.75, y: 2.6, x: 0.65))
    expectConformance(
      of: try open("zyx-complex.mrc", channel: 1), type: .float32, "zyx-complex.mrc")
    #expect(
      throws: MRCError.isCompressed(
        file: "zyx.mrc.gz", what: "its axes are in another order than z, y, x")
    ) { _ = try open("zyx.mrc.gz") }
  }

  @Test func `may have an extended header, or be a single section`() throws {
    expectConformance(of: try open("extended.rec"), type: .uint16)
    let layer = 7 * 11 * 2
    expectConformance(
      of: try open("plane.mrc"), type: .uint16, shape: Shape3(z: 1, y: 7, x: 11),
      bytes: Array(CasePhantom.bytes(.uint16)[(2 * layer)..<(3 * layer)]))
  }

  @Test func `of careless programs is read where its axes tell the order of bytes`() throws {
    expectConformance(of: try open("no-name.mrc"), type: .uint16)
    let noStamp = try open("no-stamp.mrc")
    expectConformance(of: noStamp, type: .uint16)
    #expect(
      noStamp.volume.remarks == [
        "it has no machine stamp that is known; its header is in little-endian order"
      ])
    let wrong = try open("wrong-stamp.mrc")
    expectConformance(of: wrong, type: .uint16)
    #expect(
      wrong.volume.remarks == [
        "its machine stamp does not say the order of bytes that its header is in: big-endian is taken"
      ])
    let noAxes = try open("no-axes.mrc")
    expectConformance(of: noAxes, type: .uint16)
    #expect(noAxes.volume.remarks.isEmpty)
  }

  @Test func `of labels has its classes from the table beside it`() throws {
    #expect(try open("labels.mrc").volume.classes?.map(\.name) == ["matrix", "fibre"])
  }

  @Test func `is held against the options`() throws {
    #expect(
      throws: MRCError.hint(
        .disagrees(
          OptionDisagreement(
            file: "big-int16.mrc", option: "--byte-order", said: "little", found: "big")))
    ) { _ = try open("big-int16.mrc", order: .little) }
    var hints = OpeningHints()
    hints.spacing = VoxelSpacing(cube: 2)
    let volume = try MRCFormat().reader(fixture("size.mrc"), hints: hints).volume
    #expect(volume.spacing == VoxelSpacing(cube: 2))
    #expect(
      volume.remarks == [
        "the file says a voxel of 3.25 x 1.3 x 0.65 um; the options say 2.0 x 2.0 x 2.0 um, which "
          + "holds"
      ])
  }

  @Test func `is known by its name`() {
    for name in ["a.mrc", "A.MRC", "a.map", "a.rec", "a.ccp4", "a.mrc.gz", "a.rec.bz2"] {
      #expect(MRCFormat().recognises(name), "\(name)")
    }
    for name in ["a.raw", "a.mrcx", "a.gz", "mrc"] {
      #expect(!MRCFormat().recognises(name), "\(name)")
    }
  }
}

@Suite struct `An MRC header` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Opens the phantom with whole numbers put at these places of its header.
  private func open(
    _ values: [Int: Int32], of name: String = "little-uint16.mrc", order: ByteOrder? = nil
  ) throws -> any VolumeReader {
    var bytes = try contents(ofFile: fixture(name))
    for (place, value) in values {
      for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    try put(bytes, at: folder.file("a.mrc"))
    var hints = OpeningHints()
    hints.byteOrder = order
    return try MRCFormat().reader(folder.file("a.mrc"), hints: hints)
  }

  @Test func `is refused with what is wrong with it`() throws {
    func expect(
      _ error: MRCError, _ values: [Int: Int32],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(throws: error, sourceLocation: sourceLocation) { _ = try open(values) }
    }
    let a = "a.mrc"
    for mode in [-1, 5, 7, 13, 102] as [Int32] {
      expect(.modeIsNotRead(file: a, mode: Int(mode)), [12: mode])
    }
    expect(.axesAreImpossible(file: a, axes: [1, 1, 3]), [68: 1])
    expect(.axesAreImpossible(file: a, axes: [1, 2, 0]), [72: 0])
    expect(.extentIsImpossible(file: a, extents: [0, 7, 5]), [0: 0])
    expect(.extentIsImpossible(file: a, extents: [11, -7, 5]), [4: -7])
    let most = Int(Int32.max)
    expect(.extentIsImpossible(file: a, extents: [most, most, most]), [0: .max, 4: .max, 8: .max])
    expect(.extendedHeaderIsImpossible(file: a, byteCount: -8), [92: -8])
    expect(.stackIsUneven(file: a, sections: 5, each: 2), [88: 401, 36: 2])
    expect(.stackIsUneven(file: a, sections: 5, each: 0), [88: 630, 36: 0])
    expect(.stackIsUneven(file: a, sections: 5, each: 5), [88: 401, 64: 3, 72: 1])
    expect(.isNoMRC(file: a), [208: 0, 64: 0])
    expect(.byteOrderIsUnknown(file: a, stamp: [0, 0, 0, 0]), [212: 0, 64: 0, 68: 0, 72: 0])
  }

  @Test func `without stamp and axes is read in the order of the option`() throws {
    let blank: [Int: Int32] = [212: 0, 64: 0, 68: 0, 72: 0]
    expectConformance(of: try open(blank, order: .little), type: .uint16)
    expectConformance(of: try open(blank, of: "big-uint16.mrc", order: .big), type: .uint16)
  }

  @Test func `is held against the size of the file`() throws {
    let path = folder.file("a.mrc")
    func expect(_ needed: Int, _ values: [Int: Int32]) {
      #expect(throws: MRCError.flat(.sizeDisagrees(path: path, needed: needed, found: 1794))) {
        _ = try open(values)
      }
    }
    expect(1024 + 6 * 7 * 11 * 2, [8: 6])
    expect(1024 + 4 * 7 * 11 * 2, [8: 4])
    expect(1794 + 1, [92: 1])
    expect(1024 + Int(Int32.max) + 770, [92: .max])
    expect(1024 + 5 * 7 * 11 * 4, [12: 2])
  }

  @Test func `is held against what so many compressed bytes can hold`() throws {
    // A header that claims more than a gigabyte, compressed, and nothing behind it.
    let bytes = try contents(ofFile: fixture("huge.mrc.gz"))
    try put(bytes, at: folder.file("huge.mrc.gz"))
    #expect(
      throws: MRCError.compressedDataAreTooFew(
        file: "huge.mrc.gz", found: bytes.count, wanted: 1024 + 5 * 11 * 100_000_000 * 2)
    ) { _ = try MRCFormat().reader(folder.file("huge.mrc.gz"), hints: OpeningHints()) }
  }

  @Test func `that claims a nonsensical cell gives no voxel size`() throws {
    for (values, cell, grid) in [
      ([28: 0], "71500.0 x 91000.0 x 162500.0", "0 x 7 x 5"),
      ([40: Int32(bitPattern: Float(-3).bitPattern)], "-3.0 x 91000.0 x 162500.0", "11 x 7 x 5"),
      ([44: Int32(bitPattern: Float.nan.bitPattern)], "71500.0 x nan x 162500.0", "11 x 7 x 5"),
    ] as [([Int: Int32], String, String)] {
      let volume = try open(values, of: "size.mrc").volume
      #expect(volume.spacing == nil && volume.position == nil)
      #expect(
        volume.remarks == [
          "its cell of \(cell) Angstrom (x, y, z) in \(grid) steps gives no voxel size, and is not "
            + "used"
        ])
    }
  }

  @Test(arguments: [
    "little-uint16.mrc", "gzip-int16.mrc.gz", "bzip2-int8.map.bz2", "nibbles.mrc", "stack.mrc.gz",
    "zyx.mrc", "complex.mrc",
  ])
  func `that ends anywhere throws, or is whole`(name: String) throws {
    var hints = OpeningHints()
    hints.channel = name.hasPrefix("stack") || name.hasPrefix("complex") ? 1 : nil
    try expectPrefixesAreHarmless(
      of: try contents(ofFile: fixture(name)), at: folder.file(name), step: 5
    ) { try MRCFormat().reader($0, hints: hints) }
  }

  @Test func `that is damaged throws or is read, and never traps, hangs or asks for much memory`()
    throws
  {
    let names = [
      "little-uint16.mrc", "big-float32.mrc", "gzip-int16.mrc.gz", "bzip2-int8.map.bz2",
      "nibbles.mrc", "half-big.mrc", "complex.mrc.gz", "colours.mrc", "stack.mrc", "zyx.mrc",
      "yzx.mrc", "imod-uint8.mrc", "size.mrc", "starts.mrc", "extended.rec",
    ]
    let path = folder.file("b.mrc")
    Mutations(of: try names.map { try contents(ofFile: fixture($0)) }).expectSurvival { bytes in
      try put(bytes, at: path)
      var hints = OpeningHints()
      hints.channel = bytes.count % 2 == 0 ? 1 : nil
      try readSome(try MRCFormat().reader(path, hints: hints))
    }
  }
}

@Suite struct `A written MRC file` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: types)
  func `is read back with all that is known of it`(type: VoxelType) throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "a")
    volume.spacing = VoxelSpacing(z: 3.25, y: 1.3, x: 0.65)
    volume.position = PhysicalPosition(z: 30, y: -2.5, x: 0)
    let path = folder.file("a.mrc")
    try writeVolume(volume, CasePhantom.bytes(type), through: MRCFormat(), to: path)
    let reader = try MRCFormat().reader(path, hints: OpeningHints())
    expectConformance(of: reader, type: type)
    #expect(reader.volume.spacing == volume.spacing)
    #expect(reader.volume.position == volume.position)
    #expect(reader.volume.remarks.isEmpty && reader.volume.classes == nil)
  }

  @Test func `has a voxel size that comes back, whatever the number of steps`() throws {
    for (edge, count) in [(0.65, 1300), (0.7, 3), (1.0 / 3, 7), (12.345678, 1021), (2.5, 2048)] {
      var volume = VolumeDescription(
        shape: Shape3(z: 1, y: 1, x: count), voxelType: .int8, format: "a")
      volume.spacing = VoxelSpacing(cube: edge)
      let path = folder.file("a.mrc")
      try writeVolume(
        volume, [UInt8](repeating: 0, count: count), through: MRCFormat(), to: path,
        overwrites: true)
      let found = try MRCFormat().reader(path, hints: OpeningHints()).volume.spacing?.x ?? 0
      // Single precision holds seven digits.
      #expect(abs(found / edge - 1) < 1e-7, "\(edge) comes back as \(found)")
    }
    #expect(MRCHeader.step(of: 6500 * 1300, in: 1300) == 6500)
  }

  @Test func `says its least, greatest and mean value and their deviation`() throws {
    let path = folder.file("a.mrc")
    let shape = Shape3(z: 2, y: 1, x: 2)
    try writeVolume(
      VolumeDescription(shape: shape, voxelType: .int8, format: "a"),
      [UInt8(bitPattern: -3), 1, 5, 1], through: MRCFormat(), to: path)
    let header = HeaderBytes(try contents(ofFile: path))
    #expect([76, 80, 84].map { header.float32(at: $0) } == [-3, 5, 1])
    #expect(header.float32(at: 216) == Double("\(Float(8).squareRoot())"))

    let bits = Float.nan.bitPattern
    try writeVolume(
      VolumeDescription(shape: Shape3(z: 1, y: 1, x: 1), voxelType: .float32, format: "a"),
      (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }, through: MRCFormat(), to: path,
      overwrites: true)
    let unknown = HeaderBytes(try contents(ofFile: path))
    #expect([76, 80, 84, 216].map { unknown.float32(at: $0) } == [0, -1, -2, -1])
  }

  @Test func `of uint8 voxels has them as uint16, and says so`() throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a")
    volume.classes = [LabelClass(value: 1, name: "fibre", colour: [1, 2, 3, 255])]
    let path = folder.file("a.rec")
    let output = OutputDescription(volume: volume, plan: [:], overwrites: false)
    #expect(
      try MRCFormat().create(path, output).remarks == [
        "MRC has no mode for uint8 that all programs read alike: voxels are written as uint16"
      ])
    try writeVolume(volume, CasePhantom.bytes(.uint8), through: MRCFormat(), to: path)
    let reader = try MRCFormat().reader(path, hints: OpeningHints())
    expectConformance(
      of: reader, type: .uint16, bytes: CasePhantom.bytes(.uint8).flatMap { [$0, 0] })
    #expect(reader.volume.classes == volume.classes)
    #expect(try contents(ofFile: path + ".lut").count == 768)
  }

  @Test(arguments: [VoxelType.uint32, .int32, .uint64, .int64, .float64])
  func `has no mode for wider types`(type: VoxelType) {
    let path = folder.file("a.mrc")
    let volume = VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "a")
    #expect(
      throws: Explanation(
        .input,
        "\(path): MRC has no mode for \(type.rawValue); it holds uint8 (as uint16), int8, int16, "
          + "uint16 and float32",
        remedy: "choose one with --type, or another format")
    ) { try writeVolume(volume, CasePhantom.bytes(type), through: MRCFormat(), to: path) }
    #expect(kind(ofPath: path) == .missing)
  }
}
