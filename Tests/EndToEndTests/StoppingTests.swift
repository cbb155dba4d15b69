import Foundation
import Testing
import VolumeCore

@Suite(.serialized) struct `Stopping` {
  /// Sends `signal` once the first shard is on disk.
  private func stop(_ process: Process, _ tool: BuiltTool, with signal: Int32) throws {
    let deadline = Date(timeIntervalSinceNow: 120)
    while process.isRunning, !tool.has("out.zarr/0/c/0/0/0"), Date() < deadline {
      usleep(1000)
    }
    kill(process.processIdentifier, signal)
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 75)] as [(Int32, Int32)])
  func `keeps what is committed, and the same command goes on`(
    signal: Int32, code: Int32
  ) throws {
    let tool = try BuiltTool()
    // Three shards of 64 layers, so that one is committed well before the end.
    try tool("phantom", "a.raw", "--shape", "192x160x160", "--seed", "4")
    let words =
      ["segment", "a.raw", "--model", Models.plain, "--no-picture", "--json"]
      + ["--tile", "32", "--precision", "f32", "--output", "out.zarr"]
    let stopped = try tool.run(words + ["--trace", "a.trace.json"]) {
      try stop($0, tool, with: signal)
    }
    #expect(stopped.code == code, "\(stopped.words)")
    #expect(stopped.json?["error"] != nil)
    // The trace of what was done is whole.
    let trace = try #require(JSONValue(parsing: Array(try tool.bytes("a.trace.json"))))
    let events = try #require(trace["traceEvents"]?.array).compactMap { $0["name"]?.string }
    #expect(events.contains("commit") && events.contains("network"))
    #expect(!tool.has("a.trace.json.unfinished"))
    // What is there is not to be taken for a result.
    #expect(try tool("info", "out.zarr").code != 0 || !tool.has("out.zarr/0/zarr.json"))

    let another = try tool.run(words + ["--window", "0:200"])
    #expect(another.code == 2, "another plan: \(another.words)")

    let resumed = try tool.run(words)
    #expect(resumed.code == 0, "\(resumed.words)")
    #expect(resumed.error.contains("going on"))
    let whole = try tool.run(words.dropLast() + ["whole.zarr"])
    #expect(whole.code == 0, "\(whole.words)")
    #expect(try tool.tree("out.zarr") == tool.tree("whole.zarr"))
    #expect(resumed.json?["classes"] == whole.json?["classes"])
  }

  @Test func `by a kill leaves committed shards that the same command goes on with`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "a.raw", "--shape", "192x128x128", "--seed", "4")
    let words =
      ["segment", "a.raw", "--model", Models.plain, "--no-picture", "--json"]
      + ["--tile", "32", "--precision", "f32", "--output", "out.zarr"]
    let killed = try tool.run(words) { try stop($0, tool, with: SIGKILL) }
    #expect(killed.code == -SIGKILL, "\(killed.words)")
    let resumed = try tool.run(words)
    #expect(resumed.code == 0, "\(resumed.words)")
    let whole = try tool.run(words.dropLast() + ["whole.zarr"])
    #expect(whole.code == 0)
    #expect(try tool.tree("out.zarr") == tool.tree("whole.zarr"))
  }
}
