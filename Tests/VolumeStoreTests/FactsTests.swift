import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `What is kept of blocks` {
  let folder: TemporaryFolder
  let path: String
  let one = StoreCase(
    shape: Shape3(z: 9, y: 50, x: 60), shard: Shape3(z: 8, y: 32, x: 32),
    chunk: Shape3(z: 8, y: 16, x: 16))

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
  }

  private func writer(overwrites: Bool = false) throws -> any FactKeepingWriter {
    let writer = try one.format().create(path, one.output(overwrites: overwrites))
    return try #require(writer as? any FactKeepingWriter)
  }

  private func facts(_ block: Index3) -> [String: JSONValue] {
    ["hash": .string("h\(block.z)\(block.y)\(block.x)"), "counts": [1, .integer(block.x), 2.5]]
  }

  private func commit(_ writer: any FactKeepingWriter, _ count: Int) throws {
    for block in writer.grid.indices.prefix(count) where !writer.isCommitted(block) {
      let part = one.slice(writer.grid.region(of: block), of: one.voxels)
      try writer.commit(block, unsafe part.span.bytes, facts: facts(block))
    }
  }

  @Test func `is there for whoever goes on, and ends as in an undisturbed run`() throws {
    try commit(writer(), 3)
    #expect(try one.format().begun(path) == [:])
    let second = try writer()
    let blocks = second.grid.indices
    for (number, block) in blocks.enumerated() {
      #expect(second.facts(of: block) == (number < 3 ? facts(block) : nil))
    }
    try commit(second, 8)
    try second.finish(record: [:])
    #expect(second.facts(of: blocks[7]) == facts(blocks[7]))
    #expect(try one.format().begun(path) == nil)
    let mine = try StoreToDamage.files(below: path)
    try removeFolder(path)
    let whole = try writer()
    try commit(whole, 8)
    try whole.finish(record: [:])
    let others = try StoreToDamage.files(below: path)
    #expect(mine.keys.count { $0.hasPrefix(".t2s/facts/") } == 8)
    for (name, bytes) in others where name != ".t2s/lock" {
      #expect(mine[name] == bytes, "\(name)")
    }
    #expect(mine.keys.sorted() == others.keys.sorted())
  }

  @Test func `is not there for a block that is not committed`() throws {
    try commit(writer(), 2)
    try removeFile(path + "/0/c/0/0/0")
    let second = try writer()
    #expect(second.facts(of: Index3(z: 0, y: 0, x: 0)) == nil)
    #expect(second.facts(of: Index3(z: 0, y: 0, x: 1)) != nil)
  }

  @Test func `is named where it is damaged or gone, and mended with its block`() throws {
    let first = try writer()
    try commit(first, 8)
    try first.finish(record: [:])
    let whole = try StoreToDamage.files(below: path)
    let name = ".t2s/facts/0.1.0.json"
    for damage in ["cut", "flipped", "gone"] {
      var bytes = try #require(whole[name])
      switch damage {
      case "cut": bytes.removeLast()
      case "flipped": bytes[bytes.count / 2] ^= 1
      default: break
      }
      try removeFile("\(path)/\(name)")
      if damage != "gone" { try writeFileAtomically("\(path)/\(name)", bytes) }
      let format = one.format()
      let report = try format.check(path, .quick, progress: { _, _ in }, isStopped: { false })
      #expect(report.verdict == .damaged)
      #expect(report.allDamages.map(\.file) == [name], "\(damage)")
      let mending = try format.mend(path, one.output(), report)
      let missing = mending.grid.indices.filter { !mending.isCommitted($0) }
      #expect(missing == [Index3(z: 0, y: 1, x: 0)], "\(damage)")
      try commit(try #require(mending as? any FactKeepingWriter), 8)
      try mending.finish(record: [:])
      let after = try StoreToDamage.files(below: path)
      for (name, bytes) in whole where name != ".t2s/lock" { #expect(after[name] == bytes) }
    }
    try removeFolder(path + "/.t2s/facts")
    let report = try one.format().check(
      path, .quick, progress: { _, _ in }, isStopped: { false })
    #expect(report.allDamages.count == 8)
  }

  @Test func `goes when a store begins anew`() throws {
    let first = try writer()
    try commit(first, 8)
    try first.keep("receipt", ["voxels": 12])
    try first.finish(record: [:])
    let second = try writer(overwrites: true)
    #expect(second.kept("receipt") == nil)
    try second.keep("receipt", ["voxels": 13])
    #expect(second.kept("receipt") == ["voxels": 13])
    #expect(second.grid.indices.allSatisfy { second.facts(of: $0) == nil })
    #expect(try one.format().kept("receipt", in: path) == ["voxels": 12], "the old one's")
    try commit(second, 1)
    #expect(try one.format().kept("receipt", in: path) == ["voxels": 13])
    #expect(try names(inFolder: path + "/.t2s/facts") == ["0.0.0.json"])
    #expect(second.facts(of: Index3(z: 0, y: 0, x: 0)) == facts(Index3(z: 0, y: 0, x: 0)))
  }

  @Test func `are documents too, replaced whole, also when the store is finished`() throws {
    let writer = try writer()
    try writer.keep("receipt", ["runs": [["tiles": 3]]])
    #expect(try self.one.format().kept("receipt", in: path) == ["runs": [["tiles": 3]]])
    try commit(writer, 8)
    try writer.finish(record: [:])
    try writer.keep("receipt", ["runs": [["tiles": 3], ["tiles": 4]]])
    let format = one.format()
    let report = try format.check(path, .full, progress: { _, _ in }, isStopped: { false })
    #expect(report.verdict == .whole)
    var bytes = try contents(ofFile: path + "/.t2s/receipt.json")
    bytes[bytes.count / 2] ^= 2
    try writeFileAtomically(path + "/.t2s/receipt.json", bytes)
    #expect(throws: Explanation.self) { try format.kept("receipt", in: path) }
    let after = try format.check(path, .quick, progress: { _, _ in }, isStopped: { false })
    #expect(after.allDamages.map(\.file) == [".t2s/receipt.json"])
  }

  @Test func `is on the disk before the ledger notes the block`() throws {
    do {
      let writer = try writer()
      let files = FailingFiles(.rename, 0, .error(28), staysBroken: true)
      _ = withFileOperations(files, below: path) {
        #expect(throws: VolumeWriteError.self) { try commit(writer, 1) }
      }
      #expect(files.failureCount == 1)
    }
    let second = try writer()
    #expect(second.grid.indices.allSatisfy { !second.isCommitted($0) })
    #expect(kind(ofPath: path + "/0/c") == .missing)
  }
}
