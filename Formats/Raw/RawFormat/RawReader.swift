import SystemIO
import VolumeCore
import VoxelFiles

/// A raw file as a volume: any region, read where it lies.
public final class RawReader: VolumeReader {
  /// What is known of the volume.
  public let volume: VolumeDescription
  /// Where the voxels lie.
  public let layout: RawLayout
  /// Name, size and a checksum of the first mebibyte.
  public let fingerprint: String
  private let voxels: any VolumeReader

  init(_ path: String, layout: RawLayout, volume: VolumeDescription) throws(RawError) {
    self.layout = layout
    self.volume = volume
    let fingerprint = try asRawError { () throws(SystemError) in
      try headFingerprint(ofFile: path)
    }
    self.fingerprint = fingerprint
    if layout.isPacked {
      voxels = try PackedBitsReader(path, layout, volume, fingerprint: fingerprint)
    } else {
      voxels = FlatVolumeReader(layout.flat(path), volume, fingerprint: fingerprint)
    }
  }

  /// Nothing is decoded.
  public var readsPlainVoxels: Bool { true }

  /// Has the system begin with `region`.
  public func willRead(_ region: Region) { voxels.willRead(region) }

  /// Reads `region` into `destination`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    try voxels.read(region, into: &destination)
  }
}
