import VolumeCore

/// A box of a volume, seen as a volume of its own.
final class VolumePart: VolumeReader {
  private let whole: any VolumeReader
  private let origin: Index3
  let volume: VolumeDescription

  init(_ whole: any VolumeReader, region: Region) {
    self.whole = whole
    origin = region.origin
    var volume = whole.volume
    volume.shape = region.shape
    self.volume = volume
  }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    try whole.read(region.moved(by: origin), into: &destination)
  }

  func cacheByteCount(forBoxesOf shape: Shape3) -> Int { whole.cacheByteCount(forBoxesOf: shape) }

  func cacheByteCount(forSlabsOf shape: Shape3) -> Int { whole.cacheByteCount(forSlabsOf: shape) }

  var readsPlainVoxels: Bool { whole.readsPlainVoxels }

  var filesRead: [String] { whole.filesRead }

  func limitCache(to byteCount: Int) { whole.limitCache(to: byteCount) }

  var fingerprint: String { whole.fingerprint }
}
