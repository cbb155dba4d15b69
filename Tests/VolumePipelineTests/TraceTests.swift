import EngineCore
import NeuralGraph
import OneDNNEngine
import Pipelines
import SystemIO
import Testing
import VolumeCore
import VolumePipeline
import VolumeTesting

@Suite struct `A trace` {
  static let shape = Shape3(z: 8, y: 64, x: 64)

  /// One event of a file, as Perfetto reads it.
  struct Event {
    var name: String
    var lane: String
    var start: Double
    var end: Double
    var tile: Int?
    var bytes: Int?
  }

  /// The events of the file at `path`, which must be JSON.
  private func events(_ path: String) throws -> [Event] {
    let document = try #require(JSONValue(parsing: try contents(ofFile: path)))
    let all = try #require(document["traceEvents"]?.array)
    var lanes: [Int: String] = [:]
    for event in all where event["name"]?.string == "thread_name" {
      lanes[event["tid"]?.integer ?? -1] = event["args"]?["name"]?.string
    }
    return try all.filter { $0["ph"]?.string == "X" }.map { event in
      let start = try #require(event["ts"]?.number)
      let length = try #require(event["dur"]?.number)
      let lane = try #require(event["tid"]?.integer)
      return Event(
        name: try #require(event["name"]?.string), lane: try #require(lanes[lane]), start: start,
        end: start + length, tile: event["args"]?["tile"]?.integer,
        bytes: event["args"]?["bytes"]?.integer)
    }
  }

  /// Runs a small segmentation under a trace at `path`.
  private func run(
    _ path: String, slots: Int, secondsPerVoxel: Double = 0, failingBlock: Index3? = nil
  ) throws -> LaneTimes {
    let scan = SlowReader(
      MemoryVolume.scan(Self.shape, seed: 14), secondsPerVoxel: secondsPerVoxel)
    var options = SegmentationOptions()
    options.precision = .f32
    options.block = Shape3(z: 4, y: 64, x: 64)
    options.threads = 1
    options.slots = slots
    let plan = try SegmentationPlan(
      options, model: `A segmentation`.model, scan: scan, factory: OneDNNEngineFactory())
    let output = MemoryOutput(Self.shape, block: options.block, failingBlock: failingBlock)
    let trace = try TraceFile(path, ["tool": "test"])
    defer { _ = try? trace.finish() }
    try Timeline.observed(by: trace, lane: "test") {
      _ = try SegmentationRun(plan, from: scan, to: output).run()
    }
    return try trace.finish()
  }

  @Test func `shows every tile in every stage, and how busy each lane was`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.json")
    let times = try run(path, slots: 2)
    let events = try events(path)
    let layer = Self.shape.y * Self.shape.x
    for (name, lane) in [
      ("read", "reader"), ("submit", "engine"), ("network", "core 1"), ("collect", "engine"),
      ("assemble", "writer"),
    ] {
      let found = events.filter { $0.name == name }
      #expect(found.compactMap(\.tile).sorted() == Array(0..<8), "\(name)")
      #expect(found.allSatisfy { $0.lane == lane }, "\(name)")
    }
    #expect(events.filter { $0.name == "read" }.allSatisfy { $0.bytes == layer })
    #expect(events.filter { $0.name == "commit" }.count == 2)
    // A tile goes from stage to stage.
    for tile in 0..<8 {
      let order = ["read", "submit", "network", "collect", "assemble"].compactMap { name in
        events.first { $0.name == name && $0.tile == tile }
      }
      for (before, after) in zip(order, order.dropFirst()) {
        #expect(before.start <= after.start)
        // A small tile may be computed before the thread that handed it over goes on.
        #expect(before.name == "submit" || before.end <= after.end)
      }
    }
    #expect(times.lanes.count == 5)
    for lane in times.lanes {
      let sum = events.filter { $0.lane == lane.lane.name }
        .filter { inner in
          !events.contains {
            $0.lane == inner.lane && $0.start <= inner.start && $0.end >= inner.end
              && $0.end - $0.start > inner.end - inner.start
          }
        }
        .reduce(0) { $0 + ($1.end - $1.start) }
      #expect(abs(sum * 1000 - Double(lane.busy)) <= 1e4 + 0.01 * sum * 1000, "\(lane.lane)")
      #expect((0...1).contains(times.share(of: lane)))
    }
    #expect(times.limiting?.busy == times.lanes.map(\.busy).max())
  }

  @Test func `shows that lanes overlap with two slots and not with one`() throws {
    let folder = try TemporaryFolder()
    func overlaps(slots: Int) throws -> Bool {
      let path = folder.file("\(slots).json")
      _ = try run(path, slots: slots, secondsPerVoxel: 4e-6)
      let events = try events(path)
      let reads = events.filter { $0.name == "read" }
      return events.contains { network in
        network.name == "network"
          && reads.contains { $0.start < network.end && network.start < $0.end }
      }
    }
    #expect(try !overlaps(slots: 1))
    #expect(try overlaps(slots: 2))
  }

  @Test func `is whole JSON when the run fails, and has no name before it is whole`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.json")
    let trace = try TraceFile(path, [:])
    Timeline.observed(by: trace, lane: "test") { Timeline.work("a \"quoted\" name\n") {} }
    #expect(kind(ofPath: path) == .missing)
    try trace.finish()
    // Finishing twice is finishing once.
    try trace.finish()
    #expect(try events(path).map(\.name) == ["a \"quoted\" name\n"])
    let failed = folder.file("b.json")
    #expect(throws: Explanation.self) {
      try run(failed, slots: 2, failingBlock: Index3(z: 1, y: 0, x: 0))
    }
    #expect(try events(failed).contains { $0.name == "commit" })
    #expect(try names(inFolder: folder.path) == ["a.json", "b.json"])
  }

  @Test func `is written as it grows, and leaves memory alone`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.json")
    let trace = try TraceFile(path, [:])
    Timeline.observed(by: trace, lane: "test") {
      for tile in 0..<5000 { Timeline.work("work", tile: tile) {} }
    }
    // All but the last block is in the file already.
    guard case .file(let bytes) = kind(ofPath: path + ".unfinished") else {
      Issue.record("nothing is written before the end")
      return
    }
    #expect(bytes > 200_000)
    try trace.finish()
    #expect(try events(path).map(\.tile) == Array(0..<5000))
  }
}
