import Synchronization
import VolumeCore

/// A reader that counts what is asked of it: what a run has read, beside what it said it would.
public final class CountingReader: VolumeReader {
  private let inner: any VolumeReader
  private let bytes = Atomic<Int>(0)

  /// `inner`, counted.
  public init(_ inner: any VolumeReader) { self.inner = inner }

  /// Bytes of voxels that were read so far.
  public var bytesRead: Int { bytes.load(ordering: .relaxed) }

  /// As the counted reader's.
  public var volume: VolumeDescription { inner.volume }
  /// As the counted reader's.
  public var fingerprint: String { inner.fingerprint }
  /// As the counted reader's.
  public var readsPlainVoxels: Bool { inner.readsPlainVoxels }
  /// As the counted reader's.
  public var filesRead: [String] { inner.filesRead }
  /// As the counted reader's.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    inner.cacheByteCount(forBoxesOf: shape)
  }
  /// As the counted reader's.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    inner.cacheByteCount(forSlabsOf: shape)
  }
  /// As the counted reader's.
  public func limitCache(to byteCount: Int) { inner.limitCache(to: byteCount) }

  /// Passed on.
  public func willRead(_ region: Region) { inner.willRead(region) }

  /// Reads, and counts.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    try inner.read(region, into: &destination)
    bytes.add(destination.byteCount, ordering: .relaxed)
  }
}
