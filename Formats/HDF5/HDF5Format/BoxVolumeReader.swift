import HDF5Child
import HDF5Library
import VolumeCore

/// Reads boxes through the library: virtual and external datasets, unusual types and filters.
final class BoxVolumeReader: VolumeReader {
  let volume: VolumeDescription
  let fingerprint: String
  private let source: HDF5Source
  /// The extent that is decoded as one.
  private let grain: Shape3

  /// What a virtual dataset has to decode for a box is not known: this many times its bytes.
  private static let guessedGrowth = 64

  init(_ volume: VolumeDescription, _ source: HDF5Source, fingerprint: String) {
    self.volume = volume
    self.source = source
    self.fingerprint = fingerprint
    if case .chunked(let edges) = source.dataset.layout {
      grain = source.axes.shape(edges)
    } else {
      grain = Shape3(z: 1, y: 1, x: 1)
    }
  }

  var filesRead: [String] { [source.file, source.dataset.file] }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    precondition(Region(volume.shape).contains(region), "\(region) is outside \(volume.shape)")
    precondition(destination.byteCount == region.voxelCount * source.width)
    guard !region.isEmpty else { return }
    do {
      for piece in Self.pieces(region, grain, voxels: HDF5Client.largestBox / source.width) {
        try read(piece, of: region, into: &destination)
      }
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
  }

  private func read(
    _ piece: Region, of region: Region, into destination: inout MutableRawSpan
  ) throws(HDF5ChildError) {
    let axes = source.axes
    let ones = [Int](repeating: 1, count: axes.fixed.count)
    let width = source.width
    let byteCount = piece.voxelCount * width
    try unsafe destination.withUnsafeMutableBytes { (bytes) throws(HDF5ChildError) in
      try source.clients.withClient { (client) throws(HDF5ChildError) in
        try client.read(
          source.dataset.path, start: axes.spread(piece.origin, axes.fixed),
          count: axes.spread(
            Index3(z: piece.z.count, y: piece.y.count, x: piece.x.count), ones),
          byteCount: byteCount, decodedByteCount: decodedByteCount(piece)
        ) { box in
          var span = unsafe bytes.mutableBytes
          copyVoxels(piece, from: box, of: piece, to: &span, of: region, width: width)
        }
      }
    }
  }

  private func decodedByteCount(_ piece: Region) -> Int {
    guard case .chunked = source.dataset.layout else {
      return piece.voxelCount.multipliedReportingOverflow(
        by: source.width * Self.guessedGrowth
      ).partialValue
    }
    let grid = ChunkGrid(volume: volume.shape, chunk: grain)
    let chunks = grid.indices(meeting: piece).voxelCount
    let (bytes, overflows) = chunks.multipliedReportingOverflow(
      by: source.dataset.chunkByteCount(width: source.width) ?? 1 << 32)
    return overflows ? .max : bytes
  }

  /// Cuts a region into boxes of at most `voxels`, along the faces of what is decoded as one.
  static func pieces(_ region: Region, _ grain: Shape3, voxels: Int) -> [Region] {
    if region.voxelCount <= voxels { return [region] }
    // The slowest axis that can be cut is: what is in one box then lies together in the file.
    if region.z.count > 1 {
      let layers = max(1, voxels / (region.y.count * region.x.count))
      return cut(region.z, layers, grain.z).flatMap { z in
        pieces(Region(z: z, y: region.y, x: region.x), grain, voxels: voxels)
      }
    }
    if region.y.count > 1 {
      let rows = max(1, voxels / region.x.count)
      return cut(region.y, rows, grain.y).flatMap { y in
        pieces(Region(z: region.z, y: y, x: region.x), grain, voxels: voxels)
      }
    }
    return cut(region.x, voxels, grain.x).map { Region(z: region.z, y: region.y, x: $0) }
  }

  private static func cut(_ range: Range<Int>, _ most: Int, _ grain: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start.addingReportingOverflow(most).partialValue
      if end > start, end < range.upperBound {
        let face = end / grain * grain
        if face > start { end = face }
      } else {
        end = range.upperBound
      }
      parts.append(start..<end)
      start = end
    }
    return parts
  }
}

extension HDF5Dataset {
  /// Bytes of a chunk as voxels of `width` bytes; `nil` where there are no chunks, or impossible ones.
  func chunkByteCount(width: Int) -> Int? {
    guard case .chunked(let edges) = layout else { return nil }
    var count = width
    for edge in edges {
      let (product, overflows) = count.multipliedReportingOverflow(by: edge)
      guard edge > 0, !overflows, product <= 1 << 40 else { return nil }
      count = product
    }
    return count
  }
}
