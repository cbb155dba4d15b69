import ISQFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `An ISQ file that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let headers: [([Int: Int32], ISQError)] = [
    ([16: 9], .isScoutView(file: "a.isq")),
    ([64: 0], .isScoutView(file: "a.isq")),
    ([44: 0], .extentIsImpossible(file: "a.isq", shape: Shape3(z: 5, y: 7, x: 0))),
    ([48: -7], .extentIsImpossible(file: "a.isq", shape: Shape3(z: 5, y: -7, x: 11))),
    (
      [44: .max, 48: .max, 52: .max],
      .extentIsImpossible(
        file: "a.isq", shape: Shape3(z: 2_147_483_647, y: 2_147_483_647, x: 2_147_483_647))
    ),
    ([508: -1], .offsetIsImpossible(file: "a.isq", blocks: -1)),
    (
      [508: 2],
      .sizeDisagrees(file: "a.isq", shape: CasePhantom.shape, needed: 2306, found: 3072)
    ),
    (
      [52: 8],
      .sizeDisagrees(file: "a.isq", shape: Shape3(z: 8, y: 7, x: 11), needed: 3280, found: 3072)
    ),
  ]

  @Test(arguments: headers)
  func `is refused with the header's numbers`(words: [Int: Int32], error: ISQError) throws {
    let path = folder.file("a.isq")
    try write(ISQSamples.bytes(words), to: path)
    #expect(throws: error) { try ISQSamples.open(path) }
    #expect(error.explanation.kind == .input)
    #expect(throws: error.explanation) { try ISQFormat().open(path, hints: OpeningHints()) }
  }

  @Test func `for what it is says so`() throws {
    for (name, error) in [
      ("a.rsq", ISQError.holdsProjections(file: "a.rsq")),
      ("B.RSQ;3", .holdsProjections(file: "B.RSQ;3")),
      ("a.rad", .isScoutView(file: "a.rad")),
    ] {
      try write(ISQSamples.bytes(), to: folder.file(name))
      #expect(throws: error) { try ISQSamples.open(folder.file(name)) }
    }
    #expect(throws: ISQError.isNoFile(path: folder.file("none.isq"))) {
      try ISQSamples.open(folder.file("none.isq"))
    }
    try write(Array("CTDATA-HEADER_V2".utf8), to: folder.file("a.isq"))
    #expect(throws: ISQError.hasNoSignature(file: "a.isq")) {
      try ISQSamples.open(folder.file("a.isq"))
    }
  }

  @Test func `because an option contradicts it gives both`() throws {
    let path = ISQSamples.path("blocks.isq")
    var hints = OpeningHints()
    hints.shape = Shape3(z: 11, y: 7, x: 5)
    #expect(
      throws: ISQError.option(
        OptionDisagreement(
          file: "blocks.isq", option: "--shape",
          said: "11x7x5 (11 layers of 7 rows x 5 columns)",
          found: "5x7x11 (5 layers of 7 rows x 11 columns)"))
    ) { try ISQSamples.open(path, hints) }
    hints = OpeningHints()
    hints.voxelType = .uint16
    #expect(
      throws: ISQError.option(
        OptionDisagreement(
          file: "blocks.isq", option: "--type", said: "uint16", found: "int16"))
    ) { try ISQSamples.open(path, hints) }
    hints = OpeningHints()
    hints.byteOrder = .big
    #expect(
      throws: ISQError.option(
        OptionDisagreement(
          file: "blocks.isq", option: "--byte-order", said: "big", found: "little"))
    ) { try ISQSamples.open(path, hints) }
    hints = OpeningHints()
    hints.offset = 512
    #expect(
      throws: ISQError.option(
        OptionDisagreement(
          file: "blocks.isq", option: "--offset", said: "512",
          found: "that its voxels begin at byte 2048"))
    ) { try ISQSamples.open(path, hints) }
    hints = OpeningHints()
    hints.channel = 1
    #expect(
      throws: ISQError.option(
        OptionDisagreement(
          file: "blocks.isq", option: "--channel", said: "1", found: "that 0 is its only channel"))
    ) { try ISQSamples.open(path, hints) }
  }

  @Test(arguments: ["itk.isq", "blocks.isq"])
  func `since it ends too early throws, at every length`(name: String) throws {
    let whole = try contents(ofFile: ISQSamples.path(name))
    let path = folder.file("a.isq")
    // Padding is no part of the volume.
    let needed = name == "blocks.isq" ? 2818 : whole.count
    for count in 0..<whole.count {
      try write(Array(whole[..<count]), to: path)
      let reader = try? ISQSamples.open(path)
      #expect((reader != nil) == (count == needed), "\(count) of \(whole.count) bytes")
    }
    try write(Array(whole[..<15]), to: path)
    #expect(throws: ISQError.hasNoSignature(file: "a.isq")) { try ISQSamples.open(path) }
    try write(Array(whole[..<100]), to: path)
    #expect(throws: ISQError.headerIsCut(file: "a.isq", byteCount: 100)) {
      try ISQSamples.open(path)
    }
  }

  @Test func `throws or is read when damaged, and never traps`() throws {
    let seeds = try ["itk.isq", "blocks.isq"].map { try contents(ofFile: ISQSamples.path($0)) }
    let path = folder.file("a.isq")
    Mutations(of: seeds).expectSurvival { bytes in
      try write(bytes, to: path)
      let reader = try ISQSamples.open(path)
      _ = try reader.bytes(of: Region(reader.volume.shape))
    }
  }
}
