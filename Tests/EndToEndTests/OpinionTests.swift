import Foundation
import Testing
import VolumeCore

@Suite struct `More than one opinion` {
  @Test(.enabled(if: Models.hasStandard, "Samples/default.h5 is not here"))
  func `is kept beside the labels, gone on with, and says where to look next`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "big.raw", "--shape", "70x96x128", "--seed", "5")
    let words = [
      "segment", "big.raw", "--tile", "64", "--flips", "4", "--probabilities", "fibre,2",
      "--uncertainty", "entropy", "--no-picture", "--json",
    ]
    // Stopped on the way, and given again.
    let stopped = try tool.run(words) { process in
      Thread.sleep(forTimeInterval: 1.5)
      kill(process.processIdentifier, SIGTERM)
    }
    #expect([0, 75].contains(stopped.code), "\(stopped.words)")
    let ending = stopped.code == 0 ? stopped : try tool.run(words)
    #expect(ending.code == 0, "\(ending.words)")
    #expect(ending.json?["probabilities"]?.string == "big.probabilities.zarr")
    #expect(ending.json?["uncertainty"]?.string == "big.uncertainty.zarr")
    #expect(tool.has("big.probabilities.zarr/0/c/1/0/0/0"))
    #expect(!tool.has("big.probabilities.parts"))
    for (channel, name) in [("0", "p0.raw"), ("1", "p1.raw")] {
      let copied = try tool("convert", "big.probabilities.zarr", name, "--channel", channel)
      #expect(copied.code == 0, "\(copied.words)")
    }
    #expect(try tool("convert", "big.labels.zarr", "l.raw").code == 0)
    #expect(try tool("convert", "big.uncertainty.zarr", "u.raw").code == 0)
    let (labels, fibre, pores, unsure) = (
      try tool.bytes("l.raw"), try tool.bytes("p0.raw"), try tool.bytes("p1.raw"),
      try tool.bytes("u.raw")
    )
    var wrong = 0
    for i in labels.indices {
      let p = [255 - Int(fibre[i]) - Int(pores[i]), Int(fibre[i]), Int(pores[i])]
      if p[Int(labels[i])] < (p.max() ?? 0) - 2 { wrong += 1 }
      if unsure[i] == 0, p[Int(labels[i])] < 250 { wrong += 1 }
    }
    #expect(wrong == 0)

    let suggested = try tool("suggest-layers", "big.labels.zarr", "-n", "3", "--json")
    #expect(suggested.code == 0, "\(suggested.words)")
    let layers = suggested.json?["layers"]?.array?.compactMap { $0["layer"]?.integer } ?? []
    #expect(Set(layers).count == 3 && layers.allSatisfy { (0..<70).contains($0) })
    #expect(tool.has("big.suggestions.png"))
    let again = try tool.run(words)
    #expect(again.code == 2, "\(again.words)")
    let replaced = try tool.run(words + ["--overwrite"])
    #expect(replaced.code == 0, "\(replaced.words)")
    #expect(try tool("suggest-layers", "big.probabilities.zarr").code == 2)
  }

  @Test(.enabled(if: Models.hasStandard, "Samples/default.h5 is not here"))
  func `along three axes takes scratch, is gone on with, and leaves nothing behind`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "big.raw", "--shape", "70x64x80", "--seed", "6")
    let words = [
      "segment", "big.raw", "--axes", "zyx", "--uncertainty", "margin", "--no-picture", "--json",
    ]
    let plan = try tool("plan", "big.raw", "--axes", "zyx", "--rate", "1M", "--json")
    #expect(plan.json?["scratch_bytes"]?.integer == 70 * 64 * 80 * (1 + 8), "\(plan.words)")
    let whole = try tool.run(words + ["--output", "whole.labels.zarr"])
    #expect(whole.code == 0, "\(whole.words)")
    for pause in [0.4, 0.8, 1.2] {
      _ = try tool.run(words) { process in
        Thread.sleep(forTimeInterval: pause)
        kill(process.processIdentifier, SIGKILL)
      }
    }
    let ending = tool.has("big.labels.zarr/zarr.json") ? whole : try tool.run(words)
    #expect(ending.code == 0, "\(ending.words)")
    #expect(!tool.has("big.passes") && !tool.has("whole.passes"))
    for part in ["labels", "uncertainty"] {
      let (a, b) = (try tool.tree("whole.\(part).zarr/0"), try tool.tree("big.\(part).zarr/0"))
      #expect(a == b && !a.isEmpty, "\(part)")
    }
    // Another axis is another opinion.
    let plain = try tool("segment", "big.raw", "--output", "z.labels.zarr", "--no-picture")
    #expect(plain.code == 0)
    #expect(plain.output.contains("  cpu      ") && plain.output.contains("cores busy"))
    #expect(try tool.tree("z.labels.zarr/0") != tool.tree("whole.labels.zarr/0"))
  }
}
