import SystemIO
import VolumeCore

/// A volume thinned out until it fits anywhere: every n-th voxel of its coarsest level that still has
/// enough of them.
struct CoarseVolume: Sendable {
  /// Its extent.
  let shape: Shape3
  /// Voxels of the volume along each axis for one of it.
  let step: Int
  /// The values in C order.
  let values: [Float]

  /// Reads the volume at `path` with edges of at most `edge` voxels.
  init(
    _ path: String, _ hints: OpeningHints, edge: Int, _ context: CommandContext
  ) throws(Explanation) {
    let full = try context.catalogue.open(path, hints: hints)
    var (reader, factor) = (full, 1)
    // Coarser levels hold means; a store that has none is thinned out itself.
    while Self.longest(reader.volume.shape) >= 2 * edge {
      var coarser = hints
      coarser.level = "\(Self.level(factor) + 1)"
      guard hints.level == nil, let next = try? context.catalogue.open(path, hints: coarser),
        next.volume.shape != reader.volume.shape
      else { break }
      reader = next
      factor *= 2
    }
    let extent = reader.volume.shape
    let thin = max(1, (Self.longest(extent) + edge - 1) / edge)
    step = thin * factor
    shape = Shape3(
      z: (extent.z + thin - 1) / thin, y: (extent.y + thin - 1) / thin,
      x: (extent.x + thin - 1) / thin)
    var values: [Float] = []
    values.reserveCapacity(shape.voxelCount)
    // Bands of at most 16 MB.
    let rowBytes = extent.x * reader.volume.voxelType.byteCount
    let band = max(1, min(extent.y, (16 << 20) / max(rowBytes, 1)) / thin) * thin
    for z in stride(from: 0, to: extent.z, by: thin) {
      try context.checkForStop(remedy: "give the same command again")
      for first in stride(from: 0, to: extent.y, by: band) {
        let rows = first..<min(first + band, extent.y)
        let region = Region(z: z..<(z + 1), y: rows, x: 0..<extent.x)
        let bytes = try explained { () throws(VolumeReadError) in try reader.bytes(of: region) }
        for row in stride(from: 0, to: rows.count, by: thin) {
          for column in stride(from: 0, to: extent.x, by: thin) {
            values.append(voxel(bytes, reader.volume.voxelType, at: row * extent.x + column))
          }
        }
      }
    }
    self.values = values
  }

  private static func longest(_ shape: Shape3) -> Int { max(shape.z, shape.y, shape.x) }

  private static func level(_ factor: Int) -> Int { factor.trailingZeroBitCount }

  /// The plane at `position` across `axis`, row by row.
  func plane(_ axis: Slice.Axis, _ position: Int) -> (width: Int, height: Int, values: [Float]) {
    switch axis {
    case .z:
      let start = position * shape.y * shape.x
      return (shape.x, shape.y, Array(values[start..<(start + shape.y * shape.x)]))
    case .y:
      return (
        shape.x, shape.z,
        (0..<shape.z).flatMap { z -> ArraySlice<Float> in
          let start = (z * shape.y + position) * shape.x
          return values[start..<(start + shape.x)]
        }
      )
    case .x:
      return (
        shape.y, shape.z,
        (0..<shape.z).flatMap { z in
          (0..<shape.y).map { values[(z * shape.y + $0) * shape.x + position] }
        }
      )
    }
  }
}
