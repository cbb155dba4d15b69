import Foundation
import Testing
import VolumeCore
import VolumeTesting

@Suite(.serialized) struct `A store's state` {
  let tool: BuiltTool

  init() throws {
    tool = try BuiltTool()
    // Two shards beside each other, and levels above them.
    let shape = Shape3(z: 6, y: 40, x: 1100)
    try tool.writeRaw(
      "a.raw", shape, (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
    let ending = try tool("convert", "a.raw", "a.zarr")
    #expect(ending.code == 0, "\(ending.words)")
  }

  /// Every file, also of what is only ours, but the lock, and the receipt with its times.
  private func everything(_ name: String) throws -> [String: Data] {
    try tool.tree(name).merging(
      tool.tree(name + "/.t2s").filter { !["lock", "receipt.json"].contains($0.key) }
        .map { (".t2s/" + $0.key, $0.value) }
    ) { $1 }
  }

  private func change(_ name: String, _ body: (inout Data) -> Void) throws {
    var bytes = try tool.bytes(name)
    body(&bytes)
    try bytes.write(to: URL(filePath: tool.file(name)))
  }

  @Test func `is whole once it was made`() throws {
    for words in [["verify", "a.zarr"], ["status", "a.zarr"], ["verify", "--quick", "a.zarr"]] {
      let ending = try tool.run(words + ["--json"])
      #expect(ending.code == 0, "\(ending.words)")
      let json = try #require(ending.json)
      #expect(json["verdict"] == "whole")
      #expect(json["plan"]?["command"] == "convert")
      let levels = try #require(json["arrays"]?.array)
      #expect(levels.map { $0["files"]?.integer } == [2, 2, 2, 2, 2, 1])
      #expect(levels.allSatisfy { $0["files"] == $0["written"] })
    }
  }

  @Test func `is damaged by a bit, and repaired to the same bytes`() throws {
    let whole = try everything("a.zarr")
    try change("a.zarr/0/c/0/0/1") { $0[7] ^= 4 }
    try change("a.zarr/.t2s/plan.json") { $0[60] ^= 1 }
    try FileManager.default.removeItem(atPath: tool.file("a.zarr/2/c/0/0/0"))
    let damaged = try tool("verify", "a.zarr", "--json")
    #expect(damaged.code == 3, "\(damaged.words)")
    let levels = try #require(damaged.json?["arrays"]?.array)
    #expect(levels.map { $0["damaged"]?.integer } == [1, 0, 1, 0, 0, 0])
    #expect(levels[0]["damages"]?.array?.first?["file"] == "0/c/0/0/1")
    #expect(damaged.json?["damages"]?.array?.first?["file"] == ".t2s/plan.json")
    // What a look at sizes and indices cannot see.
    let quick = try tool("status", "a.zarr", "--json")
    #expect(quick.code == 3)
    #expect(quick.json?["arrays"]?.array?.map { $0["damaged"]?.integer } == [0, 0, 1, 0, 0, 0])
    #expect(try tool("convert", "a.zarr", "b.raw").code == 3)

    let other = try tool("repair", "a.zarr", "--from", "a.raw", "--voxel-size", "2um")
    #expect(other.code == 2, "\(other.words)")
    let repaired = try tool("repair", "a.zarr", "--from", "a.raw")
    #expect(repaired.code == 0, "\(repaired.words)")
    #expect(try everything("a.zarr") == whole)
    #expect(try tool("verify", "a.zarr").code == 0)
  }

  @Test func `is repaired as it was converted`() throws {
    let words = [
      "convert", "a.raw", "b.zarr", "--region", "1:5,3:,20:1090", "--type", "uint16", "--window",
      "3.5:200", "--compression", "zstd:4", "--voxel-size", "2um",
    ]
    #expect(try tool.run(words).code == 0)
    let whole = try everything("b.zarr")
    for name in ["b.zarr/0/c/0/0/0", "b.zarr/.t2s/ledger/0.log", "b.zarr/.t2s/plan.json"] {
      try FileManager.default.removeItem(atPath: tool.file(name))
      #expect(try tool("verify", "b.zarr").code == 3)
      let ending = try tool("repair", "b.zarr", "--from", "a.raw", "--voxel-size", "2um")
      #expect(ending.code == 0, "\(ending.words)")
      #expect(try everything("b.zarr") == whole, "\(name)")
    }
  }

  @Test func `of a segmentation is mended by the command that made it`() throws {
    let shape = Shape3(z: 70, y: 24, x: 24)
    try tool.writeRaw(
      "s.raw", shape, (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0 / 7) })
    let words = tool.segmenting("s.raw", "--precision", "f32")
    #expect(try tool.run(words).code == 0)
    let whole = try everything("out.zarr")
    // Two shards of 64 layers; the second stays.
    try change("out.zarr/0/c/0/0/0") { $0[9] ^= 1 }
    #expect(try tool("verify", "out.zarr").code == 3)
    let forgotten = try tool("repair", "out.zarr")
    #expect(forgotten.code == 4, "\(forgotten.words)")
    #expect(forgotten.output.contains("give the command that made it again"))
    let status = try tool("status", "out.zarr", "--json")
    #expect(status.json?["arrays"]?.array?.first?["written"] == 1)
    #expect(status.json?["arrays"]?.array?.first?["never_written"] == 1)
    let mended = try tool.run(words)
    #expect(mended.code == 0, "\(mended.words)")
    #expect(mended.error.contains("going on"))
    #expect(try everything("out.zarr") == whole)
  }

  @Test func `is the same whatever the threads and the memory`() throws {
    let whole = try everything("a.zarr")
    for words in [["--threads", "1"], ["--threads", "5"], ["--memory", "8M"]] {
      let ending = try tool.run(["convert", "a.raw", "b.zarr", "--overwrite"] + words)
      #expect(ending.code == 0, "\(ending.words)")
      #expect(try everything("b.zarr") == whole, "\(words)")
    }
  }
}

@Suite(.serialized) struct `A killed conversion` {
  /// Every file, also of what is only ours, but the lock, and the receipt with its times.
  private func everything(_ tool: BuiltTool, _ name: String) throws -> [String: Data] {
    try tool.tree(name).merging(
      tool.tree(name + "/.t2s").filter { !["lock", "receipt.json"].contains($0.key) }
        .map { (".t2s/" + $0.key, $0.value) }
    ) { $1 }
  }

  @Test func `is told truly, taken over with a word, and gone on with to the same bytes`() throws {
    let tool = try BuiltTool()
    let shape = Shape3(z: 140, y: 200, x: 1100)
    var random = SeededRandom(seed: 4)
    var noise = [UInt8](repeating: 0, count: shape.voxelCount)
    for index in noise.indices where index % 3 == 0 {
      noise[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 13)
    }
    try tool.writeRaw("a.raw", shape, noise)
    let start = ContinuousClock.now
    #expect(try tool("convert", "a.raw", "whole.zarr").code == 0)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let whole = try everything(tool, "whole.zarr")
    var kills = 0
    for number in 0..<6 {
      let words = ["convert", "a.raw", "b.zarr", "--overwrite"]
      let killed = try tool.run(words) { process in
        usleep(UInt32(Double.random(in: 0.02...0.98, using: &random) * seconds * 1e6))
        kill(process.processIdentifier, SIGKILL)
      }
      guard killed.code == -SIGKILL else { continue }
      kills += 1
      let holder = JSONValue(parsing: (try? [UInt8](tool.bytes("b.zarr/.t2s/lock"))) ?? [])
      if tool.has("b.zarr/.t2s/plan.json"), !tool.has("b.zarr/zarr.json") {
        let status = try tool("status", "b.zarr", "--json")
        #expect(status.code == 4, "kill \(number): \(status.words)")
        if holder != nil { #expect(status.json?["run"]?["state"] == "gone") }
        let found = try everything(tool, "b.zarr")
        for array in status.json?["arrays"]?.array ?? [] {
          let name = array["name"]?.string ?? "?"
          let same = whole.keys.filter { $0.hasPrefix("\(name)/c/") && found[$0] == whole[$0] }
          #expect(array["written"]?.integer ?? .max <= same.count, "kill \(number): \(name)")
        }
      }
      let resumed = try tool("convert", "a.raw", "b.zarr", "--json")
      #expect(resumed.code == 0 || tool.has("b.zarr/zarr.json"), "\(resumed.words)")
      if holder != nil, resumed.code == 0 {
        #expect(resumed.error.contains("taking over from process"), "\(resumed.words)")
      }
      #expect(try everything(tool, "b.zarr") == whole, "kill \(number)")
    }
    #expect(kills > 0)
  }
}
