import Glibc
import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `The lock of a store` {
  let folder: TemporaryFolder
  let path: String
  let one = StoreCase(
    shape: Shape3(z: 2, y: 6, x: 10), shard: Shape3(z: 2, y: 8, x: 8),
    chunk: Shape3(z: 2, y: 4, x: 4))

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
  }

  private var lock: String { path + "/.t2s/lock" }

  private func begin() throws -> any VolumeWriter { try one.format().create(path, one.output()) }

  private func report() throws -> StoreReport {
    try one.format().check(path, .quick, progress: { _, _ in }, isStopped: { false })
  }

  /// What a run of this process writes into its lock.
  private func mine() throws -> [String: JSONValue] {
    let writer = try begin()
    defer { withExtendedLifetime(writer) {} }
    return try #require(JSONValue(parsing: contents(ofFile: lock))?.object)
  }

  /// Leaves a lock that says what a run of this process says, with `changes`.
  private func leave(_ changes: [String: JSONValue]) throws {
    if kind(ofPath: lock) != .missing { try removeFile(lock) }
    let holder = try mine().merging(changes) { $1 }
    let text = Array((JSONValue.object(holder).text() + "\n").utf8)
    try writeFileAtomically(lock, text)
  }

  /// The tick at which a process started: the 22nd field.
  private func startTick(_ process: Int) throws -> Int {
    let file = try FileHandle(readingFrom: "/proc/\(process)/stat")
    var bytes = [UInt8](repeating: 0, count: 4096)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let count = try file.read(at: 0, into: &raw)
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    let bracket = try #require(text.lastIndex(of: ")"))
    return try #require(Int(text[text.index(after: bracket)...].split(separator: " ")[19]))
  }

  private func refusal() -> Explanation? {
    do {
      _ = try begin()
      return nil
    } catch {
      return error as? Explanation
    }
  }

  @Test func `names host, process and start while a run goes on, and nobody afterwards`() throws {
    do {
      let writer = try begin()
      let run = try #require(try report().run)
      #expect(run.process == Int(getpid()))
      #expect(run.state == .running)
      #expect(!run.host.isEmpty)
      #expect(run.start.hasPrefix("20") && run.start.hasSuffix("Z"))
      let refused = try #require(refusal())
      #expect(refused.what.contains("process \(getpid()) on \(run.host), started \(run.start)"))
      #expect(refused.kind == .input)
      withExtendedLifetime(writer) {}
    }
    #expect(try report().run == nil)
    #expect(try begin().remarks == [])
  }

  @Test func `of a process that is gone is taken over with a word`() throws {
    // No process has a number above the system's limit; and one that has the number of the dead
    // began at another tick, or after another start of the machine.
    for changes in [
      ["process": .integer(0x7FFF_FFF0)], ["start_tick": 1], ["boot": "another", "process": 1],
    ] as [[String: JSONValue]] {
      try leave(changes)
      let run = try #require(try report().run)
      #expect(run.state == .gone, "\(changes)")
      let remark = try #require(try begin().remarks.first, "\(changes)")
      #expect(remark.contains("taking over from process"), "\(changes)")
      #expect(remark.contains("on \(run.host), started \(run.start)"), "\(changes)")
    }
  }

  @Test func `of a process that is there is respected, though the system tells of no lock`() throws
  {
    // As on a file system whose locks do not reach from one machine to the next.
    let parent = Int(getppid())
    try leave(["process": .integer(parent), "start_tick": .integer(startTick(parent))])
    #expect(try report().run?.state == .running)
    let refused = try #require(refusal())
    #expect(refused.what.contains("process \(parent)"))
    // Nothing was touched.
    #expect(try report().run?.process == parent)
    try leave(["process": .integer(parent), "start_tick": .integer(startTick(parent) + 1)])
    #expect(refusal() == nil)
  }

  @Test func `of another machine is respected, and says what to do if that is gone`() throws {
    try leave(["host": "node7", "boot": "another"])
    #expect(try report().run?.state == .elsewhere)
    let refused = try #require(refusal())
    #expect(refused.what.contains("node7"))
    #expect(refused.remedy.contains("remove \(lock)"))
    try removeFile(lock)
    #expect(refusal() == nil)
  }

  @Test func `of another name of the running machine is the system's to tell`() throws {
    // Containers have names of their own, and the locks of one system.
    try leave(["host": "container"])
    #expect(refusal() == nil)
  }

  @Test(arguments: [
    [], Array("{".utf8), Array(#"{"host": 1}"#.utf8), [UInt8](repeating: 0, count: 9000),
  ])
  func `that was torn holds nobody up`(bytes: [UInt8]) throws {
    _ = try begin()
    try writeFileAtomically(lock, bytes)
    #expect(try report().run == nil)
    #expect(try begin().remarks == [])
  }

  @Test func `keeps a mend out too`() throws {
    try one.write(path)
    try removeFile(path + "/0/c/0/0/0")
    let found = try report()
    let writer = try one.format().mend(path, one.output(), found)
    #expect(refusal()?.what.contains("being written by process") == true)
    #expect(throws: Explanation.self) { try one.format().mend(path, one.output(), found) }
    try one.commit(writer)
    try writer.finish(record: [:])
    #expect(try report().verdict == .whole)
  }
}
