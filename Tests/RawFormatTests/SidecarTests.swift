import RawFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A sidecar` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Opens a file of `byteCount` bytes with these files beside it.
  func open(
    file name: String = "a.raw", byteCount: Int = 24, _ beside: [String: String],
    _ hints: OpeningHints = .init()
  ) throws -> RawReader {
    try write(RawSamples.counting(byteCount), to: folder.file(name))
    for (name, text) in beside { try write(Array(text.utf8), to: folder.file(name)) }
    return try RawFormat().reader(folder.file(name), hints: hints)
  }

  static let yaml = "shape: [4, 3, 2]\ndtype: uint8\nbyte_encoding: littleendian\n"
  static let info = "NUM_X = 4\nNUM_Y = 3\nNUM_Z = 2\n"
  static let ini = "[MINIMAL INFO]\ndata_type = uint8\nshape = (2, 3, 4)\nisfortran = False\n"
  static let shape = Shape3(z: 2, y: 3, x: 4)

  static func xml(_ size: String, name: String = "a.raw", more: String = "") -> String {
    "<tomodb2><reconstruction><listSubVolume><subVolume><SUBVOLUME_NAME>\(name)"
      + "</SUBVOLUME_NAME>\(size)\(more)</subVolume></listSubVolume></reconstruction></tomodb2>"
  }

  static let size = "<SIZEX>4</SIZEX><SIZEY>3</SIZEY><SIZEZ>2</SIZEZ>"

  @Test func `of every kind may lie beside one file, and all agree`() throws {
    let reader = try open([
      "a.raw.info": Self.info, "a.yml": Self.yaml, "a.ini": Self.ini, "a.xml": Self.xml(Self.size),
      "a.metadata.yml": "dimensions: [4, 3, 2]\ndtype: uint8\n",
    ])
    #expect(reader.layout.shape == Self.shape)
    #expect(reader.volume.remarks == [])
  }

  static let contradictions: [(String, [String: String], String)] = [
    ("shape", ["a.raw.info": info, "a.yml": yaml.replacing("4, 3", with: "3, 4")], "[3, 4, 2]"),
    ("shape", ["a.raw.info": info, "a.ini": ini.replacing("3, 4", with: "4, 3")], "(2, 4, 3)"),
    (
      "shape",
      ["a.raw.info": info, "a.raw.xml": xml("<SIZEX>3</SIZEX><SIZEY>4</SIZEY><SIZEZ>2</SIZEZ>")],
      "SIZEX = 3, SIZEY = 4"
    ),
    ("voxel type", ["a.yml": yaml, "a.ini": ini.replacing("uint8", with: "int8")], "int8"),
    (
      "voxel type", ["a.yml": yaml, "a.raw.info": info + "DATA_TYPE = uint16\n"], "uint16"
    ),
    (
      "byte order",
      [
        "a.yml": yaml.replacing("uint8", with: "uint16"),
        "a.raw.info": info + "BYTEORDER = HIGHBYTEFIRST\n",
      ], "byte order big"
    ),
    (
      "voxel size",
      [
        "a.raw.info": info + "voxelSize = 1\n",
        "a.raw.xml": xml(size, more: "<voxelSize>2</voxelSize>"),
      ], "2.0 x 2.0 x 2.0 um"
    ),
  ]

  @Test(arguments: contradictions)
  func `that contradicts another is an error that shows both`(
    about: String, beside: [String: String], words: String
  ) throws {
    let error = #expect(throws: RawError.self) {
      try open(byteCount: about == "byte order" ? 48 : 24, beside)
    }
    guard case .claimsDisagree(let file, about, let claims, _) = try #require(error) else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(file == "a.raw" && claims.count == 2)
    let what = try #require(error).explanation.what
    #expect(what.contains(words), "\(what)")
    for name in beside.keys { #expect(what.contains("the sidecar \(name) says"), "\(what)") }
  }

  static let malformed: [(String, String, RawError)] = [
    (
      "a.yml", yaml.replacing("[4, 3, 2]", with: "[4, 3]"),
      .sidecarIsMalformed(sidecar: "a.yml", line: "shape: [4, 3]")
    ),
    (
      "a.yml", yaml.replacing("[4, 3, 2]", with: "[4, 3, 2, 1]"),
      .sidecarIsMalformed(sidecar: "a.yml", line: "shape: [4, 3, 2, 1]")
    ),
    (
      "a.yml", yaml.replacing("[4, 3, 2]", with: "[4, 3, 0]"),
      .sidecarIsMalformed(sidecar: "a.yml", line: "shape: [4, 3, 0]")
    ),
    (
      "a.yml", yaml.replacing("[4, 3, 2]", with: "[4, 3.5, x]"),
      .sidecarIsMalformed(sidecar: "a.yml", line: "shape: [4, 3.5, x]")
    ),
    (
      "a.yml", yaml.replacing("littleendian", with: "middle"),
      .sidecarIsMalformed(sidecar: "a.yml", line: "byte_encoding: middle")
    ),
    (
      "a.yml", yaml.replacing("uint8", with: "'>u2'"),
      .sidecarIsMalformed(
        sidecar: "a.yml", line: "dtype: >u2, and byte_encoding: littleendian")
    ),
    (
      "a.yml", "shape: [4, 3, 2]\ndtype: uint8\n",
      .sidecarLacks(sidecar: "a.yml", what: "shape, dtype, byte_encoding (byte_encoding)")
    ),
    (
      "a.metadata.yml", "dimensions: [4, 3, 2]\n",
      .sidecarLacks(sidecar: "a.metadata.yml", what: "dimensions, dtype (dtype)")
    ),
    (
      "a.yml", "a: &x 1\nb: *x\n",
      .sidecarCannotBeParsed(sidecar: "a.yml", why: "line 2: aliases are not followed")
    ),
    (
      "a.raw.xml", "<tomodb2>",
      .sidecarCannotBeParsed(sidecar: "a.raw.xml", why: "it is no well-formed XML")
    ),
    (
      "a.raw.xml", "<other/>",
      .sidecarLacks(
        sidecar: "a.raw.xml", what: "tomodb2/reconstruction/listSubVolume/subVolume")
    ),
    (
      "a.raw.xml", xml("<SIZEX>4</SIZEX>"),
      .sidecarLacks(sidecar: "a.raw.xml", what: "all of SIZEX, SIZEY and SIZEZ")
    ),
    (
      "a.raw.xml", xml("<SIZEX>4</SIZEX><SIZEY>3</SIZEY><SIZEZ>-2</SIZEZ>"),
      .sidecarIsMalformed(sidecar: "a.raw.xml", line: "<SIZEZ>-2</SIZEZ>")
    ),
    (
      "a.raw.xml", xml(size, more: "<BYTE_ORDER>MIXED</BYTE_ORDER>"),
      .sidecarIsMalformed(sidecar: "a.raw.xml", line: "<BYTE_ORDER>MIXED</BYTE_ORDER>")
    ),
    (
      "a.raw.xml",
      xml(size, name: "b.raw").replacing(
        "</listSubVolume>", with: "<subVolume>\(size)</subVolume></listSubVolume>"),
      .sidecarLacks(
        sidecar: "a.raw.xml", what: "exactly one subVolume whose SUBVOLUME_NAME is a.raw")
    ),
    (
      "a.ini", ini.replacing("(2, 3, 4)", with: "(2, 12)"),
      .sidecarIsMalformed(sidecar: "a.ini", line: "shape = (2, 12)")
    ),
    (
      "a.ini", ini.replacing("False", with: "Perhaps"),
      .sidecarIsMalformed(sidecar: "a.ini", line: "isfortran = Perhaps")
    ),
    (
      "a.ini", ini + "shape = (3, 2, 4)\n",
      .sidecarIsMalformed(sidecar: "a.ini", line: "shape = (2, 3, 4), and again (3, 2, 4)")
    ),
    (
      "a.ini", "[MINIMAL INFO]\nshape = (2, 3, 4)\n",
      .sidecarLacks(sidecar: "a.ini", what: "shape and data_type under [MINIMAL INFO]")
    ),
  ]

  @Test(arguments: malformed)
  func `that makes no sense is an error that says where`(
    name: String, text: String, error: RawError
  ) {
    #expect(throws: error) { try open([name: text]) }
  }

  @Test(arguments: [
    ("a.yml", "epochs: 20\n"), ("a.ini", "[window]\nwidth = 3\n"), ("a.xml", "<html/>"),
    ("a.xml", "no document"),
  ])
  func `that speaks of something else is left alone`(name: String, text: String) throws {
    let reader = try open(["a.raw.info": Self.info, name: text])
    #expect(reader.layout.shape == Self.shape)
    #expect(reader.volume.remarks.isEmpty == false)
    #expect(reader.volume.remarks.allSatisfy { $0.contains("voxel type") })
  }

  @Test func `that is far too long is refused by its size`() throws {
    let long = Self.info + String(repeating: "# \n", count: 500_000)
    #expect(
      throws: RawError.sidecarCannotBeParsed(
        sidecar: "a.raw.info",
        why: "it has \(long.utf8.count) bytes, and at most 1048576 are read")
    ) { try open(["a.raw.info": long]) }
    // An .ini of that size is something else.
    try removeFile(folder.file("a.raw.info"))
    let reader = try open(["a.ini": long], hints(shape: Self.shape))
    #expect(reader.layout.shape == Self.shape)
  }

  @Test func `of packed voxels agrees with a name that says uint8`() throws {
    let reader = try open(
      file: "steel_4x3x2_uint8.raw", byteCount: 3,
      ["steel_4x3x2_uint8.raw.info": Self.info + "DATA_TYPE = PACKED_BINARY\n"])
    #expect(reader.layout.isPacked && reader.volume.voxelType == .uint8)
  }

  @Test func `claims more voxels than can be counted in vain`() {
    let huge = "9223372036854775807"
    for (name, text) in [
      ("a.raw.info", "NUM_X = \(huge)\nNUM_Y = \(huge)\nNUM_Z = \(huge)\n"),
      ("a.yml", "shape: [\(huge), 2, 2]\ndtype: float64\nbyte_encoding: bigendian\n"),
      ("a.ini", Self.ini.replacing("(2, 3, 4)", with: "(\(huge), \(huge), 1)")),
      ("a.raw.xml", Self.xml(Self.size.replacing(">4<", with: ">\(huge)<"))),
    ] {
      let error = #expect(throws: RawError.self) { try open([name: text]) }
      guard case .extentIsImpossible(file: "a.raw", _)? = error else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
      try? removeFile(folder.file(name))
    }
  }

  @Test func `says nothing of channels`() {
    var hints = hints(shape: Self.shape)
    hints.channel = 1
    #expect(throws: RawError.hasOneChannel(file: "a.raw", asked: 1)) { try open([:], hints) }
  }
}
