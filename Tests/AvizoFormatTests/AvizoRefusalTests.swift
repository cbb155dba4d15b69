import AvizoFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `An AmiraMesh file that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  typealias Samples = AvizoSamples
  static let start = AvizoSamples.header.utf8.count
  static let deep = String(repeating: "A {", count: 40)

  static let headers: [([(String, String)], AvizoError)] = [
    ([("# AmiraMesh", "# HyperSurface")], .hasNoSignature(file: "a.am")),
    ([("# AmiraMesh", "AmiraMesh")], .hasNoSignature(file: "a.am")),
    (
      [("BINARY-LITTLE-ENDIAN", "OCTAL")],
      .encodingIsNotKnown(file: "a.am", line: "AmiraMesh OCTAL 2.1")
    ),
    (
      [("define Lattice 11 7 5", "define Lattice 11 7 5\ndefine Lattice 1 1 1")],
      .definesTwice(file: "a.am", name: "Lattice")
    ),
    ([("Units {", "Units {" + deep)], .isTooDeep(file: "a.am", limit: 32)),
    ([("Coordinates \"mm\" }", "Coordinates \"mm\"")], .bracesDoNotClose(file: "a.am")),
    ([("define Lattice", "define Vertices")], .hasNoLattice(file: "a.am", holds: ["Lattice Data"])),
    ([("Lattice { ushort Data } @1", "")], .hasNoLattice(file: "a.am", holds: [])),
    (
      [("Lattice { ushort Data } @1", "Vertices { float[3] Coordinates } @1")],
      .hasNoLattice(file: "a.am", holds: ["Vertices Coordinates"])
    ),
    ([("11 7 5", "11 7 5 2")], .latticeIsNotRead(file: "a.am", extent: [11, 7, 5, 2])),
    ([("11 7 5", "385")], .latticeIsNotRead(file: "a.am", extent: [385])),
    (
      [("11 7 5", "11 -7 5")],
      .extentIsImpossible(file: "a.am", shape: Shape3(z: 5, y: -7, x: 11))
    ),
    (
      [("11 7 5", "9223372036854775807 3 3")],
      .extentIsImpossible(file: "a.am", shape: Shape3(z: 3, y: 3, x: .max))
    ),
    ([("\"uniform\"", "\"curvilinear\"")], .isNotUniform(file: "a.am", kind: "curvilinear")),
    ([("ushort", "string")], .typeIsNotRead(file: "a.am", field: "Data", type: "string")),
    (
      [("ushort Data", "byte[99999] Data")],
      .typeIsNotRead(file: "a.am", field: "Data", type: "byte[99999]")
    ),
    ([("@1", "@1(HxLZ,5)")], .compressionIsNotRead(file: "a.am", compression: "HxLZ")),
    (
      [("@1", "@1(HxByteRLE,770)")],
      .runsAreOfWideValues(file: "a.am", field: "Data", type: "ushort")
    ),
    (
      [("ushort Data } @1", "byte[2] Data } @1(HxByteRLE,770)")],
      .hint(.needsChannel(file: "a.am", channels: 2, kind: "Data (2)"))
    ),
    ([("@1", "@1(HxZip)")], .lengthIsMissing(file: "a.am", compression: "HxZip")),
    ([("@1", "@1(HxZip,-3)")], .lengthIsMissing(file: "a.am", compression: "HxZip")),
    ([("@1", "@2")], .sectionIsMissing(file: "a.am", index: 2, offset: start)),
    (
      [("11 7 5", "11 7 6")],
      .dataIsCut(file: "a.am", index: 1, needed: start + 3 + 924, found: start + 774)
    ),
    (
      [("11 7 5", "11 7 4")],
      .dataGoesOn(file: "a.am", index: 1, end: start + 3 + 616, found: start + 774)
    ),
    (
      [("11 7 5", "1100 700 500"), ("@1", "@1(HxZip,770)")],
      .dataIsTooShort(file: "a.am", found: 770, values: 385_000_000)
    ),
    (
      [("11 7 5", "1100 700 500"), ("ushort Data } @1", "byte Data } @1(HxByteRLE,770)")],
      .dataIsTooShort(file: "a.am", found: 770, values: 385_000_000)
    ),
    (
      [("BINARY-LITTLE-ENDIAN", "ASCII"), ("11 7 5", "11 7 6")],
      .dataIsTooShort(file: "a.am", found: 771, values: 462)
    ),
  ]

  @Test(arguments: headers.indices)
  func `is refused with the header's words`(index: Int) throws {
    let (changes, error) = Self.headers[index]
    var bytes = Samples.file(changes)
    // The error counts from where the header ends, which the change has moved.
    let moved = bytes.count - Samples.file().count
    let path = folder.file("a.am")
    var expected = error
    switch error {
    case .sectionIsMissing(let file, let index, let offset):
      expected = .sectionIsMissing(file: file, index: index, offset: offset + moved)
    case .dataIsCut(let file, let index, let needed, let found):
      expected = .dataIsCut(
        file: file, index: index, needed: needed + moved, found: found + moved)
    case .dataGoesOn(let file, let index, let end, let found):
      expected = .dataGoesOn(file: file, index: index, end: end + moved, found: found + moved)
    default: break
    }
    try Samples.write(bytes, to: path)
    #expect(throws: expected) { try Samples.open(path) }
    let explanation = expected.explanation
    #expect(explanation.kind == .input && !explanation.what.isEmpty)
    #expect(!explanation.remedy.isEmpty)
    #expect(throws: explanation) { try AvizoFormat().open(path, hints: OpeningHints()) }
    bytes = []
  }

  @Test func `since it is none, or has no end of its header, says so`() throws {
    let none = folder.file("none.am")
    #expect(throws: AvizoError.isNoFile(path: none)) { try Samples.open(none) }
    let path = folder.file("a.am")
    try Samples.write([], to: path)
    #expect(throws: AvizoError.hasNoSignature(file: "a.am")) { try Samples.open(path) }
    let blanks = [UInt8](repeating: 0x0A, count: 1 << 20)
    try Samples.write(Array(Samples.header.utf8) + blanks + Array("@1\n".utf8), to: path)
    #expect(throws: AvizoError.hasNoData(file: "a.am", limit: 1 << 20)) {
      try Samples.open(path)
    }
    var hints = OpeningHints()
    hints.channel = 1
    try Samples.write(
      Samples.file([("ushort Data } @1", "byte[2] Data } @1(HxByteRLE,770)")]), to: path)
    #expect(
      throws: AvizoError.runsAreOfWideValues(file: "a.am", field: "Data", type: "byte[2]")
    ) { try Samples.open(path, hints) }
  }

  @Test func `since nobody says which array names --channel`() throws {
    let error = AvizoError.hint(
      .needsChannel(file: "three.am", channels: 3, kind: "Data, Labels, Smooth"))
    #expect(throws: error) { try Samples.open(Samples.path("three.am")) }
    #expect(error.explanation.remedy.contains("--channel 0 to --channel 2"))
    var hints = OpeningHints()
    hints.channel = 3
    #expect(
      throws: AvizoError.hint(.channelIsMissing(file: "three.am", channel: 3, channels: 3))
    ) { try Samples.open(Samples.path("three.am"), hints) }
  }

  @Test func `because an option contradicts it gives both`() throws {
    let path = Samples.path("big-int16.am")
    func expect(_ option: String, _ said: String, _ found: String, _ hints: OpeningHints) {
      #expect(
        throws: AvizoError.hint(
          .disagrees(
            OptionDisagreement(
              file: "big-int16.am", option: option, said: said, found: found)))
      ) { try Samples.open(path, hints) }
    }
    var hints = OpeningHints()
    hints.shape = Shape3(z: 11, y: 7, x: 5)
    expect(
      "--shape", "11x7x5 (11 layers of 7 rows x 5 columns)",
      "5x7x11 (5 layers of 7 rows x 11 columns)", hints)
    hints = OpeningHints()
    hints.voxelType = .uint16
    expect("--type", "uint16", "int16", hints)
    hints = OpeningHints()
    hints.byteOrder = .little
    expect("--byte-order", "little", "big", hints)
  }

  @Test(arguments: ["raw-uint16", "rle-uint8", "zip-uint16", "ascii-uint8", "three"])
  func `since it ends too early throws, or is read right, at every length`(
    name: String
  ) throws {
    let whole = try contents(ofFile: Samples.path("\(name).am"))
    let path = folder.file("a.am")
    var hints = OpeningHints()
    if name == "three" { hints.channel = 0 }
    let type: VoxelType = name.hasSuffix("uint8") ? .uint8 : .uint16
    var read = 0
    // The headers are alike: one is cut at every byte, the longest file at every seventh.
    for count in stride(from: 0, through: whole.count, by: name == "three" ? 7 : 1) {
      try Samples.write(Array(whole[..<count]), to: path)
      guard let reader = try? Samples.open(path, hints),
        let bytes = try? reader.bytes(of: Region(reader.volume.shape))
      else { continue }
      read += 1
      // The last digits of a text may be missing, and nobody can tell.
      let isCutNumber = name == "ascii-uint8" && count < whole.count - 2
      #expect(bytes == CasePhantom.bytes(type) || isCutNumber, "\(count) of \(whole.count)")
    }
    #expect(read > 0 || name == "three")
  }

  @Test func `for its damaged data throws when read`() throws {
    let path = folder.file("a.am")
    let cases: [([(String, String)], [UInt8])] = [
      // A run of nothing, then less than there should be.
      (
        [("ushort Data } @1", "byte Data } @1(HxByteRLE,10)")],
        [0, 7, 127, 1, 127, 2, 127, 3, 3, 4]
      ),
      ([("ushort Data } @1", "byte Data } @1(HxByteRLE,8)")], [127, 1, 127, 2, 127, 3, 0xFF, 4]),
      ([("@1", "@1(HxZip,40)")], [UInt8](repeating: 7, count: 40)),
      (
        [("BINARY-LITTLE-ENDIAN", "ASCII")],
        Array(String(repeating: "65535 ", count: 384).utf8) + Array("65536".utf8)
      ),
      (
        [("BINARY-LITTLE-ENDIAN", "ASCII")],
        Array(String(repeating: "1", count: 5000).utf8)
      ),
    ]
    for (changes, data) in cases {
      try Samples.write(Samples.file(changes, data: data), to: path)
      let reader = try Samples.open(path)
      #expect(throws: VolumeReadError.self) {
        try reader.bytes(of: Region(reader.volume.shape))
      }
    }
  }

  @Test func `throws or is read when damaged, and never traps`() throws {
    let seeds = try [
      "raw-uint16", "big-int16", "ascii-float32", "rle-labels", "zip-uint16", "three", "vector-zip",
      "vector-ascii",
    ].map { try contents(ofFile: Samples.path("\($0).am")) }
    let path = folder.file("a.am")
    var index = 0
    Mutations(of: seeds).expectSurvival { bytes in
      try Samples.write(bytes, to: path)
      var hints = OpeningHints()
      hints.channel = [nil, 0, 1, 2][index % 4]
      index += 1
      let reader = try Samples.open(path, hints)
      _ = try reader.bytes(of: Region(reader.volume.shape))
    }
  }
}
