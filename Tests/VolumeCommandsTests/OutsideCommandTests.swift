import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Leaving out what is outside` {
  static let shape = Shape3(z: 2, y: 8, x: 16)
  /// Outside where the number of the voxel is a multiple of 16, or 1 more.
  static let mask = (0..<256).map { UInt8($0 % 16 < 2 ? 1 : 0) }

  private func segment(
    _ words: [String], _ format: MemoryFormat, mask: MemoryVolume? = nil
  ) -> Outcome {
    format.add("in.mem", MemoryVolume(numbered: Self.shape))
    format.add("mask.mem", mask ?? MemoryVolume(shape: Self.shape, voxels: Self.mask))
    return runTool(
      ["segment", "in.mem", "--output", "out.zarr", "--no-picture", "--engine", "reference"]
        + words,
      formats: [format], models: [MemoryModel()], environment: ["T2S_MODEL": "given.model"])
  }

  static func format() -> MemoryFormat { MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024)) }

  @Test func `labels it 254 and takes volume fractions of the specimen`() throws {
    let format = Self.format()
    let outcome = segment(["--outside", "mask.mem", "--json"], format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(format.written("out.zarr"))
    #expect(writer.voxels == (0..<256).map { $0 % 16 < 2 ? 254 : $0 >= 128 ? 1 : 0 })
    let classes = try #require(writer.output.volume.classes)
    #expect(classes.map(\.name) == ["class 0", "class 1", "outside"])
    #expect(classes.last?.value == 254)
    let json = try #require(outcome.json)
    #expect(json["classes"]?.array?.map { $0["voxels"]?.integer } == [112, 112])
    #expect(json["classes"]?.array?.map { $0["fraction"]?.number } == [0.5, 0.5])
    #expect(
      json["classes"]?.array?.map { $0["fraction_of_volume"]?.number } == [0.4375, 0.4375])
    #expect(json["outside"]?["voxels"]?.integer == 32)
    #expect(json["outside"]?["specimen_voxels"]?.integer == 224)
    #expect(json["outside"]?["all_voxels"]?.integer == 256)
    #expect(writer.output.plan["outside"]?["kind"]?.string == "mask")
    #expect(writer.output.plan["outside"]?["voxels"]?.integer == 32)
  }

  @Test func `says both denominators`() {
    let outcome = segment(["--outside", "mask.mem"], Self.format())
    #expect(outcome.output.contains("of the specimen"), "\(outcome.output)")
    #expect(outcome.output.contains("of all voxels"))
    #expect(outcome.output.contains("12.500 %"))
    #expect(outcome.output.contains("43.750 %"))
    #expect(outcome.output.contains("50.000 %"))
  }

  @Test func `refuses a mask of another extent with both`() {
    let format = Self.format()
    let other = Shape3(z: 2, y: 8, x: 15)
    let outcome = segment(["--outside", "mask.mem"], format, mask: MemoryVolume(numbered: other))
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(other.words) && outcome.error.contains(Self.shape.words))
    #expect(format.written("out.zarr") == nil)
  }

  @Test func `says what to do where there is no air`() {
    let outcome = segment(["--outside", "auto"], Self.format())
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("--outside none"))
  }

  @Test(arguments: [
    ["--outside-below", "40"], ["--outside", "none", "--outside-closing", "9"],
    ["--outside", "auto", "--outside-closing", "-1"],
    ["--outside", "auto", "--outside-below", "dark"],
  ])
  func `refuses options that say nothing`(words: [String]) {
    let outcome = segment(words, Self.format())
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("outside-"))
  }

  @Test func `goes on only with the same mask`() throws {
    let format = Self.format()
    var plans: [JSONValue?] = []
    for mask in [Self.mask, Self.mask.map { 1 - $0 }] {
      let volume = MemoryVolume(shape: Self.shape, voxels: mask)
      #expect(segment(["--outside", "mask.mem", "--overwrite"], format, mask: volume).code == 0)
      plans.append(format.written("out.zarr")?.output.plan["outside"]?["checksum"])
    }
    #expect(plans[0] != nil && plans[0] != plans[1])
  }
}

@Suite struct `A file of options` {
  static let words = ["segment", "in.mem", "--no-picture", "--engine", "reference"]

  private func run(_ text: String, _ words: [String] = []) throws -> (Outcome, MemoryFormat) {
    let folder = try TemporaryFolder()
    let path = folder.file("my.options")
    try writeFileAtomically(path, Array(text.utf8))
    let format = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
    format.add("in.mem", MemoryVolume(numbered: Shape3(z: 2, y: 8, x: 16)))
    let outcome = runTool(
      Self.words + ["--options", path] + words, formats: [format], models: [MemoryModel()],
      environment: ["T2S_MODEL": "given.model"])
    return (outcome, format)
  }

  @Test func `says what could be typed`() throws {
    let (outcome, format) = try run(
      "# a try\n\noutput = out.zarr\n  window = 0:99  \r\nthreads=1\n")
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(format.written("out.zarr"))
    #expect(writer.voxels == (0..<256).map { $0 >= 50 ? 1 : 0 })
  }

  @Test func `counts less than what is typed`() throws {
    let (outcome, format) = try run("output = out.zarr\nwindow = 0:99\n", ["--window", "0:199"])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(format.written("out.zarr")?.voxels == (0..<256).map { $0 >= 100 ? 1 : 0 })
  }

  @Test(arguments: [
    ("output = out.zarr\nmemroy = 2G", "line 2", "memory"), ("--window 0:99", "line 1", "NAME"),
    ("\n\nwindow", "line 3", "LOW:HIGH"), ("overwrite = yes", "line 1", "overwrite"),
    ("threads = 1\nthreads = 2", "line 2", "once"), ("json", "line 1", "command line"),
  ])
  func `names the line that is wrong`(text: String, line: String, word: String) throws {
    let (outcome, format) = try run(text)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("my.options, \(line)"), "\(outcome.error)")
    #expect(outcome.error.contains(word), "\(outcome.error)")
    #expect(format.written("out.zarr") == nil)
  }

  @Test func `that is missing is said to be`() {
    let outcome = runTool(
      Self.words + ["--options", "/nowhere/my.options"], formats: [MemoryFormat()],
      models: [MemoryModel()])
    #expect(outcome.code != 0)
    #expect(outcome.error.contains("/nowhere/my.options"))
  }
}
