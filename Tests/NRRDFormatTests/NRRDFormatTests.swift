import NRRDFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

private func open(_ name: String, channel: Int? = nil) throws(NRRDError) -> any VolumeReader {
  var hints = OpeningHints()
  hints.channel = channel
  return try NRRDFormat().reader(fixture(name), hints: hints)
}

/// The phantom with its layers in reverse order.
private func backwards(_ type: VoxelType) -> [UInt8] {
  let all = CasePhantom.bytes(type)
  let layer = all.count / CasePhantom.shape.z
  return (0..<CasePhantom.shape.z).reversed().flatMap { all[($0 * layer)..<(($0 + 1) * layer)] }
}

@Suite struct `An NRRD file` {
  @Test(arguments: VoxelType.allCases, ["raw", "gzip", "bzip2", "big"])
  func `is read in every type, encoding and byte order`(type: VoxelType, way: String) throws {
    let reader = try open("\(way)-\(type.rawValue).nrrd")
    expectConformance(of: reader, type: type, "\(way)-\(type.rawValue)")
    #expect(reader.volume.format == "NRRD")
    #expect(reader.volume.spacing == nil && reader.volume.remarks.isEmpty)
  }

  @Test(arguments: [
    "detached", "skip", "skip-unknown", "list", "list-2", "pattern", "pattern-2", "pattern-gzip",
  ])
  func `is read from other files, wherever its voxels begin in them`(name: String) throws {
    expectConformance(of: try open(name + ".nhdr"), type: .uint16, name)
  }

  @Test func `brings voxel size and place along in its own unit`() throws {
    let micrometres = try open("um.nrrd").volume
    #expect(micrometres.spacing == VoxelSpacing(z: 3.25, y: 1.3, x: 0.65))
    #expect(micrometres.position == PhysicalPosition(z: 30, y: 20, x: 10))
    #expect(micrometres.remarks.isEmpty)
    let millimetres = try open("spacings.nrrd").volume
    #expect(millimetres.spacing == VoxelSpacing(z: 3.25, y: 1.3, x: 0.65))
    #expect(millimetres.position == nil && millimetres.remarks.isEmpty)
  }

  @Test func `of a patient's space is taken for millimetres, with a remark`() throws {
    let said =
      "its space left-posterior-superior has no unit and is taken as millimetres, as most "
      + "programs do; --voxel-size says otherwise"
    let straight = try open("lps.nrrd").volume
    #expect(straight.spacing == VoxelSpacing(z: 3.25, y: 1.3, x: 0.65))
    #expect(straight.position == PhysicalPosition(z: 2000, y: -250, x: 500))
    #expect(straight.remarks == [said])
    let turned = try open("turned.nrrd")
    expectConformance(of: turned, type: .uint16)
    #expect(turned.volume.spacing == VoxelSpacing(z: 3.25, y: 1.3, x: 0.65))
    #expect(
      turned.volume.remarks == [
        said, "its space directions turn or mirror it; voxels are read as they are stored",
      ])
  }

  @Test func `without a unit has no voxel size, and says so`() throws {
    let volume = try open("no-unit.nrrd").volume
    #expect(volume.spacing == nil)
    #expect(
      volume.remarks == [
        "its spacings of 0.65 1.3 3.25 (x, y, z) have no unit of length that is known, and are not "
          + "used: give --voxel-size"
      ])
  }

  @Test(arguments: [
    ("vector", "vector"), ("vector-gzip", "rgb-color"), ("vector-itk", "vector"),
  ])
  func `of several values a voxel is read when one is chosen`(name: String, kind: String) throws {
    let file = name + ".nrrd"
    #expect(throws: NRRDError.hint(.needsChannel(file: file, channels: 3, kind: kind))) {
      _ = try open(file)
    }
    expectConformance(of: try open(file, channel: 1), type: .uint16, name)
    expectConformance(
      of: try open(file, channel: 0), type: .uint16, bytes: backwards(.uint16), name)
    #expect(throws: NRRDError.hint(.channelIsMissing(file: file, channel: 3, channels: 3))) {
      _ = try open(file, channel: 3)
    }
  }

  @Test(arguments: ["list-kind", "list-kind-bzip2"])
  func `of several volumes is read when one is chosen`(name: String) throws {
    let file = name + ".nrrd"
    #expect(throws: NRRDError.hint(.needsChannel(file: file, channels: 2, kind: "list"))) {
      _ = try open(file)
    }
    expectConformance(of: try open(file, channel: 1), type: .uint16, name)
    expectConformance(
      of: try open(file, channel: 0), type: .uint16, bytes: backwards(.uint16), name)
  }

  @Test func `may have an axis of one, or be a single layer`() throws {
    expectConformance(of: try open("singleton.nrrd"), type: .uint16)
    let layer = 7 * 11 * 2
    expectConformance(
      of: try open("plane.nrrd"), type: .uint16, shape: Shape3(z: 1, y: 7, x: 11),
      bytes: Array(CasePhantom.bytes(.uint16)[(2 * layer)..<(3 * layer)]))
  }

  @Test(arguments: [
    ("four.nrrd", NRRDError.hasOtherAxes(file: "four.nrrd", sizes: [11, 7, 5, 2], kinds: [])),
    ("between.nrrd", .channelsLieBetween(file: "between.nrrd", sizes: [11, 7, 2, 5], axis: 2)),
    ("text.nrrd", .encodingIsNotRead(file: "text.nrrd", encoding: "ascii")),
  ])
  func `that is no plain volume is refused`(name: String, error: NRRDError) {
    #expect(throws: error) { _ = try open(name) }
  }

  @Test func `of labels has its classes from the table beside it`() throws {
    let reader = try open("labels.nrrd")
    expectConformance(of: reader, type: .uint8, bytes: CasePhantom.labels())
    #expect(reader.volume.classes?.map(\.name) == ["matrix", "fibre"])
  }

  @Test func `is held against the options, and told apart by its data`() throws {
    var hints = OpeningHints()
    hints.byteOrder = .little
    #expect(
      throws: NRRDError.hint(
        .disagrees(
          OptionDisagreement(
            file: "big-int16.nrrd", option: "--byte-order", said: "little", found: "big")))
    ) { _ = try NRRDFormat().reader(fixture("big-int16.nrrd"), hints: hints) }
    hints.spacing = VoxelSpacing(cube: 2)
    #expect(
      try NRRDFormat().reader(fixture("raw-int16.nrrd"), hints: hints).volume.spacing
        == VoxelSpacing(cube: 2))
    #expect(try open("skip.nhdr").fingerprint.contains("skip.bin 791 fnv1a:"))
  }
}

@Suite struct `An NRRD header` {
  let folder: TemporaryFolder
  init() throws {
    folder = try TemporaryFolder()
    for name in ["d.raw", "d1.raw", "d2.raw"] {
      try put(
        [UInt8](repeating: 7, count: name == "d.raw" ? 12 : 6), at: folder.file(name))
    }
  }

  private static let good = [
    ("type", "uint8"), ("dimension", "3"), ("sizes", "3 2 2"), ("encoding", "raw"),
  ]

  /// Opens a header of these lines; those of `fields` replace or remove the ones of a good header.
  private func open(
    _ fields: [String: String?] = [:], magic: String = "NRRD0004", end: String = ""
  ) throws(NRRDError) -> any VolumeReader {
    var lines = [magic]
    for (field, value) in Self.good {
      if let value = fields[field] ?? value { lines.append("\(field): \(value)") }
    }
    for (field, value) in fields.sorted(by: { $0.key < $1.key })
    where !Self.good.contains(where: { $0.0 == field }) && field != "data file" {
      if let value { lines.append("\(field): \(value)") }
    }
    if let data = fields["data file"] ?? "d.raw" { lines.append("data file: \(data)") }
    do {
      try put(Array((lines.joined(separator: "\n") + end).utf8), at: folder.file("a.nhdr"))
    } catch {
      Issue.record("\(error)")
    }
    return try NRRDFormat().reader(folder.file("a.nhdr"), hints: OpeningHints())
  }

  @Test func `is read in any of its spellings`() throws {
    let all = [UInt8](repeating: 7, count: 12)
    for fields: [String: String?] in [
      [:], ["type": "unsigned char"], ["type": "UCHAR"], ["type": "signed char"],
      ["encoding": "RAW"], ["endian": "big"], ["# a comment": "with: colons"],
      ["key:=": "value of a key"], ["byte skip": "-1"], ["line skip": "0"],
      ["data file": "d%d.raw 1 2 1"], ["data file": "d%d.raw 1 2 1 2"],
      ["data file": "d%d.raw 1 2 1 3"], ["data file": "LIST\nd1.raw\r\nd2.raw\r\n"],
      ["data file": "LIST 3\nd.raw"], ["data file": "LIST 3\nd1.raw\nd2.raw"],
      ["kinds": "domain domain domain"], ["kinds": "space ??? none"],
      ["space directions": "(1,0,0) ( 0 , 1 , 0 ) (0,0,1)", "space dimension": "3"],
    ] {
      let reader = try open(fields)
      #expect(try reader.bytes(of: Region(reader.volume.shape)) == all, "\(fields)")
      #expect(reader.volume.shape == Shape3(z: 2, y: 2, x: 3))
    }
  }

  @Test func `is refused with what is wrong with it`() throws {
    let a = "a.nhdr"
    func expect(
      _ error: NRRDError, _ fields: [String: String?],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(throws: error, sourceLocation: sourceLocation) { _ = try open(fields) }
    }
    #expect(throws: NRRDError.isNoNRRD(file: a)) { _ = try open(magic: "NERD0004") }
    for magic in ["NRRD0006", "NRRD4", "NRRD0000", "NRRD"] {
      #expect(throws: NRRDError.versionIsUnknown(file: a, magic: magic)) {
        _ = try open(magic: magic)
      }
    }
    expect(.endsInHeader(file: a), ["data file": nil])
    expect(.isNotSaid(file: a, field: "dimension"), ["dimension": nil])
    expect(.isNotSaid(file: a, field: "sizes"), ["sizes": nil])
    expect(.isNotSaid(file: a, field: "type"), ["type": nil])
    expect(.isNotSaid(file: a, field: "encoding"), ["encoding": nil])
    expect(.isNotSaid(file: a, field: "endian"), ["type": "short"])
    expect(.valueIsMalformed(file: a, field: "endian", value: "middle"), ["endian": "middle"])
    expect(.valueIsMalformed(file: a, field: "sizes", value: "3 2"), ["sizes": "3 2"])
    expect(.valueIsMalformed(file: a, field: "sizes", value: "3 2 x"), ["sizes": "3 2 x"])
    expect(.valueIsMalformed(file: a, field: "dimension", value: "3 3"), ["dimension": "3 3"])
    expect(.valueIsMalformed(file: a, field: "kinds", value: "domain"), ["kinds": "domain"])
    expect(.valueIsMalformed(file: a, field: "line skip", value: "-1"), ["line skip": "-1"])
    expect(.valueIsMalformed(file: a, field: "byte skip", value: "-2"), ["byte skip": "-2"])
    expect(
      .valueIsMalformed(file: a, field: "byte skip", value: "-1"),
      ["byte skip": "-1", "encoding": "gzip"])
    expect(.valueIsMalformed(file: a, field: "spacings", value: "1 2"), ["spacings": "1 2"])
    for value in ["(1,0,0) (0,1,0)", "(1,0,0) (0,1,0) (0,0,x)", "(1,0,0) (0,1,0) (0,0,1"] {
      expect(
        .valueIsMalformed(file: a, field: "space directions", value: value),
        ["space directions": value])
    }
    expect(
      .valueIsMalformed(file: a, field: "space directions", value: "(1,0,0) (0,1) (0,0,1)"),
      ["space directions": "(1,0,0) (0,1) (0,0,1)"])
    expect(.typeIsNotRead(file: a, type: "block"), ["type": "block"])
    expect(.encodingIsNotRead(file: a, encoding: "hex"), ["encoding": "hex"])
    expect(.isSaidTwice(file: a, field: "byte skip"), ["byte skip": "0\nbyteskip: 0"])
    expect(.lineIsMalformed(file: a, line: "no field"), ["byte skip": "0\nno field"])
    for sizes in [[3, 0, 2], [3, -2, 2], [1 << 40, 1 << 40, 2], [3, 2, .max]] {
      expect(
        .extentIsImpossible(file: a, sizes: sizes),
        ["sizes": sizes.map { "\($0)" }.joined(separator: " ")])
    }
    expect(
      .hasOtherAxes(file: a, sizes: [3, 2, 2], kinds: ["list", "domain", "vector"]),
      ["kinds": "list domain vector"])
    expect(.filesAreTooFewOrMany(file: a, found: 1, wanted: 2), ["data file": "LIST\nd1.raw"])
    expect(.filesAreTooFewOrMany(file: a, found: 0, wanted: 1), ["data file": "LIST 3"])
    expect(
      .filesAreTooFewOrMany(file: a, found: 3, wanted: 2), ["data file": "d%d.raw 1 3 1"])
    for value in ["d%s.raw 1 2 1", "d%d.raw 1 2", "d%d.raw 2 1 1", "LIST x", "LIST 4", "LIST 1"] {
      expect(.valueIsMalformed(file: a, field: "data file", value: value), ["data file": value])
    }
    expect(.linesAreMissing(file: "d.raw", wanted: 2, found: 0), ["line skip": "2"])
    expect(
      .compressedDataAreTooFew(file: "d.raw", found: 12, wanted: 1_000_000),
      ["encoding": "gzip", "sizes": "1000 1000 1"])
  }

  @Test func `never leads out of its folder`() throws {
    for name in ["../d.raw", "/etc/passwd", "sub/../../d.raw", "C:\\data\\d.raw"] {
      #expect(throws: NRRDError.leadsOutside(file: "a.nhdr", name: name)) {
        _ = try open(["data file": name])
      }
    }
  }

  @Test func `is held against the size of the data`() throws {
    let path = folder.file("d.raw")
    func expect(_ needed: Int, _ fields: [String: String?]) {
      #expect(throws: NRRDError.flat(.sizeDisagrees(path: path, needed: needed, found: 12))) {
        _ = try open(fields)
      }
    }
    expect(18, ["sizes": "3 2 3"])
    expect(6, ["sizes": "3 2 1"])
    expect(13, ["byte skip": "1"])
    expect(.max, ["byte skip": "\(Int.max)"])
    expect(18, ["sizes": "3 2 3", "byte skip": "-1"])
    #expect(throws: NRRDError.flat(.isMissing(path: folder.file("none.raw")))) {
      _ = try open(["data file": "none.raw"])
    }
    #expect(throws: NRRDError.flat(.isMissing(path: folder.file("none.raw")))) {
      _ = try open(["data file": "none.raw", "encoding": "bz2"])
    }
  }

  @Test func `of a compressed file that is none is found when it is read`() throws {
    for encoding in ["gzip", "bzip2"] {
      let reader = try open(["encoding": encoding])
      #expect(throws: VolumeReadError.self) { try reader.bytes(of: Region(reader.volume.shape)) }
    }
  }

  @Test(arguments: [
    "raw-uint16.nrrd", "gzip-uint16.nrrd", "bzip2-uint16.nrrd", "vector-gzip.nrrd",
    "list-kind.nrrd",
  ])
  func `that ends anywhere throws, or is whole`(name: String) throws {
    var hints = OpeningHints()
    hints.channel = name.hasPrefix("vector") || name.hasPrefix("list") ? 1 : nil
    try expectPrefixesAreHarmless(
      of: try contents(ofFile: fixture(name)), at: folder.file(name), step: 5
    ) { try NRRDFormat().reader($0, hints: hints) }
  }

  @Test func `that is damaged throws or is read, and never traps, hangs or asks for much memory`()
    throws
  {
    let names = [
      "raw-uint8.nrrd", "gzip-int16.nrrd", "bzip2-uint16.nrrd", "vector-gzip.nrrd", "um.nrrd",
      "list-kind-bzip2.nrrd", "list.nhdr", "pattern-gzip.nhdr", "skip.nhdr", "turned.nrrd",
    ]
    let data =
      ["data.raw", "skip.bin"] + (0..<5).map { "slice_\($0).bin.gz" }
      + ["003", "005", "007", "009", "011"].map { "slice_\($0).bin" }
    for name in data { try put(try contents(ofFile: fixture(name)), at: folder.file(name)) }
    let path = folder.file("b.nhdr")
    Mutations(of: try names.map { try contents(ofFile: fixture($0)) }).expectSurvival { bytes in
      try put(bytes, at: path)
      var hints = OpeningHints()
      hints.channel = bytes.count % 2 == 0 ? 1 : nil
      try readSome(try NRRDFormat().reader(path, hints: hints))
    }
  }
}

@Suite struct `A written NRRD file` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: VoxelType.allCases, ["a.nrrd", "a.nhdr"])
  func `is read back with all that is known of it`(type: VoxelType, name: String) throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "a")
    volume.spacing = VoxelSpacing(z: 3.25, y: 1.3, x: 0.65)
    volume.position = PhysicalPosition(z: 30, y: -2.5, x: 0)
    let path = folder.file(name)
    try writeVolume(volume, CasePhantom.bytes(type), through: NRRDFormat(), to: path)
    let reader = try NRRDFormat().reader(path, hints: OpeningHints())
    expectConformance(of: reader, type: type)
    #expect(reader.volume.spacing == volume.spacing)
    #expect(reader.volume.position == volume.position)
    #expect(reader.volume.remarks.isEmpty)
    #expect((kind(ofPath: folder.file("a.raw")) == .missing) == (name == "a.nrrd"))
  }

  @Test func `without a voxel size says none`() throws {
    let path = folder.file("a.nrrd")
    try writeVolume(
      VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a"),
      CasePhantom.bytes(.uint8), through: NRRDFormat(), to: path)
    let volume = try NRRDFormat().reader(path, hints: OpeningHints()).volume
    #expect(volume.spacing == nil && volume.position == nil && volume.remarks.isEmpty)
  }

  @Test func `keeps classes beside it, and does not replace what is there`() throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a")
    volume.classes = [LabelClass(value: 1, name: "fibre", colour: [1, 2, 3, 255])]
    let path = folder.file("labels.nhdr")
    try writeVolume(volume, CasePhantom.labels(), through: NRRDFormat(), to: path)
    #expect(try NRRDFormat().reader(path, hints: OpeningHints()).volume.classes == volume.classes)
    #expect(try contents(ofFile: path + ".lut").count == 768)
    try removeFile(folder.file("labels.raw"))
    #expect(throws: Explanation.self) {
      try writeVolume(volume, CasePhantom.labels(), through: NRRDFormat(), to: path)
    }
    try writeVolume(
      volume, CasePhantom.labels(), through: NRRDFormat(), to: path, overwrites: true)
  }
}
