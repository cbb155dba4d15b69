import NIfTIFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

private func open(_ name: String, channel: Int? = nil) throws(NIfTIError) -> any VolumeReader {
  var hints = OpeningHints()
  hints.channel = channel
  return try NIfTIFormat().reader(fixture(name), hints: hints)
}

/// The phantom with its layers in reverse order.
private func backwards(_ type: VoxelType) -> [UInt8] {
  let all = CasePhantom.bytes(type)
  let layer = all.count / CasePhantom.shape.z
  return (0..<CasePhantom.shape.z).reversed().flatMap { all[($0 * layer)..<(($0 + 1) * layer)] }
}

private let edges = VoxelSpacing(z: 3.25, y: 1.3, x: 0.65)

@Suite struct `A NIfTI file` {
  @Test(arguments: VoxelType.allCases, ["little-1", "little-2", "big-1", "big-2"])
  func `is read in every type, version and byte order`(type: VoxelType, way: String) throws {
    let reader = try open("\(way)-\(type.rawValue).nii")
    expectConformance(of: reader, type: type, "\(way)-\(type.rawValue)")
    #expect(reader.volume.format == (way.hasSuffix("1") ? "NIfTI-1" : "NIfTI-2"))
    #expect(reader.volume.spacing == nil && reader.volume.remarks.isEmpty)
  }

  @Test(arguments: VoxelType.allCases)
  func `is read compressed`(type: VoxelType) throws {
    expectConformance(of: try open("gzip-\(type.rawValue).nii.gz"), type: type)
    expectConformance(of: try open("bzip2-\(type.rawValue).nii.bz2"), type: type)
  }

  @Test(arguments: [
    "pair-1.hdr", "pair-1.img", "pair-2.hdr", "pair-2.img", "pair-gzip.hdr.gz", "pair-gzip.img.gz",
    "pair-mixed.hdr", "pair-mixed.img.gz",
  ])
  func `may be a pair, of which either is named`(name: String) throws {
    #expect(NIfTIFormat().recognises(fixture(name)))
    let reader = try open(name)
    expectConformance(of: reader, type: .uint16, name)
    #expect(reader.fingerprint.contains(".hdr") && reader.fingerprint.contains(".img"))
  }

  @Test func `that is half a pair is refused`() throws {
    #expect(throws: NIfTIError.dataAreMissing(file: "alone.hdr", data: "alone.img")) {
      _ = try open("alone.hdr")
    }
    #expect(throws: NIfTIError.isAnalyze(file: "analyze.hdr")) { _ = try open("analyze.hdr") }
    let folder = try TemporaryFolder()
    try put([1, 2, 3], at: folder.file("a.img"))
    #expect(!NIfTIFormat().recognises(folder.file("a.img")))
    #expect(throws: NIfTIError.headerIsMissing(file: "a.img", header: "a.hdr")) {
      _ = try NIfTIFormat().reader(folder.file("a.img"), hints: OpeningHints())
    }
  }

  @Test func `is known by its name`() {
    for name in ["a.nii", "A.NII", "a.nii.gz", "a.nii.bz2", "a.hdr", "a.hdr.gz"] {
      #expect(NIfTIFormat().recognises(name), "\(name)")
    }
    for name in ["a.img", "a.niix", "a.gz", "nii"] {
      #expect(!NIfTIFormat().recognises(name), "\(name)")
    }
  }

  @Test(arguments: ["um.nii", "um-2.nii", "rotation.nii"])
  func `brings voxel size and place along in its own unit`(name: String) throws {
    let volume = try open(name).volume
    #expect(volume.spacing == edges)
    #expect(volume.position == PhysicalPosition(z: 30.5, y: -20, x: 10))
    #expect(volume.remarks.isEmpty)
  }

  @Test(arguments: ["mm.nii", "m-2.nii"])
  func `may be in millimetres or metres`(name: String) throws {
    let volume = try open(name).volume
    #expect(volume.spacing == edges)
    #expect(volume.position == PhysicalPosition(z: 30.5, y: -20, x: 10))
    #expect(volume.remarks.isEmpty)
  }

  @Test func `without a unit is taken for millimetres, with a remark`() throws {
    let volume = try open("no-unit.nii").volume
    #expect(volume.spacing == VoxelSpacing(z: 3250, y: 1300, x: 650))
    #expect(volume.position == PhysicalPosition(z: 30500, y: -20000, x: 10000))
    #expect(
      volume.remarks == [
        "its voxel edges of 0.65 1.3 3.25 (x, y, z) have no unit and are taken as millimetres, as "
          + "most programs do; --voxel-size says otherwise"
      ])
  }

  @Test(arguments: ["turned.nii", "mirrored.nii", "itk.nii"])
  func `that is turned or mirrored is read as it is stored, and says so`(name: String) throws {
    let reader = try open(name)
    expectConformance(of: reader, type: .uint16, name)
    #expect(reader.volume.spacing == edges)
    #expect(
      reader.volume.remarks == [
        "its matrix turns or mirrors it; voxels are read as they are stored"
      ])
  }

  @Test func `whose matrix and edges disagree says so`() throws {
    let volume = try open("disagrees.nii").volume
    #expect(volume.spacing == VoxelSpacing(z: 3.5, y: 1.3, x: 0.65))
    #expect(volume.remarks.count == 1)
    #expect(
      volume.remarks.first?.hasSuffix(
        " (x, y, z); pixdim says otherwise, and is taken") == true)
  }

  @Test(arguments: [("scaled.nii", 0.5, -10.0), ("shifted.nii", 1, 3)])
  func `keeps its values as they are stored`(name: String, slope: Double, shift: Double) throws {
    let reader = try open(name)
    expectConformance(of: reader, type: .uint16, name)
    #expect(
      reader.volume.remarks == [
        "its values are to be multiplied by \(slope), and \(shift) added (scl_slope, scl_inter); "
          + "they are read as they are stored"
      ])
  }

  @Test(arguments: [
    ("colours-3.nii", VoxelType.uint8, 3, "red, green, blue"),
    ("colours-4.nii", .uint8, 4, "red, green, blue, opacity"),
    ("complex64.nii", .float32, 2, "the real and the imaginary part"),
    ("complex64.nii.gz", .float32, 2, "the real and the imaginary part"),
    ("complex128.nii", .float64, 2, "the real and the imaginary part"),
    ("times.nii", .uint16, 2, "volumes"), ("times.nii.gz", .uint16, 2, "volumes"),
    ("vector-itk.nii", .uint16, 2, "volumes"),
    ("complex-times.nii", .float32, 4, "volumes, each of the real and the imaginary part"),
  ])
  func `of several values a voxel is read when one is chosen`(
    name: String, type: VoxelType, count: Int, kind: String
  ) throws {
    #expect(throws: NIfTIError.hint(.needsChannel(file: name, channels: count, kind: kind))) {
      _ = try open(name)
    }
    #expect(
      throws: NIfTIError.hint(.channelIsMissing(file: name, channel: count, channels: count))
    ) { _ = try open(name, channel: count) }
    if count == 4, type == .float32 {
      // The second volume: its real part is backwards, its imaginary part is not.
      expectConformance(of: try open(name, channel: 3), type: type, name)
      expectConformance(of: try open(name, channel: 2), type: type, bytes: backwards(type), name)
      expectConformance(of: try open(name, channel: 1), type: type, bytes: backwards(type), name)
    } else {
      expectConformance(of: try open(name, channel: 1), type: type, name)
      expectConformance(of: try open(name, channel: 0), type: type, bytes: backwards(type), name)
    }
  }

  @Test func `may have axes of one, be a single layer, or have a comment in front`() throws {
    expectConformance(of: try open("singleton.nii"), type: .uint16)
    expectConformance(of: try open("extended.nii"), type: .uint16)
    let layer = 7 * 11 * 2
    let plane = try open("plane.nii")
    expectConformance(
      of: plane, type: .uint16, shape: Shape3(z: 1, y: 7, x: 11),
      bytes: Array(CasePhantom.bytes(.uint16)[(2 * layer)..<(3 * layer)]))
    #expect(plane.volume.spacing == VoxelSpacing(z: 1.3, y: 1.3, x: 0.65))
  }

  @Test func `of labels has its classes from the table beside it`() throws {
    let reader = try open("labels.nii")
    expectConformance(of: reader, type: .uint8, bytes: CasePhantom.labels())
    #expect(reader.volume.classes?.map(\.name) == ["matrix", "fibre"])
  }

  @Test func `is held against the options`() throws {
    var hints = OpeningHints()
    hints.byteOrder = .little
    #expect(
      throws: NIfTIError.hint(
        .disagrees(
          OptionDisagreement(
            file: "big-1-int16.nii", option: "--byte-order", said: "little", found: "big")))
    ) { _ = try NIfTIFormat().reader(fixture("big-1-int16.nii"), hints: hints) }
    hints.spacing = VoxelSpacing(cube: 2)
    #expect(
      try NIfTIFormat().reader(fixture("um.nii"), hints: hints).volume.spacing
        == VoxelSpacing(cube: 2))
  }
}

@Suite struct `A NIfTI header` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Opens the phantom with these bytes put at places of its header.
  private func open(
    _ changes: [Int: [UInt8]], of name: String = "little-1-uint16.nii"
  ) throws -> any VolumeReader {
    var bytes = try contents(ofFile: fixture(name))
    for (place, change) in changes {
      bytes.replaceSubrange(place..<(place + change.count), with: change)
    }
    try put(bytes, at: folder.file("a.nii"))
    return try NIfTIFormat().reader(folder.file("a.nii"), hints: OpeningHints())
  }

  private func int16(_ value: Int16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }
  private func float(_ value: Float) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }
  private func int64(_ value: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  @Test func `is refused with what is wrong with it`() throws {
    func expect(
      _ error: NIfTIError, _ changes: [Int: [UInt8]], of name: String = "little-1-uint16.nii",
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(throws: error, sourceLocation: sourceLocation) { _ = try open(changes, of: name) }
    }
    let a = "a.nii"
    expect(.isNoNIfTI(file: a), [0: [0x5D]])
    expect(.isNoNIfTI(file: a), [4: [0x6D]], of: "little-2-uint16.nii")
    expect(.isNoNIfTI(file: a), [8: [0x0A]], of: "little-2-uint16.nii")
    expect(.isAnalyze(file: a), [344: [0, 0, 0]])
    expect(.isAnalyze(file: a), [345: [0x2D]])
    for number in [0, 1, 3, 1536, 2048, -2] as [Int16] {
      expect(.typeIsNotRead(file: a, number: Int(number)), [70: int16(number)])
    }
    expect(.bitsDisagree(file: a, number: 512, found: 8, wanted: 16), [72: int16(8)])
    for count in [0, 1, 8, -3] as [Int16] {
      expect(.hasOtherAxes(file: a, count: Int(count)), [40: int16(count)])
    }
    expect(.extentIsImpossible(file: a, extents: [0, 7, 5]), [42: int16(0)])
    expect(.extentIsImpossible(file: a, extents: [11, 7, -5]), [46: int16(-5)])
    expect(.extentIsImpossible(file: a, extents: [11, 7, 5, 0]), [40: int16(4), 48: int16(0)])
    expect(
      .extentIsImpossible(file: a, extents: [1 << 40, 7, 1 << 40]),
      [24: int64(1 << 40), 40: int64(1 << 40)], of: "little-2-uint16.nii")
    expect(
      .extentIsImpossible(file: a, extents: [.max, 7, 5]), [24: int64(.max)],
      of: "little-2-uint16.nii")
    for (offset, words) in [
      (0, "0.0"), (348, "348.0"), (352.5, "352.5"), (-1, "-1.0"), (.infinity, "inf"),
      (.nan, "nan"), (1e30, "1e+30"),
    ] as [(Float, String)] {
      expect(.offsetIsImpossible(file: a, offset: words, least: 352), [108: float(offset)])
    }
    expect(
      .offsetIsImpossible(file: a, offset: "543.0", least: 544), [168: int64(543)],
      of: "little-2-uint16.nii")
  }

  @Test func `is held against the size of the file`() throws {
    let path = folder.file("a.nii")
    func expect(_ needed: Int, _ changes: [Int: [UInt8]]) {
      #expect(throws: NIfTIError.flat(.sizeDisagrees(path: path, needed: needed, found: 1122))) {
        _ = try open(changes)
      }
    }
    expect(352 + 6 * 7 * 11 * 2, [46: int16(6)])
    expect(352 + 4 * 7 * 11 * 2, [46: int16(4)])
    expect(353 + 770, [108: float(353)])
    expect(352 + 770 * 2, [70: int16(8), 72: int16(32)])
  }

  @Test func `is held against what so many compressed bytes can hold`() throws {
    let found = try contents(ofFile: fixture("huge.nii.gz")).count
    #expect(
      throws: NIfTIError.compressedDataAreTooFew(
        file: "huge.nii.gz", found: found, wanted: 544 + 11 * 1_000_000_000 * 5 * 2)
    ) {
      _ = try NIfTIFormat().reader(fixture("huge.nii.gz"), hints: OpeningHints())
    }
  }

  @Test func `with edges that are no lengths gives no voxel size`() throws {
    for (edge, word) in [(0, "0.0"), (.nan, "nan"), (.infinity, "inf")] as [(Float, String)] {
      let volume = try open([80: float(edge)], of: "um.nii").volume
      #expect(volume.spacing == nil && volume.position == nil)
      #expect(
        volume.remarks == [
          "its voxel edges of \(word) 1.3 3.25 (x, y, z) are no lengths, and not used"
        ])
    }
    let ones = try open([123: [2]]).volume
    #expect(ones.spacing == VoxelSpacing(cube: 1000))
    #expect(
      ones.remarks == [
        "its voxel edges of 1 mm are what programs write that know no size, too; --voxel-size says "
          + "otherwise"
      ])
  }

  @Test(arguments: [
    "little-1-uint16.nii", "big-2-int8.nii", "gzip-int16.nii.gz", "bzip2-int8.nii.bz2",
    "times.nii.gz", "complex64.nii",
  ])
  func `that ends anywhere throws, or is whole`(name: String) throws {
    var hints = OpeningHints()
    hints.channel = name.hasPrefix("times") || name.hasPrefix("complex") ? 1 : nil
    try expectPrefixesAreHarmless(
      of: try contents(ofFile: fixture(name)), at: folder.file(name), step: 5
    ) { try NIfTIFormat().reader($0, hints: hints) }
  }

  @Test func `that is damaged throws or is read, and never traps, hangs or asks for much memory`()
    throws
  {
    let names = [
      "little-1-uint16.nii", "big-1-float32.nii", "little-2-int8.nii", "big-2-float64.nii",
      "gzip-int16.nii.gz", "bzip2-int8.nii.bz2", "complex64.nii.gz", "colours-3.nii", "times.nii",
      "um.nii", "rotation.nii", "scaled.nii", "extended.nii", "pair-1.hdr", "pair-2.hdr",
    ]
    try put(try contents(ofFile: fixture("pair-1.img")), at: folder.file("b.img"))
    let path = folder.file("b.hdr")
    Mutations(of: try names.map { try contents(ofFile: fixture($0)) }).expectSurvival { bytes in
      try put(bytes, at: path)
      var hints = OpeningHints()
      hints.channel = bytes.count % 2 == 0 ? 1 : nil
      try readSome(try NIfTIFormat().reader(path, hints: hints))
    }
  }
}

@Suite struct `A written NIfTI file` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: VoxelType.allCases, ["a.nii", "a.nii.gz", "a.hdr"])
  func `is read back with all that is known of it`(type: VoxelType, name: String) throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "a")
    volume.spacing = edges
    volume.position = PhysicalPosition(z: 30, y: -2.5, x: 0)
    let path = folder.file(name)
    try writeVolume(volume, CasePhantom.bytes(type), through: NIfTIFormat(), to: path)
    let reader = try NIfTIFormat().reader(path, hints: OpeningHints())
    expectConformance(of: reader, type: type)
    #expect(reader.volume.format == "NIfTI-1")
    #expect(reader.volume.spacing == volume.spacing)
    #expect(reader.volume.position == volume.position)
    #expect(reader.volume.remarks.isEmpty && reader.volume.classes == nil)
    #expect((kind(ofPath: folder.file("a.img")) == .missing) == (name != "a.hdr"))
  }

  @Test func `that is compressed is the same as one that is not, and one stream`() throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a")
    volume.classes = [LabelClass(value: 1, name: "fibre", colour: [1, 2, 3, 255])]
    for name in ["a.nii", "a.nii.gz"] {
      try writeVolume(volume, CasePhantom.labels(), through: NIfTIFormat(), to: folder.file(name))
    }
    let plain = try contents(ofFile: folder.file("a.nii"))
    let path = folder.file("a.nii.gz")
    #expect(try FileCompression(ofFile: path) == .gzip)
    #expect(try FileCompression.gzip.head(ofFile: path, limit: 2 * plain.count) == plain)
    #expect(try contents(ofFile: path).count < plain.count)
    #expect(
      try NIfTIFormat().reader(path, hints: OpeningHints()).volume.classes == volume.classes)
    #expect(NIfTIFormat().writes("A.NII.GZ") && !NIfTIFormat().writes("a.gz"))
  }

  @Test func `without a voxel size says none`() throws {
    let path = folder.file("a.nii")
    try writeVolume(
      VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a"),
      CasePhantom.bytes(.uint8), through: NIfTIFormat(), to: path)
    let volume = try NIfTIFormat().reader(path, hints: OpeningHints()).volume
    #expect(volume.spacing == nil && volume.position == nil && volume.remarks.isEmpty)
  }

  @Test(arguments: ["a.nii", "a.hdr"], [32767, 32768])
  func `is of version 2 where an extent is beyond version 1`(name: String, extent: Int) throws {
    var volume = VolumeDescription(
      shape: Shape3(z: 1, y: 2, x: extent), voxelType: .uint8, format: "a")
    volume.spacing = edges
    volume.position = PhysicalPosition(z: 30, y: -2.5, x: 7)
    let path = folder.file(name)
    let bytes = (0..<(2 * extent)).map { UInt8(truncatingIfNeeded: $0 / 3) }
    try writeVolume(volume, bytes, through: NIfTIFormat(), to: path)
    let reader = try NIfTIFormat().reader(path, hints: OpeningHints())
    #expect(reader.volume.format == (extent > 32767 ? "NIfTI-2" : "NIfTI-1"))
    #expect(reader.volume.spacing == edges && reader.volume.position == volume.position)
    #expect(reader.volume.remarks.isEmpty)
    #expect(try reader.bytes(of: Region(volume.shape)) == bytes)
  }

  @Test func `keeps classes beside it, and does not replace what is there`() throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a")
    volume.classes = [LabelClass(value: 1, name: "fibre", colour: [1, 2, 3, 255])]
    let path = folder.file("labels.hdr")
    try writeVolume(volume, CasePhantom.labels(), through: NIfTIFormat(), to: path)
    #expect(
      try NIfTIFormat().reader(path, hints: OpeningHints()).volume.classes == volume.classes)
    #expect(try contents(ofFile: path + ".lut").count == 768)
    // That it holds labels is in the header, too.
    #expect(HeaderBytes(try contents(ofFile: path)).int16(at: 68) == 1002)
    try removeFile(folder.file("labels.img"))
    #expect(throws: Explanation.self) {
      try writeVolume(volume, CasePhantom.labels(), through: NIfTIFormat(), to: path)
    }
    try writeVolume(
      volume, CasePhantom.labels(), through: NIfTIFormat(), to: path, overwrites: true)
  }
}
