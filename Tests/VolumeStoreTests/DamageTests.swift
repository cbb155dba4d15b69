import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting
import ZarrFormat

@Suite struct `A damaged store` {
  let folder: TemporaryFolder
  let path: String
  /// Two shards of few and small chunks, so that every byte can be tried.
  static let one = StoreCase(
    shape: Shape3(z: 2, y: 6, x: 10), shard: Shape3(z: 2, y: 8, x: 8),
    chunk: Shape3(z: 2, y: 4, x: 4))

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
    let writer = try Self.one.format().create(path, Self.one.output())
    try Self.one.commit(writer)
    try writer.finish(record: [:])
  }

  func readAll(_ path: String? = nil) throws -> [UInt8] {
    let reader = try Self.one.format().open(path ?? self.path, hints: OpeningHints())
    // To announce what is damaged says nothing, and does no harm.
    reader.willRead(Region(Self.one.shape))
    return try reader.bytes(of: Region(Self.one.shape))
  }

  /// The kind of complaint, or `nil` where there is none.
  func complaint(_ path: String? = nil) -> Explanation.Kind? {
    do {
      _ = try readAll(path)
      return nil
    } catch let error as VolumeReadError {
      return error.explanation.kind
    } catch {
      return (error as? Explanation)?.kind
    }
  }

  @Test func `is found by every byte of a shard that is not what it was`() throws {
    let shard = path + "/0/c/0/0/0"
    let whole = try contents(ofFile: shard)
    #expect(try readAll() == Self.one.voxels)
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 8)
      try overwrite(shard, bytes)
      #expect(complaint() == .damaged, "byte \(place) of \(whole.count)")
    }
    try overwrite(shard, whole)
    #expect(try readAll() == Self.one.voxels)
  }

  @Test(arguments: [true, false])
  func `is found by every shard that is cut short`(hasLedger: Bool) throws {
    let shard = path + "/0/c/0/0/0"
    let whole = try contents(ofFile: shard)
    if !hasLedger { try removeFolder(path + "/.t2s") }
    // The ledger compares the size alone, so a few sizes tell all.
    for count in stride(from: 0, to: whole.count, by: hasLedger ? 31 : 1) {
      try overwrite(shard, Array(whole[..<count]))
      #expect(complaint() == .damaged, "\(count) of \(whole.count) bytes")
    }
  }

  @Test func `is found without the ledger too`() throws {
    let shard = path + "/0/c/0/0/0"
    let whole = try contents(ofFile: shard)
    try removeFolder(path + "/.t2s")
    for place in stride(from: 0, to: whole.count, by: 3) {
      var bytes = whole
      bytes[place] ^= 0x80
      try overwrite(shard, bytes)
      #expect(complaint() == .damaged, "byte \(place) of \(whole.count)")
    }
  }

  @Test func `names the shard, the chunk and its bytes`() throws {
    let shard = path + "/0/c/0/0/1"
    var bytes = try contents(ofFile: shard)
    bytes[2] ^= 1
    try overwrite(shard, bytes)
    let error = #expect(throws: VolumeReadError.self) { try readAll() }
    let what = error?.explanation.what ?? ""
    #expect(what.contains("0/c/0/0/1") && what.contains("chunk 0") && what.contains("bytes 0 to"))
  }

  @Test func `reads what lies beside the damage`() throws {
    let shard = path + "/0/c/0/0/0"
    var bytes = try contents(ofFile: shard)
    bytes[2] ^= 1
    try overwrite(shard, bytes)
    let reader = try Self.one.format().open(path, hints: OpeningHints())
    let part = Region(z: 0..<2, y: 0..<6, x: 8..<10)
    #expect(try reader.bytes(of: part) == Self.one.slice(part, of: Self.one.voxels))
  }

  @Test func `misses a shard that was deleted`() throws {
    try removeFile(path + "/0/c/0/0/1")
    #expect(complaint() == .damaged)
  }

  @Test func `misses a shard that its ledger does not know`() throws {
    let ledger = path + "/.t2s/ledger/0.log"
    let lines = try contents(ofFile: ledger).split(separator: 0x0A)
    try overwrite(ledger, Array(lines[0]) + [0x0A])
    #expect(complaint() == .damaged)
  }

  @Test func `has a ledger in which every byte counts`() throws {
    let ledger = path + "/.t2s/ledger/0.log"
    let whole = try contents(ofFile: ledger)
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 1
      try overwrite(ledger, bytes)
      #expect(complaint() == .damaged, "byte \(place)")
    }
    // Only a run that has not ended may leave a torn line.
    try overwrite(ledger, whole + Array("0 0 1 wri".utf8))
    #expect(complaint() == .damaged)
    try overwrite(ledger, whole)
    #expect(complaint() == nil)
  }

  private func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let file = try FileHandle(creating: path)
    try file.write(unsafe bytes.span.bytes, at: 0)
  }
}
