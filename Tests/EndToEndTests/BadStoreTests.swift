import Foundation
import Testing
import VolumeCore

@Suite(.serialized) struct `A store` {
  private func scan(_ tool: BuiltTool, _ shape: String = "4x64x64") throws {
    let ending = try tool("phantom", "a.raw", "--shape", shape)
    #expect(ending.code == 0, "\(ending.words)")
  }

  @Test func `that is finished is replaced only on request`() throws {
    let tool = try BuiltTool()
    try scan(tool)
    #expect(try tool("convert", "a.raw", "a.zarr").code == 0)
    let before = try tool.tree("a.zarr")
    for words in [["convert", "a.raw", "a.zarr"], ["phantom", "a.zarr", "--shape", "1x8x8"]] {
      let ending = try tool.run(words)
      #expect(ending.code == 2, "\(ending.words)")
      #expect(ending.error.contains("--overwrite"))
    }
    #expect(try tool.tree("a.zarr") == before)
    let ending = try tool("convert", "a.raw", "a.zarr", "--overwrite")
    #expect(ending.code == 0, "\(ending.words)")
    #expect(try tool.tree("a.zarr") == before)
  }

  @Test func `is not overwritten where something else lies in its place`() throws {
    let tool = try BuiltTool()
    try scan(tool)
    try FileManager.default.createDirectory(
      atPath: tool.file("photos.zarr"), withIntermediateDirectories: true)
    try "mine".write(toFile: tool.file("photos.zarr/a.txt"), atomically: false, encoding: .utf8)
    let ending = try tool("convert", "a.raw", "photos.zarr", "--overwrite")
    if ending.code != 0 { #expect(ending.code == 2, "\(ending.words)") }
    #expect(tool.has("photos.zarr/a.txt"), "a folder that is no store was emptied")
  }

  @Test func `with a flipped byte is damaged, and says where`() throws {
    let tool = try BuiltTool()
    try scan(tool)
    #expect(try tool("convert", "a.raw", "a.zarr").code == 0)
    let shard = tool.file("a.zarr/0/c/0/0/0")
    let whole = try Data(contentsOf: URL(filePath: shard))
    for position in [0, whole.count / 3, whole.count - 30, whole.count - 2] {
      var bytes = whole
      bytes[position] ^= 0x10
      try bytes.write(to: URL(filePath: shard))
      let ending = try tool("convert", "a.zarr", "out.raw")
      #expect(ending.code == 3, "byte \(position): \(ending.words)")
      #expect(ending.error.contains("a.zarr"))
      #expect(!tool.has("out.raw"))
    }
  }

  @Test func `without one of its shards is damaged, not full of zeros`() throws {
    let tool = try BuiltTool()
    try scan(tool)
    #expect(try tool("convert", "a.raw", "a.zarr").code == 0)
    try FileManager.default.removeItem(atPath: tool.file("a.zarr/0/c/0/0/0"))
    let ending = try tool("convert", "a.zarr", "out.raw")
    #expect(ending.code == 3, "\(ending.words)")
    #expect(!tool.has("out.raw"))
  }

  @Test func `tells where its labels come from`() throws {
    let tool = try BuiltTool()
    try scan(tool)
    let ending = try tool.run(tool.segmenting("a.raw", "--precision", "f32"))
    #expect(ending.code == 0, "\(ending.words)")
    let text = String(decoding: try tool.bytes("out.zarr/zarr.json"), as: UTF8.self)
    let made = try #require(JSONValue(parsing: text)?["attributes"]?["t2s"])
    let words = made.text()
    for part in ["tool_version", "a.raw", "model", "normalisation", "f32"] {
      #expect(words.contains(part), "\(part) in \(words)")
    }
  }

  @Test(.enabled(if: isRoot, "only root can mount a small disk"))
  func `on a full disk fails with words, and nothing looks finished`() throws {
    let tool = try BuiltTool()
    try scan(tool, "64x256x256")
    let disk = tool.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    func call(_ words: String...) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = words
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    // Where mounting is not allowed, as in many containers, there is nothing to see.
    guard try call("mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", disk) == 0 else { return }
    defer { _ = try? call("umount", disk) }
    for words in [
      ["convert", "a.raw", "disk/out.zarr"], ["convert", "a.raw", "disk/out.raw"],
      ["convert", "a.raw", "disk/out.tif"],
    ] {
      let ending = try tool.run(words)
      #expect([1, 2].contains(ending.code), "\(ending.words)")
      #expect(ending.error.contains("disk"), "\(ending.words)")
      #expect(try tool("info", words[2]).code != 0)
    }
    // Full already: even the first small file finds no room.
    try Data(count: 1 << 20).write(to: URL(filePath: disk + "/full"), options: [])
    let ending = try tool(
      "segment", "a.raw", "--model", Models.plain, "--output", "disk/out.zarr", "--no-picture",
      "--region", "0:2,:,:")
    #expect([1, 2].contains(ending.code), "\(ending.words)")
    #expect(try tool("info", "disk/out.zarr").code != 0)
  }
}
