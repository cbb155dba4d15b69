import Synchronization
import SystemIO
import VolumeCore
import VoxelFiles

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
    /// Index into the layouts.
    var layout: Int
    var places: BlockPlaces
  }

  let paths: [String]

  /// The file, or the slices.
  public var filesRead: [String] { paths }
  let slices: [Slice]
  let layouts: [PageLayout]
  let cache = BlockCache(limit: 64 << 20)
  /// What reading has cost so far.
  package let costs: ReadCosts
  /// The one file, kept open; a folder's slices are opened as they are read.
  private let single: TIFFBytes?
  private let idle = Mutex<[TIFFDecoder]>([])

  /// Decoders that are kept ready between reads.
  private static let idleDecoders = 16

  init(
    volume: VolumeDescription, fingerprint: String, paths: [String], slices: [Slice],
    layouts: [PageLayout], single: TIFFBytes?, costs: ReadCosts
  ) {
    self.volume = volume
    self.fingerprint = fingerprint
    self.paths = paths
    self.slices = slices
    self.layouts = layouts
    self.single = single
    self.costs = costs
  }

  /// Reads `region` into `destination`, decoding only the strips and tiles that it needs.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    precondition(Region(volume.shape).contains(region), "\(region) is outside \(volume.shape)")
    precondition(destination.byteCount == region.voxelCount * volume.voxelType.byteCount)
    guard !region.isEmpty else { return }
    do {
      try readLayers(region, into: &destination)
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
  }

  /// Reads `region`, layer by layer.
  func readLayers(_ region: Region, into destination: inout MutableRawSpan) throws(TIFFError) {
    try unsafe destination.withUnsafeMutableBytes { (bytes) throws(TIFFError) in
      var reading = unsafe RegionReading(self, region, into: bytes)
      for z in region.z { try reading.readLayer(z) }
      try reading.readPostponed()
    }
  }

  /// The open file that `slice` lies in.
  func file(of slice: Slice) throws(TIFFError) -> TIFFBytes {
    if let single { return single }
    return try TIFFBytes(paths[slice.file], costs: costs)
  }

  /// A decoder for blocks of `layout`, which is to be put back.
  func takeDecoder(for layout: PageLayout, page: Int, file: String) throws(TIFFError)
    -> TIFFDecoder
  {
    let kind = TIFFDecoder.Kind(layout)
    let found = idle.withLock { idle in
      idle.lastIndex { $0.kind == kind }.map { idle.remove(at: $0) }
    }
    if let found { return found }
    guard let made = TIFFDecoder(kind) else {
      throw .cannotDecode(file: file, page: page, message: "libtiff takes no such blocks")
    }
    return made
  }

  func putBack(_ decoder: TIFFDecoder) {
    idle.withLock { idle in
      idle.append(decoder)
      if idle.count > Self.idleDecoders { idle.removeFirst() }
    }
  }

  /// The compressed layouts among all.
  private var compressed: [PageLayout] { layouts.filter(\.isCompressed) }

  /// The box that is decoded as one: a strip or a tile of one layer, where all are alike.
  public var grain: Shape3? {
    guard let first = compressed.first else { return Shape3(z: 1, y: 1, x: 1) }
    let isCommon = compressed.allSatisfy {
      $0.blockHeight == first.blockHeight && $0.blockWidth == first.blockWidth
    }
    guard isCommon else { return Shape3(z: 1, y: volume.shape.y, x: volume.shape.x) }
    return Shape3(
      z: 1, y: min(first.blockHeight, volume.shape.y), x: min(first.blockWidth, volume.shape.x))
  }

  /// Whether no page is compressed.
  public var readsPlainVoxels: Bool { compressed.isEmpty }

  /// What is decoded twice otherwise: the band of rows of every layer that one row of boxes meets.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    volume.shape.z * cacheByteCountOfLayer(forBoxesOf: shape)
  }

  /// That of the layers of one slab: no layer is met again in the next.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    min(shape.z, volume.shape.z) * cacheByteCountOfLayer(forBoxesOf: shape)
  }

  private func cacheByteCountOfLayer(forBoxesOf shape: Shape3) -> Int {
    let extent = volume.shape
    guard let grain, grain != Shape3(z: 1, y: 1, x: 1) else { return 0 }
    let cutsRows = shape.y < extent.y && shape.y % grain.y != 0
    let cutsColumns = shape.x < extent.x && shape.x % grain.x != 0
    guard cutsRows || cutsColumns else { return 0 }
    // Tiles are kept whole, with what reaches over the page's edge.
    let page = ((extent.y - 1) / grain.y + 1) * grain.y
    let band = ((shape.y - 1) / grain.y + 2) * grain.y
    let columns = ((extent.x - 1) / grain.x + 1) * grain.x
    return min(band, page) * columns * volume.voxelType.byteCount
  }

  /// Keeps at most `byteCount` bytes of decoded strips and tiles from now on.
  public func limitCache(to byteCount: Int) { cache.limit(to: byteCount) }
}
