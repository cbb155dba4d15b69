import EngineCore
import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `The counts of a run` {
  static let shape = Shape3(z: 4, y: 8, x: 16)

  /// Runs `segment` on voxels whose value is their number: half of each layer is class 1.
  private func segment(
    _ words: [String], format: MemoryFormat = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
  ) -> Outcome {
    format.add("in.mem", MemoryVolume(numbered: Self.shape))
    return runTool(
      ["segment", "in.mem", "--output", "out.zarr", "--no-picture", "--engine", "reference"]
        + words,
      formats: [format], models: [MemoryModel()], environment: ["T2S_MODEL": "given.model"])
  }

  @Test func `come with intervals, on the page and as JSON`() throws {
    let outcome = segment(["--json"])
    #expect(outcome.code == 0, "\(outcome.error)")
    let one = try #require(outcome.json?["classes"]?.array?.last)
    #expect(one["voxels"]?.integer == 256)
    #expect(one["fraction"]?.number == 0.5)
    #expect(one["fraction_of_volume"]?.number == 0.5)
    #expect(one["corrected"] == .null)
    #expect(one["interval_volume"] == .null)
    let bounds = (one["interval_material"]?.array ?? []).compactMap(\.number)
    #expect(bounds.count == 2 && bounds[0] < 0.5 && bounds[1] > 0.5)
    #expect(segment([]).output.contains("95 %, the material"))
  }

  @Test func `go into a table`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("counts.csv")
    let outcome = segment(["--csv", path])
    #expect(outcome.code == 0, "\(outcome.error)")
    let text = String(decoding: try contents(ofFile: path), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.first == "what,at,value,class,voxels")
    #expect(lines.contains("volume,,1,class 1,256"))
    // Layers of 128 voxels: 0 to 127, then 128 to 255.
    #expect(lines.contains("layer,0,1,class 1,0"))
    #expect(lines.contains("layer,3,1,class 1,128"))
    #expect(lines.contains("grey,200,1,class 1,2"))
    #expect(lines.contains("grey,200,0,class 0,0"))
    #expect(lines.count == 1 + 2 * (1 + 4 + 8 + 16 + 256))
    // A table that is there is not written over.
    let again = segment(["--csv", path])
    #expect(again.code == 2)
    #expect(again.error.contains("there is such a file"))
    #expect(segment(["--csv", folder.file("no/counts.csv")]).error.contains("there is no folder"))
  }

  @Test func `are corrected by annotated layers`() throws {
    let format = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
    // In truth all of layer 1, and a quarter of layer 2, are class 1.
    format.add(
      "truth.mem",
      MemoryVolume(
        shape: Shape3(z: 2, y: 8, x: 16),
        voxels: [UInt8](repeating: 1, count: 128) + (0..<128).map { $0 % 4 == 0 ? 1 : 0 }))
    let outcome = segment(["--truth-layers", "truth.mem@1,2", "--json"], format: format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let one = try #require(outcome.json?["classes"]?.array?.last)
    #expect(one["fraction"]?.number == 0.5)
    // Layer 1 was called 1 throughout, layer 2 never: all of what is called 1 is, and a quarter of
    // what is not.
    #expect(one["corrected"]?.number == 0.625)
    #expect(one["interval_volume"]?.array?.count == 2)
  }

  @Test(arguments: [
    ("truth.mem", "names no layers"), ("truth.mem@", "is no layer"),
    ("truth.mem@1,x", "'x' is no layer"), ("truth.mem@1,1", "named twice"),
    ("truth.mem@1,9", "layer 9 is not among the labelled ones (0 to 3)"),
    ("truth.mem@1", "2 layers of 8 rows x 16 columns"), ("none.mem@1", "none.mem"),
    ("grey.mem@0,1", "the classes are 0 or 1"), ("blank.mem@0,1", "annotates nothing"),
  ])
  func `refuse annotated layers that do not fit`(text: String, words: String) {
    let format = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
    let shape = Shape3(z: 2, y: 8, x: 16)
    for (name, value) in [("truth.mem", 1), ("grey.mem", 90), ("blank.mem", 255)] {
      format.add(
        name, MemoryVolume(shape: shape, voxels: [UInt8](repeating: UInt8(value), count: 256)))
    }
    let outcome = segment(["--truth-layers", text], format: format)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(words), "\(outcome.error)")
  }

  @Test func `are not those of a store that has none`() {
    let format = MemoryFormat()
    format.add("labels.mem", MemoryVolume(numbered: Self.shape))
    let outcome = runTool(["fractions", "labels.mem"], formats: [format])
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("nothing was counted"))
  }
}
