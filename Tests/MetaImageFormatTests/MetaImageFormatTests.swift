import MetaImageFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

private func open(
  _ name: String, channel: Int? = nil
) throws(MetaImageError) -> any VolumeReader {
  var hints = OpeningHints()
  hints.channel = channel
  return try MetaImageFormat().reader(fixture(name), hints: hints)
}

/// The phantom with its layers in reverse order.
private func backwards(_ type: VoxelType) -> [UInt8] {
  let all = CasePhantom.bytes(type)
  let layer = all.count / CasePhantom.shape.z
  return (0..<CasePhantom.shape.z).reversed().flatMap { all[($0 * layer)..<(($0 + 1) * layer)] }
}

@Suite struct `A MetaImage` {
  @Test(arguments: VoxelType.allCases, ["local", "zlib", "big"])
  func `is read in every type, compressed or not, in either byte order`(
    type: VoxelType, way: String
  ) throws {
    let reader = try open("\(way)-\(type.rawValue)\(way == "big" ? ".mhd" : ".mha")")
    expectConformance(of: reader, type: type, "\(way)-\(type.rawValue)")
    #expect(reader.volume.format == "MetaImage")
  }

  @Test(arguments: [
    "detached", "detached-zlib", "skip", "skip-unknown", "list", "list-2", "list-3", "pattern",
    "um", "no-spacing",
  ])
  func `is read from other files, wherever its voxels begin in them`(name: String) throws {
    expectConformance(of: try open(name + ".mhd"), type: .uint16, name)
  }

  @Test func `brings voxel size and place along, x first in the file`() throws {
    for name in ["local-uint16.mha", "zlib-uint16.mha", "detached.mhd"] {
      let volume = try open(name).volume
      #expect(volume.spacing == VoxelSpacing(z: 3.25, y: 1.3, x: 0.65))
      #expect(volume.position == PhysicalPosition(z: 2000, y: -250, x: 500))
      #expect(
        volume.remarks == [
          "its ElementSpacing of 0.00065 0.0013 0.00325 (x, y, z) has no unit and is taken as "
            + "millimetres, as ITK does; --voxel-size says otherwise"
        ])
    }
    let micrometres = try open("um.mhd").volume
    #expect(micrometres.spacing == VoxelSpacing(z: 3.25, y: 1.3, x: 0.65))
    #expect(micrometres.position == PhysicalPosition(z: 30, y: 20, x: 10))
    #expect(micrometres.remarks.isEmpty)
  }

  @Test(arguments: ["no-spacing.mhd", "ones.mhd"])
  func `without a voxel size has none, and ones without a unit are none`(name: String) throws {
    let volume = try open(name).volume
    #expect(volume.spacing == nil && volume.position == nil && volume.remarks.isEmpty)
  }

  @Test func `says what is not applied`() throws {
    let volume = try open("size-only.mhd").volume
    #expect(volume.spacing == VoxelSpacing(z: 3000, y: 2000, x: 1000))
    #expect(
      volume.remarks == [
        "its TransformMatrix turns or mirrors it; voxels are read as they are stored",
        "its intensity is voxel x 2.0 + -1000.0; voxels are read as they are stored",
      ])
  }

  @Test(arguments: ["vector", "vector-zlib"])
  func `of several values a voxel is read when one is chosen`(name: String) throws {
    let file = name + ".mha"
    #expect(
      throws: MetaImageError.hint(
        .needsChannel(file: file, channels: 3, kind: "ElementNumberOfChannels = 3"))
    ) { _ = try open(file) }
    expectConformance(of: try open(file, channel: 1), type: .uint16, name)
    expectConformance(
      of: try open(file, channel: 0), type: .uint16, bytes: backwards(.uint16), name)
    #expect(
      throws: MetaImageError.hint(.channelIsMissing(file: file, channel: 3, channels: 3))
    ) { _ = try open(file, channel: 3) }
  }

  @Test(arguments: ["four", "four-zlib"])
  func `of several volumes is read when one is chosen`(name: String) throws {
    let file = name + ".mha"
    #expect(
      throws: MetaImageError.hint(
        .needsChannel(
          file: file, channels: 2, kind: "2 volumes behind each other, of 1 each"))
    ) { _ = try open(file) }
    expectConformance(of: try open(file, channel: 1), type: .uint16, name)
    expectConformance(
      of: try open(file, channel: 0), type: .uint16, bytes: backwards(.uint16), name)
  }

  @Test func `may have a fourth axis of one, or be a single layer`() throws {
    expectConformance(of: try open("singleton.mha"), type: .uint16)
    let layer = 7 * 11 * 2
    expectConformance(
      of: try open("plane.mha"), type: .uint16, shape: Shape3(z: 1, y: 7, x: 11),
      bytes: Array(CasePhantom.bytes(.uint16)[(2 * layer)..<(3 * layer)]))
  }

  @Test func `of labels has its classes from the table beside it`() throws {
    let reader = try open("labels.mha")
    expectConformance(of: reader, type: .uint8, bytes: CasePhantom.labels())
    #expect(reader.volume.classes?.map(\.name) == ["matrix", "fibre"])
  }

  @Test func `is held against the options`() throws {
    var hints = OpeningHints()
    hints.byteOrder = .little
    #expect(
      throws: MetaImageError.hint(
        .disagrees(
          OptionDisagreement(
            file: "big-int16.mhd", option: "--byte-order", said: "little", found: "big")))
    ) { _ = try MetaImageFormat().reader(fixture("big-int16.mhd"), hints: hints) }
    hints.offset = 13
    #expect(
      throws: MetaImageError.hint(
        .disagrees(
          OptionDisagreement(
            file: "skip-unknown.mhd", option: "--offset", said: "13",
            found: "where its voxels begin"))
      )
    ) { _ = try MetaImageFormat().reader(fixture("skip-unknown.mhd"), hints: hints) }
    hints.spacing = VoxelSpacing(cube: 2)
    let reader = try MetaImageFormat().reader(fixture("skip.mhd"), hints: hints)
    #expect(reader.volume.spacing == VoxelSpacing(cube: 2))
  }

  @Test func `is told apart by its data, not by its header alone`() throws {
    #expect(try open("skip.mhd").fingerprint.contains("skip.bin 783 fnv1a:"))
  }
}

@Suite struct `A MetaImage header` {
  let folder: TemporaryFolder
  init() throws {
    folder = try TemporaryFolder()
    try put([UInt8](repeating: 7, count: 12), at: folder.file("d.raw"))
    try put([UInt8](repeating: 7, count: 6), at: folder.file("d1.raw"))
    try put([UInt8](repeating: 7, count: 6), at: folder.file("d2.raw"))
    try makeFolder(folder.file("sub"))
    try put([UInt8](repeating: 7, count: 12), at: folder.file("sub/e.raw"))
  }

  /// Opens a header of these lines; those of `fields` replace or remove the ones of a good header.
  private func open(
    _ fields: [String: String?] = [:], hints: OpeningHints = OpeningHints()
  ) throws(MetaImageError) -> any VolumeReader {
    var lines: [String] = []
    let good = [
      ("ObjectType", "Image"), ("NDims", "3"), ("BinaryDataByteOrderMSB", "False"),
      ("DimSize", "3 2 2"), ("ElementType", "MET_UCHAR"),
    ]
    for (key, value) in good {
      if let value = fields[key] ?? value { lines.append("\(key) = \(value)") }
    }
    for (key, value) in fields.sorted(by: { $0.key < $1.key })
    where !good.contains(where: { $0.0 == key }) && key != "ElementDataFile" {
      if let value { lines.append("\(key) = \(value)") }
    }
    if let data = fields["ElementDataFile"] ?? "d.raw" { lines.append("ElementDataFile = \(data)") }
    do {
      try put(Array(lines.joined(separator: "\n").utf8), at: folder.file("a.mhd"))
    } catch {
      Issue.record("\(error)")
    }
    return try MetaImageFormat().reader(folder.file("a.mhd"), hints: hints)
  }

  @Test func `is read in any of its spellings`() throws {
    let all = [UInt8](repeating: 7, count: 12)
    for fields: [String: String?] in [
      [:], ["NDims": nil], ["ObjectType": nil], ["BinaryDataByteOrderMSB": nil],
      ["BinaryData": "T"], ["CompressedData": "False"], ["ElementDataFile": "./d.raw"],
      ["ElementDataFile": "sub\\e.raw"], ["ElementDataFile": "d%d.raw 1 2 1"],
      ["ElementDataFile": "d%d.raw"], ["ElementDataFile": "LIST\nd1.raw\r\nd2.raw\n\n"],
      ["ElementDataFile": "LIST 3\nd.raw"], ["HeaderSize": "-1"], ["HeaderSize": "0"],
      ["ElementType": "MET_CHAR"], ["ElementType": "MET_UCHAR_ARRAY"],
    ] {
      let reader = try open(fields)
      #expect(try reader.bytes(of: Region(reader.volume.shape)) == all, "\(fields)")
      #expect(reader.volume.shape == Shape3(z: 2, y: 2, x: 3))
    }
    var hints = OpeningHints()
    hints.byteOrder = .big
    let reader = try open(
      ["BinaryDataByteOrderMSB": nil, "ElementType": "MET_LONG", "DimSize": "3 1 1"], hints: hints)
    #expect(reader.volume.voxelType == .int32)
  }

  @Test func `is refused with what is wrong with it`() throws {
    let a = "a.mhd"
    func expect(
      _ error: MetaImageError, _ fields: [String: String?],
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(throws: error, sourceLocation: sourceLocation) { _ = try open(fields) }
    }
    expect(.endsInHeader(file: a), ["ElementDataFile": nil])
    expect(.isNoImage(file: a, kind: "Tube"), ["ObjectType": "Tube"])
    expect(.isNotSaid(file: a, key: "DimSize"), ["DimSize": nil])
    expect(.isNotSaid(file: a, key: "ElementType"), ["ElementType": nil])
    expect(.isNotSaid(file: a, key: "ElementDataFile"), ["ElementDataFile": ""])
    expect(.valueIsMalformed(file: a, key: "DimSize", value: "3 2"), ["DimSize": "3 2"])
    expect(.valueIsMalformed(file: a, key: "DimSize", value: "3 x 2"), ["DimSize": "3 x 2"])
    expect(.valueIsMalformed(file: a, key: "NDims", value: "3 3"), ["NDims": "3 3"])
    expect(.valueIsMalformed(file: a, key: "BinaryData", value: "maybe"), ["BinaryData": "maybe"])
    expect(.valueIsMalformed(file: a, key: "HeaderSize", value: "-2"), ["HeaderSize": "-2"])
    expect(
      .valueIsMalformed(file: a, key: "ElementSpacing", value: "1 nan 1"),
      ["ElementSpacing": "1 nan 1"])
    expect(.hasOtherAxes(file: a, extents: [3]), ["NDims": "1", "DimSize": "3"])
    expect(
      .hasOtherAxes(file: a, extents: [3, 2, 2, 1, 1]), ["NDims": "5", "DimSize": "3 2 2 1 1"])
    expect(.typeIsNotRead(file: a, type: "MET_STRING"), ["ElementType": "MET_STRING"])
    expect(.isText(file: a), ["BinaryData": "False"])
    expect(
      .byteOrderIsUnknown(file: a, type: .int16),
      ["ElementType": "MET_SHORT", "BinaryDataByteOrderMSB": nil])
    for extents in [[3, 0, 2], [3, -2, 2], [1 << 40, 1 << 40, 2], [3, 2, .max]] {
      expect(
        .extentIsImpossible(file: a, extents: extents, channels: 1),
        ["DimSize": extents.map { "\($0)" }.joined(separator: " ")])
    }
    expect(
      .extentIsImpossible(file: a, extents: [3, 2, 2], channels: 0),
      ["ElementNumberOfChannels": "0"])
    expect(
      .isSaidTwice(file: a, key: "HeaderSize", values: ["1", "2"]),
      ["HeaderSize": "1\nHeaderSize = 2"])
    expect(
      .lineIsMalformed(file: a, line: "no key"), ["HeaderSize": "1\nno key"])
    expect(
      .compressionIsAmbiguous(file: a), ["CompressedData": "True", "HeaderSize": "-1"])
    expect(
      .compressionIsAmbiguous(file: a),
      ["CompressedData": "True", "ElementDataFile": "d%d.raw 1 2 1"])
    expect(
      .extentIsImpossible(file: a, extents: [3000, 2000, 2], channels: 1),
      ["CompressedData": "True", "DimSize": "3000 2000 2"])
    expect(
      .filesAreTooFewOrMany(file: a, found: 1, wanted: 2), ["ElementDataFile": "LIST\nd1.raw"])
    expect(
      .filesAreTooFewOrMany(file: a, found: 3, wanted: 2),
      ["ElementDataFile": "d%d.raw 1 3 1"])
    for value in ["d%s.raw 1 2 1", "d%d.raw 2 1 1", "d%d.raw 1 2 0", "LIST x", "LIST 4", "LIST 1"] {
      expect(
        .valueIsMalformed(file: a, key: "ElementDataFile", value: value),
        ["ElementDataFile": value])
    }
  }

  @Test func `never leads out of its folder`() throws {
    for name in ["../d.raw", "/etc/passwd", "sub/../../d.raw", "C:\\data\\d.raw"] {
      #expect(throws: MetaImageError.leadsOutside(file: "a.mhd", name: name)) {
        _ = try open(["ElementDataFile": name])
      }
    }
    #expect(throws: MetaImageError.leadsOutside(file: "a.mhd", name: "../d1.raw")) {
      _ = try open(["ElementDataFile": "LIST\n../d1.raw\nd2.raw"])
    }
  }

  @Test func `is held against the size of the data`() throws {
    let path = folder.file("d.raw")
    #expect(throws: MetaImageError.flat(.sizeDisagrees(path: path, needed: 18, found: 12))) {
      _ = try open(["DimSize": "3 2 3"])
    }
    #expect(throws: MetaImageError.flat(.sizeDisagrees(path: path, needed: 6, found: 12))) {
      _ = try open(["DimSize": "3 2 1"])
    }
    #expect(throws: MetaImageError.flat(.sizeDisagrees(path: path, needed: 13, found: 12))) {
      _ = try open(["HeaderSize": "1"])
    }
    #expect(throws: MetaImageError.flat(.sizeDisagrees(path: path, needed: .max, found: 12))) {
      _ = try open(["HeaderSize": "\(Int.max)"])
    }
    #expect(throws: MetaImageError.flat(.sizeDisagrees(path: path, needed: 18, found: 12))) {
      _ = try open(["DimSize": "3 2 3", "HeaderSize": "-1"])
    }
    #expect(throws: MetaImageError.flat(.isMissing(path: folder.file("none.raw")))) {
      _ = try open(["ElementDataFile": "none.raw"])
    }
    #expect(throws: MetaImageError.flat(.sizeDisagrees(path: path, needed: 99, found: 12))) {
      _ = try open(["CompressedData": "True", "CompressedDataSize": "99"])
    }
  }

  @Test func `of a compressed file that is none is found when it is read`() throws {
    let reader = try open(["CompressedData": "True"])
    #expect(throws: VolumeReadError.self) { try reader.bytes(of: Region(reader.volume.shape)) }
  }

  @Test(arguments: ["local-uint16.mha", "zlib-uint16.mha", "vector-zlib.mha", "four.mha"])
  func `that ends anywhere throws, or is whole`(name: String) throws {
    var hints = OpeningHints()
    hints.channel = name.hasPrefix("vector") || name.hasPrefix("four") ? 1 : nil
    try expectPrefixesAreHarmless(
      of: try contents(ofFile: fixture(name)), at: folder.file(name), step: 5
    ) { try MetaImageFormat().reader($0, hints: hints) }
  }

  @Test func `that is damaged throws or is read, and never traps, hangs or asks for much memory`()
    throws
  {
    let names = [
      "local-uint8.mha", "zlib-int16.mha", "vector.mha", "four-zlib.mha", "list.mhd",
      "pattern.mhd", "skip-unknown.mhd", "size-only.mhd",
    ]
    for name in ["detached.raw", "skip.bin"] {
      try put(try contents(ofFile: fixture(name)), at: folder.file(name))
    }
    for number in stride(from: 3, through: 11, by: 2) {
      let name = "slice_0\(number < 10 ? "0" : "")\(number).bin"
      try put(try contents(ofFile: fixture(name)), at: folder.file(name))
    }
    let path = folder.file("b.mhd")
    Mutations(of: try names.map { try contents(ofFile: fixture($0)) }).expectSurvival { bytes in
      try put(bytes, at: path)
      var hints = OpeningHints()
      hints.channel = bytes.count % 2 == 0 ? 1 : nil
      try readSome(try MetaImageFormat().reader(path, hints: hints))
    }
  }
}

@Suite struct `A written MetaImage` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: VoxelType.allCases, ["a.mha", "a.mhd"])
  func `is read back with all that is known of it`(type: VoxelType, name: String) throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "a")
    volume.spacing = VoxelSpacing(z: 3.25, y: 1.3, x: 0.65)
    volume.position = PhysicalPosition(z: 30, y: -2.5, x: 0)
    let path = folder.file(name)
    try writeVolume(volume, CasePhantom.bytes(type), through: MetaImageFormat(), to: path)
    let reader = try MetaImageFormat().reader(path, hints: OpeningHints())
    expectConformance(of: reader, type: type)
    #expect(reader.volume.spacing == volume.spacing)
    #expect(reader.volume.position == volume.position)
    #expect(reader.volume.remarks.isEmpty)
    #expect((kind(ofPath: folder.file("a.raw")) == .missing) == (name == "a.mha"))
  }

  @Test func `without a voxel size says none`() throws {
    let path = folder.file("a.mha")
    try writeVolume(
      VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a"),
      CasePhantom.bytes(.uint8), through: MetaImageFormat(), to: path)
    let reader = try MetaImageFormat().reader(path, hints: OpeningHints())
    #expect(reader.volume.spacing == nil && reader.volume.position == nil)
  }

  @Test func `keeps classes beside it, and does not replace what is there`() throws {
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "a")
    volume.classes = [LabelClass(value: 1, name: "fibre", colour: [1, 2, 3, 255])]
    let path = folder.file("labels.mhd")
    try writeVolume(volume, CasePhantom.labels(), through: MetaImageFormat(), to: path)
    #expect(
      try MetaImageFormat().reader(path, hints: OpeningHints()).volume.classes == volume.classes)
    #expect(try contents(ofFile: path + ".lut").count == 768)
    try removeFile(folder.file("labels.raw"))
    #expect(throws: Explanation.self) {
      try writeVolume(volume, CasePhantom.labels(), through: MetaImageFormat(), to: path)
    }
    try writeVolume(
      volume, CasePhantom.labels(), through: MetaImageFormat(), to: path, overwrites: true)
  }
}
