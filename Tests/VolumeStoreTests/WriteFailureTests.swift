import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `A shard that cannot be written` {
  let folder: TemporaryFolder
  let path: String
  let one = StoreCase(
    shape: Shape3(z: 8, y: 32, x: 64), shard: Shape3(z: 8, y: 32, x: 32),
    chunk: Shape3(z: 8, y: 16, x: 16))

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a.zarr")
  }

  @Test func `is an error with its path, and leaves neither a file nor a note`() throws {
    let writer = try one.format(threads: 2).create(path, one.output())
    // A folder stands where the file should be, so that the rename must fail.
    try makeFolder(path + "/0/c/0/0/0/x")
    let error = #expect(throws: VolumeWriteError.self) { try one.commit(writer) }
    #expect(error?.block == Index3(z: 0, y: 0, x: 0))
    #expect(error?.explanation.what.contains("0/c/0/0/0") == true)
    #expect(!writer.isCommitted(Index3(z: 0, y: 0, x: 0)))
    #expect(try names(inFolder: path + "/0/c/0/0") == ["0"])
    #expect(try contents(ofFile: path + "/.t2s/ledger/0.log").isEmpty)
    #expect(throws: VolumeWriteError.self) { try writer.finish(record: [:]) }

    try removeFolder(path + "/0/c/0/0/0")
    try one.commit(writer)
    try writer.finish(record: [:])
    let reader = try one.format().open(path, hints: OpeningHints())
    #expect(try reader.bytes(of: Region(one.shape)) == one.voxels)
  }

  @Test func `names the folder that cannot be made`() throws {
    let writer = try one.format().create(path, one.output())
    try makeFolder(path + "/0")
    try writeFileAtomically(path + "/0/c", [1])
    let error = #expect(throws: VolumeWriteError.self) { try one.commit(writer) }
    #expect(error?.explanation.what.contains("/0/c") == true)
  }
}
