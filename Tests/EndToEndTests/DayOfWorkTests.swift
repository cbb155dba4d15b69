import Foundation
import Testing
import VolumeCore

@Suite struct `A day of work` {
  @Test(.enabled(if: Models.hasStandard, "Samples/default.h5 is not here"))
  func `goes from phantom to scores with the model that the tool comes with`() throws {
    let tool = try BuiltTool()
    let made = try tool("phantom", "big.raw", "--shape", "4x256x320", "--seed", "5", "--json")
    #expect(made.code == 0, "\(made.words)")
    #expect(made.json?["labels"]?.string == "big.raw.labels.zarr")

    let ending = try tool("segment", "big.raw", "--tile", "128", "--json")
    #expect(ending.code == 0, "\(ending.words)")
    #expect(ending.error.contains("4 layers of 256 rows x 320 columns"))
    let json = try #require(ending.json)
    for key in [
      "layers_per_minute", "voxels_per_second", "seconds", "peak_bytes", "tiles", "halo",
    ] {
      #expect(json[key] != nil && json[key] != .null, "\(key)")
    }
    // Tiles of a row are one, where there is memory for it.
    #expect(json["tile"] == [1, 128, 320])
    #expect(json["halo_exact"]?.bool == true)
    #expect(["onednn", "reference"].contains(json["engine"]?.string))
    #expect(["f32", "bf16"].contains(json["precision"]?.string))
    for stage in ["read", "infer", "write"] {
      let part = try #require(json["busy"]?[stage]?.number)
      #expect((0...1.05).contains(part))
    }
    let user = try #require(json["cpu"]?["user_seconds"]?.number)
    let system = try #require(json["cpu"]?["system_seconds"]?.number)
    #expect(user > 0 && system >= 0)
    let classes = try #require(json["classes"]?.array)
    #expect(classes.map { $0["name"]?.string } == ["matrix", "fibre", "porosity"])
    let voxels: [Int] = classes.compactMap { $0["voxels"]?.integer }
    #expect(voxels.reduce(0, +) == 4 * 256 * 320)
    let fractions: [Double] = classes.compactMap { $0["fraction"]?.number }
    let whole: Double = fractions.reduce(0, +)
    #expect(abs(whole - 1) < 1e-9)
    let picture = try #require(json["picture"]?.string)
    #expect(try tool.bytes(picture).prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))

    let scores = try tool("evaluate", "big.labels.zarr", "big.raw.labels.zarr", "--json")
    let mean = try #require(scores.json?["mean_jaccard"]?.number)
    #expect(mean >= 0.85, "\(scores.words)")
    #expect(scores.json?["classes"]?.array?.map { $0["value"]?.integer } == [0, 1, 2])
    let page = try tool("evaluate", "big.labels.zarr", "big.raw.labels.zarr")
    #expect(page.output.contains("mean Jaccard: 0."))

    #expect(try tool("info", "big.labels.zarr").output.contains("porosity"))
    #expect(try tool("info", "big.labels.zarr", "--json").json?["shape"] == [4, 256, 320])
    let shown = try tool(
      "show", "big.raw", "--labels", "big.labels.zarr", "--layer", "2", "--output", "two.png")
    #expect(shown.code == 0, "\(shown.words)")
    #expect(tool.has("two.png"))
  }

  @Test func `goes round all formats without the loss of a voxel`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "a.raw", "--shape", "5x70x90", "--seed", "2")
    let there = ["a.zarr", "b.tif", "c.zarr", "d.raw"]
    var input = "a.raw"
    for output in there {
      let ending = try tool("convert", input, output, "--json")
      #expect(ending.code == 0, "\(ending.words)")
      #expect(ending.json?["shape"] == [5, 70, 90])
      input = output
    }
    #expect(try tool.bytes("d.raw") == tool.bytes("a.raw"))
    let info = try tool("info", "d.raw", "--json")
    #expect(abs((info.json?["voxel_size_um"]?.array?.first?.number ?? 0) - 1.3) < 1e-6)

    for output in ["l.tif", "l.raw"] {
      #expect(try tool("convert", "a.raw.labels.zarr", output).code == 0)
      let scores = try tool("evaluate", output, "a.raw.labels.zarr", "--json")
      #expect(scores.json?["accuracy"]?.number == 1, "\(scores.words)")
    }
  }

  @Test func `tells models and volumes apart`() throws {
    let tool = try BuiltTool()
    let model = try tool("info", Models.plain, "--json")
    #expect(model.code == 0, "\(model.words)")
    #expect(model.json?["parameters"]?.integer == 2049)
    #expect(model.json?["classes"]?.array?.count == 3)
    #expect(model.json?["stride"] == [1, 4, 4])
    let page = try tool("info", Models.plain)
    #expect(page.output.contains("receptive field"))
  }

  @Test(.enabled(if: Models.hasStandard, "Samples/default.h5 is not here"))
  func `finds the default model, or the one that the environment names`() throws {
    let tool = try BuiltTool()
    let info = try tool("info", Models.standard, "--json")
    #expect(info.json?["trainable"]?.integer == 121_403)
    try tool("phantom", "a.raw", "--shape", "1x64x64")
    let found = try tool("segment", "a.raw", "--no-picture", "--json")
    #expect(found.json?["model"]?.string?.hasSuffix("default.h5") == true, "\(found.words)")
    let named = try tool(
      "segment", "a.raw", "--no-picture", "--json", "--output", "b.zarr",
      environment: ["T2S_MODEL": Models.plain])
    #expect(named.json?["model"]?.string == Models.plain, "\(named.words)")
  }
}
