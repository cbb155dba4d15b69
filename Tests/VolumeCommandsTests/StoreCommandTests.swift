import Synchronization
import Testing
import VolumeCommands
import VolumeCore

/// One store whose state is what a test says.
private final class MemoryStores: StoreChecking {
  let report: StoreReport
  private let state = Mutex((depths: [StoreCheckDepth](), writer: MemoryWriter?.none))

  init(_ report: StoreReport) { self.report = report }

  var depths: [StoreCheckDepth] { state.withLock { $0.depths } }
  var writer: MemoryWriter? { state.withLock { $0.writer } }

  func isStore(_ path: String) -> Bool { path == report.path }
  func begun(_ path: String) -> [String: JSONValue]? { nil }
  func partsFolder(of path: String) -> String { path + "/parts" }
  func missingParts(_ path: String, of count: Int) -> [PartShare]? { nil }
  func kept(_ name: String, in path: String) -> JSONValue? { nil }
  func facts(of block: Index3, in path: String) -> [String: JSONValue]? { nil }

  func check(
    _ path: String, _ depth: StoreCheckDepth, part: PartShare?,
    progress: @escaping @Sendable (_ bytes: Int, _ total: Int) -> Void,
    isStopped: @escaping @Sendable () -> Bool
  ) throws(Explanation) -> StoreReport {
    if isStopped() { throw Explanation(.failed, "not to the end", remedy: "again") }
    progress(1, 2)
    return state.withLock { state in
      state.depths.append(depth)
      guard state.writer?.isFinished != true else {
        var mended = report
        mended.isFinished = true
        for index in mended.arrays.indices { mended.arrays[index].damages = [] }
        return mended
      }
      return report
    }
  }

  func mend(
    _ path: String, _ output: OutputDescription, _ report: StoreReport
  ) throws(Explanation) -> any VolumeWriter {
    let writer = MemoryWriter(
      output, chunk: Shape3(z: 2, y: 3, x: 3), inOrder: false, failsAtCommit: nil)
    state.withLock { $0.writer = writer }
    return writer
  }
}

@Suite struct `The state of a store` {
  static let shape = Shape3(z: 4, y: 6, x: 6)
  static let plan: [String: JSONValue] = [
    "command": "convert", "input": "memory 144", "tool_version": "0.0.9",
  ]

  private func report(
    damages: Int = 0, finished: Bool = true, type: VoxelType = .uint8,
    plan: [String: JSONValue]? = plan
  ) -> StoreReport {
    var array = ArrayReport(name: "0", shape: Self.shape, voxelType: type, hasLedger: true)
    array.total = 8
    array.written = finished ? 7 - damages : 3
    array.zero = 1
    array.neverWritten = finished ? 0 : 4
    array.damaged = damages
    array.damages = (0..<damages).map {
      StoreDamage(
        file: "0/c/0/0/\($0)", shard: Index3(z: 0, y: 0, x: $0), chunk: 5,
        region: Region(z: 0..<2, y: 0..<3, x: 0..<3), what: "its checksum differs")
    }
    var report = StoreReport(path: "a.zarr", depth: .full, isFinished: finished)
    report.arrays = [array]
    report.plan = plan
    return report
  }

  @Test(
    arguments: ["status", "verify"], [(0, true, 0), (2, true, 3), (0, false, 4), (1, false, 3)])
  func `is the exit code, and the first line`(
    command: String, state: (damages: Int, finished: Bool, code: Int32)
  ) throws {
    let report = report(damages: state.damages, finished: state.finished)
    let outcome = runTool([command, "a.zarr"], stores: MemoryStores(report))
    #expect(outcome.code == state.code)
    let words = [0: "whole", 3: "damaged", 4: "not finished"][state.code] ?? "?"
    #expect(outcome.output.hasPrefix("a.zarr: \(words)"))
    let json = runTool([command, "a.zarr", "--json"], stores: MemoryStores(report))
    #expect(json.code == state.code)
    #expect(json.json?["exit_code"]?.integer == Int(state.code))
    #expect(json.json?["verdict"]?.string == report.verdict.rawValue)
    #expect(json.json?["arrays"]?.array?.count == 1)
  }

  @Test func `is looked at as closely as was asked for`() {
    for (words, depth) in [
      (["status"], StoreCheckDepth.quick), (["verify", "--quick"], .quick), (["verify"], .full),
    ] {
      let stores = MemoryStores(report())
      #expect(runTool(words + ["a.zarr"], stores: stores).code == 0)
      #expect(stores.depths == [depth])
    }
  }

  @Test func `is told with counts, place of the damage, plan and run`() throws {
    var report = report(damages: 1, finished: false)
    report.run = StoreRun(
      host: "node7", process: 4711, start: "2026-03-01T12:00:00Z", state: .running)
    report.remarks = ["something else"]
    let stores = MemoryStores(report)
    let page = runTool(["status", "a.zarr"], stores: stores).output
    let row = try #require(page.split(separator: "\n").first { $0.hasPrefix("  0 ") })
    #expect(
      row.split(separator: " ").map(String.init)
        == ["0", "4x6x6", "uint8", "8", "3", "1", "4", "1", "50", "%"])
    #expect(page.contains("0/c/0/0/0, chunk 5, voxels 0:2,0:3,0:3: its checksum differs"))
    #expect(page.contains("convert of memory 144"))
    #expect(page.contains("process 4711 on node7, started 2026-03-01T12:00:00Z, is running"))
    #expect(page.contains("something else"))
    let json = try #require(runTool(["status", "a.zarr", "--json"], stores: stores).json)
    let array = try #require(json["arrays"]?.array?.first)
    #expect(array["never_written"] == 4)
    #expect(array["zero"] == 1)
    #expect(array["written"] == 3)
    #expect(array["fraction"]?.number == 0.5)
    #expect(array["damages"]?.array?.first?["region"] == "0:2,0:3,0:3")
    #expect(json["run"]?["process"] == 4711)
    #expect(json["run"]?["state"] == "running")
    #expect(json["plan"]?["input"] == "memory 144")
  }

  @Test func `lists what a person can read, and all of it as JSON`() throws {
    let stores = MemoryStores(report(damages: 7))
    var many = stores.report
    many.damages = (0..<40).map { StoreDamage(file: "\($0)", what: "gone") }
    let long = MemoryStores(many)
    let page = runTool(["verify", "a.zarr"], stores: long).output
    #expect(page.split(separator: "\n").filter { $0.hasPrefix("  damaged ") }.count == 20)
    #expect(page.contains("and 27 more"))
    let json = try #require(runTool(["verify", "a.zarr", "--json"], stores: long).json)
    #expect(json["damages"]?.array?.count == 40)
  }

  @Test(arguments: [["status"], ["verify"], ["repair", "--from", "in.mem"]])
  func `is told of stores only, and can be stopped`(words: [String]) {
    let stores = MemoryStores(report())
    let other = runTool(words + ["b.raw"], stores: stores)
    #expect(other.code == 2)
    #expect(other.error.contains("b.raw is no store"))
    let stopped = runTool(words + ["a.zarr"], stores: stores, stopSignal: { 2 })
    #expect(stopped.code == 130)
    #expect(runTool(words + ["a.zarr"]).code == 2)
  }
}

@Suite struct `Repairing a store` {
  static let shape = Shape3(z: 4, y: 6, x: 6)
  static let voxels = (0..<144).map { UInt8($0) }

  private func scan(_ shape: Shape3 = shape) -> MemoryFormat {
    let format = MemoryFormat()
    format.add("in.mem", MemoryVolume(numbered: shape))
    return format
  }

  private func stores(
    _ plan: [String: JSONValue]?, type: VoxelType = .uint8, finished: Bool = true
  ) -> MemoryStores {
    var report = StoreReport(path: "a.zarr", depth: .full, isFinished: finished)
    var array = ArrayReport(name: "0", shape: Self.shape, voxelType: type, hasLedger: true)
    if finished {
      array.damages = [
        StoreDamage(file: "0/c/0/0/0", shard: Index3(z: 0, y: 0, x: 0), what: "gone")
      ]
    }
    report.arrays = [array]
    report.plan = plan
    return MemoryStores(report)
  }

  private let words = ["repair", "a.zarr", "--from", "in.mem"]
  private let plan: [String: JSONValue] = [
    "command": "convert", "input": "memory 144", "tool_version": "0.0.9",
  ]

  @Test(arguments: [true, false])
  func `copies what the writer lacks, under the plan that made it`(finished: Bool) throws {
    let stores = stores(plan, finished: finished)
    let outcome = runTool(words + ["--json"], formats: [scan()], stores: stores)
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(stores.writer)
    #expect(writer.isFinished)
    #expect(writer.voxels == Self.voxels)
    #expect(writer.output.plan == plan)
    #expect(stores.depths == [.full, .quick])
    #expect(outcome.json?["after"]?["verdict"] == "whole")
    #expect(outcome.json?["before"]?["verdict"] == (finished ? "damaged" : "unfinished"))
    #expect(outcome.json?["exit_code"] == 0)
  }

  @Test func `takes a scan under another name where that is said, and size and first bytes agree`()
    throws
  {
    func run(_ fingerprint: String, _ options: [String]) -> (Outcome, MemoryStores) {
      let format = MemoryFormat()
      format.add(
        "in.mem", MemoryVolume(shape: Self.shape, voxels: Self.voxels, fingerprint: fingerprint))
      let old = stores(plan.merging(["input": "old scan.raw 144 fnv1a:8c2f"]) { $1 })
      return (runTool(words + options, formats: [format], stores: old), old)
    }
    let renamed = "in.mem 144 fnv1a:8c2f"
    let (refused, untouched) = run(renamed, [])
    #expect(refused.code == 2 && refused.error.contains("--renamed"), "\(refused.error)")
    #expect(untouched.writer == nil)
    let (taken, mended) = run(renamed, ["--renamed"])
    #expect(taken.code == 0, "\(taken.error)")
    #expect(mended.writer?.voxels == Self.voxels)
    for other in ["in.mem 145 fnv1a:8c2f", "in.mem 144 fnv1a:8c2e", "memory 144"] {
      let (outcome, untouched) = run(other, ["--renamed"])
      #expect(outcome.code == 2 && !outcome.error.contains("--renamed"), "\(outcome.error)")
      #expect(untouched.writer == nil)
    }
  }

  @Test func `takes region, type and window from the plan`() throws {
    let region = plan.merging([
      "region": "1:3,2:6,0:4", "input_type": "uint8", "window": "0:143",
    ]) { $1 }
    let stores = stores(region, type: .uint16)
    let outcome = runTool(words, formats: [scan()], stores: stores)
    #expect(outcome.code == 0, "\(outcome.error)")
    let writer = try #require(stores.writer)
    #expect(writer.output.volume.shape == Shape3(z: 2, y: 4, x: 4))
    #expect(writer.output.volume.origin == Index3(z: 1, y: 2, x: 0))
    #expect(writer.output.volume.voxelType == .uint16)
    // Voxel 48 lies at (1, 2, 0): 48 of 143 of 65535.
    let first = Int(writer.voxels[0]) | Int(writer.voxels[1]) << 8
    #expect(first == Int((48.0 / 143 * 65535).rounded()))
  }

  @Test func `refuses what is not the scan, and what no scan can mend`() {
    func refusal(
      _ plan: [String: JSONValue]?, _ part: String, code: Int32 = 2, finished: Bool = true,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let stores = stores(plan, finished: finished)
      let outcome = runTool(words, formats: [scan()], stores: stores)
      #expect(outcome.code == code, sourceLocation: sourceLocation)
      #expect(outcome.error.contains(part), "\(outcome.error)", sourceLocation: sourceLocation)
      #expect(stores.writer == nil, sourceLocation: sourceLocation)
    }
    refusal(plan.merging(["input": "memory 143"]) { $1 }, "was made of memory 143")
    refusal(plan.merging(["input_type": "uint16", "window": "0:9"]) { $1 }, "was made of uint16")
    refusal(["command": "convert"], "something unknown")
    refusal(["command": "segment"], "was made by `segment`")
    refusal(nil, "cannot be read any more", code: 3)
    let outcome = runTool(["repair", "a.zarr"], formats: [scan()], stores: stores(plan))
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("--from memory"))
  }

  @Test func `forgets what only the command that made it can make again`() throws {
    let stores = stores(["command": "segment", "model": "a.h5"])
    let format = scan()
    format.add("a.zarr", MemoryVolume(numbered: Self.shape))
    let outcome = runTool(["repair", "a.zarr"], formats: [format], stores: stores)
    #expect(outcome.output.contains("give the command that made it again"), "\(outcome)")
    let writer = try #require(stores.writer)
    #expect(writer.output.plan == ["command": "segment", "model": "a.h5"])
    #expect(writer.output.volume.shape == Self.shape)
    #expect(writer.commits.isEmpty)
    #expect(!writer.isFinished)
    // Where the documents tell nothing any more, or the run has not ended, it is left alone.
    let lost = self.stores(["command": "segment"])
    let damaged = runTool(["repair", "a.zarr"], formats: [scan()], stores: lost)
    #expect(damaged.code != 0)
    #expect(lost.writer == nil)
    let begun = self.stores(["command": "segment"], finished: false)
    let unfinished = runTool(["repair", "a.zarr"], formats: [format], stores: begun)
    #expect(unfinished.code == 2)
    #expect(unfinished.error.contains("give that command again"))
  }

  @Test func `does nothing where nothing is lacking`() throws {
    let report = StoreReport(path: "a.zarr", depth: .full, isFinished: true)
    let stores = MemoryStores(report)
    let outcome = runTool(words, formats: [], stores: stores)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("nothing to repair"))
    #expect(stores.writer == nil)
  }
}
