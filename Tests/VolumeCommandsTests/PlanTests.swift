import EngineCore
import Testing
import VolumeCommands
import VolumeCore

@Suite struct `Planning a segmentation` {
  static let shape = Shape3(z: 2, y: 8, x: 16)

  private func run(
    _ words: [String], model: MemoryModel = MemoryModel(),
    format: MemoryFormat = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024)),
    shape: Shape3 = Self.shape
  ) -> Outcome {
    format.add("in.mem", MemoryVolume(numbered: shape))
    return runTool(
      words, formats: [format], models: [model], environment: ["T2S_MODEL": "given.model"])
  }

  @Test func `says what a run would take, at a rate that was given, and writes nothing`() throws {
    let format = MemoryFormat()
    let outcome = run(
      ["plan", "in.mem", "--output", "out.zarr", "--rate", "64", "--json"], format: format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let json = try #require(outcome.json)
    #expect(json["voxels"]?.integer == 256)
    #expect(json["voxels_computed"]?.integer == 256)
    #expect(json["bytes_read"]?.integer == 256)
    #expect(json["computed_per_written"]?.number == 1)
    #expect(json["seconds"]?.number.map { (4...4.1).contains($0) } == true)
    let parts = try #require(json["peak_parts"]?.object)
    #expect(parts.values.reduce(0) { $0 + ($1.integer ?? 0) } == json["peak_bytes"]?.integer)
    #expect(format.written("out.zarr") == nil)
  }

  @Test func `computes a few tiles where no rate was given`() throws {
    let outcome = run(["plan", "in.mem", "--output", "out.zarr", "--json"])
    #expect(outcome.code == 0, "\(outcome.error)")
    let rate = try #require(outcome.json?["rate"])
    #expect(rate["source"]?.string == "calibrated")
    #expect((rate["voxels_computed_per_second"]?.number ?? 0) > 0)
  }

  @Test func `is what the run then does, and both are in its report`() throws {
    let outcome = run(
      ["segment", "in.mem", "--output", "out.zarr", "--no-picture", "--json", "--tile", "5"])
    #expect(outcome.code == 0, "\(outcome.error)")
    let plan = try #require(outcome.json?["plan"])
    for key in ["tiles", "voxels", "voxels_computed", "bytes_read", "label_bytes"] {
      let planned = try #require(plan["planned"]?[key]?.integer)
      #expect(plan["measured"]?[key]?.integer == planned, "\(key)")
    }
  }

  @Test(arguments: [
    (["--rate", "fast"], "this is no rate"), (["--rate", "0"], "this is no rate"),
    (["--memory", "1M"], "1 MiB of memory are too few"),
  ])
  func `refuses what cannot be`(words: [String], what: String) {
    let outcome = run(["plan", "in.mem", "--output", "out.zarr"] + words)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains(what), "\(outcome.error)")
  }

  @Test func `refuses a model of layers for a scan of one`() {
    let outcome = run(
      ["plan", "in.mem", "--output", "out.zarr"], model: MemoryModel(channels: 5),
      shape: Shape3(z: 1, y: 8, x: 16))
    #expect(outcome.code == 2)
    #expect(
      outcome.error.contains(
        "labels a layer from 5 layers around it (2.5D), and the scan is a single"))
  }

  @Test func `refuses an output that is there`() {
    let format = MemoryFormat(chunk: Shape3(z: 64, y: 1024, x: 1024))
    let words = ["in.mem", "--output", "out.zarr"]
    #expect(run(["segment"] + words + ["--no-picture"], format: format).code == 0)
    let outcome = run(["plan"] + words + ["--rate", "1M"], format: format)
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("out.zarr is finished"))
    #expect(run(["plan"] + words + ["--rate", "1M", "--overwrite"], format: format).code == 0)
  }
}
