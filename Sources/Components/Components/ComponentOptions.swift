import VolumeCore

/// Which components are looked for, and what is to be known of them.
public struct ComponentOptions: Sendable {
  /// Which voxels are neighbours.
  public var connectivity = ComponentConnectivity.corners
  /// For each of the 256 label values, whether its voxels are in; 255 (not annotated) and 254
  /// (outside the specimen) are in only where somebody says so.
  public var isInside: [Bool]
  /// Whether sums over each component's voxels are kept, for a table.
  public var measures = true
  /// Whether surfaces are among them.
  public var measuresSurfaces = true
  /// Whether the voxels of each component are kept, for a volume of numbers.
  public var keepsVoxels = false
  /// A folder for scratch files, which vanish with the process: 296 bytes for each component that is
  /// measured, and 12 for each run of voxels in a row that is kept.
  public var scratchFolder = "/tmp"
  /// Memory for all of it.
  public var memory = 1 << 30
  /// Threads that read and label.
  public var threads = 2

  /// Components of the voxels whose labels are among `values`.
  public init(of values: [Int]) {
    isInside = (0..<256).map { values.contains($0) }
  }
}
