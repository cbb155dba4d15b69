import SystemIO
import VolumeCore

/// Voxels of one bit, read as 0 and 1: numpy's `packbits` over the whole volume, the first voxel in
/// the highest bit, and no row that begins a byte of its own.
final class PackedBitsReader: VolumeReader {
  let volume: VolumeDescription
  let fingerprint: String
  private let file: FileHandle
  private let offset: Int

  /// The most bytes that are read at once.
  static let pieceByteCount = 1 << 20

  init(
    _ path: String, _ layout: RawLayout, _ volume: VolumeDescription, fingerprint: String
  ) throws(RawError) {
    do {
      file = try FileHandle(readingFrom: path)
    } catch {
      throw .system(error)
    }
    offset = layout.offset
    self.volume = volume
    self.fingerprint = fingerprint
  }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    let shape = volume.shape
    precondition(Region(shape).contains(region), "\(region) is outside \(shape)")
    precondition(destination.byteCount == region.voxelCount)
    guard !region.isEmpty else { return }
    // Whole rows follow each other, and so do whole layers.
    let wholeRows = region.x.count == shape.x
    let wholeLayers = wholeRows && region.y.count == shape.y
    let runs = wholeLayers ? 1 : wholeRows ? region.z.count : region.z.count * region.y.count
    let count = region.voxelCount / runs
    var piece: [UInt8] = []
    for run in 0..<runs {
      let z = wholeLayers ? 0 : wholeRows ? run : run / region.y.count
      let y = wholeRows ? 0 : run % region.y.count
      let first =
        ((region.z.lowerBound + z) * shape.y + region.y.lowerBound + y) * shape.x
        + region.x.lowerBound
      do {
        try readBits(
          first..<(first + count), into: &destination, at: run * count, through: &piece)
      } catch {
        throw VolumeReadError(region: region, reason: error.explanation)
      }
    }
  }

  /// Reads the bits `range` of the file, one byte each, to `place` and what follows it.
  private func readBits(
    _ range: Range<Int>, into destination: inout MutableRawSpan, at place: Int,
    through piece: inout [UInt8]
  ) throws(RawError) {
    var done = range.lowerBound
    while done < range.upperBound {
      let end = min(range.upperBound, (done / 8 + Self.pieceByteCount) * 8)
      let bytes = (done / 8)..<((end + 7) / 8)
      if piece.count < bytes.count { piece = [UInt8](repeating: 0, count: bytes.count) }
      let got: Int
      do throws(SystemError) {
        var span = piece.mutableSpan
        var raw = unsafe span.mutableBytes
        var part = raw._mutatingExtracting(first: bytes.count)
        got = try file.read(at: offset + bytes.lowerBound, into: &part)
      } catch {
        throw .system(error)
      }
      guard got == bytes.count else { throw .shrank(path: file.path) }
      let shift = place - range.lowerBound
      unsafe destination.withUnsafeMutableBytes { destination in
        for bit in done..<end {
          let byte = piece[bit / 8 - bytes.lowerBound]
          unsafe destination[shift + bit] = (byte >> UInt8(7 - bit % 8)) & 1
        }
      }
      done = end
    }
  }
}
