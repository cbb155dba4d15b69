import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `A store of several processes` {
  let folder: TemporaryFolder
  let path: String
  /// Twelve shards: 3 x 2 x 2.
  let one = StoreCase(
    shape: Shape3(z: 20, y: 50, x: 60), shard: Shape3(z: 8, y: 32, x: 32),
    chunk: Shape3(z: 8, y: 16, x: 16), top: 8)

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
    try one.write(folder.file("whole.zarr"))
  }

  private func complaint(_ body: () throws -> Void) -> Explanation? {
    do {
      try body()
      return nil
    } catch let error as any ExplainedError {
      return error.explanation
    } catch {
      return nil
    }
  }

  private func begin(
    _ number: Int, of count: Int, plan: [String: JSONValue] = [:]
  ) throws -> any VolumeWriter {
    var output = one.output(plan)
    output.part = PartShare(number, of: count)
    try #require(output.part != nil)
    return try one.format().create(path, output)
  }

  private func make(_ number: Int, of count: Int) throws {
    let writer = try begin(number, of: count)
    try one.commit(writer)
    try writer.finish(record: [:])
  }

  /// Returns how many shards were read for it.
  @discardableResult
  private func join() throws -> Int {
    var output = one.output()
    output.joinsParts = true
    let writer = try one.format().create(path, output)
    #expect(writer.grid.indices.allSatisfy(writer.isCommitted))
    try writer.finish(record: [:])
    return try #require(writer as? StoreWriter).readBackCount
  }

  private func expectWhole(leavesParts: Bool = false) throws {
    let whole = folder.file("whole.zarr")
    #expect(try files(below: path) == files(below: whole))
    for name in ["plan.json", "seal", "ledger/0.log", "ledger/1.log"] {
      #expect(
        try contents(ofFile: "\(path)/.t2s/\(name)") == contents(ofFile: "\(whole)/.t2s/\(name)"))
    }
    #expect(leavesParts || kind(ofPath: path + "/.t2s/parts") == .missing)
  }

  @Test(arguments: [1, 2, 3, 5, 12, 17])
  func `is that of one process, in any order and with parts made twice`(count: Int) throws {
    var random = SeededRandom(seed: UInt64(count))
    for number in (1...count).shuffled(using: &random) {
      try make(number, of: count)
      #expect(kind(ofPath: path + "/zarr.json") == .missing)
      if Bool.random(using: &random) { try make(number, of: count) }
    }
    try join()
    try expectWhole()
  }

  @Test
  func `is put together of the halves that parts left, and of shards where these are damaged`()
    throws
  {
    let halves = path + "/.t2s/parts/halves"
    func makeParts() throws {
      for number in 1...12 { try make(number, of: 12) }
      // Two layers of shards become one; of the third each shard is halved by itself.
      #expect(
        try names(inFolder: halves)
          == ["0.0.0", "0.0.1", "0.1.0", "0.1.1", "1.0.0", "1.0.1", "1.1.0", "1.1.1"])
    }
    try makeParts()
    // Those of the upper levels that parts made by themselves.
    let least = try join()
    try expectWhole()
    try removeFolder(path)
    try makeParts()
    // One is gone, one is cut, one has another voxel and one is of another shard.
    try removeFile("\(halves)/0.0.0")
    let first = try contents(ofFile: "\(halves)/0.0.1")
    try writeFileAtomically("\(halves)/0.0.1", first.dropLast())
    var second = try contents(ofFile: "\(halves)/1.0.1")
    second[5] ^= 1
    try writeFileAtomically("\(halves)/1.0.1", second)
    try writeFileAtomically("\(halves)/0.1.0", contents(ofFile: "\(halves)/1.1.0"))
    #expect(try join() == least + 4)
    try expectWhole()
  }

  @Test func `keeps no half of shards whose neighbours are its own`() throws {
    let halves = path + "/.t2s/parts/halves"
    try make(1, of: 1)
    #expect(kind(ofPath: halves) == .missing)
    #expect(try join() == 0)
    try expectWhole()
  }

  @Test func `takes two writers of one part at once`() throws {
    let (first, second) = (try begin(1, of: 2), try begin(1, of: 2))
    let blocks = first.grid.indices.filter { first.isOurs($0) }
    #expect(blocks.count == 6)
    // Each commits what the other has committed already.
    for block in blocks {
      try one.commit(first, blocks: [block])
      #expect(!second.isCommitted(block))
      try one.commit(second, blocks: [block])
    }
    try first.finish(record: [:])
    try second.finish(record: [:])
    try make(2, of: 2)
    try join()
    try expectWhole()
  }

  @Test func `goes on with what an attempt left, and takes no shard that is not whole`() throws {
    let first = try begin(1, of: 2)
    let blocks = first.grid.indices.filter { first.isOurs($0) }
    try one.commit(first, blocks: Array(blocks.prefix(4)))
    #expect(complaint { try first.finish(record: [:]) }?.what.contains("2 of 6") == true)
    // One file is gone, one is cut, and the last line of the ledger is torn.
    try removeFile(path + "/0/c/0/0/0")
    try writeFileAtomically(path + "/0/c/0/0/1", [1, 2, 3])
    let parts = path + "/.t2s/parts/1-of-2"
    let ledger = try #require(try names(inFolder: parts).first { $0.hasSuffix(".0.ledger") })
    var bytes = try contents(ofFile: "\(parts)/\(ledger)")
    bytes.removeLast(3)
    try writeFileAtomically("\(parts)/\(ledger)", bytes)
    let second = try begin(1, of: 2)
    #expect(blocks.map(second.isCommitted) == [false, false, true, false, false, false])
    #expect(
      try one.format().missingParts(path, of: 2)?.map(\.number) == [1, 2])
    try one.commit(second)
    try second.finish(record: [:])
    #expect(try one.format().missingParts(path, of: 2)?.map(\.number) == [2])
    try make(2, of: 2)
    #expect(try one.format().missingParts(path, of: 2) == [])
    try join()
    try expectWhole()
  }

  @Test func `is not put together where shards are missing, and says whose`() throws {
    try make(1, of: 5)
    try make(4, of: 5)
    let found = complaint { try join() }
    #expect(found?.kind == .failed)
    #expect(found?.what.contains("parts 2 to 3, 5 (of 5)") == true, "\(found?.what ?? "")")
    #expect(kind(ofPath: path + "/zarr.json") == .missing)
    let opened = complaint { _ = try one.format().open(path, hints: OpeningHints()) }
    #expect(opened?.what.contains("4 of 12") == true, "\(opened?.what ?? "")")
    for number in [2, 3, 5] { try make(number, of: 5) }
    try join()
    try expectWhole()
  }

  @Test func `is left alone by a single process, and leaves one alone`() throws {
    try make(1, of: 2)
    let whole = complaint { _ = try one.format().create(path, one.output()) }
    #expect(whole?.what.contains("in parts") == true)
    #expect(complaint { try one.format().check(one.output(), at: path) } == whole)
    let other = complaint { _ = try begin(2, of: 2, plan: ["tile": 7]) }
    #expect(other?.what.contains("other settings") == true)
    // And the other way round.
    try removeFolder(path)
    let writer = try one.format().create(path, one.output())
    try one.commit(writer, blocks: [writer.grid.indices[0]])
    let part = complaint { _ = try begin(1, of: 2) }
    #expect(part?.what.contains("single process") == true)
    #expect(kind(ofPath: path + "/.t2s/parts") == .missing)
  }

  @Test func `begins anew where that is asked for`() throws {
    try make(1, of: 2)
    let writer = try one.format().create(path, one.output(overwrites: true))
    #expect(writer.grid.indices.allSatisfy { !writer.isCommitted($0) })
    try one.commit(writer)
    try writer.finish(record: [:])
    try expectWhole()
  }

  @Test(arguments: [0, 1, 40, 100_000])
  func `is the same where machines see late what others made`(delay: Int) throws {
    let late = LateFiles(delay: delay)
    try withFileOperations(late, below: path) {
      for (machine, number) in [3, 1, 4, 1, 2].enumerated() {
        late.machine = machine
        // The plan that another made is there for certain: it is waited for.
        late.pass(delay)
        try make(number, of: 4)
      }
      late.machine = 9
      var looks = 0
      while try one.format().missingParts(path, of: 4) != [] {
        looks += 1
        late.pass(delay / 5 + 1)
        try #require(looks < 100)
      }
      // Only where machines are told at once is there nothing to wait for.
      #expect(delay < 100_000 || looks > 0)
      try join()
    }
    #expect(delay < 40 || late.hiddenCount > 0)
    // Names that are shown late cannot be removed.
    try expectWhole(leavesParts: true)
  }

  @Test func `keeps facts and documents of its parts for whoever joins them`() throws {
    for number in [2, 1] {
      let writer = try #require(try begin(number, of: 2) as? any FactKeepingWriter)
      for block in writer.grid.indices where writer.isOurs(block) {
        let part = one.slice(writer.grid.region(of: block), of: one.voxels)
        try writer.commit(block, unsafe part.span.bytes, facts: ["z": .integer(block.z)])
        #expect(writer.facts(of: block)?["z"] == .integer(block.z))
      }
      #expect(writer.kept("receipt") == nil)
      try writer.keep("receipt", ["part": .integer(number)])
      #expect(writer.kept("receipt")?["part"] == .integer(number))
      let again = try #require(try begin(number, of: 2) as? any FactKeepingWriter)
      #expect(again.kept("receipt")?["part"] == .integer(number))
    }
    var output = one.output()
    output.joinsParts = true
    let writer = try #require(
      try one.format().create(path, output) as? any FactKeepingWriter)
    #expect(writer.keptByParts("receipt").compactMap { $0["part"]?.integer } == [1, 2])
    #expect(writer.grid.indices.allSatisfy { writer.facts(of: $0)?["z"] == .integer($0.z) })
    try writer.finish(record: [:])
    #expect(writer.keptByParts("receipt").isEmpty)
  }

  @Test func `has what is made of one part's shards from that part`() throws {
    // Two parts of six shards: of the three layers of shards the first two make one of the next level.
    try make(1, of: 1)
    let parts = path + "/.t2s/parts/1-of-1"
    let levels = try names(inFolder: parts).filter { $0.hasSuffix(".ledger") }
    #expect(levels.count == 4)
    // All levels are there, and whoever joins them writes none.
    let before = try files(below: path)
    #expect(before.keys.contains { $0.hasPrefix("3/") })
    try join()
    try expectWhole()
    let after = try files(below: path)
    #expect(before.allSatisfy { after[$0.key] == $0.value })
    #expect(after.keys.filter { before[$0] == nil }.allSatisfy { $0.hasSuffix("zarr.json") })
  }
}
