import Cluster
import Pipelines
import Synchronization
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A run that is fixed` {
  let folder: TemporaryFolder
  let parts: PartsFolder

  init() throws {
    folder = try TemporaryFolder()
    parts = PartsFolder(folder.file("a.parts"))
  }

  private func run(
    parts count: Int = 4, tile: String = "64", computedBy: String = "A", host: String = "one"
  ) -> FrozenRun {
    FrozenRun(
      words: ["segment", "a b.raw"], folder: "/data", place: "a b.parts", parts: count,
      toolVersion: "1", same: ["model": "m", "computed_by": computedBy], chosen: ["tile": tile],
      origin: host)
  }

  @Test func `is the first's, whoever comes later`() throws {
    #expect(try parts.frozen() == nil)
    #expect(try parts.freeze(run()) == run())
    #expect(try parts.freeze(run(tile: "128", host: "two")) == run())
    #expect(try parts.frozen() == run())
    #expect(run().hash == run(host: "two").hash)
    #expect(run().absolutePlace == "/data/a b.parts")
    #expect(run().hash != run(tile: "128").hash)
  }

  @Test func `is one, also where many try at once`() throws {
    let found = FoundRuns()
    let runs = (0..<8).map { run(tile: "\($0)", host: "node\($0)") }
    let parts = parts
    try withThrowingThreads(8) { number in
      let one = try parts.freeze(runs[number])
      found.list.withLock { $0.append(one) }
    }
    let all = found.list.withLock { $0 }
    #expect(all.count == 8)
    #expect(Set(all).count == 1)
  }

  @Test func `is refused where a byte is another`() throws {
    _ = try parts.freeze(run())
    let path = parts.path + "/run.json"
    var bytes = try contents(ofFile: path)
    let place = try #require(bytes.firstIndex(of: UInt8(ascii: "6")))
    bytes[place] = UInt8(ascii: "7")
    try writeFileAtomically(path, bytes)
    #expect { try parts.frozen() } throws: { error in
      (error as? Explanation)?.kind == .damaged
    }
  }

  @Test func `says where a part is none of it`() {
    #expect(run().differences(from: run(host: "two"), isMixed: false).isEmpty)
    #expect(
      run().differences(from: run(parts: 5), isMixed: true) == ["it is cut into 4 parts, not 5"])
    let other = run(computedBy: "B")
    #expect(run().differences(from: other, isMixed: false) == ["its computed by is A, here B"])
    #expect(run().differences(from: other, isMixed: true).isEmpty)
  }

  @Test func `knows how its parts go`() throws {
    let part = try #require(PartShare(2, of: 3))
    #expect(!parts.isDone(part))
    let first = try PartReporter(
      part, in: parts, host: "one", job: "7_2", voxels: 100, doneBefore: 10, now: { "t1" })
    first.add(20)
    first.end(Explanation(.failed, "the disk is full", remedy: "make room"))
    #expect(parts.states(of: part).map(\.kind) == [.failed])
    #expect(parts.states(of: part)[0].why == "the disk is full")
    #expect(parts.states(of: part)[0].done == 30)
    #expect(parts.done(of: 3) == [])
    let second = try PartReporter(
      part, in: parts, host: "two", job: nil, voxels: 100, doneBefore: 30,
      now: { "2026-01-01T05:00:00Z" })
    second.end(Explanation(.stopped(signal: 15), "stopped", remedy: "again"))
    #expect(parts.states(of: part).map(\.kind) == [.failed, .stopped])
    let third = try PartReporter(
      part, in: parts, host: "two", job: nil, voxels: 100, doneBefore: 30,
      now: { "2026-01-01T01:00:00Z" })
    #expect(parts.states(of: part).last?.kind == .running)
    try third.end()
    #expect(parts.done(of: 3) == [2])
  }
}

private final class FoundRuns: Sendable {
  let list = Mutex<[FrozenRun]>([])
}

/// Runs `body` on `count` threads at once.
func withThrowingThreads(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Void
) throws {
  let threads = (0..<count).map { number in
    StageThread<any Error> { () throws(any Error) in try body(number) }
  }
  for thread in threads { try thread.join() }
}
