import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting
import ZarrFormat

@Suite struct `A table beside a volume` {
  static let columns = [
    TableColumn("id", .uint32), TableColumn("voxels", .int64), TableColumn("length_um"),
    TableColumn("touches_border", .uint8),
  ]

  private static func cells(_ row: Int) -> [TableCell] {
    [
      .integer(row + 1), .integer(row << 33), row % 7 == 3 ? .missing : .number(Double(row) / 3),
      .integer(row % 2),
    ]
  }

  private func write(_ rows: Int, to store: String, _ compression: StoreCompression?) throws {
    let table = try StoreFormat(threads: 1).columns(
      Self.columns, rows: rows, inStore: store, compression: compression,
      attributes: ["unit": "um"])
    for row in 0..<rows { try table.add(Self.cells(row)) }
    try table.finish()
  }

  /// The bytes of a column's cells, decoded as its document says.
  private func bytes(
    _ column: TableColumn, _ rows: Int, in store: String, _ codecs: ChunkCodecs
  ) throws -> [UInt8] {
    let metadata = ColumnMetadata(type: column.type, rows: rows, codecs: codecs)
    let folder = "\(store)/table/\(column.name)"
    #expect(try contents(ofFile: folder + "/zarr.json") == metadata.encoded())
    let perShard = ColumnMetadata.chunksPerShard
    let size = metadata.chunk * column.type.byteCount
    var decoder = try ChunkDecoder(codecs)
    var all: [UInt8] = []
    var shard = 0
    while all.count < rows * column.type.byteCount {
      let file = try contents(ofFile: "\(folder)/\(ColumnMetadata.key(ofShard: shard))")
      let tail = Array(file.suffix(ShardIndex.byteCount(chunkCount: perShard)))
      let index = try ShardIndex(
        decoding: unsafe tail.span.bytes, chunkCount: perShard, shardByteCount: UInt64(file.count))
      for entry in index.entries {
        guard let entry else { continue }
        let stored = Array(file[Int(entry.lowerBound)..<Int(entry.upperBound)])
        var chunk = [UInt8](repeating: 1, count: size)
        var span = chunk.mutableSpan
        var raw = unsafe span.mutableBytes
        try decoder.decode(unsafe stored.span.bytes, into: &raw)
        all += chunk
      }
      shard += 1
    }
    return Array(all.prefix(rows * column.type.byteCount))
  }

  @Test(arguments: [0, 1, 16, 17, 17_000])
  func `has every cell in its place`(rows: Int) throws {
    let folder = try TemporaryFolder()
    let store = folder.file("ids.zarr")
    for compression in [nil, StoreCompression.none] {
      try write(rows, to: store, compression)
      let codecs = compression.map { ChunkCodecs($0) } ?? .standard
      for (place, column) in Self.columns.enumerated() {
        let found = try bytes(column, rows, in: store, codecs)
        var expected: [UInt8] = []
        for row in 0..<rows {
          switch (Self.cells(row)[place], column.type) {
          case (.integer(let value), _):
            expected += (0..<column.type.byteCount).map {
              UInt8(truncatingIfNeeded: value >> (8 * $0))
            }
          case (let cell, _):
            var number = Double.nan
            if case .number(let value) = cell { number = value }
            expected += (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
          }
        }
        #expect(found == expected, "\(column.name)")
      }
    }
    let group = try GroupMetadata(decoding: try contents(ofFile: store + "/table/zarr.json"))
    #expect(group.attributes["rows"]?.integer == rows && group.attributes["unit"] == "um")
  }

  @Test func `replaces the one that was there, and does not keep a store from being written again`()
    throws
  {
    let folder = try TemporaryFolder()
    let store = folder.file("ids.zarr")
    let volume = VolumeDescription(
      shape: Shape3(z: 2, y: 3, x: 4), voxelType: .uint32, format: "components")
    func writeStore(overwrites: Bool) throws {
      let format = StoreFormat(threads: 1)
      let writer = try format.create(
        store, OutputDescription(volume: volume, plan: ["a": 1], overwrites: overwrites))
      let voxels = [UInt8](repeating: 1, count: 96)
      try writer.commit(Index3(z: 0, y: 0, x: 0), unsafe voxels.span.bytes)
      try write(overwrites ? 3 : 20, to: store, nil)
      try writer.finish(record: [:])
    }
    try writeStore(overwrites: false)
    try writeStore(overwrites: true)
    let group = try GroupMetadata(decoding: try contents(ofFile: store + "/table/zarr.json"))
    #expect(group.attributes["rows"]?.integer == 3)
    let report = try StoreFormat(threads: 1).check(
      store, .full, part: nil, progress: { _, _ in }, isStopped: { false })
    #expect(report.isFinished && report.damages.isEmpty)
  }
  @Test func `is looked at where its store is, and what is damaged is named`() throws {
    let folder = try TemporaryFolder()
    let store = folder.file("ids.zarr")
    let volume = VolumeDescription(
      shape: Shape3(z: 2, y: 3, x: 4), voxelType: .uint32, format: "components")
    let format = StoreFormat(threads: 1)
    let writer = try format.create(
      store, OutputDescription(volume: volume, plan: ["a": 1], overwrites: false))
    let voxels = [UInt8](repeating: 1, count: 96)
    try writer.commit(Index3(z: 0, y: 0, x: 0), unsafe voxels.span.bytes)
    try write(50, to: store, nil)
    try writer.finish(record: [:])
    func damages(_ depth: StoreCheckDepth) throws -> [String] {
      try format.check(
        store, depth, part: nil, progress: { _, _ in }, isStopped: { false }
      ).damages.map(\.file)
    }
    #expect(try damages(.full).isEmpty)
    for name in ["zarr.json", "voxels/zarr.json", "length_um/c/0"] {
      let path = "\(store)/table/\(name)"
      let whole = try contents(ofFile: path)
      for place in stride(from: 0, to: whole.count, by: name == "zarr.json" ? whole.count : 5) {
        var changed = whole
        changed[place] ^= 0x10
        try FileHandle(creating: path).write(unsafe changed.span.bytes, at: 0)
        // Between the chunk and the index of a short table all is looked at.
        #expect(try damages(.full) == ["table/\(name)"], "\(name) \(place)")
      }
      try removeFile(path)
      #expect(try damages(.quick) == ["table/\(name)"])
      try writeFileAtomically(path, whole)
    }
    #expect(try damages(.quick).isEmpty)
  }
}
