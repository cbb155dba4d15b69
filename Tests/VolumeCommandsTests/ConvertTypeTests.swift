import Testing
import VolumeCommands
import VolumeCore

/// A headerless format: the type is what a sidecar or else the options say.
private final class HeaderlessFormat: VolumeFormat {
  let name = "headerless"
  let shape = Shape3(z: 1, y: 2, x: 2)
  /// What the file itself says.
  let stated: VoxelType?
  /// What it takes the file for where nobody says.
  let assumed: VoxelType?
  let bytes: [UInt8]

  init(_ bytes: [UInt8], stated: VoxelType? = nil, assumed: VoxelType? = nil) {
    self.assumed = assumed
    self.bytes = bytes
    self.stated = stated
  }

  func recognises(_ path: String) -> Bool { path == "in.raw" }

  func open(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader {
    if let stated, let said = hints.voxelType, said != stated {
      throw Explanation(
        .input, "the sidecar says \(stated.rawValue), not \(said.rawValue)", remedy: "-")
    }
    guard let type = stated ?? hints.voxelType ?? assumed else {
      throw Explanation(.input, "the type is unknown", remedy: "give --type")
    }
    guard bytes.count == shape.voxelCount * type.byteCount else {
      throw Explanation(.input, "\(bytes.count) bytes are no \(type.rawValue)", remedy: "-")
    }
    return MemoryVolume(shape: shape, type: type, voxels: bytes)
  }
}

@Suite struct `The types of a conversion` {
  static let eight: [UInt8] = [0, 0, 232, 3, 16, 39, 255, 255]  // 0, 1000, 10000, 65535

  private func convert(
    _ input: HeaderlessFormat, _ words: [String]
  ) -> (outcome: Outcome, written: MemoryWriter?) {
    let memory = MemoryFormat()
    let outcome = runTool(
      ["convert", "in.raw", "out.store"] + words, formats: [input, memory])
    return (outcome, memory.written("out.store"))
  }

  @Test func `take --type for the input's where nothing else says it`() throws {
    let (outcome, written) = convert(HeaderlessFormat(Self.eight), ["--type", "int16"])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(written?.output.volume.voxelType == .int16)
    #expect(written?.voxels == Self.eight)
  }

  @Test func `take --type for the output's where the input says its own`() throws {
    let input = HeaderlessFormat(Self.eight, stated: .uint16)
    let (outcome, written) = convert(input, ["--type", "float32"])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("uint16 becomes float32, every value kept"))
    #expect(written?.output.volume.voxelType == .float32)
    #expect(written?.output.plan["input_type"]?.string == "uint16")
    #expect(written?.voxels.count == 16)
  }

  @Test func `never narrow without a window, and say which values were seen`() {
    let input = HeaderlessFormat(Self.eight, stated: .uint16)
    let (outcome, written) = convert(input, ["--type", "uint8"])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("uint8 does not hold every value of uint16"))
    #expect(outcome.error.contains("values from 0 to 65535 were seen"))
    #expect(outcome.error.contains("--window 0:65535"))
    #expect(written == nil)
  }

  @Test func `draw the window, and count what lay outside for people and as JSON`() throws {
    let input = HeaderlessFormat(Self.eight, stated: .uint16)
    let words = ["--type", "uint8", "--window", "1000:10000"]
    let (outcome, written) = convert(input, words)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("uint16 becomes uint8: 1000 to 10000 becomes 0 to 255"))
    #expect(
      outcome.output.contains(
        "of 4 voxels 1 (25.00 %) lay below 1000, 1 (25.00 %) above 10000"))
    #expect(written?.voxels == [0, 0, 255, 255])
    #expect(written?.output.plan["window"]?.string == "1000:10000")
    let json = convert(input, words + ["--json"]).outcome.json
    #expect(json?["below_window"]?.integer == 1)
    #expect(json?["above_window"]?.integer == 1)
    #expect(json?["not_a_number"]?.integer == 0)
    #expect(json?["type"]?.string == "uint8")
  }

  @Test func `need --input-type where --type is the output's and nothing says the input's`() throws
  {
    let input = HeaderlessFormat(Self.eight)
    let (outcome, written) = convert(input, ["--type", "uint8", "--window", "0:65535"])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("give --input-type"))
    #expect(written == nil)
    let (second, both) = convert(
      input, ["--input-type", "uint16", "--type", "uint8", "--window", "0:65535"])
    #expect(second.code == 0, "\(second.error)")
    #expect(both?.voxels == [0, 4, 39, 255])
    let (third, same) = convert(input, ["--input-type", "uint16"])
    #expect(third.code == 0)
    #expect(same?.voxels == Self.eight)
  }

  @Test(arguments: [nil, VoxelType.uint16])
  func `do not make another type of a raw file whose size contradicts the one given`(
    assumed: VoxelType?
  ) {
    let (outcome, written) = convert(
      HeaderlessFormat(Self.eight, assumed: assumed), ["--type", "float32"])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("8 bytes are no float32"))
    #expect(written == nil)
  }

  @Test(arguments: [
    (["--window", "0:1"], "--type is needed"),
    (["--compression", "none"], "out.store is no store"),
    (["--no-pyramid"], "out.store is no store"),
    (["--type", "uint8", "--window", "auto"], "this is no window of values"),
  ])
  func `refuse options that say nothing here`(words: [String], saying: String) {
    let (outcome, written) = convert(HeaderlessFormat(Self.eight, stated: .uint16), words)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(saying), "\(outcome.error)")
    #expect(written == nil)
  }

  @Test func `pass compression and the wish for no pyramid on to a store`() throws {
    let memory = MemoryFormat()
    memory.add("in.mem", MemoryVolume(numbered: Shape3(z: 2, y: 2, x: 2)))
    let outcome = runTool(
      [
        "convert", "in.mem", "out.zarr", "--compression", "zstd:7", "--no-pyramid", "--threads",
        "3",
      ],
      formats: [memory])
    #expect(outcome.code == 0, "\(outcome.error)")
    let output = try #require(memory.written("out.zarr")).output
    #expect(output.compression == .zstd(level: 7))
    #expect(!output.hasPyramid)
    #expect(output.threads == 3)
  }

  @Test func `list what can be written where the output's name says nothing`() {
    let outcome = runTool(["convert", "in.mem", "out.xyz"], formats: [MemoryFormat()])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("end the output's name in .zarr"))
  }
}
