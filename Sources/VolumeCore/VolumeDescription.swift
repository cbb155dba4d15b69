/// What is known of a volume before a voxel is read.
public struct VolumeDescription: Hashable, Sendable {
  /// The extent.
  public var shape: Shape3
  /// What a voxel is.
  public var voxelType: VoxelType
  /// The voxel's edges, or `nil` where the file does not say: it is never invented.
  public var spacing: VoxelSpacing?
  /// Where its first voxel lies in the volume that it was cut from, in voxels.
  public var origin: Index3
  /// Where the centre of its first voxel lies, where the file itself says so.
  public var position: PhysicalPosition?
  /// The classes, where it is a label volume.
  public var classes: [LabelClass]?
  /// The format's name, for people: "raw (PyHST)", "TIFF folder", "OME-Zarr".
  public var format: String
  /// What a reader noticed that is no error, for people.
  public var remarks: [String]

  /// A volume of `shape` with voxels of `voxelType`, of which nothing else is known.
  public init(shape: Shape3, voxelType: VoxelType, format: String) {
    self.shape = shape
    self.voxelType = voxelType
    self.format = format
    origin = Index3(z: 0, y: 0, x: 0)
    remarks = []
  }

  /// Bytes of all voxels.
  public var byteCount: Int { shape.voxelCount * voxelType.byteCount }

  /// What is known of the part `region`: the same, but for its extent and its place.
  public func part(_ region: Region) -> VolumeDescription {
    var part = self
    part.shape = region.shape
    part.origin = Index3(
      z: origin.z + region.z.lowerBound, y: origin.y + region.y.lowerBound,
      x: origin.x + region.x.lowerBound)
    part.position = position.flatMap { position in
      guard region.origin != Index3(z: 0, y: 0, x: 0) else { return position }
      return spacing.map { spacing in
        PhysicalPosition(
          z: position.z + Double(region.z.lowerBound) * spacing.z,
          y: position.y + Double(region.y.lowerBound) * spacing.y,
          x: position.x + Double(region.x.lowerBound) * spacing.x)
      }
    }
    return part
  }
}
