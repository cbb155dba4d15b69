import VolumeCore

/// The grey of a phantom as an input like any other.
public final class PhantomGrey: VolumeReader {
  /// The phantom.
  public let phantom: PhantomVolume
  /// Extent, type and voxel size.
  public let volume: VolumeDescription

  /// The grey of `phantom`.
  public init(_ phantom: PhantomVolume) {
    self.phantom = phantom
    volume = .describing(phantom, phantom.voxelType)
  }

  /// Makes the voxels of `region`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    phantom.fillGrey(region, &destination)
  }

  /// What the phantom was made of.
  public var fingerprint: String { phantom.fingerprint }
}

/// The labels of a phantom as an input like any other.
public final class PhantomLabels: VolumeReader {
  /// The phantom.
  public let phantom: PhantomVolume
  /// Extent, type, voxel size and classes.
  public let volume: VolumeDescription

  /// The labels of `phantom`.
  public init(_ phantom: PhantomVolume) {
    self.phantom = phantom
    var volume = VolumeDescription.describing(phantom, .uint8)
    volume.classes = phantom.classes
    self.volume = volume
  }

  /// Makes the labels of `region`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    phantom.fillLabels(region, &destination)
  }

  /// What the phantom was made of.
  public var fingerprint: String { phantom.fingerprint + " labels" }
}

extension PhantomVolume {
  /// Kind, shape and seed.
  var fingerprint: String {
    "phantom \(options.kind.rawValue) \(options.shape) seed \(options.seed)"
      + (options.counts == .share ? "" : " counts \(options.counts.rawValue)")
  }
}

extension VolumeDescription {
  /// Voxels of the phantom's extent.
  fileprivate static func describing(
    _ phantom: PhantomVolume, _ voxelType: VoxelType
  ) -> VolumeDescription {
    var volume = VolumeDescription(shape: phantom.shape, voxelType: voxelType, format: "phantom")
    volume.spacing = PhantomVolume.spacing
    return volume
  }
}
