import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A folder of slices` {
  let folder: TemporaryFolder
  static let slice: [UInt8] = {
    (try? contents(ofFile: TIFFSamples.path("slices/scan_8.tif"))) ?? []
  }()

  init() throws { folder = try TemporaryFolder() }

  func fill(_ names: [String]) throws {
    for name in names { try write(Self.slice, to: folder.file(name)) }
  }

  @Test func `is read in the natural order of its names`() throws {
    // scan_8, scan_9, scan_10, ...: the order of bytes would begin with scan_10.
    let reader = try TIFFSamples.open(TIFFSamples.path("slices"))
    #expect(reader.volume.format == "TIFF folder")
    #expect(try reader.bytes(of: Region(TIFFSamples.shape)) == TIFFSamples.voxels(.uint8))
  }

  @Test(arguments: [
    ["a_1.tif", "a_2.tif", "a_3.tif"], ["a0100.TIF", "a0101.tif"], ["one.tif"],
    ["s2024_0001.tif", "s2024_0002.tif"], ["z9_a2.tiff", "z10_a2.tiff", "z11_a2.tiff"],
    ["t1120_1.tif", "t1127_2.tif", "t1144_3.tif"], [".hidden", "._a_1.tif", "a_1.tif", "a_2.tif"],
  ])
  func `may be named in many ways`(names: [String]) throws {
    try fill(names)
    let shown = names.filter { !$0.hasPrefix(".") }
    #expect(try TIFFSamples.open(folder.path).volume.shape.z == shown.count)
  }

  @Test func `with a gap is refused and the neighbours named`() throws {
    try fill(["a_09.tif", "a_10.tif", "a_13.tif", "a_14.tif"])
    #expect(
      throws: TIFFError.folder(
        .hasGap(
          folder: folder.path, before: "a_10.tif", after: "a_13.tif", missing: 2,
          fillsGaps: false))
    ) { try TIFFSamples.open(folder.path) }
  }

  @Test func `with a gap is read with zeros in it when that is asked for`() throws {
    try fill(["a_09.tif", "a_10.tif", "a_13.tif"])
    var hints = OpeningHints()
    hints.fillsGaps = true
    let reader = try TIFFFormat().reader(folder.path, hints: hints)
    #expect(reader.volume.shape.z == 5)
    #expect(reader.volume.remarks.contains { $0.contains("numbers 11 to 12") })
    let layer = Region(z: 0..<1, y: 0..<37, x: 0..<53)
    let known = try reader.bytes(of: layer)
    let all = try reader.bytes(of: Region(reader.volume.shape))
    let zeros = [UInt8](repeating: 0, count: 2 * known.count)
    #expect(all == known + known + zeros + known)
  }

  @Test func `with previews and caches among the slices is read without them`() throws {
    try fill(["a_1.tif", "a_2.tif", "a_spr.tif", "thumbnail.tif"])
    try write([0], to: folder.file("Thumbs.db"))
    let volume = try TIFFSamples.open(folder.path).volume
    #expect(volume.shape.z == 2)
    #expect(
      volume.remarks.contains(
        "passed over, being no slices: Thumbs.db, a_spr.tif, thumbnail.tif"))
  }

  @Test func `with a number twice is refused and both named`() throws {
    try fill(["a_1.tif", "a_01.tif", "a_2.tif"])
    #expect(
      throws: TIFFError.folder(
        .hasDuplicate(folder: folder.path, one: "a_01.tif", other: "a_1.tif"))
    ) { try TIFFSamples.open(folder.path) }
  }

  @Test func `with two series is refused and one of each named`() throws {
    try fill(["a_1.tif", "a_2.tif", "b_1.tif"])
    #expect(
      throws: TIFFError.folder(
        .isOfSeveralSeries(folder: folder.path, one: "a_1.tif", other: "b_1.tif"))
    ) { try TIFFSamples.open(folder.path) }
  }

  @Test func `with other files among the slices is refused and they are named`() throws {
    try fill(["a_1.tif", "a_2.tif"])
    try write(Array("notes".utf8), to: folder.file("notes.txt"))
    try write([0], to: folder.file("table.csv"))
    #expect(
      throws: TIFFError.folder(
        .hasStrangers(folder: folder.path, names: ["notes.txt", "table.csv"]))
    ) { try TIFFSamples.open(folder.path) }
  }

  @Test func `with a text file that calls itself a slice is refused and it is named`() throws {
    try fill(["a_1.tif", "a_3.tif"])
    try write(Array("notes".utf8), to: folder.file("a_2.tif"))
    #expect(throws: TIFFError.isNoTIFF(file: "a_2.tif", byteCount: 5)) {
      try TIFFSamples.open(folder.path)
    }
  }

  @Test func `with a slice of another size or type is refused and both named`() throws {
    try fill(["a_1.tif", "a_2.tif"])
    let output = OutputDescription(
      volume: VolumeDescription(
        shape: Shape3(z: 1, y: 37, x: 53), voxelType: .uint16, format: ""),
      plan: [:], overwrites: false)
    let writer = try TIFFFormat().create(folder.file("a_3.tif"), output)
    let voxels = [UInt8](repeating: 0, count: 37 * 53 * 2)
    try writer.commit(Index3(z: 0, y: 0, x: 0), unsafe voxels.span.bytes)
    try writer.finish(record: [:])
    #expect(
      throws: TIFFError.sliceDiffers(
        folder: folder.path, slice: "a_3.tif", is: "37 rows x 53 columns of uint16",
        first: "a_1.tif", was: "37 rows x 53 columns of uint8")
    ) { try TIFFSamples.open(folder.path) }
  }

  @Test func `with a stack among the slices is refused and it is named`() throws {
    try fill(["a_1.tif"])
    try write(try contents(ofFile: TIFFSamples.path("strips8.tif")), to: folder.file("a_2.tif"))
    #expect(throws: TIFFError.sliceHasPages(folder: folder.path, slice: "a_2.tif")) {
      try TIFFSamples.open(folder.path)
    }
  }

  @Test func `with a truncated slice is damaged`() throws {
    try fill(["a_1.tif", "a_2.tif"])
    try write(Array(Self.slice.dropLast(100)), to: folder.file("a_3.tif"))
    let error = #expect(throws: TIFFError.self) { try TIFFSamples.open(folder.path) }
    #expect(try #require(error).explanation.kind == .damaged)
    #expect(try #require(error).explanation.what.contains("a_3.tif"))
  }

  @Test func `is recognised by the slices in it`() throws {
    #expect(!TIFFFormat().recognises(folder.path))
    try fill(["a_1.tif"])
    #expect(TIFFFormat().recognises(folder.path))
    #expect(!TIFFFormat().recognises(folder.file("a.raw")))
  }

  @Test func `with two thousand slices is checked whole and quickly`() throws {
    try fill((1...2000).map { "s\($0).tif" })
    let clock = ContinuousClock()
    var layers = 0
    let time = try clock.measure { layers = try TIFFSamples.open(folder.path).volume.shape.z }
    #expect(layers == 2000)
    // A guard against a quadratic walk, not a measurement.
    #expect(time < .seconds(20))
  }
}
