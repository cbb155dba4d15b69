import VolumeCore

/// One page, understood and checked: what its voxels are and where they lie.
struct TIFFPage: Hashable {
  /// Rows and columns and their type: alike in all pages of a volume.
  struct Extent: Hashable, Sendable {
    var height: Int
    var width: Int
    var voxelType: VoxelType
    var byteCount: Int { height * width * voxelType.byteCount }
  }

  var extent: Extent
  /// Strips are blocks as wide as the page.
  var blockHeight: Int
  var blockWidth: Int
  var isTiled: Bool
  var compression: Int
  var isPalette: Bool
  var orientation: Int
  /// Where the directory lies, for libtiff.
  var directory: Int
  /// Where the voxels lie where they are simply there, row after row.
  var plainOffset: Int?

  /// Understands `directory`, or says what kind of page this is that is not read.
  init(_ directory: TIFFDirectory) throws(TIFFError) {
    let file = directory.file
    let page = directory.page
    func malformed(_ what: String) -> TIFFError {
      .directoryIsMalformed(file: file.name, page: page, what: what)
    }
    func refused(_ kind: UnreadKind) -> TIFFError {
      .kindIsNotRead(file: file.name, page: page, kind: kind)
    }

    let width = try directory.integer(TIFFTag.width, default: 0)
    let height = try directory.integer(TIFFTag.height, default: 0)
    guard width > 0, height > 0 else { throw malformed("it gives no width and height") }
    let samples = try directory.integer(TIFFTag.samplesPerPixel, default: 1)
    let photometric = try directory.integer(TIFFTag.photometric, default: 1)
    let format = try directory.integer(TIFFTag.sampleFormat, default: 1)
    let bits = try directory.integer(TIFFTag.bitsPerSample, default: 1)
    switch photometric {
    case 0: throw refused(.whiteIsZero)
    case 1, 3: break
    case 2: throw refused(.colour(samples: samples))
    default: throw refused(.photometric(photometric))
    }
    guard samples == 1 else { throw refused(.channels(samples)) }
    guard format == 1 || format == 4 else {
      throw refused(format == 2 ? .signed(bits: bits) : .float(bits: bits))
    }
    let type: VoxelType
    switch bits {
    case 8: type = .uint8
    case 16: type = .uint16
    default: throw refused(.bits(bits))
    }
    isPalette = photometric == 3
    guard !isPalette || bits == 8 else { throw refused(.widePalette) }
    compression = try directory.integer(TIFFTag.compression, default: 1)
    orientation = try directory.integer(TIFFTag.orientation, default: 1)
    self.directory = directory.offset
    extent = Extent(height: height, width: width, voxelType: type)

    isTiled = directory.has(TIFFTag.tileWidth)
    if isTiled {
      blockWidth = try directory.integer(TIFFTag.tileWidth, default: 0)
      blockHeight = try directory.integer(TIFFTag.tileHeight, default: 0)
    } else {
      blockWidth = width
      blockHeight = min(height, try directory.integer(TIFFTag.rowsPerStrip, default: height))
    }
    guard blockWidth > 0, blockHeight > 0 else { throw malformed("its strips have no extent") }
    try checkPlausibility(file, page)

    let offsets = try directory.integers(isTiled ? TIFFTag.tileOffsets : TIFFTag.stripOffsets)
    let counts = try directory.integers(
      isTiled ? TIFFTag.tileByteCounts : TIFFTag.stripByteCounts)
    let blocks =
      ((height - 1) / blockHeight + 1) * (isTiled ? (width - 1) / blockWidth + 1 : 1)
    guard offsets.count == blocks else {
      throw malformed("it has \(offsets.count) strips or tiles where its size makes \(blocks)")
    }
    try findVoxels(offsets, counts, directory)
  }

  /// No file compresses voxels further than this; a page that claims more is damaged or hostile.
  private static let mostVoxelBytesPerFileByte = 40_000
  /// The most that one strip or tile is decoded into.
  static let mostBlockBytes = 2 << 30

  /// Refuses sizes that the file cannot hold, before memory is asked for.
  private func checkPlausibility(_ file: TIFFBytes, _ page: Int) throws(TIFFError) {
    let implausible = TIFFError.sizeIsImplausible(
      file: file.name, page: page, width: extent.width, height: extent.height,
      byteCount: file.byteCount)
    guard extent.width < 1 << 24, extent.height < 1 << 24, blockWidth < 1 << 24,
      blockHeight < 1 << 24
    else { throw implausible }
    guard extent.byteCount / Self.mostVoxelBytesPerFileByte <= file.byteCount,
      blockWidth * blockHeight * extent.voxelType.byteCount <= Self.mostBlockBytes,
      // A tile may reach over the page's edge, but not be out of all proportion to it.
      blockWidth * blockHeight <= 16 * max(extent.height * extent.width, 1 << 16)
    else { throw implausible }
  }

  /// Checks that all strips or tiles lie in the file, and sees whether they simply follow each
  /// other uncompressed.
  private mutating func findVoxels(
    _ offsets: [Int], _ counts: [Int], _ directory: TIFFDirectory
  ) throws(TIFFError) {
    let file = directory.file
    let fillOrder = try directory.integer(TIFFTag.fillOrder, default: 1)
    let isPlain = compression == 1 && fillOrder == 1 && !isTiled
    let rowBytes = extent.width * extent.voxelType.byteCount
    var isContiguous = isPlain
    for (index, offset) in offsets.enumerated() {
      let rows = min(blockHeight, extent.height - index * blockHeight)
      // The byte counts of uncompressed strips are sometimes wrong, and not needed.
      let count =
        isPlain ? rows * rowBytes : index < counts.count ? counts[index] : 0
      let (end, overflowed) = offset.addingReportingOverflow(count)
      guard !overflowed, end <= file.byteCount else {
        throw .isTruncated(
          file: file.name, page: directory.page, needed: overflowed ? nil : end,
          byteCount: file.byteCount)
      }
      if isPlain, offset != offsets[0] + index * blockHeight * rowBytes { isContiguous = false }
    }
    plainOffset = isContiguous ? offsets[0] : nil
  }
}
