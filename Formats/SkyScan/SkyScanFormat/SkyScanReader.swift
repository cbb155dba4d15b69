import VolumeCore

/// Slices as another format reads them, with what their log says.
package final class SkyScanReader: VolumeReader {
  package let volume: VolumeDescription
  private let slices: any VolumeReader

  init(_ volume: VolumeDescription, slices: any VolumeReader) {
    self.volume = volume
    self.slices = slices
  }

  package func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    try slices.read(region, into: &destination)
  }

  package func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    slices.cacheByteCount(forBoxesOf: shape)
  }

  package func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    slices.cacheByteCount(forSlabsOf: shape)
  }

  package func limitCache(to byteCount: Int) { slices.limitCache(to: byteCount) }

  package var fingerprint: String { slices.fingerprint }

  package var filesRead: [String] { slices.filesRead }
}
