import PictureStackFormat
import SkyScanFormat
import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

/// The fixtures, made by `Tools/fixtures/make_skyscan_fixtures.py`.
enum Scans {
  static let format = SkyScanFormat(slices: [TIFFFormat(), PictureStackFormat()])

  static func path(_ name: String) -> String {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }

  static func open(
    _ path: String, _ change: (inout OpeningHints) -> Void = { _ in }
  ) throws -> SkyScanReader {
    var hints = OpeningHints()
    change(&hints)
    return try format.reader(path, hints: hints)
  }

  /// A copy of a fixture that a test may change; the log is changed by replacing texts.
  static func copy(
    _ name: String, to folder: TemporaryFolder, without: [String] = [],
    replacing: [(String, String)] = []
  ) throws {
    for file in try names(inFolder: path(name)) where !without.contains(file) {
      var bytes = try contents(ofFile: path("\(name)/\(file)"))
      if file.hasSuffix(".log") {
        var text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        for (old, new) in replacing {
          #expect(text.contains(old), "the log has no \(old)")
          text = text.replacing(old, with: new)
        }
        bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      }
      try write(bytes, to: folder.file(file))
    }
  }
}

/// Writes `bytes` to `path`.
func write(_ bytes: [UInt8], to path: String) throws {
  let file = try FileHandle(creating: path)
  try file.write(unsafe bytes.span.bytes, at: 0)
}

@Suite struct `A SkyScan folder` {
  @Test(arguments: [("bmp", "BMP folder"), ("tif8", "TIFF folder"), ("png", "PNG folder")])
  func `is read with the voxel size of its log`(name: String, inner: String) throws {
    #expect(Scans.format.recognises(Scans.path(name)))
    let reader = try Scans.open(Scans.path(name))
    expectConformance(of: reader, type: .uint8, name)
    #expect(reader.volume.format == "SkyScan (\(inner))")
    #expect(reader.volume.spacing == VoxelSpacing(cube: 8.67163))
    #expect(
      reader.volume.remarks
        == ["the values run from attenuation 0.0000 to 0.0621, as \(name)_rec.log says"])
  }

  @Test func `of 16-bit slices is read`() throws {
    expectConformance(of: try Scans.open(Scans.path("tif16")), type: .uint16)
  }

  @Test(arguments: ["bmp", "tif16"])
  func `is read by the path of its log`(name: String) throws {
    let path = Scans.path("\(name)/\(name)_rec.log")
    #expect(Scans.format.recognises(path))
    expectConformance(
      of: try Scans.open(path), type: name == "bmp" ? .uint8 : .uint16, name)
  }

  @Test func `whose sections are two pixels apart is twice as far from layer to layer`() throws {
    let reader = try Scans.open(Scans.path("steps"))
    expectConformance(of: reader, type: .uint8)
    #expect(reader.volume.spacing == VoxelSpacing(z: 34.68652, y: 17.34326, x: 17.34326))
    #expect(
      reader.volume.remarks.first
        == "steps_rec.log says pixels of 17.34326 um for the slices, and of 8.67163 um for the "
        + "projections; those of the slices hold")
  }

  @Test func `takes the voxel size that is asked for, and says so`() throws {
    let reader = try Scans.open(Scans.path("png")) { $0.spacing = VoxelSpacing(cube: 2) }
    #expect(reader.volume.spacing == VoxelSpacing(cube: 2))
    #expect(
      reader.volume.remarks.last
        == "png_rec.log says a voxel of 8.67163 x 8.67163 x 8.67163 um; the options say "
        + "2.0 x 2.0 x 2.0 um, which holds")
  }

  @Test func `without a pixel size says that it is wanted`() throws {
    let folder = try TemporaryFolder()
    try Scans.copy(
      "bmp", to: folder,
      replacing: [
        ("Pixel Size (um)=8.67163", "Pixel=1"),
        ("Scaled Image Pixel Size (um)=   8.67163", ""),
        ("Image Pixel Size (um)=    8.67", ""),
      ])
    let volume = try Scans.open(folder.path).volume
    #expect(volume.spacing == nil)
    #expect(
      volume.remarks.first
        == "bmp_rec.log does not say how large a pixel is: give --voxel-size")
  }

  @Test func `with a gap is refused, or filled where that is asked for`() throws {
    let folder = try TemporaryFolder()
    try Scans.copy("bmp", to: folder, without: ["bmp_rec00000098.bmp", "bmp_rec00000100.bmp"])
    #expect(
      throws: SkyScanError.hasGap(
        folder: folder.path, file: "bmp_rec.log", missing: 2, first: 98, last: 100)
    ) { try Scans.open(folder.path) }
    let reader = try Scans.open(folder.path) { $0.fillsGaps = true }
    var voxels = CasePhantom.bytes(.uint8)
    for layer in [0, 2] {
      for index in (77 * layer)..<(77 * layer + 77) { voxels[index] = 0 }
    }
    expectConformance(of: reader, type: .uint8, bytes: voxels)
    #expect(
      reader.volume.remarks.first
        == "WARNING: 2 slices are missing and read as zeros: numbers 98, 100")
  }

  @Test func `that was renamed is known by the name of its log`() throws {
    let folder = try TemporaryFolder()
    try Scans.copy("bmp", to: folder, replacing: [("Prefix=bmp_rec", "Prefix=probe_rec")])
    let reader = try Scans.open(folder.path)
    expectConformance(of: reader, type: .uint8)
    #expect(
      reader.volume.remarks.first
        == "bmp_rec.log calls the slices probe_rec; those of its own name are taken")
  }

  @Test func `is not every folder, nor every log`() throws {
    let folder = try TemporaryFolder()
    #expect(!Scans.format.recognises(folder.path))
    try write(Array("run=1\n".utf8), to: folder.file("run.log"))
    #expect(!Scans.format.recognises(folder.path))
    #expect(!Scans.format.recognises(folder.file("run.log")))
    #expect(!Scans.format.recognises(Scans.path("bmp/bmp_rec00000098.bmp")))
  }
}

@Suite struct `A SkyScan folder that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let changes: [(String, String, SkyScanError)] = [
    (
      "Result File Type=BMP", "Result File Type=JPG",
      .kindIsNotRead(file: "bmp_rec.log", type: "JPG")
    ),
    (
      "Result File Type=BMP", "Result File Type=XYZ",
      .kindIsNotRead(file: "bmp_rec.log", type: "XYZ")
    ),
    (
      "First Section=98", "First Section=none",
      .valueIsUnclear(file: "bmp_rec.log", key: "first section", value: "none")
    ),
    (
      "First Section=98", "", .lacks(file: "bmp_rec.log", key: "First Section or Last Section")
    ),
    (
      "Last Section=102", "Last Section=90",
      .sectionsAreUnclear(file: "bmp_rec.log", first: 98, last: 90, step: 1)
    ),
    (
      "Last Section=102", "Last Section=99999999999",
      .sectionsAreUnclear(file: "bmp_rec.log", first: 98, last: 99_999_999_999, step: 1)
    ),
    (
      "Result Image Width (pixels)=11", "Result Image Width (pixels)=12",
      .sizeDisagrees(
        file: "bmp_rec.log", said: "7 rows x 12 columns", is: "7 rows x 11 columns")
    ),
    (
      "Pixel Size (um)=8.67163", "Pixel Size (um)=-1",
      .valueIsUnclear(file: "bmp_rec.log", key: "pixel size (um)", value: "-1")
    ),
    ("[Reconstruction]", "[Other]", .isOfProjections(file: "bmp_rec.log")),
  ]

  @Test(arguments: changes)
  func `is refused for what its log says`(
    old: String, new: String, error: SkyScanError
  ) throws {
    try Scans.copy("bmp", to: folder, replacing: [(old, new)])
    #expect(throws: error) { try Scans.open(folder.path) }
    #expect(error.explanation.kind == .input)
  }

  @Test func `because its log tells of fewer slices than there are`() throws {
    try Scans.copy("bmp", to: folder, replacing: [("Last Section=102", "Last Section=100")])
    #expect(
      throws: SkyScanError.hasOthers(
        folder: folder.path, file: "bmp_rec.log", count: 2, name: "bmp_rec00000101.bmp",
        first: 98, last: 100)
    ) { try Scans.open(folder.path) }
  }

  @Test func `because there are two slices of a number, two logs, or none`() throws {
    try Scans.copy("bmp", to: folder)
    try write([0], to: folder.file("bmp_rec0099.bmp"))
    #expect(
      throws: SkyScanError.hasDuplicate(
        folder: folder.path, one: "bmp_rec00000099.bmp", other: "bmp_rec0099.bmp")
    ) { try Scans.open(folder.path) }
    try write(Array("[Reconstruction]\n".utf8), to: folder.file("a.log"))
    #expect(
      throws: SkyScanError.hasSeveralLogs(
        folder: folder.path, names: ["a.log", "bmp_rec.log"])
    ) { try Scans.open(folder.path) }
    let other = try TemporaryFolder()
    #expect(throws: SkyScanError.hasNoLog(folder: other.path)) { try Scans.open(other.path) }
    #expect(throws: SkyScanError.isNothing(path: other.file("x.log"))) {
      try Scans.open(other.file("x.log"))
    }
  }

  @Test func `because no slice has its log's name`() throws {
    try write(try contents(ofFile: Scans.path("bmp/bmp_rec.log")), to: folder.file("x.log"))
    #expect(
      throws: SkyScanError.hasNoSlices(
        folder: folder.path, names: ["bmp_recNUMBER.bmp", "xNUMBER.bmp"])
    ) { try Scans.open(folder.path) }
  }

  @Test func `because its slices cannot be read hands on why`() throws {
    try Scans.copy("bmp", to: folder)
    try write(
      try contents(ofFile: Scans.path("bmp/bmp_rec_spr.bmp")),
      to: folder.file("bmp_rec00000100.bmp"))
    let error = #expect(throws: SkyScanError.self) { try Scans.open(folder.path) }
    #expect(error?.explanation.what.contains("bmp_rec00000100.bmp has 3 rows x 3 columns") == true)
  }

  @Test func `because its log is too long to be one`() throws {
    try Scans.copy("bmp", to: folder)
    let log = folder.file("bmp_rec.log")
    try write([UInt8](repeating: 0x41, count: 1 << 20 + 1), to: log)
    #expect(
      throws: SkyScanError.logIsTooLong(
        file: "bmp_rec.log", byteCount: 1 << 20 + 1, limit: 1 << 20)
    ) { try Scans.open(log) }
    #expect(!Scans.format.recognises(log))
  }

  @Test func `because its log is damaged throws or is read, and never traps`() throws {
    try Scans.copy("tif16", to: folder)
    let log = try contents(ofFile: folder.file("tif16_rec.log"))
    Mutations(of: [log]).expectSurvival { bytes in
      try write(bytes, to: folder.file("tif16_rec.log"))
      let reader = try Scans.open(folder.path) { $0.fillsGaps = bytes.count % 2 == 0 }
      _ = try reader.bytes(of: Region(z: 0..<1, y: 0..<7, x: 0..<11))
    }
  }

  @Test func `because its log ends anywhere throws, or has all its slices`() throws {
    try Scans.copy("tif16", to: folder)
    let log = try contents(ofFile: folder.file("tif16_rec.log"))
    for count in 0..<log.count {
      try write(Array(log[..<count]), to: folder.file("tif16_rec.log"))
      guard let reader = try? Scans.open(folder.path) else { continue }
      #expect(
        try reader.bytes(of: Region(reader.volume.shape)) == CasePhantom.bytes(.uint16),
        "\(count) bytes of the log")
    }
  }
}
