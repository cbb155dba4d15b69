import EngineCore
import SystemIO
import VolumeCore

/// A volume thinned out until it fits anywhere: every n-th voxel of its coarsest level that still has
/// enough of them.
struct CoarseVolume: Sendable {
  /// Its extent.
  let shape: Shape3
  /// Voxels of the volume along each axis for one of it.
  let step: Int
  /// The values in C order, as grey steps or labels.
  let values: [UInt8]

  /// What values become.
  enum Form {
    /// Labels as they are; what is none is 255.
    case labels
    /// Black to white, all but the outermost five hundredth of each side.
    case greys
  }

  /// Bytes that one of edges of `edge` takes while it is read; afterwards a fifth of them.
  static func byteCount(edge: Int) -> Int { edge * edge * edge * 5 + (16 << 20) }

  /// Reads the volume at `path` with edges of at most `edge` voxels.
  init(
    _ path: String, _ hints: OpeningHints, as form: Form, edge: Int, _ context: CommandContext
  ) throws(Explanation) {
    let full = try context.catalogue.open(path, hints: hints)
    let (most, rest) = Self.steps(full.volume.shape, edge: edge)
    step = most * rest
    var (reader, factor) = (full, 1)
    // Coarser levels hold means; a store that has none is thinned out itself.
    while factor < most {
      var coarser = hints
      coarser.level = "\(Self.level(factor) + 1)"
      guard hints.level == nil, let next = try? context.catalogue.open(path, hints: coarser),
        next.volume.shape == Self.thinned(reader.volume.shape, 2)
      else { break }
      reader = next
      factor *= 2
    }
    let extent = reader.volume.shape
    let thin = step / factor
    shape = Self.thinned(extent, thin)
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
    switch form {
    case .labels:
      self.values = values.map { UInt8(exactly: $0) ?? UInt8(LabelClass.unannotatedValue) }
    case .greys:
      // A sample is enough to say what is bright.
      let sample = stride(from: 0, to: values.count, by: values.count / (1 << 20) + 1)
        .map { values[$0] }.filter(\.isFinite).sorted()
      let window = Normalisation.window(ofSorted: sample)
      self.values = values.map { value in
        guard value.isFinite else { return 0 }
        let part = (value - window.low) / (window.high - window.low)
        return UInt8(max(0, min(255, (part * 255).rounded())))
      }
    }
  }

  /// Voxels along each axis for one: a power of two, as levels have it, times the rest. They follow from the
  /// extent alone, whatever levels there are, so that a scan and its labels are thinned out alike.
  private static func steps(_ shape: Shape3, edge: Int) -> (levels: Int, rest: Int) {
    var factor = 1
    while longest(thinned(shape, factor)) >= 2 * edge { factor *= 2 }
    return (factor, max(1, (longest(thinned(shape, factor)) + edge - 1) / edge))
  }

  private static func thinned(_ shape: Shape3, _ step: Int) -> Shape3 {
    Shape3(
      z: (shape.z + step - 1) / step, y: (shape.y + step - 1) / step,
      x: (shape.x + step - 1) / step)
  }

  private static func longest(_ shape: Shape3) -> Int { max(shape.z, shape.y, shape.x) }

  private static func level(_ factor: Int) -> Int { factor.trailingZeroBitCount }

  /// The plane at `position` across `axis`, row by row.
  func plane(_ axis: Slice.Axis, _ position: Int) -> (width: Int, height: Int, values: [UInt8]) {
    switch axis {
    case .z:
      let start = position * shape.y * shape.x
      return (shape.x, shape.y, Array(values[start..<(start + shape.y * shape.x)]))
    case .y:
      return (
        shape.x, shape.z,
        (0..<shape.z).flatMap { z -> ArraySlice<UInt8> in
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
