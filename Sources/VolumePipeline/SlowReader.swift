import Glibc
import VolumeCore

/// A reader that takes at least a given time for each voxel: for the bench that shows that reading
/// and computing overlap, and for tests.
public final class SlowReader: VolumeReader {
  private let inner: any VolumeReader
  private let secondsPerVoxel: Double

  /// `inner`, slowed.
  public init(_ inner: any VolumeReader, secondsPerVoxel: Double) {
    self.inner = inner
    self.secondsPerVoxel = secondsPerVoxel
  }

  /// As the slowed reader's.
  public var volume: VolumeDescription { inner.volume }
  /// As the slowed reader's.
  public var fingerprint: String { inner.fingerprint }

  /// Reads, then sleeps; a slow disk keeps no core busy either.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    try inner.read(region, into: &destination)
    usleep(UInt32(secondsPerVoxel * Double(region.voxelCount) * 1e6))
  }
}
