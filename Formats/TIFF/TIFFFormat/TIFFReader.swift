import Synchronization
import SystemIO
import VolumeCore

/// The pages of one file, or the slices of a folder, as a volume.
public final class TIFFReader: VolumeReader {
  /// What is known of the volume.
  public let volume: VolumeDescription
  /// Name, size and a checksum of the beginning.
  public let fingerprint: String

  /// Where one layer lies.
  struct Slice {
    /// Index into the paths.
    var file: Int
    /// The page within its file, counted from 1.
    var page: Int
    /// Its directory, for libtiff.
    var directory: Int
    /// Where its voxels lie when they are simply there.
    var plainOffset: Int?
    var order: ByteOrder
    var blockHeight: Int
    var blockWidth: Int
    var isTiled: Bool
    /// Whether there is no such slice, and its voxels are zeros.
    var isMissing = false

    /// A layer of zeros where a folder has a gap.
    static let missing = Slice(
      file: 0, page: 0, directory: 0, plainOffset: 0, order: .native, blockHeight: 1,
      blockWidth: 1, isTiled: false, isMissing: true)
  }

  private let paths: [String]
  private let slices: [Slice]
  /// The one file, kept open; a folder's slices are opened as they are read.
  private let single: TIFFBytes?
  private let cache = BlockCache(limit: 64 << 20)
  private let idle = Mutex<[TIFFDecoder]>([])

  /// Decoders that are kept open between reads.
  private static let idleDecoders = 8

  init(
    volume: VolumeDescription, fingerprint: String, paths: [String], slices: [Slice],
    single: TIFFBytes?
  ) {
    self.volume = volume
    self.fingerprint = fingerprint
    self.paths = paths
    self.slices = slices
    self.single = single
  }

  /// Reads `region` into `destination`, decoding only the strips and tiles that it needs.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let width = volume.voxelType.byteCount
    precondition(Region(volume.shape).contains(region), "\(region) is outside \(volume.shape)")
    precondition(destination.byteCount == region.voxelCount * width)
    guard !region.isEmpty else { return }
    let layerBytes = region.y.count * region.x.count * width
    do {
      try unsafe destination.withUnsafeMutableBytes { (bytes) throws(TIFFError) in
        for (index, z) in region.z.enumerated() {
          let part = unsafe UnsafeMutableRawBufferPointer(
            rebasing: bytes[(index * layerBytes)..<((index + 1) * layerBytes)])
          if slices[z].isMissing {
            unsafe part.initializeMemory(as: UInt8.self, repeating: 0)
          } else if let offset = slices[z].plainOffset {
            try unsafe readPlain(z, at: offset, region, into: part)
          } else {
            try unsafe decode(z, region, into: part)
          }
        }
      }
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
  }

  /// Reads rows that lie in the file as they are.
  private func readPlain(
    _ z: Int, at offset: Int, _ region: Region, into destination: UnsafeMutableRawBufferPointer
  ) throws(TIFFError) {
    let slice = slices[z]
    let width = volume.voxelType.byteCount
    let rowBytes = volume.shape.x * width
    let start = offset + region.y.lowerBound * rowBytes + region.x.lowerBound * width
    if let single {
      try unsafe readRows(of: single.handle, slice, at: start, region, into: destination)
    } else {
      let file: FileHandle
      do {
        file = try FileHandle(readingFrom: paths[slice.file])
      } catch {
        throw .system(error)
      }
      try unsafe readRows(of: file, slice, at: start, region, into: destination)
    }
    if width > 1, slice.order != .native {
      var span = unsafe destination.mutableBytes
      swapBytes(of: &span, width: width)
    }
  }

  private func readRows(
    of file: borrowing FileHandle, _ slice: Slice, at start: Int, _ region: Region,
    into destination: UnsafeMutableRawBufferPointer
  ) throws(TIFFError) {
    let width = volume.voxelType.byteCount
    let stride = volume.shape.x * width
    let isWhole: Bool
    do {
      var span = unsafe destination.mutableBytes
      isWhole = try file.readRows(
        count: region.y.count, wanted: region.x.count * width, stride: stride, at: start,
        into: &span)
    } catch {
      throw .system(error)
    }
    guard isWhole else {
      throw .isTruncated(
        file: fileName(ofPath: file.path), page: slice.page,
        needed: start + (region.y.count - 1) * stride + region.x.count * width,
        byteCount: (try? file.byteCount) ?? 0)
    }
  }

  /// Decodes the strips or tiles that meet `region` and copies what lies in it.
  private func decode(
    _ z: Int, _ region: Region, into destination: UnsafeMutableRawBufferPointer
  ) throws(TIFFError) {
    let slice = slices[z]
    let width = volume.voxelType.byteCount
    let grid = ChunkGrid(
      volume: Shape3(z: 1, y: volume.shape.y, x: volume.shape.x),
      chunk: Shape3(z: 1, y: slice.blockHeight, x: slice.blockWidth))
    let wanted = Region(z: 0..<1, y: region.y, x: region.x)
    var decoder: TIFFDecoder?
    defer { if let decoder { putBack(decoder) } }

    func decodeBlock(_ block: Int, _ bytes: UnsafeMutableRawBufferPointer) throws(TIFFError) {
      let open: TIFFDecoder
      if let decoder { open = decoder } else { open = try takeDecoder(for: slice) }
      decoder = open
      try unsafe open.decode(
        block: block, isTiled: slice.isTiled, directoryAt: slice.directory, page: slice.page,
        into: bytes)
    }

    for index in grid.indices(meeting: wanted).indices {
      let block = index.y * grid.count.x + index.x
      let inPage = grid.region(of: index)
      // A strip ends with the page; a tile is stored whole.
      let stored =
        slice.isTiled
        ? Region(
          origin: inPage.origin,
          shape: Shape3(z: 1, y: slice.blockHeight, x: slice.blockWidth)) : inPage
      let storedBytes = stored.voxelCount * width
      let isWholly = wanted.contains(stored)
      if isWholly, stored.x == wanted.x {
        let start = (stored.y.lowerBound - wanted.y.lowerBound) * wanted.x.count * width
        let part = unsafe UnsafeMutableRawBufferPointer(
          rebasing: destination[start..<(start + storedBytes)])
        try unsafe decodeBlock(block, part)
        continue
      }
      let key = BlockCache.Key(slice: z, block: block)
      let decoded: BlockCache.Block
      if let kept = cache[key] {
        decoded = kept
      } else {
        var failure: TIFFError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: storedBytes) { buffer, count in
          do throws(TIFFError) {
            try unsafe decodeBlock(
              block,
              UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[..<storedBytes]))
            count = storedBytes
          } catch {
            failure = error
          }
        }
        if let failure { throw failure }
        decoded = BlockCache.Block(bytes)
        // What lies wholly in the region is not asked for again soon.
        if !wanted.contains(inPage) { cache.keep(decoded, key) }
      }
      let bytes = decoded.bytes
      var span = unsafe destination.mutableBytes
      copyVoxels(
        inPage.clamped(to: wanted), from: unsafe bytes.span.bytes, of: stored, to: &span,
        of: wanted, width: width)
    }
  }

  private func takeDecoder(for slice: Slice) throws(TIFFError) -> TIFFDecoder {
    let found = idle.withLock { idle in
      idle.lastIndex { $0.fileIndex == slice.file }.map { idle.remove(at: $0) }
    }
    if let found { return found }
    let path = paths[slice.file]
    return try TIFFDecoder(
      path, name: fileName(ofPath: path), fileIndex: slice.file, page: slice.page)
  }

  private func putBack(_ decoder: TIFFDecoder) {
    idle.withLock { idle in
      idle.append(decoder)
      if idle.count > Self.idleDecoders { idle.removeFirst() }
    }
  }

  /// What is decoded twice otherwise: the band of rows of every layer that one row of boxes meets.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    let extent = volume.shape
    guard let slice = slices.first(where: { $0.plainOffset == nil }) else { return 0 }
    guard shape.y < extent.y || shape.x < extent.x else { return 0 }
    if shape.x >= extent.x, shape.y % slice.blockHeight == 0 { return 0 }
    let rows = ((shape.y - 1) / slice.blockHeight + 2) * slice.blockHeight
    return extent.z * min(rows, extent.y) * extent.x * volume.voxelType.byteCount
  }

  /// Keeps at most `byteCount` bytes of decoded strips and tiles from now on.
  public func limitCache(to byteCount: Int) { cache.limit(to: byteCount) }
}
