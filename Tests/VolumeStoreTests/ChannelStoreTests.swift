import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

@Suite struct `Stores joined to channels` {
  let folder: TemporaryFolder
  let one = StoreCase(
    shape: Shape3(z: 20, y: 30, x: 35), shard: Shape3(z: 8, y: 16, x: 16),
    chunk: Shape3(z: 8, y: 8, x: 8), top: 16)
  let parts: [ChannelPart]
  var path: String { folder.file("a.probabilities.zarr") }

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    parts = ["matrix", "fibre", "pores"].enumerated().map { number, name in
      ChannelPart(
        path: folder.file("parts/\(number).zarr"), name: name, colour: [0, 158, 115, 255])
    }
    for (number, part) in parts.enumerated() { try write(part.path, number) }
  }

  /// The case's voxels, turned so that channels differ; the last channel is zeros.
  private func voxels(_ channel: Int) -> [UInt8] {
    one.voxels.map { channel == 2 ? 0 : $0 &+ UInt8(17 * channel) }
  }

  private func write(_ path: String, _ channel: Int) throws {
    let writer = try one.format(threads: 1).create(path, one.output())
    let voxels = voxels(channel)
    for block in writer.grid.indices {
      let bytes = one.slice(writer.grid.region(of: block), of: voxels)
      try writer.commit(block, unsafe bytes.span.bytes)
    }
    try writer.finish(record: ["halo_exact": true])
  }

  private func read(_ channel: Int, level: String? = nil) throws -> [UInt8] {
    var hints = OpeningHints()
    hints.channel = channel
    hints.level = level
    let reader = try one.format(threads: 1).open(path, hints: hints)
    return try reader.bytes(of: Region(reader.volume.shape))
  }

  @Test func `are read back channel by channel, and are one store`() throws {
    let format = one.format(threads: 1)
    #expect(try !format.isJoined(path))
    #expect(throws: Explanation.self) { try format.channelNames(path) }
    let coarse = try format.open(parts[1].path, hints: level("1"))
    let half = try coarse.bytes(of: Region(coarse.volume.shape))
    try format.join(parts, at: path, record: ["kept": "probability"])
    #expect(try format.isJoined(path))
    #expect(try format.channelNames(path) == ["matrix", "fibre", "pores"])
    for channel in parts.indices { #expect(try read(channel) == voxels(channel)) }
    #expect(try read(1, level: "1") == half)
    #expect(parts.allSatisfy { kind(ofPath: $0.path) == .missing })
    let document = try #require(
      JSONValue(parsing: try contents(ofFile: "\(path)/zarr.json"))?["attributes"])
    let axes = document["ome"]?["multiscales"]?.array?.first?["axes"]?.array
    #expect(axes?.compactMap { $0["name"]?.string } == ["c", "z", "y", "x"])
    #expect(document["t2s"]?["joined"] == ["matrix", "fibre", "pores"])
    #expect(document["t2s"]?["halo_exact"] == true)
    try format.removeJoined(path)
    #expect(kind(ofPath: path) == .missing)
  }

  @Test func `are joined by the same call where that was interrupted`() throws {
    // The first part's shards had moved when it ended.
    try makeFolder("\(path)/0/c")
    try rename("\(parts[0].path)/0/c", to: "\(path)/0/c/0")
    let format = one.format(threads: 1)
    #expect(try !format.isJoined(path))
    try format.join(parts, at: path, record: [:])
    for channel in parts.indices { #expect(try read(channel) == voxels(channel)) }
  }

  @Test func `never take the place of what is not theirs`() throws {
    let format = one.format(threads: 1)
    try write(path, 0)
    #expect(throws: Explanation.self) { try format.isJoined(path) }
    #expect(throws: Explanation.self) { try format.removeJoined(path) }
    #expect(kind(ofPath: path) == .folder)
  }

  @Test func `are gone on with when finished, where that is wanted`() throws {
    let format = one.format(threads: 1)
    var output = one.output()
    #expect(throws: Explanation.self) { try format.create(parts[0].path, output) }
    output.acceptsFinished = true
    let writer = try format.create(parts[0].path, output)
    #expect(writer.grid.indices.allSatisfy { writer.isCommitted($0) })
    try writer.finish(record: ["halo_exact": true])
    let reader = try format.open(parts[0].path, hints: OpeningHints())
    #expect(try reader.bytes(of: Region(one.shape)) == voxels(0))
    output.plan["other"] = true
    #expect(throws: Explanation.self) { try format.create(parts[0].path, output) }
  }

  @Test func `are cut into cubes where they are scratch`() throws {
    var output = one.output()
    output.isScratch = true
    let writer = try one.format(threads: 1).create(folder.file("scratch.zarr"), output)
    #expect(writer.grid.chunk == Shape3(z: 32, y: 1024, x: 1024))
    #expect(writer.cacheByteCount == 0)
  }

  private func level(_ name: String) -> OpeningHints {
    var hints = OpeningHints()
    hints.level = name
    return hints
  }
}
