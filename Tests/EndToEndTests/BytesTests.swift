import Foundation
import Testing
import VolumeCore
import VolumeTesting

/// Segmentations in bytes by the tool as it was built: what calibrates a model, and what takes it.
@Suite(
  .serialized, .enabled(if: Models.hasStandard, "there is no Samples/default.h5"))
struct `A segmentation in bytes` {
  let tool: BuiltTool

  /// Whether this machine chooses bytes by itself.
  static let isFast =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains("avx512_vnni") == true

  init() throws {
    tool = try BuiltTool()
    for ending in ["h5", "json"] {
      let source = Models.standard.dropLast(2) + ending
      if FileManager.default.fileExists(atPath: String(source)) {
        try FileManager.default.copyItem(atPath: String(source), toPath: tool.file("net.\(ending)"))
      }
    }
    let ending = try tool("phantom", "a.raw", "--shape", "6x264x256", "--seed", "3")
    try #require(ending.code == 0, "\(ending.words)")
  }

  private func calibrate(_ more: String...) throws -> Ending {
    try tool.run(["model", "calibrate", "net.h5", "a.raw"] + more)
  }

  private func segment(_ output: String, _ more: String...) throws -> Ending {
    try tool.run(
      ["segment", "a.raw", "--model", "net.h5", "--output", output, "--no-picture"] + more)
  }

  private func receipt(_ name: String) throws -> JSONValue {
    try #require(JSONValue(parsing: [UInt8](try tool.bytes("\(name)/.t2s/receipt.json"))))
  }

  private func precision(_ name: String) throws -> String? {
    try receipt(name)["engine"]?["precision"]?.string
  }

  @Test func `follows a calibration, and loses next to nothing`() throws {
    let made = try calibrate("--labels", "a.raw.labels.zarr", "--json")
    try #require(made.code == 0, "\(made.words)")
    #expect(made.json?["output"] == "net.int8.json")
    // Of so few pores the index is too uncertain for a gate of 0.002.
    let classes = made.json?["gate"]?["classes"]?.array ?? []
    #expect(classes.count == 3)
    for one in classes {
      let (single, bytes) = (one["jaccard_f32"]?.number ?? 0, one["jaccard_int8"]?.number ?? 0)
      #expect(single > 0.7 && bytes > single - 0.01, "\(made.words)")
    }
    let again = try calibrate()
    #expect(again.code == 2 && again.error.contains("--overwrite"), "\(again.words)")
    let bytes = try segment("bytes.zarr", "--precision", "int8", "--tile", "96")
    try #require(bytes.code == 0, "\(bytes.words)")
    #expect(bytes.error.contains("net.int8.json"), "\(bytes.words)")
    #expect(try precision("bytes.zarr") == "int8")
    #expect(
      try receipt("bytes.zarr")["engine"]?["calibration"]?["gate"]?["passed"]
        == made.json?["gate"]?["passed"])
    // Other tiles, the same bytes.
    let whole = try segment("whole.zarr", "--precision", "int8", "--tile", "256")
    #expect(whole.code == 0, "\(whole.words)")
    #expect(try receipt("bytes.zarr")["output"] == receipt("whole.zarr")["output"])
    let single = try segment("single.zarr", "--precision", "f32")
    #expect(single.code == 0, "\(single.words)")
    let likeness = try tool("evaluate", "bytes.zarr", "single.zarr", "--json")
    let accuracy = likeness.json?["macro"]?["jaccard"]?.number ?? 0
    #expect(accuracy > 0.98, "\(likeness.words)")
    let sample = try tool("verify", "bytes.zarr", "--sample", "20%")
    #expect(sample.code == 0 && sample.output.contains("are the same"), "\(sample.words)")
    let page = try tool("receipt", "bytes.zarr")
    #expect(page.output.contains("labels equal those of f32"), "\(page.words)")
  }

  @Test func `is chosen where the calibration passed its gate, and not where it did not`() throws {
    try #require(try calibrate().code == 0)
    let chosen = try segment("a.zarr")
    #expect(chosen.code == 0, "\(chosen.words)")
    #expect(try (precision("a.zarr") == "int8") == Self.isFast, "\(chosen.words)")
    // The same file, as if half of all labels had been others.
    let text = String(decoding: try tool.bytes("net.int8.json"), as: UTF8.self)
    var json = try #require(JSONValue(parsing: text)?.object)
    var gate = try #require(json["gate"]?.object)
    gate["equal"] = .integer((gate["voxels"]?.integer ?? 0) / 2)
    json["gate"] = .object(gate)
    try JSONValue.object(json).text().write(
      toFile: tool.file("net.int8.json"), atomically: true, encoding: .utf8)
    let refused = try segment("b.zarr")
    #expect(refused.code == 0, "\(refused.words)")
    #expect(try precision("b.zarr") != "int8")
    #expect(refused.error.contains("not passed") == Self.isFast, "\(refused.words)")
    let obeyed = try segment("c.zarr", "--precision", "int8")
    #expect(obeyed.code == 0 && obeyed.error.contains("not passed"), "\(obeyed.words)")
    #expect(try precision("c.zarr") == "int8")
    #expect(try receipt("c.zarr")["engine"]?["calibration"]?["gate"]?["passed"] == false)
  }

  @Test func `is measured again on another scan, and calibrated where there is nothing`() throws {
    let fresh = try segment("a.zarr", "--precision", "int8", "--region", "1:5,0:256,0:256")
    #expect(fresh.code == 0 && fresh.error.contains("calibrated on"), "\(fresh.words)")
    #expect(!tool.has("net.int8.json"))
    try #require(try calibrate().code == 0)
    try #require(try tool("phantom", "b.raw", "--shape", "3x256x256", "--seed", "4").code == 0)
    let other = try tool(
      "segment", "b.raw", "--model", "net.h5", "--no-picture", "--precision", "int8")
    #expect(other.code == 0, "\(other.words)")
    #expect(other.error.contains("made on another scan"), "\(other.words)")
    #expect(other.error.contains("calibrated on"), "\(other.words)")
    // Of a scan that it was not made on the loss is measured, where that fits.
    for (memory, choice) in [("400M", "computed in bytes by"), ("64M", "not computed in bytes by")]
    {
      let chosen = try tool(
        "segment", "b.raw", "--model", "net.h5", "--no-picture", "--memory", memory, "--tile", "64",
        "--threads", "1", "--output", "\(memory).zarr")
      #expect(chosen.code == 0, "\(chosen.words)")
      #expect(chosen.error.contains(choice) == Self.isFast, "\(chosen.words)")
    }
  }

  @Test func `is refused with the reason where it cannot be`() throws {
    func refused(_ words: [String], _ reason: String, code: Int32 = 2) throws {
      let ending = try tool.run(
        ["segment", "a.raw", "--output", "x.zarr", "--no-picture", "--precision", "int8"] + words)
      #expect(ending.code == code && ending.error.contains(reason), "\(ending.words)")
      #expect(!tool.has("x.zarr"))
    }
    let net = ["--model", "net.h5"]
    try refused(net + ["--flips", "4"], "several orientations")
    try refused(net + ["--engine", "reference"], "does not compute in bytes")
    try refused(net + ["--part", "1/2"], "parts need one calibration")
    try refused(net + ["--calibration", "no.json"], "there is no calibration at no.json")
    try refused(net + ["--memory", "60M"], "calibrating takes")
    try #require(try calibrate().code == 0)
    try refused(
      ["--model", Models.plain, "--calibration", "net.int8.json"], "it is of another model")
    try refused(
      net + ["--window", "10:200", "--calibration", "net.int8.json"], "does not hold here")
    try "{".write(toFile: tool.file("net.int8.json"), atomically: true, encoding: .utf8)
    try refused(net, "is no calibration", code: 3)
    let mixed = try segment("x.zarr", "--precision", "f32", "--calibration", "net.int8.json")
    #expect(mixed.code == 2 && mixed.error.contains("--precision is f32"), "\(mixed.words)")
    let shape = try tool("phantom", "c.raw", "--shape", "2x64x64")
    #expect(shape.code == 0)
    let labels = try calibrate("--labels", "c.raw.labels.zarr", "--overwrite")
    #expect(labels.code == 2 && labels.error.contains("2x64x64"), "\(labels.words)")
  }

  @Test func `is the same in parts`() throws {
    try #require(try tool("phantom", "d.raw", "--shape", "130x64x64").code == 0)
    try #require(
      try tool("model", "calibrate", "net.h5", "d.raw", "--output", "d.json").code == 0)
    let words = [
      "segment", "d.raw", "--model", "net.h5", "--precision", "int8", "--calibration", "d.json",
      "--no-picture",
    ]
    let whole = try tool.run(words + ["--output", "whole.zarr"])
    #expect(whole.code == 0, "\(whole.words)")
    for part in ["2/2", "1/2"] {
      let ending = try tool.run(words + ["--output", "parts.zarr", "--part", part])
      #expect(ending.code == 0, "\(ending.words)")
    }
    let finished = try tool("finish", "parts.zarr")
    #expect(finished.code == 0, "\(finished.words)")
    #expect(try receipt("parts.zarr")["output"] == receipt("whole.zarr")["output"])
  }
}
