import Synchronization
import SystemIO
import VolumeCore

/// A volume whose voxels become those of another type while they are read.
package final class ConvertedVolume: ComputedVolume {
  /// As the input, but for the type.
  package let volume: VolumeDescription
  /// How voxels are converted.
  package let conversion: TypeConversion
  private let source: any VolumeReader
  private let state = Mutex(WindowCounts())

  /// About this many bytes are read at once where a box may be read in pieces.
  static let pieceByteCount = 4 << 20

  /// Reads `source`, converted; `conversion` was planned for its type.
  package init(_ source: any VolumeReader, _ conversion: TypeConversion) {
    precondition(conversion.source == source.volume.voxelType)
    self.source = source
    self.conversion = conversion
    var volume = source.volume
    volume.voxelType = conversion.target
    self.volume = volume
  }

  /// What lay beside the window in all that was read so far.
  package var counts: WindowCounts { state.withLock { $0 } }

  package var fingerprint: String { source.fingerprint }

  package var filesRead: [String] { source.filesRead }

  package func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    source.cacheByteCount(forBoxesOf: shape)
  }

  package func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    source.cacheByteCount(forSlabsOf: shape)
  }

  package var readsPlainVoxels: Bool { source.readsPlainVoxels }

  package func limitCache(to byteCount: Int) { source.limitCache(to: byteCount) }

  /// Memory beside the destination that one thread needs to read boxes of `shape`.
  package func scratchByteCount(forBoxesOf shape: Shape3) -> Int {
    guard !isInPlace else { return 0 }
    var piece = shape
    piece.z = min(shape.z, layersAtOnce(in: shape))
    return piece.voxelCount * conversion.source.byteCount
  }

  /// A wider type leaves room for the narrower voxels behind those that are done.
  private var isInPlace: Bool { conversion.source.byteCount <= conversion.target.byteCount }

  /// Layers that are read at once: all where the source decodes blocks, which may hold many.
  private func layersAtOnce(in shape: Shape3) -> Int {
    let layer = Shape3(z: 1, y: shape.y, x: shape.x)
    guard source.cacheByteCount(forBoxesOf: layer) == 0 else { return shape.z }
    let layerBytes = max(1, layer.voxelCount * conversion.source.byteCount)
    return max(1, min(shape.z, Self.pieceByteCount / layerBytes))
  }

  package func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let voxels = region.voxelCount
    precondition(destination.byteCount == voxels * conversion.target.byteCount)
    guard voxels > 0 else { return }
    let counts = try unsafe destination.withUnsafeMutableBytes { bytes throws(VolumeReadError) in
      if isInPlace {
        let tail = unsafe UnsafeMutableRawBufferPointer(
          rebasing: bytes[(bytes.count - voxels * conversion.source.byteCount)...])
        var span = unsafe tail.mutableBytes
        try source.read(region, into: &span)
        return unsafe conversion.convert(UnsafeRawBufferPointer(tail), to: bytes)
      }
      return try unsafe readInPieces(region, into: bytes)
    }
    if conversion.window != nil { state.withLock { $0.add(counts) } }
  }

  private func readInPieces(
    _ region: Region, into destination: UnsafeMutableRawBufferPointer
  ) throws(VolumeReadError) -> WindowCounts {
    var counts = WindowCounts()
    let layers = layersAtOnce(in: region.shape)
    let layerVoxels = region.y.count * region.x.count
    let width = conversion.source.byteCount
    var scratch = PageBuffer(byteCount: layers * layerVoxels * width)
    for start in stride(from: region.z.lowerBound, to: region.z.upperBound, by: layers) {
      let z = start..<min(start + layers, region.z.upperBound)
      let first = (start - region.z.lowerBound) * layerVoxels * conversion.target.byteCount
      let end = first + z.count * layerVoxels * conversion.target.byteCount
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: destination[first..<end])
      try scratch.withMutableBytes(first: z.count * layerVoxels * width) {
        span throws(VolumeReadError) in
        try source.read(Region(z: z, y: region.y, x: region.x), into: &span)
        unsafe span.withUnsafeMutableBytes { bytes in
          unsafe counts.add(conversion.convert(UnsafeRawBufferPointer(bytes), to: part))
        }
      }
    }
    return counts
  }
}

/// The least and the greatest value of a few rows of some layers; `nil` where all are no numbers.
func sampledRange(_ reader: any VolumeReader, region: Region) -> ClosedRange<Double>? {
  var (least, greatest) = (Double.infinity, -Double.infinity)
  func spread(_ range: Range<Int>, _ count: Int) -> [Int] {
    guard range.count > count else { return Array(range) }
    return (0..<count).map { range.lowerBound + range.count * (2 * $0 + 1) / (2 * count) }
  }
  for z in spread(region.z, 7) {
    for y in spread(region.y, 64) {
      let row = Region(z: z..<(z + 1), y: y..<(y + 1), x: region.x)
      // It only makes an error say more; what cannot be read says so when it is converted.
      guard let bytes = try? reader.bytes(of: row) else { return nil }
      let span = unsafe bytes.span.bytes
      for index in 0..<region.x.count {
        let value = reader.volume.voxelType.value(span, at: index)
        guard value.isFinite else { continue }
        least = min(least, value)
        greatest = max(greatest, value)
      }
    }
  }
  return least <= greatest ? least...greatest : nil
}
