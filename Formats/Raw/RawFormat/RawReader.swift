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

  /// Between two wanted rows, this many unwanted bytes are cheaper to read than to jump over.
  static let cheapGap = 16 << 10
  /// The most that is read into a buffer of its own to be cropped.
  static let scratchByteCount = 512 << 10
  /// The longest read at once; the next is announced to the system meanwhile.
  static let pieceByteCount = 16 << 20

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
    let start = layout.offset + region.z.lowerBound * layerBytes
      + region.y.lowerBound * rowBytes + region.x.lowerBound * width
    let wantedBytes = region.x.count * width
    let wholeRows = region.x.count == shape.x

    if wholeRows && (region.y.count == shape.y || region.z.count == 1) {
      return try readRun(at: start, into: &destination, from: 0, count: destination.byteCount)
    }
    for z in 0..<region.z.count {
      let layer = start + z * layerBytes
      let into = z * region.y.count * wantedBytes
      if wholeRows {
        try readRun(at: layer, into: &destination, from: into, count: region.y.count * rowBytes)
      } else if rowBytes - wantedBytes <= Self.cheapGap, rowBytes <= Self.scratchByteCount {
        try readAndCrop(
          rows: region.y.count, at: layer, rowBytes: rowBytes, wanted: wantedBytes,
          into: &destination, from: into)
      } else {
        for y in 0..<region.y.count {
          try readRun(
            at: layer + y * rowBytes, into: &destination, from: into + y * wantedBytes,
            count: wantedBytes)
        }
      }
    }
  }

  /// Reads `count` bytes at `offset` of the file to `first` in `destination`, piece by piece.
  private func readRun(
    at offset: Int, into destination: inout MutableRawSpan, from first: Int, count: Int
  ) throws(RawError) {
    var done = 0
    while done < count {
      let piece = min(count - done, Self.pieceByteCount)
      let rest = count - done - piece
      if rest > 0 {
        file.handle.willRead(at: offset + done + piece, count: min(rest, Self.pieceByteCount))
      }
      let part = (first + done)..<(first + done + piece)
      try unsafe destination.withUnsafeMutableBytes { (bytes) throws(RawError) in
        var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part]).mutableBytes
        try readExactly(at: offset + done, into: &span)
      }
      done += piece
    }
  }

  /// Reads runs of rows with what lies between the wanted parts, and keeps the wanted parts.
  private func readAndCrop(
    rows: Int, at offset: Int, rowBytes: Int, wanted: Int,
    into destination: inout MutableRawSpan, from first: Int
  ) throws(RawError) {
    let rowsAtOnce = max(1, min(rows, Self.scratchByteCount / rowBytes))
    // From the heap, which keeps it for the next call: fresh pages would cost more than the read.
    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rowsAtOnce * rowBytes, alignment: 64)
    defer { unsafe scratch.deallocate() }
    var row = 0
    while row < rows {
      let count = min(rowsAtOnce, rows - row)
      let byteCount = (count - 1) * rowBytes + wanted
      var bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[..<byteCount]).mutableBytes
      try readExactly(at: offset + row * rowBytes, into: &bytes)
      unsafe destination.withUnsafeMutableBytes { destination in
        for r in 0..<count {
          let to = first + (row + r) * wanted
          let from = r * rowBytes
          unsafe UnsafeMutableRawBufferPointer(rebasing: destination[to..<(to + wanted)])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: scratch[from..<(from + wanted)]))
        }
      }
      row += count
    }
  }

  /// Fills `destination` from `offset`, or says that the file has shrunk.
  private func readExactly(
    at offset: Int, into destination: inout MutableRawSpan
  ) throws(RawError) {
    let read: Int
    do {
      read = try file.handle.read(at: offset, into: &destination)
    } catch {
      throw .system(error)
    }
    guard read == destination.byteCount else {
      let now = (try? file.handle.byteCount) ?? offset + read
      throw .shrank(path: file.path, byteCount: now, opened: file.byteCount)
    }
  }
}
