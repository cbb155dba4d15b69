import CHashing
import VolumeCore

/// Hashes rows of voxels: the fast path of `VoxelHash`, with the columns' numbers at hand.
public struct VoxelHasher: Sendable {
  /// The first column.
  private let first: Int
  private let columns: [UInt32]

  /// A hasher for rows that lie in `columns` of a volume.
  public init(columns: Range<Int>) {
    first = columns.lowerBound
    self.columns = columns.map(PlaceNumbers.column)
  }

  /// The hash of a part of a row.
  ///
  /// - Parameters:
  ///   - row: layer and row of the volume.
  ///   - x: the columns, among those of this hasher.
  ///   - voxels: memory that holds them.
  ///   - offset: the number of the first of them in that memory, in voxels.
  ///   - width: bytes of a voxel: 1, 2, 4 or 8.
  public func hash(
    row: (z: Int, y: Int), _ x: Range<Int>, of voxels: RawSpan, at offset: Int, width: Int
  ) -> VoxelHash {
    precondition(x.lowerBound >= first && x.upperBound <= first + columns.count)
    precondition(offset >= 0 && (offset + x.count) * width <= voxels.byteCount)
    let sum = unsafe voxels.withUnsafeBytes { bytes -> UInt64 in
      guard !x.isEmpty, let base = bytes.baseAddress else { return 0 }
      let start = unsafe base + offset * width
      return unsafe columns.withUnsafeBufferPointer { columns in
        guard let numbers = columns.baseAddress else { return 0 }
        return unsafe t2s_hash_row(
          start, width, numbers + (x.lowerBound - first), x.count)
      }
    }
    return VoxelHash(sum &* PlaceNumbers.row(row.z, row.y))
  }

  /// The hash of a box of voxels that lie in C order in `voxels`, layer by layer.
  public func layers(_ box: Region, of voxels: RawSpan, width: Int) -> [VoxelHash] {
    precondition(voxels.byteCount == box.voxelCount * width)
    return box.z.map { z in
      var hash = VoxelHash()
      for y in box.y {
        let row = (z - box.z.lowerBound) * box.y.count + y - box.y.lowerBound
        hash += self.hash(row: (z, y), box.x, of: voxels, at: row * box.x.count, width: width)
      }
      return hash
    }
  }
}
