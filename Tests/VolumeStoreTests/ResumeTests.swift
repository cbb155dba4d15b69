import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `A store that is begun` {
  let folder: TemporaryFolder
  let path: String
  let one = StoreCase(
    shape: Shape3(z: 9, y: 50, x: 60), shard: Shape3(z: 8, y: 32, x: 32),
    chunk: Shape3(z: 8, y: 16, x: 16))

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
  }

  /// The complaint of `body`.
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

  /// Commits the first `count` blocks and goes away.
  private func begin(_ count: Int, plan: [String: JSONValue] = [:]) throws {
    let writer = try one.format().create(path, one.output(plan))
    try one.commit(writer, blocks: Array(writer.grid.indices.prefix(count)))
  }

  @Test func `is no store until it is finished`() throws {
    try begin(3)
    #expect(kind(ofPath: path + "/zarr.json") == .missing)
    #expect(kind(ofPath: path + "/0/zarr.json") == .missing)
    let found = complaint { _ = try one.format().open(path, hints: OpeningHints()) }
    #expect(found?.what.contains("3 of 8 shards") == true)
    #expect(found?.kind == .input)
  }

  @Test func `is not finished with shards missing`() throws {
    let writer = try one.format().create(path, one.output())
    try one.commit(writer, blocks: Array(writer.grid.indices.prefix(5)))
    let found = complaint { try writer.finish(record: [:]) }
    #expect(found?.what.contains("3 of 8 shards") == true)
    #expect(kind(ofPath: path + "/zarr.json") == .missing)
  }

  @Test func `is gone on with, and ends like one made at once`() throws {
    try begin(3)
    let writer = try one.format().create(path, one.output())
    #expect(writer.grid.indices.map(writer.isCommitted) == (0..<8).map { $0 < 3 })
    try one.commit(writer)
    try writer.finish(record: [:])
    let other = folder.file("b.zarr")
    try one.write(other)
    #expect(try files(below: path) == files(below: other))
    #expect(
      try one.format().open(path, hints: OpeningHints()).bytes(of: Region(one.shape))
        == one.voxels)
  }

  @Test func `does not count shards that are gone or of another size, nor a torn line`() throws {
    try begin(3)
    try removeFile(path + "/0/c/0/0/0")
    do { try FileHandle(appendingTo: path + "/0/c/0/0/1").resize(to: 10) }
    do {
      let torn = Array("0 1 1 written 99".utf8)
      try FileHandle(appendingTo: path + "/.t2s/ledger/0.log").append(unsafe torn.span.bytes)
    }
    try writeFileAtomically(path + "/0/c/0/0/.t2s-tmp.7.1.1", [1, 2, 3])
    let writer = try one.format().create(path, one.output())
    #expect(writer.grid.indices.filter(writer.isCommitted) == [Index3(z: 0, y: 1, x: 0)])
    try one.commit(writer)
    try writer.finish(record: [:])
    let other = folder.file("b.zarr")
    try one.write(other)
    #expect(try files(below: path) == files(below: other))
  }

  @Test func `refuses another plan, and says where they differ`() throws {
    try begin(1, plan: ["tile": 256, "model": "a"])
    let found = complaint {
      _ = try one.format().create(path, one.output(["tile": 333, "model": "a"]))
    }
    #expect(found?.what.contains("tile is 333, was 256") == true)
    #expect(found?.what.contains("model") == false)
    #expect(found?.remedy.contains("--overwrite") == true)
    var wider = one
    wider.shape.x += 1
    #expect(complaint { _ = try wider.format().create(path, wider.output()) } != nil)
    let writer = try one.format().create(path, one.output(["tile": 333], overwrites: true))
    #expect(!writer.grid.indices.contains(where: writer.isCommitted))
  }

  @Test func `takes a number with and without its fraction for the same`() throws {
    try begin(2, plan: ["window": .number(2.0), "low": 0.1])
    let writer = try one.format().create(path, one.output(["window": 2, "low": 0.1]))
    #expect(writer.grid.indices.filter(writer.isCommitted).count == 2)
  }

  @Test func `belongs to one writer at a time`() throws {
    let writer = try one.format().create(path, one.output())
    let found = complaint { _ = try one.format().create(path, one.output()) }
    #expect(found?.what.contains("being written by process") == true)
    try one.commit(writer, blocks: [Index3(z: 0, y: 0, x: 0)])
    #expect(writer.isCommitted(Index3(z: 0, y: 0, x: 0)))
  }

  @Test func `is not replaced once finished, unless that is asked for`() throws {
    try one.write(path)
    let before = try files(below: path)
    let found = complaint { _ = try one.format().create(path, one.output()) }
    #expect(found?.remedy.contains("--overwrite") == true)
    #expect(try files(below: path) == before)
    do {
      let writer = try one.format().create(path, one.output(overwrites: true))
      #expect(!writer.grid.indices.contains(where: writer.isCommitted))
      #expect(complaint { _ = try one.format().create(path, one.output()) } != nil, "locked")
      writer.limitCache(to: 1 << 20)
    }
    #expect(try files(below: path) == before, "nothing was written, so the old one stays")
    _ = try one.format().open(path, hints: OpeningHints())
    let writer = try one.format().create(path, one.output(overwrites: true))
    let first = Index3(z: 0, y: 0, x: 0)
    try one.commit(writer, blocks: [first])
    #expect(kind(ofPath: path + "/zarr.json") == .missing)
    #expect(writer.grid.indices.filter(writer.isCommitted) == [first])
    #expect(try files(below: path).keys.filter { $0.hasPrefix("0/c/") } == ["0/c/0/0/0"])
    try one.commit(writer)
    try writer.finish(record: [:])
    #expect(try files(below: path) == before)
  }

  @Test func `is replaced by one that is written part by part`() throws {
    try one.write(path)
    let before = try files(below: path)
    let writer = try one.format().create(path, one.output(overwrites: true))
    let parts = try #require(writer as? any PartwiseWriter)
    let usual = try #require(
      try one.format().create(folder.file("c.zarr"), one.output()) as? any PartwiseWriter)
    #expect(parts.byteCountInParts == usual.byteCountInParts)
    #expect(parts.largestPart == usual.largestPart && parts.partsAtOnce == usual.partsAtOnce)
    #expect(parts.cacheByteCount == usual.cacheByteCount && parts.grid == usual.grid)
    let (voxels, one) = (one.voxels, one)
    for block in parts.grid.indices {
      try parts.commit(block) { box, bytes throws(Explanation) in
        copyVoxels(
          box, from: unsafe voxels.span.bytes, of: Region(one.shape), to: &bytes, of: box,
          width: 1)
      }
    }
    try parts.finish(record: [:])
    #expect(try files(below: path) == before)
  }

  @Test func `never replaces what this tool did not make`() throws {
    try makeFolder(folder.file("notes.zarr"))
    try writeFileAtomically(folder.file("notes.zarr/thesis.txt"), [1])
    try writeFileAtomically(folder.file("file.zarr"), [1])
    try one.write(path)
    try writeFileAtomically(path + "/notes.txt", [1])
    for place in [folder.file("notes.zarr"), folder.file("file.zarr"), path] {
      let found = complaint { _ = try one.format().create(place, one.output(overwrites: true)) }
      #expect(found?.kind == .input)
    }
    #expect(kind(ofPath: folder.file("notes.zarr/thesis.txt")) == .file(byteCount: 1))
    #expect(kind(ofPath: folder.file("file.zarr")) == .file(byteCount: 1))
    #expect(kind(ofPath: path + "/zarr.json") != .missing)
    #expect(try names(inFolder: folder.file("notes.zarr")) == ["thesis.txt"])
  }

  @Test func `is not begun where it could not be made`() throws {
    var output = one.output()
    output.volume.shape = Shape3(z: 0, y: 1, x: 1)
    #expect(complaint { _ = try one.format().create(path, output) }?.kind == .input)
    output = one.output()
    output.volume.spacing = VoxelSpacing(cube: -1)
    #expect(complaint { _ = try one.format().create(path, output) }?.kind == .input)
    #expect(kind(ofPath: path) == .missing)
  }

  @Test func `takes blocks from several threads at once`() throws {
    let writer = try one.format(threads: 2).create(path, one.output())
    let voxels = one.voxels
    runSideBySide(writer.grid.indices) { block in
      let part = one.slice(writer.grid.region(of: block), of: voxels)
      _ = try? writer.commit(block, unsafe part.span.bytes)
    }
    try writer.finish(record: [:])
    #expect(
      try one.format().open(path, hints: OpeningHints()).bytes(of: Region(one.shape))
        == voxels)
  }
}
