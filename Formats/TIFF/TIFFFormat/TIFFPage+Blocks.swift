import VolumeCore

extension TIFFPage {
  /// No file compresses voxels further than this; a page that claims more is damaged or hostile.
  private static let mostVoxelBytesPerFileByte = 40_000
  /// The most that one strip or tile is decoded into.
  static let mostBlockBytes = 1 << 30
  /// The most strips or tiles of a page.
  private static let mostBlocks = 1 << 22
  /// Strips or tiles whose places are looked at at once.
  private static let blocksAtOnce = 4096

  /// Refuses sizes that the file cannot hold, before memory is asked for.
  func checkPlausibility(_ file: TIFFBytes, _ page: Int) throws(TIFFError) {
    let implausible = TIFFError.sizeIsImplausible(
      file: file.name, page: page, width: layout.width, height: layout.height,
      byteCount: file.byteCount)
    guard layout.width < 1 << 24, layout.height < 1 << 24, layout.blockWidth < 1 << 24,
      layout.blockHeight < 1 << 24
    else { throw implausible }
    // 2^24 x 2^16 samples x 64 bits: no product below overflows.
    let (blockBytes, overflowed) = layout.rowByteCount.multipliedReportingOverflow(
      by: layout.blockHeight)
    let pixels = layout.height * layout.width
    guard !overflowed, layout.rowByteCount < 1 << 31,
      pixels * layout.voxelType.byteCount / Self.mostVoxelBytesPerFileByte <= file.byteCount,
      blockBytes <= Self.mostBlockBytes || !layout.isCompressed,
      // A tile may reach over the page's edge, but not be out of all proportion to it.
      layout.blockWidth * layout.blockHeight <= 16 * max(pixels, 1 << 16),
      layout.grid.count.voxelCount * layout.samples <= Self.mostBlocks
    else { throw implausible }
  }

  /// Checks that all strips or tiles lie in the file, and sees whether they simply follow each
  /// other uncompressed: then they are one.
  mutating func findBlocks(_ directory: TIFFDirectory, planes: Int) throws(TIFFError) {
    let file = directory.file
    func malformed(_ what: String) -> TIFFError {
      .directoryIsMalformed(file: file.name, page: directory.page, what: what)
    }
    let perPlane = layout.grid.count.voxelCount
    let blocks = perPlane * planes
    guard
      let offsets = try directory.numbers(
        of: layout.isTiled ? TIFFTag.tileOffsets : TIFFTag.stripOffsets),
      offsets.count == blocks
    else {
      let count = directory.count(of: layout.isTiled ? TIFFTag.tileOffsets : TIFFTag.stripOffsets)
      throw malformed("it has \(count) strips or tiles where its size makes \(blocks)")
    }
    let byteCounts = try directory.numbers(
      of: layout.isTiled ? TIFFTag.tileByteCounts : TIFFTag.stripByteCounts)
    let hasCounts = byteCounts.map { $0.count == blocks } ?? false
    guard hasCounts || !layout.isCompressed else {
      throw malformed("it does not say how long its strips or tiles are")
    }

    var scan = BlockScan(layout, planes: planes)
    for start in stride(from: 0, to: blocks, by: Self.blocksAtOnce) {
      let range = start..<min(start + Self.blocksAtOnce, blocks)
      guard let places = try file.numbers(offsets, range) else {
        throw .isTruncated(
          file: file.name, page: directory.page, needed: nil, byteCount: file.byteCount)
      }
      // The byte counts of uncompressed strips are often wrong (ImageJ's wrap), and not needed.
      let lengths =
        hasCounts
        ? try byteCounts.map { table throws(TIFFError) in
          try file.numbers(table, range) ?? []
        } ?? [] : []
      for (index, place) in places.enumerated() {
        let length = index < lengths.count ? lengths[index] : 0
        let end = scan.add(place, length)
        guard let end, end <= file.byteCount else {
          throw .isTruncated(
            file: file.name, page: directory.page, needed: end, byteCount: file.byteCount)
        }
      }
    }
    guard !scan.hasHoles else { throw malformed("a strip or a tile of it was never written") }
    if scan.isWide {
      // Twelve bits in sixteen: a camera's values, stored as words that are not packed.
      remarks.append("its \(layout.bits)-bit voxels are stored in 16 bits each")
      layout.bits = 16
    }
    if scan.isContiguous, planes == 1, !layout.isTiled, !layout.isCompressed {
      layout.blockHeight = layout.height
      places = .single(offset: scan.first, byteCount: layout.height * layout.rowByteCount)
    } else if blocks == 1 {
      places = .single(offset: scan.first, byteCount: scan.firstLength)
    } else {
      places = .tables(offsets: offsets, byteCounts: hasCounts ? byteCounts : nil)
    }
  }
}

/// What is learnt from the places of a page's blocks, one after the other.
private struct BlockScan {
  private let layout: PageLayout
  private let perPlane: Int
  /// Whether samples that are not whole bytes may be stored as words of 16 bits.
  private let mayBeWide: Bool
  private var index = 0
  private var expected = 0
  /// Where the first block lies, and how many bytes it has.
  private(set) var first = 0
  private(set) var firstLength = 0
  /// Whether all blocks follow each other.
  private(set) var isContiguous = true
  /// Whether a block lies nowhere.
  private(set) var hasHoles = false
  /// Whether all blocks are as long as they are with 16 bits a sample, and not as long as packed.
  private(set) var isWide: Bool

  init(_ layout: PageLayout, planes: Int) {
    self.layout = layout
    perPlane = layout.grid.count.voxelCount
    mayBeWide = !layout.isCompressed && layout.bits % 8 != 0 && !layout.reversesBits
    isWide = mayBeWide
  }

  /// Takes the next block; returns where it ends, `nil` where that is beyond counting.
  mutating func add(_ offset: Int, _ length: Int) -> Int? {
    let row = index % perPlane / layout.grid.count.x * layout.blockHeight
    let rows = layout.isTiled ? layout.blockHeight : min(layout.blockHeight, layout.height - row)
    var needed = length
    if !layout.isCompressed {
      needed = rows * layout.rowByteCount
      let wide = rows * layout.blockWidth * layout.blockSamples * 2
      if isWide, length == wide, wide != needed { needed = wide } else { isWide = false }
    }
    if offset <= 0 || needed <= 0 { hasHoles = true }
    if index == 0 {
      first = offset
      firstLength = needed
    } else if offset != expected {
      isContiguous = false
    }
    index += 1
    let (end, overflowed) = offset.addingReportingOverflow(needed)
    expected = overflowed ? 0 : end
    return overflowed ? nil : end
  }
}
