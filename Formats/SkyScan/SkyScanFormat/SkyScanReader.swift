import VolumeCore

/// Slices as another format reads them, with what their log says.
final class SkyScanReader: VolumeReader {
  let volume: VolumeDescription
  private let slices: any VolumeReader

  init(_ volume: VolumeDescription, slices: any VolumeReader) {
    self.volume = volume
    self.slices = slices
  }

  func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    try slices.read(region, into: &destination)
  }

  func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    slices.cacheByteCount(forBoxesOf: shape)
  }

  func limitCache(to byteCount: Int) { slices.limitCache(to: byteCount) }

  var fingerprint: String { slices.fingerprint }
}
