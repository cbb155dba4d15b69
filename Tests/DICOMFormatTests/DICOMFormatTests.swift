import DICOMFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

/// The fixtures, made by `Tools/fixtures/make_dicom_fixtures.py`.
private func open(
  _ name: String, _ change: (inout OpeningHints) -> Void = { _ in }
) throws -> any VolumeReader {
  var hints = OpeningHints()
  change(&hints)
  return try DICOMFormat().reader(fixture(name), hints: hints)
}

@Suite struct `A DICOM series` {
  @Test(
    arguments: ["explicit", "implicit", "big", "rle"],
    [VoxelType.uint8, .int8, .uint16, .int16, .uint32, .int32])
  func `is read in every type and transfer syntax, by place and not by name`(
    syntax: String, type: VoxelType
  ) throws {
    let reader = try open("\(syntax)-\(type.rawValue)")
    expectConformance(of: reader, type: type, "\(syntax)-\(type.rawValue)")
    #expect(reader.volume.format == "DICOM series")
    let spacing = try #require(reader.volume.spacing)
    #expect(abs(spacing.z - 2.6) < 1e-9 && spacing.y == 1.3 && spacing.x == 0.65)
    #expect(reader.volume.position == PhysicalPosition(z: 10000, y: 4000, x: -2500))
    #expect(reader.volume.remarks.isEmpty)
  }

  @Test(arguments: [
    ("frames.dcm", VoxelType.uint16), ("frames-rle.dcm", .uint16), ("enhanced.dcm", .uint16),
    ("float32.dcm", .float32), ("float64.dcm", .float64), ("scaled.dcm", .uint16),
    ("numbered", .uint16), ("turned", .uint16), ("tilted", .uint16),
  ])
  func `may be frames of one file, turned, or ordered by number`(
    name: String, type: VoxelType
  ) throws {
    expectConformance(of: try open(name), type: type, name)
  }

  @Test func `says what it does not undo`() throws {
    #expect(
      try open("scaled.dcm").volume.remarks.suffix(2) == [
        "values are as they are stored; the file means 2.0 times that plus -1024.0",
        "it means its least value to be white; values are as they are stored",
      ])
    #expect(
      try open("numbered").volume.remarks == [
        "its slices have no places, and are ordered by InstanceNumber"
      ])
    #expect(
      try open("turned").volume.remarks == [
        "its axes are turned in space; where it lies is left out"
      ])
    let tilted = try open("tilted").volume.remarks
    #expect(
      tilted == [
        "its last layer is shifted by 3076.9 pixels against its first, which is not undone"
      ])
    let frames = try open("frames.dcm").volume
    #expect(frames.spacing == VoxelSpacing(z: 2.6, y: 1.3, x: 0.65))
    #expect(try open("enhanced.dcm").volume.spacing != nil)
  }

  @Test func `of twelve bits has those and no others`() throws {
    let words = CasePhantom.bytes(.uint16)
    func bytes(_ change: (UInt16) -> UInt16) -> [UInt8] {
      stride(from: 0, to: words.count, by: 2).flatMap { place -> [UInt8] in
        let value = change(UInt16(words[place]) | UInt16(words[place + 1]) << 8)
        return [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
      }
    }
    let low = try open("twelve")
    expectConformance(of: low, type: .uint16, bytes: bytes { $0 & 0xFFF }, "twelve")
    #expect(low.volume.remarks == ["12 bits of each value count"])
    // Signed, in the highest bits: the sign goes with them.
    expectConformance(
      of: try open("twelve-top"), type: .int16,
      bytes: bytes { UInt16(bitPattern: Int16(bitPattern: $0 << 4) >> 4) }, "twelve-top")
  }

  @Test(arguments: ["colour.dcm", "colour-planes.dcm"])
  func `in colour needs a channel`(name: String) throws {
    #expect(
      throws: DICOMError.hint(.needsChannel(file: name, channels: 3, kind: "RGB"))
    ) { try open(name) }
    let shape = Shape3(z: 1, y: 7, x: 11)
    expectConformance(
      of: try open(name) { $0.channel = 1 }, type: .uint16, shape: shape,
      bytes: Array(CasePhantom.bytes(.uint16).prefix(154)), name)
  }

  @Test func `with a layer missing is refused, or filled with zeros when asked to`() throws {
    #expect(throws: DICOMError.hasGap(folder: "gap", file: "0.dcm", missing: 1)) {
      try open("gap")
    }
    let reader = try open("gap") { $0.fillsGaps = true }
    var expected = CasePhantom.bytes(.uint16)
    for place in 308..<462 { expected[place] = 0 }
    expectConformance(of: reader, type: .uint16, bytes: expected, "gap")
    #expect(reader.volume.spacing?.z == 2500)
    #expect(
      reader.volume.remarks == [
        "1 layers are missing before 0.dcm, and are read as zeros"
      ])
  }

  @Test func `that is none is refused`() throws {
    #expect(throws: DICOMError.isUneven(folder: "uneven", least: 1.1, greatest: 1.7)) {
      do throws(DICOMError) {
        _ = try DICOMFormat().reader(fixture("uneven"), hints: OpeningHints())
      } catch {
        guard case .isUneven(let folder, let least, let greatest) = error else { throw error }
        throw DICOMError.isUneven(
          folder: folder, least: (least * 10).rounded() / 10,
          greatest: (greatest * 10).rounded() / 10)
      }
    }
    #expect(
      throws: DICOMError.hasDuplicate(
        folder: "double", one: "1.dcm", other: "3.dcm", place: "1.0 mm")
    ) { try open("double") }
    #expect(
      throws: DICOMError.severalSeries(
        folder: "two",
        series: ["'scan 1.2.1' (2 files, such as 0.dcm)", "'scan 1.2.0' (3 files, such as 1.dcm)"])
    ) { try open("two") }
    #expect(
      throws: DICOMError.sliceDiffers(
        folder: "sizes", file: "2.dcm", what: "size", is: "6 x 11", first: "0.dcm", was: "7 x 11")
    ) { try open("sizes") }
    #expect(throws: DICOMError.hasNoOrder(folder: "unordered", file: "0.dcm")) {
      try open("unordered")
    }
    #expect(
      throws: DICOMError.isCompressed(
        file: "jpeg2000.dcm", syntax: "1.2.840.10008.1.2.4.90", name: "JPEG 2000 lossless")
    ) { try open("jpeg2000.dcm") }
    #expect(
      throws: DICOMError.isCompressed(
        file: "deflated.dcm", syntax: "1.2.840.10008.1.2.1.99", name: "deflate")
    ) { try open("deflated.dcm") }
  }

  @Test func `contradicted by an option is refused`() {
    func refused(_ change: (inout OpeningHints) -> Void) {
      #expect(throws: DICOMError.self) { try open("explicit-uint16", change) }
    }
    refused { $0.shape = Shape3(z: 5, y: 11, x: 7) }
    refused { $0.voxelType = .int16 }
    refused { $0.byteOrder = .big }
    refused { $0.offset = 12 }
    refused { $0.channel = 1 }
  }

  @Test func `is known by suffix, by its first bytes, and as a folder`() throws {
    let format = DICOMFormat()
    #expect(format.recognises(fixture("frames.dcm")))
    #expect(format.recognises(fixture("turned")))
    #expect(format.recognises(fixture("turned/IM0")))
    #expect(!format.recognises(fixture("turned/README")))
    #expect(format.recognises("/nowhere/a.DCM"))
    #expect(throws: DICOMError.isNothing(path: "/nowhere/a.dcm")) {
      try format.reader("/nowhere/a.dcm", hints: OpeningHints())
    }
    let folder = try TemporaryFolder()
    try put(Array("nothing".utf8), at: folder.file("a.dcm"))
    #expect(throws: DICOMError.isNoDICOM(file: "a.dcm")) {
      try format.reader(folder.file("a.dcm"), hints: OpeningHints())
    }
  }

  @Test func `cut short is refused or whole`() throws {
    let folder = try TemporaryFolder()
    for name in ["frames.dcm", "frames-rle.dcm", "enhanced.dcm", "big-int16/IM0000.dcm"] {
      try expectPrefixesAreHarmless(
        of: contents(ofFile: fixture(name)), at: folder.file("a.dcm")
      ) { try DICOMFormat().reader($0, hints: OpeningHints()) }
    }
  }

  @Test func `does no harm whatever its bytes are`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.dcm")
    let names = [
      "frames.dcm", "frames-rle.dcm", "enhanced.dcm", "float32.dcm", "colour-planes.dcm",
      "implicit-uint8/IM0000.dcm", "big-int32/IM0001.dcm", "twelve/0.dcm",
    ]
    Mutations(of: try names.map { try contents(ofFile: fixture($0)) }).expectSurvival { bytes in
      try put(bytes, at: path)
      var hints = OpeningHints()
      hints.channel = bytes.count % 3 == 0 ? 1 : nil
      try readSome(DICOMFormat().reader(path, hints: hints))
    }
  }
}
