import Compression
import VolumeCore

/// What an array of anybody's is, whichever version of Zarr describes it: read from a `zarr.json` or
/// a `.zarray`, checked once, and then only run.
public struct ZarrArray: Hashable, Sendable {
  /// Where a chunk's file lies.
  public enum KeyEncoding: Hashable, Sendable {
    /// `c/0/1/2`, with a separator of its own.
    case standard(separator: String)
    /// `0.1.2`, with a separator of its own.
    case zarr2(separator: String)
  }

  /// How a chunk's file is cut again.
  public struct Sharding: Hashable, Sendable {
    /// The extents of an inner chunk.
    public var chunk: [Int]
    /// The form of the index.
    public var index: ShardIndexForm
  }

  /// The version of Zarr that describes it: 2 or 3.
  public var zarrVersion: Int
  /// The extents of the array.
  public var shape: [Int]
  /// What a voxel is.
  public var voxelType: VoxelType
  /// Whether it is an array of truth values, which are read as 0 and 1.
  public var isBool: Bool
  /// The value of voxels that nobody wrote.
  public var fillValue: FillValue
  /// Whether the metadata say the fill value; version 2 may leave it open.
  public var saysFillValue: Bool
  /// The extents of what one file holds: a chunk, or a shard.
  public var fileChunk: [Int]
  /// How a file is cut into inner chunks, where it is a shard.
  public var sharding: Sharding?
  /// How chunks (inner ones, where there are shards) became bytes.
  public var codecs: CodecChain
  /// Where files lie.
  public var keyEncoding: KeyEncoding
  /// The names of the dimensions, where the metadata say them.
  public var dimensionNames: [String?]?
  /// Whatever else is kept with the array.
  public var attributes: [String: JSONValue]

  /// The extents of what is decoded at once.
  public var chunk: [Int] { sharding?.chunk ?? fileChunk }

  /// Bytes of the voxels of one (inner) chunk.
  public var chunkByteCount: Int { chunk.reduce(voxelType.byteCount, *) }

  /// Inner chunks in a file along each dimension.
  public var chunksPerFile: [Int] { zip(fileChunk, chunk).map { $0 / $1 } }

  /// Files along each dimension.
  public var fileCounts: [Int] { zip(shape, fileChunk).map { ($0 - 1) / $1 + 1 } }

  /// The path of a chunk's or shard's file, counted from the array's folder.
  public func key(ofFile index: [Int]) -> String {
    let numbers = index.map(String.init)
    return switch keyEncoding {
    case .standard(let separator): (["c"] + numbers).joined(separator: separator)
    case .zarr2(let separator): numbers.joined(separator: separator)
    }
  }
}

/// The form of a shard's index.
public struct ShardIndexForm: Hashable, Sendable {
  /// Whether it lies in front of the chunks.
  public var isAtStart: Bool
  /// Whether a CRC32C follows it.
  public var hasChecksum: Bool
  /// The order of its numbers' bytes.
  public var byteOrder: ByteOrder

  /// An index of this form.
  public init(isAtStart: Bool = false, hasChecksum: Bool = true, byteOrder: ByteOrder = .little) {
    self.isAtStart = isAtStart
    self.hasChecksum = hasChecksum
    self.byteOrder = byteOrder
  }

  /// Bytes of the index of `chunkCount` chunks.
  public func byteCount(chunkCount: Int) -> Int { 16 * chunkCount + (hasChecksum ? 4 : 0) }
}

extension ShardIndex {
  /// Decodes an index of another form than ours: at the start, without a checksum, or big-endian.
  ///
  /// The rules are the same: a chunk lies in the file and outside the index, in whatever order.
  public init(
    decoding bytes: RawSpan, form: ShardIndexForm, chunkCount: Int, shardByteCount: UInt64
  ) throws(ShardError) {
    let byteCount = form.byteCount(chunkCount: chunkCount)
    guard bytes.byteCount == byteCount else {
      throw .indexHasWrongSize(byteCount: bytes.byteCount, chunkCount: chunkCount)
    }
    guard shardByteCount >= UInt64(byteCount) else {
      throw .tooShort(byteCount: shardByteCount, indexByteCount: byteCount)
    }
    if form.hasChecksum {
      let expected = bytes.littleEndianUInt32(at: 16 * chunkCount)
      let found = CRC32C.checksum(of: bytes.extracting(first: 16 * chunkCount))
      guard found == expected else {
        throw .indexHasWrongChecksum(found: found, expected: expected)
      }
    }
    func number(at place: Int) -> UInt64 {
      let value = bytes.littleEndianUInt64(at: place)
      return form.byteOrder == .little ? value : value.byteSwapped
    }
    let first = form.isAtStart ? UInt64(byteCount) : 0
    let last = form.isAtStart ? shardByteCount : shardByteCount - UInt64(byteCount)
    var entries: [Range<UInt64>?] = []
    entries.reserveCapacity(chunkCount)
    for chunk in 0..<chunkCount {
      let (offset, length) = (number(at: 16 * chunk), number(at: 16 * chunk + 8))
      guard (offset, length) != (.max, .max) else {
        entries.append(nil)
        continue
      }
      let (end, overflowed) = offset.addingReportingOverflow(length)
      guard !overflowed, offset >= first, end <= last else {
        throw .chunkIsOutside(chunk: chunk, offset: offset, length: length)
      }
      entries.append(offset..<end)
    }
    self.init(entries)
  }
}
