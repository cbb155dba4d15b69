import SystemIO
import VolumeCore

/// Planes of a volume one after the other, thinned out to what a picture shows: several that lie
/// in the same chunks are read together, so that a chunk is decoded once and not for each plane.
struct PlaneRun: Sendable {
  /// Planes that are read together lie within so many: an inner chunk of our stores.
  private static let chunk = 64

  let reader: any VolumeReader
  let axis: Slice.Axis
  let region: Region
  /// Voxels between values that are kept.
  let step: Int
  /// Values in a row of a plane.
  let width: Int
  /// Rows of a plane.
  let height: Int

  /// Planes of `region` across `axis`, of at most `longestEdge` values along an edge.
  init(_ reader: any VolumeReader, axis: Slice.Axis, region: Region, longestEdge: Int) {
    (self.reader, self.axis, self.region) = (reader, axis, region)
    let size = (
      height: axis == .z ? region.y.count : region.z.count,
      width: axis == .x ? region.y.count : region.x.count
    )
    step = (max(size.height, size.width) - 1) / longestEdge + 1
    width = (size.width - 1) / step + 1
    height = (size.height - 1) / step + 1
  }

  /// The planes there are.
  var positions: Range<Int> {
    switch axis {
    case .z: region.z
    case .y: region.y
    case .x: region.x
    }
  }

  /// Bytes of a plane.
  var planeByteCount: Int { width * height * MemoryLayout<Float>.stride }

  /// Bytes of the voxels of a band that are read at a time for planes `span` apart.
  private func bandByteCount(_ span: Int) -> Int {
    Slice.bandRows * span * (axis == .x ? region.y.count : region.x.count)
      * reader.volume.voxelType.byteCount
  }

  /// Bytes that `planes(_:)` takes for a group of `count` planes at most.
  func byteCount(_ count: Int) -> Int {
    count * planeByteCount + bandByteCount(min(Self.chunk, positions.count))
  }

  /// `positions`, ascending, in groups of at most `most` that are read together.
  func groups(_ positions: [Int], most: Int) -> [[Int]] {
    // A plain file's layers lie one behind the other: nothing is gained by reading more.
    let isPlain = reader.readsPlainVoxels && axis == .z
    var groups: [[Int]] = []
    for position in positions {
      if !isPlain, let last = groups.last, last.count < most,
        last[0] / Self.chunk == position / Self.chunk
      {
        groups[groups.count - 1].append(position)
      } else {
        groups.append([position])
      }
    }
    return groups
  }

  /// The planes at `group`, ascending, row by row.
  func planes(_ group: [Int]) throws(Explanation) -> [[Float]] {
    guard let first = group.first, let last = group.last else { return [] }
    var planes = [[Float]](repeating: [], count: group.count)
    for index in planes.indices { planes[index].reserveCapacity(width * height) }
    let span = first..<(last + 1)
    let downwards = axis == .z ? region.y : region.z
    for start in stride(from: downwards.lowerBound, to: downwards.upperBound, by: Slice.bandRows) {
      let rows = start..<min(start + Slice.bandRows, downwards.upperBound)
      let band: Region =
        switch axis {
        case .z: Region(z: span, y: rows, x: region.x)
        case .y: Region(z: rows, y: span, x: region.x)
        case .x: Region(z: rows, y: region.y, x: span)
        }
      let bytes = try explained { () throws(VolumeReadError) in try reader.bytes(of: band) }
      let shape = band.shape
      for (index, position) in group.enumerated() {
        let plane = position - first
        for row in rows where (row - downwards.lowerBound) % step == 0 {
          let down = row - start
          let (origin, stride) =
            switch axis {
            case .z: ((plane * shape.y + down) * shape.x, step)
            case .y: ((down * shape.y + plane) * shape.x, step)
            case .x: (down * shape.y * shape.x + plane, step * shape.x)
            }
          for column in 0..<width {
            planes[index].append(
              voxel(bytes, reader.volume.voxelType, at: origin + column * stride))
          }
        }
      }
    }
    return planes
  }
}
