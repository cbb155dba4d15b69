import Glibc
import SystemIO
import Testing
import VGStudioFormat
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A VGStudio volume that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  typealias Samples = VGStudioSamples
  typealias Values = [String: String?]

  static let headers: [(representation: Values, file: Values, error: VGStudioError)] = [
    (
      ["size": "11 7 6"], [:],
      .representationDiffers(
        file: "a.vgi", representation: Shape3(z: 6, y: 7, x: 11), files: CasePhantom.shape)
    ),
    (["size": "11 7"], [:], .numberIsWrong(file: "a.vgi", key: "size", text: "11 7")),
    ([:], ["Size": "11 7 x"], .numberIsWrong(file: "a.vgi", key: "size", text: "11 7 x")),
    (
      [:], ["Size": "11 -7 5"],
      .extentIsImpossible(
        file: "a.vgi", shape: Shape3(z: 5, y: -7, x: 11))
    ),
    (
      [:], ["Size": "9223372036854775807 2 2"],
      .extentIsImpossible(
        file: "a.vgi", shape: Shape3(z: 2, y: 2, x: .max))
    ),
    (
      ["size": .none], ["Size": .none],
      .leavesOut(
        file: "a.vgi", key: "Size", section: "file1")
    ),
    ([:], ["Name": .none], .leavesOut(file: "a.vgi", key: "Name", section: "file1")),
    ([:], ["Name": ""], .leavesOut(file: "a.vgi", key: "Name", section: "file1")),
    ([:], ["FileFormat": "tiff"], .formatIsNotRead(file: "a.vgi", format: "tiff")),
    ([:], ["SkipHeader": "-1"], .numberIsWrong(file: "a.vgi", key: "skipheader", text: "-1")),
    (
      [:], ["SkipHeader": "9223372036854775807"],
      .numberIsWrong(
        file: "a.vgi", key: "skipheader", text: "9223372036854775807")
    ),
    (
      [:], ["Datatype": "rgba", "BitsPerElement": "32"],
      .typeIsNotRead(
        file: "a.vgi", type: "rgba", bits: 32)
    ),
    (
      [:], ["BitsPerElement": "12"],
      .typeIsNotRead(
        file: "a.vgi", type: "unsigned integer", bits: 12)
    ),
    ([:], ["Datatype": "float"], .typeIsNotRead(file: "a.vgi", type: "float", bits: 16)),
    ([:], ["Datatype": "uint8"], .typeIsNotRead(file: "a.vgi", type: "uint8", bits: 16)),
    (["datatype": .none], ["Datatype": .none], .typeIsNotSaid(file: "a.vgi", bits: 16)),
    (
      [:], ["RegionOfInterestStart": "0 0 4", "RegionOfInterestEnd": "10 6 5"],
      .partIsOutside(
        file: "a.vgi", first: [0, 0, 4], last: [10, 6, 5], size: [11, 7, 5])
    ),
    (
      [:], ["RegionOfInterestStart": "3 0 0", "RegionOfInterestEnd": "2 6 4"],
      .partIsOutside(
        file: "a.vgi", first: [3, 0, 0], last: [2, 6, 4], size: [11, 7, 5])
    ),
    ([:], ["Name": "b.vol"], .dataIsMissing(file: "a.vgi", name: "b.vol")),
    ([:], ["Name": "/etc/passwd"], .dataIsMissing(file: "a.vgi", name: "/etc/passwd")),
  ]

  @Test(arguments: headers)
  func `is refused with the header's words`(
    representation: Values, file: Values, error: VGStudioError
  ) throws {
    let path = try Samples.write(
      Samples.header(representation: representation, file: file), in: folder)
    #expect(throws: error) { try Samples.open(path) }
    let explanation = error.explanation
    #expect(explanation.kind == .input && !explanation.what.isEmpty)
    #expect(!explanation.remedy.isEmpty)
    #expect(throws: explanation) { try VGStudioFormat().open(path, hints: OpeningHints()) }
  }

  @Test func `since something else is wrong says what`() throws {
    let none = folder.file("none.vgi")
    #expect(throws: VGStudioError.isNoFile(path: none)) { try Samples.open(none) }

    var path = try Samples.write("nothing", in: folder)
    #expect(throws: VGStudioError.hasNoVolume(file: "a.vgi")) { try Samples.open(path) }
    path = try Samples.write("{volume1}\n[representation]\nsize = 1 1 1\n", in: folder)
    #expect(throws: VGStudioError.leavesOut(file: "a.vgi", key: "[file1]", section: "volume1")) {
      try Samples.open(path)
    }
    path = try Samples.write(
      Samples.header().replacing("Size = 11", with: "Size = 1 1 1\nsize = 11"), in: folder)
    #expect(
      throws: VGStudioError.saysTwice(file: "a.vgi", key: "size", one: "1 1 1", other: "11 7 5")
    ) { try Samples.open(path) }
    path = try Samples.write(String(repeating: " ", count: (1 << 20) + 1), in: folder)
    #expect(throws: VGStudioError.headerIsTooLong(file: "a.vgi", limit: 1 << 20)) {
      try Samples.open(path)
    }
  }

  @Test func `of files that do not fit on each other is refused`() throws {
    let second =
      "[file2]\nName = b.vol\nSize = 11 8 5\nDatatype = unsigned integer\n"
      + "BitsPerElement = 16\n{volumeprimitive12}"
    var header = Samples.header().replacing("{volumeprimitive12}", with: second)
    var path = try Samples.write(header, in: folder)
    #expect(throws: VGStudioError.filesDiffer(file: "a.vgi", one: "a.vol", other: "b.vol")) {
      try Samples.open(path)
    }
    header = Samples.header().replacing(
      "{volumeprimitive12}", with: second.replacing("[file2]", with: "[file01]"))
    path = try Samples.write(header, in: folder)
    #expect(
      throws: VGStudioError.saysTwice(
        file: "a.vgi", key: "[file1]", one: "a.vol", other: "b.vol")
    ) { try Samples.open(path) }
  }

  @Test func `for the size of its file gives both sizes`() throws {
    let path = try Samples.write(Samples.header(), in: folder)
    let data = folder.file("a.vol")
    let whole = CasePhantom.bytes(.uint16)
    for bytes in [whole + [0], Array(whole.dropLast())] {
      try Samples.write(bytes, to: data)
      #expect(
        throws: VGStudioError.sizeDisagrees(path: data, needed: 770, found: bytes.count)
      ) { try Samples.open(path) }
    }
  }

  @Test func `since its file lies outside its folder is refused`() throws {
    try makeFolder(folder.file("in"))
    try Samples.write(CasePhantom.bytes(.uint16), to: folder.file("b.vol"))
    for (name, error) in [
      ("../b.vol", VGStudioError.dataIsMissing(file: "a.vgi", name: "../b.vol")),
      ("link.vol", .leadsOutside(file: "a.vgi", name: "link.vol")),
    ] {
      let path = folder.file("in/a.vgi")
      try Samples.write(Array(Samples.header(file: ["Name": name]).utf8), to: path)
      if name == "link.vol" {
        #expect(unsafe symlink(folder.file("b.vol"), folder.file("in/link.vol")) == 0)
      }
      #expect(throws: error) { try Samples.open(path) }
    }
  }

  @Test func `since several are there names --channel`() throws {
    let path = Samples.path("two.vgi")
    let error = VGStudioError.holdsSeveral(
      file: "two.vgi", names: ["volume1 (plain-uint8.vol)", "volume2 (ctsimu-uint16.vol)"])
    #expect(throws: error) { try Samples.open(path) }
    #expect(error.explanation.remedy.contains("--channel 0 to --channel 1"))
    var hints = OpeningHints()
    hints.channel = 2
    #expect(throws: VGStudioError.volumeIsMissing(file: "two.vgi", channel: 2, count: 2)) {
      try Samples.open(path, hints)
    }
  }

  @Test func `by a header that is about other files is refused`() throws {
    _ = try Samples.write(Samples.header(file: ["Name": "b.vol"]), in: folder)
    #expect(
      throws: VGStudioError.headerIsOfOthers(file: "a.vol", header: "a.vgi", names: ["b.vol"])
    ) { try Samples.open(folder.file("a.vol")) }
  }

  @Test func `because an option contradicts it gives both`() throws {
    let path = Samples.path("ctsimu-uint16.vgi")
    var hints = OpeningHints()
    hints.shape = Shape3(z: 11, y: 7, x: 5)
    #expect(
      throws: VGStudioError.hint(
        .disagrees(
          OptionDisagreement(
            file: "ctsimu-uint16.vgi", option: "--shape",
            said: "11x7x5 (11 layers of 7 rows x 5 columns)",
            found: "5x7x11 (5 layers of 7 rows x 11 columns)")))
    ) { try Samples.open(path, hints) }
    hints = OpeningHints()
    hints.voxelType = .int16
    #expect(
      throws: VGStudioError.hint(
        .disagrees(
          OptionDisagreement(
            file: "ctsimu-uint16.vgi", option: "--type", said: "int16", found: "uint16")))
    ) { try Samples.open(path, hints) }
    hints = OpeningHints()
    hints.offset = 4
    #expect(
      throws: VGStudioError.hint(
        .disagrees(
          OptionDisagreement(
            file: "ctsimu-uint16.vgi", option: "--offset", said: "4",
            found: "that its voxels begin at byte 0")))
    ) { try Samples.open(path, hints) }
    hints = OpeningHints()
    hints.level = "1"
    #expect(
      throws: VGStudioError.hint(
        .disagrees(
          OptionDisagreement(
            file: "ctsimu-uint16.vgi", option: "--level", said: "1",
            found: "that it has one level, 0")))
    ) { try Samples.open(path, hints) }
  }

  @Test func `since it ends too early throws or is read right, at every length`() throws {
    let whole = Array(Samples.header().utf8)
    let path = try Samples.write("", in: folder)
    var read = 0
    for count in 0...whole.count {
      try Samples.write(Array(whole[..<count]), to: path)
      guard let reader = try? Samples.open(path) else { continue }
      read += 1
      // What is cut off may be the place in the scene, and nothing of the voxels.
      #expect(reader.volume.shape == CasePhantom.shape && reader.volume.voxelType == .uint16)
      #expect(try reader.bytes(of: Region(reader.volume.shape)) == CasePhantom.bytes(.uint16))
    }
    #expect(read > 0 && read < whole.count)
  }

  @Test func `throws or is read when damaged, and never traps`() throws {
    let seeds = try ["ctsimu-uint16", "part", "files", "two", "windows"].map {
      try contents(ofFile: Samples.path("\($0).vgi"))
    }
    for name in [
      "ctsimu-uint16.vol", "part.vol", "files-a.raw", "files-b.raw", "plain-uint8.vol",
      "würfel.vol",
    ] {
      try Samples.write(try contents(ofFile: Samples.path(name)), to: folder.file(name))
    }
    let path = folder.file("a.vgi")
    var index = 0
    Mutations(of: seeds).expectSurvival { bytes in
      try Samples.write(bytes, to: path)
      var hints = OpeningHints()
      hints.channel = index % 3 == 0 ? 1 : nil
      index += 1
      let reader = try Samples.open(path, hints)
      _ = try reader.bytes(of: Region(reader.volume.shape))
    }
  }
}
