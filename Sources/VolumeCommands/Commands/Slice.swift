import EngineCore
import VolumeCore

/// One plane of a volume, thinned out where it is larger than any picture of it.
struct Slice: Sendable {
  /// The axis that a plane is perpendicular to.
  enum Axis: String, CaseIterable, Sendable {
    case z
    case y
    case x

    /// The number of planes across this axis.
    func extent(of shape: Shape3) -> Int {
      switch self {
      case .z: shape.z
      case .y: shape.y
      case .x: shape.x
      }
    }
  }

  /// Voxels along the longer edge that are kept at most.
  static let longestEdge = 4096
  /// Rows read at a time: those of one chunk of a store.
  static let bandRows = 64

  /// Values across the picture.
  let width: Int
  /// Values down the picture.
  let height: Int
  /// Row by row.
  let values: [Float]

  /// Reads plane `position` across `axis`; every n-th voxel, where there are too many.
  init(
    _ reader: any VolumeReader, axis: Axis, position: Int, longestEdge: Int = Self.longestEdge
  ) throws(Explanation) {
    let (shape, type) = (reader.volume.shape, reader.volume.voxelType)
    let size =
      axis == .z
      ? (height: shape.y, width: shape.x)
      : (height: shape.z, width: axis == .y ? shape.x : shape.y)
    let step = (max(size.height, size.width) - 1) / longestEdge + 1
    var values: [Float] = []
    values.reserveCapacity(((size.height - 1) / step + 1) * ((size.width - 1) / step + 1))
    for first in stride(from: 0, to: size.height, by: Self.bandRows) {
      let rows = first..<min(first + Self.bandRows, size.height)
      let here = position..<(position + 1)
      let band: Region =
        switch axis {
        case .z: Region(z: here, y: rows, x: 0..<shape.x)
        case .y: Region(z: rows, y: here, x: 0..<shape.x)
        case .x: Region(z: rows, y: 0..<shape.y, x: here)
        }
      let bytes = try explained { () throws(VolumeReadError) in try reader.bytes(of: band) }
      for row in rows where row % step == 0 {
        for column in stride(from: 0, to: size.width, by: step) {
          values.append(voxel(bytes, type, at: (row - first) * size.width + column))
        }
      }
    }
    width = (size.width - 1) / step + 1
    height = (size.height - 1) / step + 1
    self.values = values
  }
}

/// Voxel `index` of voxels in the machine's byte order.
func voxel(_ bytes: [UInt8], _ type: VoxelType, at index: Int) -> Float {
  unsafe Float(type.value(bytes.span.bytes, at: index))
}

extension Normalisation {
  /// The window that holds all of `values` but the outermost five hundredth of each side.
  static func window(ofSorted values: [Float]) -> Normalisation {
    guard let first = values.first, let last = values.last else {
      return Normalisation(low: 0, high: 1, clips: true)
    }
    let cut = values.count / 500
    var low = values[cut]
    var high = values[values.count - 1 - cut]
    if low == high { (low, high) = (first, last) }
    if low == high { high = low + 1 }
    return Normalisation(low: low, high: high, clips: true)
  }
}
