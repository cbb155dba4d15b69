import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting
import ZarrFormat

@Suite struct `A store's compression` {
  let folder: TemporaryFolder
  let one = StoreCase(
    shape: Shape3(z: 20, y: 30, x: 35), type: .uint16, shard: Shape3(z: 8, y: 16, x: 16),
    chunk: Shape3(z: 8, y: 8, x: 8), top: 8)

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    (StoreCompression.none, nil), (.zstd(level: 1), 1), (.zstd(level: 7), 7),
    (.zstd(level: 22), 22),
  ])
  func `is as asked for, at every level`(compression: StoreCompression, level: Int?) throws {
    let path = folder.file("a.zarr")
    var output = one.output()
    output.compression = compression
    let writer = try one.format(threads: 2).create(path, output)
    try one.commit(writer)
    try writer.finish(record: [:])
    for number in 0...2 {
      let array = try ArrayMetadata(decoding: contents(ofFile: "\(path)/\(number)/zarr.json"))
      #expect(array.codecs.zstd?.level == level)
      #expect(array.codecs.hasChecksum)
    }
    let reader = try one.format().open(path, hints: OpeningHints())
    #expect(try reader.bytes(of: Region(one.shape)) == one.voxels)
    let plan = JSONValue(parsing: try contents(ofFile: path + "/.t2s/plan.json"))
    #expect(plan?["volume"]?["compression"] == .string(compression.words))
  }

  @Test func `is part of the plan`() throws {
    let path = folder.file("a.zarr")
    do {
      try one.commit(one.format().create(path, one.output()), blocks: [Index3(z: 0, y: 0, x: 0)])
    }
    var output = one.output()
    output.compression = StoreCompression.none
    let error = #expect(throws: Explanation.self) { try one.format().create(path, output) }
    #expect(error?.what.contains("compression is \"none\", was \"zstd:1\"") == true)
  }

  @Test(arguments: [-5, 0, 23])
  func `has no levels but those of zstd`(level: Int) {
    var output = one.output()
    output.compression = .zstd(level: level)
    #expect(throws: Explanation.self) { try one.format().create(folder.file("a.zarr"), output) }
    #expect(kind(ofPath: folder.file("a.zarr")) == .missing)
  }
}
