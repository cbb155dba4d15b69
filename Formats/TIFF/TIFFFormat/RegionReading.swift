import SystemIO
import VolumeCore
import VoxelFiles

/// Reads one region for one thread: layer by layer, block by block.
@safe struct RegionReading: ~Copyable {
  private let reader: TIFFReader
  private let region: Region
  private let destination: UnsafeMutableRawBufferPointer
  private let width: Int
  /// Bytes as they lie in the file, and blocks decoded in passing.
  private var raw = Scratch()
  private var decoded = Scratch()
  private var decoder: TIFFDecoder?
  private var postponed: [Postponed] = []

  /// A block that another thread was decoding when this one came by.
  private struct Postponed {
    var z: Int
    var index: Index3
    var place: BlockCache.Place
    var offset: Int
    var byteCount: Int
  }

  /// As many as keep threads from waiting for each other; each keeps its block in memory.
  private static let mostPostponed = 8
  /// At most this much is read at once of rows that are unpacked.
  private static let rowsByteCount = 1 << 20

  init(_ reader: TIFFReader, _ region: Region, into destination: UnsafeMutableRawBufferPointer) {
    self.reader = reader
    self.region = region
    unsafe self.destination = destination
    width = reader.volume.voxelType.byteCount
  }

  deinit { if let decoder { reader.putBack(decoder) } }

  /// Reads what lies in layer `z`, but for blocks that other threads are decoding.
  mutating func readLayer(_ z: Int) throws(TIFFError) {
    let slice = reader.slices[z]
    if case .missing = slice.places {
      unsafe rows(of: z, region.y, region.x).initializeMemory(as: UInt8.self, repeating: 0)
      return
    }
    let layout = reader.layouts[slice.layout]
    let file = try reader.file(of: slice)
    let grid = layout.grid
    let wanted = Region(z: 0..<1, y: region.y, x: region.x)
    let indices = grid.indices(meeting: wanted)
    let count = grid.count
    let first =
      layout.firstBlock + indices.y.lowerBound * count.x + indices.x.lowerBound
    let last =
      layout.firstBlock + (indices.y.upperBound - 1) * count.x + indices.x.upperBound - 1
    let places = try Self.places(of: slice, first..<(last + 1), layout, file)
    for index in indices.indices {
      let block = layout.firstBlock + index.y * count.x + index.x
      let (offset, byteCount) = places[block - first]
      if layout.isCompressed {
        try readCompressed(z, index, block, offset, byteCount, file)
      } else {
        try readStored(z, index, offset, file)
      }
    }
  }

  /// Reads the blocks that were left to other threads.
  mutating func readPostponed() throws(TIFFError) {
    while !postponed.isEmpty { try readFirstPostponed() }
  }

  private mutating func readFirstPostponed() throws(TIFFError) {
    let each = postponed.removeFirst()
    let file = try reader.file(of: reader.slices[each.z])
    let block = try each.place.wait { () throws(TIFFError) in
      try decodeBlock(each.z, each.index, each.offset, each.byteCount, file)
    }
    copy(block, each.z, each.index)
  }

  /// Where the blocks in `range` lie, and how many bytes they have.
  private static func places(
    of slice: TIFFReader.Slice, _ range: Range<Int>, _ layout: PageLayout, _ file: TIFFBytes
  ) throws(TIFFError) -> [(offset: Int, byteCount: Int)] {
    switch slice.places {
    case .missing: return []
    case .single(let offset, let byteCount): return [(offset, byteCount)]
    case .tables(let offsets, let counts):
      let changed = TIFFError.isTruncated(
        file: file.name, page: slice.page, needed: nil, byteCount: file.byteCount)
      guard let places = try file.numbers(offsets, range) else { throw changed }
      guard layout.isCompressed, let counts else { return places.map { ($0, 0) } }
      guard let lengths = try file.numbers(counts, range) else { throw changed }
      return zip(places, lengths).map { ($0, $1) }
    }
  }

  /// Where rows `y` and columns `x` of layer `z` go, from the first voxel to the last.
  private func rows(
    of z: Int, _ y: Range<Int>, _ x: Range<Int>
  ) -> UnsafeMutableRawBufferPointer {
    let shape = region.shape
    func place(_ y: Int, _ x: Int) -> Int {
      (((z - region.z.lowerBound) * shape.y + y - region.y.lowerBound) * shape.x + x
        - region.x.lowerBound) * width
    }
    let start = place(y.lowerBound, x.lowerBound)
    let end = place(y.upperBound - 1, x.upperBound)
    return unsafe UnsafeMutableRawBufferPointer(rebasing: destination[start..<end])
  }

  // MARK: Uncompressed

  /// Reads the rows of an uncompressed block that are wanted, and no others.
  private mutating func readStored(
    _ z: Int, _ index: Index3, _ offset: Int, _ file: TIFFBytes
  ) throws(TIFFError) {
    let slice = reader.slices[z]
    let layout = reader.layouts[slice.layout]
    let stored = layout.stored(index)
    let inside = stored.clamped(to: Region(z: 0..<1, y: region.y, x: region.x))
    let rowBytes = layout.rowByteCount
    let columns =
      (inside.x.lowerBound - stored.x.lowerBound)..<(inside.x.upperBound - stored.x.lowerBound)
    let start = offset + (inside.y.lowerBound - stored.y.lowerBound) * rowBytes
    let truncated = TIFFError.isTruncated(
      file: file.name, page: slice.page, needed: start + inside.y.count * rowBytes,
      byteCount: file.byteCount)
    let part = unsafe rows(of: z, inside.y, inside.x)
    let rowStride = region.x.count * width

    if layout.isDirect, inside.x.count == region.x.count {
      let wanted = columns.count * width
      var span = unsafe part.mutableBytes
      file.costs.noteRead((inside.y.count - 1) * rowBytes + wanted)
      let isWhole: Bool
      do {
        isWhole = try file.handle.readRows(
          count: inside.y.count, wanted: wanted, stride: rowBytes,
          at: start + columns.lowerBound * width, into: &span)
      } catch {
        throw .system(error)
      }
      guard isWhole else { throw truncated }
      if width > 1, layout.order != .native { swapBytes(of: &span, width: width) }
      return
    }
    let rowsAtOnce = max(1, min(inside.y.count, Self.rowsByteCount / rowBytes))
    for row in stride(from: 0, to: inside.y.count, by: rowsAtOnce) {
      let count = min(rowsAtOnce, inside.y.count - row)
      try unsafe raw.withBytes(count * rowBytes) { (bytes) throws(TIFFError) in
        var span = unsafe bytes.mutableBytes
        guard try file.read(at: start + row * rowBytes, into: &span) == bytes.count else {
          throw truncated
        }
        if layout.reversesBits { unsafe reverseBits(bytes) }
        unsafe layout.takeVoxels(
          columns, rows: count, from: UnsafeRawBufferPointer(bytes), isNative: false,
          to: UnsafeMutableRawBufferPointer(rebasing: part[(row * rowStride)...]),
          stride: rowStride)
      }
    }
  }

  // MARK: Compressed

  private mutating func readCompressed(
    _ z: Int, _ index: Index3, _ block: Int, _ offset: Int, _ byteCount: Int, _ file: TIFFBytes
  ) throws(TIFFError) {
    let layout = reader.layouts[reader.slices[z].layout]
    let stored = layout.stored(index)
    let wanted = Region(z: 0..<1, y: region.y, x: region.x)
    if layout.isDirect, stored.x == wanted.x, wanted.contains(stored) {
      let part = unsafe rows(of: z, stored.y, stored.x)
      try unsafe decode(z, index, offset, byteCount, file, into: part)
      if width > 1, layout.predictor == 1, layout.order != .native {
        var span = unsafe part.mutableBytes
        swapBytes(of: &span, width: width)
      }
      return
    }
    // What lies wholly in the region is not asked for again soon.
    if wanted.contains(layout.grid.region(of: index)) {
      let inside = stored.clamped(to: wanted)
      let part = unsafe rows(of: z, inside.y, inside.x)
      let rowStride = region.x.count * width
      var scratch = Scratch()
      swap(&scratch, &decoded)
      defer { swap(&scratch, &decoded) }
      try unsafe scratch.withBytes(stored.y.count * layout.rowByteCount) {
        (bytes) throws(TIFFError) in
        try unsafe decode(z, index, offset, byteCount, file, into: bytes)
        unsafe layout.takeVoxels(
          0..<inside.x.count, rows: inside.y.count, from: UnsafeRawBufferPointer(bytes),
          isNative: layout.predictor != 1, to: part, stride: rowStride)
      }
      return
    }
    let place = reader.cache.place(
      BlockCache.Key(slice: z, block: block), byteCount: stored.voxelCount * width)
    let found = try place.ifFree { () throws(TIFFError) in
      try decodeBlock(z, index, offset, byteCount, file)
    }
    if let found {
      copy(found, z, index)
    } else {
      postponed.append(
        Postponed(z: z, index: index, place: place, offset: offset, byteCount: byteCount))
      if postponed.count > Self.mostPostponed { try readFirstPostponed() }
    }
  }

  /// Copies what is wanted of a decoded block.
  private func copy(_ block: BlockCache.Block, _ z: Int, _ index: Index3) {
    let layout = reader.layouts[reader.slices[z].layout]
    let stored = layout.stored(index)
    let inside = layout.grid.region(of: index).clamped(
      to: Region(z: 0..<1, y: region.y, x: region.x))
    let layer = unsafe rows(of: z, region.y, region.x)
    let bytes = block.bytes
    var span = unsafe layer.mutableBytes
    copyVoxels(
      inside, from: unsafe bytes.span.bytes, of: stored, to: &span,
      of: Region(z: 0..<1, y: region.y, x: region.x), width: width)
  }

  /// The voxels of a whole block, of the sample that is read.
  private mutating func decodeBlock(
    _ z: Int, _ index: Index3, _ offset: Int, _ byteCount: Int, _ file: TIFFBytes
  ) throws(TIFFError) -> BlockCache.Block {
    let layout = reader.layouts[reader.slices[z].layout]
    let stored = layout.stored(index)
    let rowBytes = stored.x.count * width
    try Self.checkGrowth(
      layout, from: byteCount, to: stored.y.count * layout.rowByteCount, file,
      reader.slices[z].page)
    var voxels = [UInt8](repeating: 0, count: stored.voxelCount * width)
    var scratch = Scratch()
    swap(&scratch, &decoded)
    defer { swap(&scratch, &decoded) }
    var span = voxels.mutableSpan
    var all = unsafe span.mutableBytes
    try unsafe all.withUnsafeMutableBytes { (voxels) throws(TIFFError) in
      if layout.isDirect {
        try unsafe decode(z, index, offset, byteCount, file, into: voxels)
        if width > 1, layout.predictor == 1, layout.order != .native {
          var span = unsafe voxels.mutableBytes
          swapBytes(of: &span, width: width)
        }
        return
      }
      try unsafe scratch.withBytes(stored.y.count * layout.rowByteCount) {
        (bytes) throws(TIFFError) in
        try unsafe decode(z, index, offset, byteCount, file, into: bytes)
        unsafe layout.takeVoxels(
          0..<stored.x.count, rows: stored.y.count, from: UnsafeRawBufferPointer(bytes),
          isNative: layout.predictor != 1, to: voxels, stride: rowBytes)
      }
    }
    return BlockCache.Block(voxels)
  }

  /// Refuses a block that its bytes cannot hold, before memory is asked for.
  private static func checkGrowth(
    _ layout: PageLayout, from byteCount: Int, to decoded: Int, _ file: TIFFBytes, _ page: Int
  ) throws(TIFFError) {
    guard decoded / Codec.mostGrowth(layout.compression) <= byteCount else {
      throw .cannotDecode(
        file: file.name, page: page,
        message: "a strip or tile of \(decoded) bytes cannot come of \(byteCount)")
    }
  }

  /// Decodes a whole block as it is stored.
  private mutating func decode(
    _ z: Int, _ index: Index3, _ offset: Int, _ byteCount: Int, _ file: TIFFBytes,
    into destination: UnsafeMutableRawBufferPointer
  ) throws(TIFFError) {
    let slice = reader.slices[z]
    let layout = reader.layouts[slice.layout]
    try Self.checkGrowth(layout, from: byteCount, to: destination.count, file, slice.page)
    let kind = TIFFDecoder.Kind(layout)
    if let decoder, decoder.kind != kind {
      reader.putBack(decoder)
      self.decoder = nil
    }
    let decoder: TIFFDecoder
    if let kept = self.decoder {
      decoder = kept
    } else {
      decoder = try reader.takeDecoder(for: layout, page: slice.page, file: file.name)
      self.decoder = decoder
    }
    reader.costs.noteDecoding()
    let complaint = try unsafe raw.withBytes(byteCount) { (bytes) throws(TIFFError) in
      var span = unsafe bytes.mutableBytes
      guard try file.read(at: offset, into: &span) == byteCount else {
        throw .isTruncated(
          file: file.name, page: slice.page, needed: offset + byteCount,
          byteCount: file.byteCount)
      }
      if layout.reversesBits { unsafe reverseBits(bytes) }
      return Timeline.work("decode", byteCount: destination.count) {
        unsafe decoder.decode(bytes, into: destination)
      }
    }
    if let complaint {
      throw .cannotDecode(
        file: file.name, page: slice.page,
        message: "\(complaint) (strip or tile \(index.y * layout.grid.count.x + index.x))")
    }
  }
}
