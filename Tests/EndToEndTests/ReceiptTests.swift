import Foundation
import Testing
import VolumeCore
import VolumeTesting

@Suite(.serialized) struct `A segmentation's receipt` {
  let tool: BuiltTool
  static let words = [
    "--model", Models.plain, "--precision", "f32", "--no-picture", "--tile", "32x32",
  ]

  init() throws {
    tool = try BuiltTool()
    #expect(try tool("phantom", "a.raw", "--shape", "70x60x72", "--seed", "9").code == 0)
  }

  private func segment(_ more: [String] = [], output: String = "out.zarr") throws -> Ending {
    try tool.run(["segment", "a.raw", "--output", output] + Self.words + more)
  }

  private func receipt(_ name: String = "out.zarr") throws -> JSONValue {
    let bytes = try tool.bytes("\(name)/.t2s/receipt.json")
    return try #require(JSONValue(parsing: [UInt8](bytes)))
  }

  private func edit(_ name: String, at place: Int, _ change: (UInt8) -> UInt8) throws {
    var bytes = try tool.bytes(name)
    bytes[place] = change(bytes[place])
    try bytes.write(to: URL(filePath: tool.file(name)))
  }

  @Test func `says what was computed from what, by what, and what came of it`() throws {
    #expect(try segment().code == 0)
    let receipt = try receipt()
    #expect(receipt["state"] == "finished" && receipt["axis_order"] == "zyx")
    for key in ["tool_version", "normalisation", "options", "engine", "model", "region"] {
      #expect(receipt[key] != nil, "\(key)")
    }
    #expect(receipt["model"]?["hash"]?.string?.isEmpty == false)
    #expect(receipt["scan"]?["path"]?.string?.hasSuffix("/a.raw") == true)
    #expect(receipt["input"]?["blocks"]?.object?.keys.sorted() == ["0.0.0", "1.0.0"])
    #expect(receipt["input"]?["voxels"]?.integer == 70 * 60 * 72)
    #expect(receipt["output"]?["blocks"]?.object?.count == 2)
    #expect(receipt["seams"]?["boxes"]?.array?.isEmpty == false)
    #expect(receipt["seams"]?["beyond_ties"] == 0)
    #expect(receipt["runs"]?.array?.count == 1 && receipt["resumes"] == 0)
    #expect(receipt["runs"]?.array?.first?["tiles"] == 420)
    let said = try tool("receipt", "out.zarr")
    #expect(said.code == 0 && said.output.contains("finished"), "\(said.words)")
    #expect(try tool("receipt", "out.zarr", "--json").json?["state"] == "finished")
    #expect(try tool("verify", "out.zarr").code == 0)
  }

  @Test func `has the same hashes for other tiles and another file of the same voxels`() throws {
    #expect(try segment().code == 0)
    #expect(try tool("convert", "a.raw", "b.tif").code == 0)
    let other = try tool.run(
      ["segment", "b.tif", "--output", "b.zarr", "--tile", "50"] + Self.words.dropLast(2))
    #expect(other.code == 0, "\(other.words)")
    #expect(try receipt()["input"] == receipt("b.zarr")["input"])
    #expect(try receipt()["output"] == receipt("b.zarr")["output"])
  }

  @Test func `lets a sample be computed again, also where the scan was moved to`() throws {
    #expect(try segment().code == 0)
    let same = try tool("verify", "out.zarr", "--sample", "5%", "--json")
    #expect(same.code == 0, "\(same.words)")
    #expect(same.json?["sample"]?["tiles"] == 21)
    #expect(same.json?["sample"]?["tiles_of_run"] == 420)
    #expect(same.json?["sample"]?["beyond_ties"] == 0)
    try FileManager.default.createDirectory(
      atPath: tool.file("moved"), withIntermediateDirectories: false)
    for name in ["a.raw", "a.raw.info"] {
      try FileManager.default.moveItem(atPath: tool.file(name), toPath: tool.file("moved/\(name)"))
    }
    let gone = try tool("verify", "out.zarr", "--sample", "1%")
    #expect(gone.code == 2 && gone.error.contains("--scan"), "\(gone.words)")
    let moved = try tool("verify", "out.zarr", "--sample", "1%", "--scan", "moved/a.raw")
    #expect(moved.code == 0, "\(moved.words)")
    let model = try tool(
      "verify", "out.zarr", "--sample", "1%", "--scan", "moved/a.raw", "--model",
      Models.folder + "/layer-learned.keras2.h5")
    #expect(model.code == 2 && model.error.contains("hash"), "\(model.words)")
  }

  @Test func `shows a scan that was edited since, by block and layer, before labels`() throws {
    #expect(try segment().code == 0)
    try edit("a.raw", at: (66 * 60 + 30) * 72 + 31) { $0 ^ 0x80 }
    let ending = try tool("verify", "out.zarr", "--sample", "100%")
    #expect(ending.code == 3, "\(ending.words)")
    #expect(ending.output.contains("input       differs from what was labelled"))
    #expect(ending.output.contains("layer 66"))
  }

  @Test func `shows labels that are not what the network says`() throws {
    #expect(try segment(["--halo", "2"]).code == 0)
    #expect(try receipt()["tiling"]?["halo_exact"] == false)
    // The same tiles with the same halo say the same; one piece does not.
    let same = try tool("verify", "out.zarr", "--sample", "10%")
    #expect(same.code == 0, "\(same.words)")
    #expect((try receipt()["seams"]?["beyond_ties"]?.integer ?? 0) > 0)
    let page = try tool("receipt", "out.zarr")
    #expect(page.output.contains("tiles SHOW"), "\(page.words)")
    let many = try segment(["--halo", "2", "--verify-seams", "5", "--overwrite"])
    #expect(many.code == 0 && many.error.contains("warning: seams: 5 boxes"), "\(many.words)")
    let none = try segment(["--verify-seams", "0", "--overwrite"])
    #expect(none.code == 0)
    #expect(try receipt()["seams"]?["why"]?.string?.contains("--verify-seams 0") == true)
  }

  @Test func `is refused where it was made by a newer version, or is not what was written`() throws
  {
    #expect(try segment().code == 0)
    try edit("out.zarr/.t2s/receipt.json", at: 200) { $0 ^ 1 }
    let ending = try tool("verify", "out.zarr", "--quick", "--sample", "1%")
    #expect(ending.code == 3 && ending.output.contains(".t2s/receipt.json"), "\(ending.words)")
    #expect(try tool("receipt", "out.zarr").code == 3)
  }
}

@Suite(.serialized) struct `Going on with a segmentation` {
  let tool: BuiltTool
  static let words = [
    "--model", Models.plain, "--precision", "f32", "--no-picture", "--tile", "32x32",
  ]

  init() throws {
    tool = try BuiltTool()
    // Three shards of 64 layers, so that one is committed well before the end.
    #expect(try tool("phantom", "a.raw", "--shape", "192x140x140", "--seed", "4").code == 0)
  }

  private func segment(
    _ more: [String] = [], input: String = "a.raw", afterStart: (Process) throws -> Void = { _ in }
  ) throws -> Ending {
    try tool.run(
      ["segment", input, "--output", "out.zarr"] + Self.words + more, afterStart: afterStart)
  }

  private func waitForAShard(_ process: Process) {
    let deadline = Date(timeIntervalSinceNow: 120)
    while process.isRunning, !tool.has("out.zarr/0/c/0/0/0"), Date() < deadline { usleep(1000) }
  }

  private func stopped() throws {
    let ending = try segment { process in
      waitForAShard(process)
      kill(process.processIdentifier, SIGINT)
    }
    #expect(ending.code == 130, "\(ending.words)")
    #expect(ending.error.contains("give the same command again"))
  }

  @Test func `is refused where there is nothing, by --resume`() throws {
    let nothing = try segment(["--resume"])
    #expect(nothing.code == 2 && nothing.error.contains("nothing was begun"), "\(nothing.words)")
    #expect(!tool.has("out.zarr"))
    let both = try segment(["--resume", "--overwrite"])
    #expect(both.code == 2, "\(both.words)")
  }

  @Test func `is refused where a voxel would be another, with what differs and what to do`() throws
  {
    try stopped()
    for (words, differences) in [
      (["--window", "0:200"], ["--window was 0:255, is 0:200", "give --window 0:255"]),
      (["--region", "0:100,:,:"], ["--region was 0:192,0:140,0:140, is 0:100,0:140,0:140"]),
      (["--halo", "64"], ["--halo was not given, is 64", "leave --halo out"]),
      (["--engine", "reference"], ["--engine was onednn, is reference", "give --engine onednn"]),
    ] {
      let ending = try segment(words)
      #expect(ending.code == 2, "\(ending.words)")
      for text in differences { #expect(ending.error.contains(text), "\(ending.words)") }
    }
    let model = try tool.run(
      [
        "segment", "a.raw", "--output", "out.zarr", "--model",
        Models.folder + "/layer-learned.keras2.h5",
      ] + Self.words.dropFirst(2))
    #expect(model.code == 2 && model.error.contains("the model's hash was"), "\(model.words)")
    // All that changes no voxel may be another.
    let resumed = try segment(["--resume", "--memory", "300M", "--threads", "1"])
    #expect(resumed.code == 0, "\(resumed.words)")
    let done = try segment(["--resume"])
    #expect(done.code == 2 && done.error.contains("finished"), "\(done.words)")
    let receipt = try #require(
      JSONValue(parsing: [UInt8](tool.bytes("out.zarr/.t2s/receipt.json"))))
    #expect(receipt["resumes"] == 1)
    #expect(receipt["runs"]?.array?.first?["ending"] == "stopped before the end")
  }

  @Test func `is refused where the scan was edited below what is there`() throws {
    try stopped()
    // Behind the first MiB, which is looked at in any case.
    let place = (60 * 140 + 50) * 140 + 50
    var bytes = try tool.bytes("a.raw")
    bytes[place] ^= 1
    try bytes.write(to: URL(filePath: tool.file("a.raw")))
    let refused = try segment()
    #expect(refused.code == 2, "\(refused.words)")
    #expect(refused.error.contains("edited since") && refused.error.contains("in layer 60"))
    bytes[place] ^= 1
    try bytes.write(to: URL(filePath: tool.file("a.raw")))
    let resumed = try segment()
    #expect(resumed.code == 0, "\(resumed.words)")
    #expect(try tool("verify", "out.zarr", "--sample", "2%").code == 0)
  }

  @Test func `is refused where a newer version began it`() throws {
    try stopped()
    let plan = try String(decoding: tool.bytes("out.zarr/.t2s/plan.json"), as: UTF8.self)
    let newer = plan.replacing("\"version\" : 1", with: "\"version\" : 2")
    #expect(newer != plan)
    try newer.write(toFile: tool.file("out.zarr/.t2s/plan.json"), atomically: true, encoding: .utf8)
    for words in [[], ["--resume"]] {
      let refused = try segment(words)
      #expect(refused.code == 2 && refused.error.contains("newer version"), "\(refused.words)")
    }
    try plan.write(toFile: tool.file("out.zarr/.t2s/plan.json"), atomically: true, encoding: .utf8)
    #expect(try segment().code == 0)
  }

  @Test func `ends with the same bytes where the scan was away for a while`() throws {
    #expect(try tool("convert", "a.raw", "slices/").code == 0)
    let slices = try FileManager.default.contentsOfDirectory(atPath: tool.file("slices")).sorted()
    let last = "slices/" + slices[slices.count - 3]
    let lost = try segment(input: "slices") { process in
      waitForAShard(process)
      try FileManager.default.moveItem(atPath: tool.file(last), toPath: tool.file("elsewhere"))
    }
    #expect([1, 2].contains(lost.code), "\(lost.words)")
    #expect(lost.error.contains(slices[slices.count - 3]), "\(lost.words)")
    #expect(!tool.has("out.zarr/zarr.json"))
    try FileManager.default.moveItem(atPath: tool.file("elsewhere"), toPath: tool.file(last))
    let resumed = try segment(["--resume"], input: "slices")
    #expect(resumed.code == 0, "\(resumed.words)")
    let whole = try tool.run(["segment", "slices", "--output", "whole.zarr"] + Self.words)
    #expect(whole.code == 0)
    #expect(try tool.tree("out.zarr") == tool.tree("whole.zarr"))
  }

  @Test func `does not happen with --overwrite, which keeps the old until the new has a block`()
    throws
  {
    #expect(try segment(["--region", "0:64,:,:"]).code == 0)
    let old = try tool.tree("out.zarr")
    // A file that ends before its first block does.
    #expect(try tool("convert", "a.raw", "b.nii.gz").code == 0)
    let bytes = try tool.bytes("b.nii.gz")
    try bytes.prefix(bytes.count / 5).write(to: URL(filePath: tool.file("b.nii.gz")))
    let failed = try segment(["--overwrite"], input: "b.nii.gz")
    #expect(failed.code != 0, "\(failed.words)")
    #expect(try tool.tree("out.zarr") == old)
    #expect(try tool("verify", "out.zarr", "--sample", "1%").code == 0)
    let replaced = try segment(["--overwrite"])
    #expect(
      replaced.code == 0 && replaced.error.contains("what is there stays until"),
      "\(replaced.words)")
    #expect(try tool("info", "out.zarr", "--json").json?["shape"] == [192, 140, 140])
  }

  @Test func `ends at once at the second signal, with nothing false on disk`() throws {
    let ending = try segment { process in
      waitForAShard(process)
      kill(process.processIdentifier, SIGINT)
      kill(process.processIdentifier, SIGINT)
    }
    #expect(ending.code == 130, "\(ending.words)")
    #expect(!tool.has("out.zarr/zarr.json"))
    #expect(try tool("status", "out.zarr").code == 4)
    #expect(try segment(["--resume"]).code == 0)
    #expect(try tool("verify", "out.zarr").code == 0)
  }
}
