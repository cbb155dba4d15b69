import SystemIO
import VolumeCore
import ZarrFormat

/// One column that is being written: a chunk in memory, the shard's file on disk.
///
/// Cells come one after the other, so chunks lie in a shard in their order, and its index follows them.
final class ColumnFile {
  private let folder: String
  private let metadata: ColumnMetadata
  private var encoder: ChunkEncoder
  private var cells: PageBuffer
  private var stored: PageBuffer
  private var count = 0
  private var shard = 0
  private var offset = 0
  private var entries: [Range<UInt64>?] = []
  private var file: ShardFile?

  private final class ShardFile {
    let file: FileHandle
    init(_ file: consuming FileHandle) { self.file = file }
  }

  /// A column in `folder`, the array's.
  init(_ folder: String, _ metadata: ColumnMetadata) throws(StoreError) {
    self.folder = folder
    self.metadata = metadata
    let byteCount = metadata.chunk * metadata.type.byteCount
    cells = PageBuffer(byteCount: byteCount)
    stored = PageBuffer(byteCount: ChunkEncoder.bound(for: byteCount))
    do throws(ChunkError) { encoder = try ChunkEncoder(metadata.codecs) } catch {
      throw .cannotCompress(path: folder, error)
    }
    try system { () throws(SystemError) in try makeFolder(folder + "/c") }
  }

  /// Adds a cell.
  func add(_ cell: TableCell) throws(StoreError) {
    let place = count * metadata.type.byteCount
    cells.withMutableBytes { bytes in
      switch (metadata.type, cell) {
      case (.float64, .integer(let value)):
        bytes.storeBytes(of: Double(value), toByteOffset: place, as: Double.self)
      case (.float64, .number(let value)):
        bytes.storeBytes(of: value, toByteOffset: place, as: Double.self)
      case (.float64, .missing):
        bytes.storeBytes(of: Double.nan, toByteOffset: place, as: Double.self)
      case (.uint8, .integer(let value)):
        bytes.storeBytes(of: UInt8(value), toByteOffset: place, as: UInt8.self)
      case (.uint32, .integer(let value)):
        bytes.storeBytes(of: UInt32(value), toByteOffset: place, as: UInt32.self)
      case (_, .integer(let value)):
        bytes.storeBytes(of: Int64(value), toByteOffset: place, as: Int64.self)
      default: preconditionFailure("a column of \(metadata.type.rawValue) has whole numbers")
      }
    }
    count += 1
    if count == metadata.chunk { try writeChunk() }
  }

  /// Writes the chunk that is in memory; what it lacks at the table's end are zeros.
  private func writeChunk() throws(StoreError) {
    if file == nil {
      let path = "\(folder)/\(ColumnMetadata.key(ofShard: shard))"
      file = ShardFile(try system { () throws(SystemError) in try FileHandle(creating: path) })
    }
    let used = count * metadata.type.byteCount
    let all = metadata.chunk * metadata.type.byteCount
    var length = 0
    do throws(ChunkError) {
      cells.withMutableBytes { bytes in
        unsafe bytes.withUnsafeMutableBytes { raw in
          for i in used..<all { unsafe raw[i] = 0 }
        }
      }
      length = try cells.withBytes { chunk throws(ChunkError) in
        try stored.withMutableBytes { bytes throws(ChunkError) in
          try encoder.encode(chunk.extracting(first: all), into: &bytes)
        }
      }
    } catch {
      throw .cannotCompress(path: folder, error)
    }
    guard let file else { return }
    let offset = offset
    try system { () throws(SystemError) in
      try stored.withBytes(first: length) { bytes throws(SystemError) in
        try file.file.write(bytes, at: offset)
      }
    }
    entries.append(UInt64(offset)..<UInt64(offset + length))
    self.offset += length
    count = 0
    if entries.count == ColumnMetadata.chunksPerShard { try endShard() }
  }

  /// Writes the index of the shard.
  private func endShard() throws(StoreError) {
    guard let file else { return }
    let missing = ColumnMetadata.chunksPerShard - entries.count
    let index = ShardIndex(entries + Array(repeating: nil, count: missing)).encoded()
    let offset = offset
    try system { () throws(SystemError) in
      try file.file.write(unsafe index.span.bytes, at: offset)
      try file.file.synchronise()
    }
    self.file = nil
    (entries, self.offset) = ([], 0)
    shard += 1
  }

  /// Writes what is left, and the array's document.
  func finish() throws(StoreError) {
    if count > 0 { try writeChunk() }
    if !entries.isEmpty { try endShard() }
    try system { () throws(SystemError) in
      try synchroniseFolder(folder + "/c")
      try writeFileAtomically(folder + "/zarr.json", metadata.encoded())
    }
  }
}
