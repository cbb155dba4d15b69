import SystemIO
import VolumeCore

/// A raw file as a volume: any region, read where it lies.
public final class RawReader: VolumeReader {
  /// What is known of the volume.
  public let volume: VolumeDescription
  /// Where the voxels lie.
  public let layout: RawLayout
  /// Name, size and a checksum of the first mebibyte.
  public let fingerprint: String

  private let file: RawFile

  init(
    _ file: RawFile, layout: RawLayout, volume: VolumeDescription, fingerprint: String
  ) {
    self.file = file
    self.layout = layout
    self.volume = volume
    self.fingerprint = fingerprint
  }

  /// Reads `region` into `destination`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let width = layout.voxelType.byteCount
    precondition(Region(layout.shape).contains(region), "\(region) is outside \(layout.shape)")
    precondition(destination.byteCount == region.voxelCount * width)
    guard !region.isEmpty else { return }
    do {
      try readRuns(of: region, into: &destination)
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
    if width > 1, layout.byteOrder != .native { swapBytes(of: &destination, width: width) }
  }

  /// Reads as few and as long runs of the file as the region allows.
  private func readRuns(
    of region: Region, into destination: inout MutableRawSpan
  ) throws(RawError) {
    let shape = layout.shape
    let width = layout.voxelType.byteCount
    let rowBytes = shape.x * width
    let layerBytes = shape.y * rowBytes
    let wanted = region.x.count * width
    let start =
      layout.offset + region.z.lowerBound * layerBytes + region.y.lowerBound * rowBytes
      + region.x.lowerBound * width

    // Whole layers are one run of rows.
    let isWholeLayers = region.y.count == shape.y
    let runs = isWholeLayers ? 1 : region.z.count
    let rows = isWholeLayers ? region.z.count * region.y.count : region.y.count
    try unsafe destination.withUnsafeMutableBytes { (bytes) throws(RawError) in
      for run in 0..<runs {
        let part = (run * rows * wanted)..<((run + 1) * rows * wanted)
        var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part]).mutableBytes
        let isWhole: Bool
        do throws(SystemError) {
          isWhole = try file.handle.readRows(
            count: rows, wanted: wanted, stride: rowBytes, at: start + run * layerBytes,
            into: &span)
        } catch {
          throw .system(error)
        }
        guard isWhole else {
          let now = (try? file.handle.byteCount) ?? 0
          throw .shrank(path: file.path, byteCount: now, opened: file.byteCount)
        }
      }
    }
  }
}
