import HDF5Child
import HDF5Library
import SystemIO
import VolumeCore
import VoxelFiles

/// Reads one region for one thread, chunk by chunk.
@safe struct ChunkReading {
  private let reader: ChunkedVolumeReader
  private let region: Region
  private let scratch: DecodeScratch
  private let destination: UnsafeMutableRawBufferPointer
  private let width: Int
  private var postponed: [(index: Index3, chunk: HDF5Chunk, place: BlockCache.Place)] = []

  /// The places of this many chunks are asked for at once.
  private static let mostPlaces = 4096
  /// Chunks that another thread decodes are come back to; each stays in memory until then.
  private static let mostPostponed = 8

  init(
    _ reader: ChunkedVolumeReader, _ region: Region, _ scratch: DecodeScratch,
    into destination: UnsafeMutableRawBufferPointer
  ) {
    self.reader = reader
    self.region = region
    self.scratch = scratch
    unsafe self.destination = destination
    width = reader.source.width
  }

  /// Reads all.
  mutating func run() throws(HDF5FormatError) {
    let wanted = reader.grid.indices(meeting: region)
    let grain = Shape3(z: 1, y: 1, x: 1)
    for part in BoxVolumeReader.pieces(wanted, grain, voxels: Self.mostPlaces) {
      let places = try places(part)
      for (place, index) in part.indices.enumerated() { try read(index, places[place]) }
    }
    while !postponed.isEmpty { try readPostponed() }
  }

  /// Where the chunks `part` lie.
  private func places(_ part: Region) throws(HDF5FormatError) -> [HDF5Chunk] {
    let source = reader.source
    let axes = source.axes
    let still = zip(axes.fixed, reader.edges).map { $0 / $1 }
    let ones = [Int](repeating: 1, count: axes.fixed.count)
    do {
      return try source.clients.withClient { (client) throws(HDF5ChildError) in
        try client.chunks(
          of: source.dataset.path, first: axes.spread(part.origin, still),
          count: axes.spread(Index3(z: part.z.count, y: part.y.count, x: part.x.count), ones),
          edges: reader.edges)
      }
    } catch {
      throw .hdf5(error)
    }
  }

  private mutating func read(_ index: Index3, _ chunk: HDF5Chunk) throws(HDF5FormatError) {
    let inside = reader.grid.region(of: index).clamped(to: region)
    guard chunk.offset != nil else { return fill(inside) }
    let stored = stored(index)
    if reader.source.axes.areLast, isOneRun(stored) {
      let place = offset(of: inside.origin)
      let part = unsafe UnsafeMutableRawBufferPointer(
        rebasing: destination[place..<(place + reader.pipeline.chunkByteCount)])
      try unsafe decode(index, chunk, into: part)
      return unsafe swap(part)
    }
    // What lies wholly in the region is not asked for again soon.
    if region.contains(reader.grid.region(of: index)) {
      let bytes = unsafe scratch.buffer(3, reader.pipeline.chunkByteCount)
      try unsafe decode(index, chunk, into: bytes)
      return unsafe copy(UnsafeRawBufferPointer(bytes), stored, inside)
    }
    let key = BlockCache.Key(slice: 0, block: number(of: index))
    let place = reader.cache.place(key, byteCount: reader.pipeline.chunkByteCount)
    let found = try place.ifFree { () throws(HDF5FormatError) in try block(index, chunk) }
    if let found { return copy(found, stored, inside) }
    postponed.append((index, chunk, place))
    if postponed.count > Self.mostPostponed { try readPostponed() }
  }

  private mutating func readPostponed() throws(HDF5FormatError) {
    let (index, chunk, place) = postponed.removeFirst()
    let found = try place.wait { () throws(HDF5FormatError) in try block(index, chunk) }
    copy(found, stored(index), reader.grid.region(of: index).clamped(to: region))
  }

  /// The voxels of a chunk, also of those that stick out of the volume.
  private func stored(_ index: Index3) -> Region {
    let grain = reader.grain
    let (z, y, x) = (index.z * grain.z, index.y * grain.y, index.x * grain.x)
    return Region(z: z..<(z + grain.z), y: y..<(y + grain.y), x: x..<(x + grain.x))
  }

  private func number(of index: Index3) -> Int {
    let count = reader.grid.count
    return (index.z * count.y + index.y) * count.x + index.x
  }

  /// Whether the chunk's voxels lie one after the other in the region too, and nothing else is in it.
  private func isOneRun(_ stored: Region) -> Bool {
    guard region.contains(stored), reader.pipeline.chunkByteCount == stored.voxelCount * width
    else { return false }
    let coversRows = stored.x == region.x
    return stored.z.count == 1 && (coversRows || stored.y.count == 1)
      || coversRows && stored.y == region.y
  }

  /// Where the voxel at `position` goes.
  private func offset(of position: Index3) -> Int {
    let shape = region.shape
    let (z, y, x) = (
      position.z - region.z.lowerBound, position.y - region.y.lowerBound,
      position.x - region.x.lowerBound
    )
    return ((z * shape.y + y) * shape.x + x) * width
  }

  private func swap(_ voxels: UnsafeMutableRawBufferPointer) {
    guard reader.source.dataset.element.isBigEndian, width > 1 else { return }
    var span = unsafe voxels.mutableBytes
    swapBytes(of: &span, width: width)
  }

  /// The voxels of a chunk for the cache, as they lie in it.
  private func block(
    _ index: Index3, _ chunk: HDF5Chunk
  ) throws(HDF5FormatError) -> BlockCache.Block {
    var bytes = [UInt8](repeating: 0, count: reader.pipeline.chunkByteCount)
    var span = bytes.mutableSpan
    var all = unsafe span.mutableBytes
    try unsafe all.withUnsafeMutableBytes { (bytes) throws(HDF5FormatError) in
      try unsafe decode(index, chunk, into: bytes)
    }
    return BlockCache.Block(bytes)
  }

  /// Reads and decodes a chunk.
  private func decode(
    _ index: Index3, _ chunk: HDF5Chunk, into target: UnsafeMutableRawBufferPointer
  ) throws(HDF5FormatError) {
    let count = chunk.byteCount
    // No filter makes a chunk much longer than it was.
    guard let offset = chunk.offset, count > 0, count / 2 <= target.count + 4096 else {
      throw damaged(index, "it has \(count) bytes in the file, and \(target.count) outside")
    }
    if let complaint = reader.pipeline.complaint(
      storedByteCount: count, skipping: chunk.skippedFilters)
    {
      throw damaged(index, complaint)
    }
    let stored = unsafe scratch.buffer(0, count)
    var span = unsafe stored.mutableBytes
    let found: Int
    do {
      found = try reader.file.read(at: offset, into: &span)
    } catch {
      throw .system(error)
    }
    guard found == count else {
      throw damaged(index, "the file ends \(count - found) bytes before it does")
    }
    let complaint = Timeline.work("decode", byteCount: target.count) {
      unsafe reader.pipeline.decode(
        UnsafeRawBufferPointer(stored), skipping: chunk.skippedFilters, into: target, scratch)
    }
    if let complaint {
      throw damaged(index, complaint)
    }
  }

  private func damaged(_ index: Index3, _ why: String) -> HDF5FormatError {
    let corner = Index3(
      z: index.z * reader.grain.z, y: index.y * reader.grain.y, x: index.x * reader.grain.x)
    return .chunkIsDamaged(
      file: reader.source.file, dataset: reader.source.dataset.path,
      corner: reader.source.axes.spread(corner, reader.source.axes.fixed), why: why)
  }

  // MARK: Copying

  private func copy(_ block: BlockCache.Block, _ stored: Region, _ inside: Region) {
    unsafe block.bytes.withUnsafeBytes { unsafe copy($0, stored, inside) }
  }

  /// Copies what is wanted of a chunk.
  private func copy(_ chunk: UnsafeRawBufferPointer, _ stored: Region, _ inside: Region) {
    let axes = reader.source.axes
    let steps = axes.steps(reader.edges)
    // Other axes of the dataset stand still within the chunk, too.
    let base = zip(zip(axes.fixed, reader.edges), steps.all).reduce(0) {
      $0 + $1.0.0 % $1.0.1 * $1.1
    }
    let swaps = reader.source.dataset.element.isBigEndian && width > 1
    for z in inside.z {
      for y in inside.y {
        let from =
          (base + (z - stored.z.lowerBound) * steps.z + (y - stored.y.lowerBound) * steps.y
            + (inside.x.lowerBound - stored.x.lowerBound) * steps.x) * width
        let to = offset(of: Index3(z: z, y: y, x: inside.x.lowerBound))
        let row = unsafe UnsafeMutableRawBufferPointer(
          rebasing: destination[to..<(to + inside.x.count * width)])
        if steps.x == 1 {
          unsafe row.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: chunk[from..<(from + row.count)]))
        } else {
          unsafe gather(chunk, from, steps.x * width, into: row)
        }
        if swaps { unsafe swap(row) }
      }
    }
  }

  private func gather(
    _ chunk: UnsafeRawBufferPointer, _ from: Int, _ step: Int,
    into row: UnsafeMutableRawBufferPointer
  ) {
    for (place, start) in stride(from: 0, to: row.count, by: width).enumerated() {
      for byte in 0..<width { unsafe row[start + byte] = chunk[from + place * step + byte] }
    }
  }

  /// The value of voxels that were never written.
  private func fill(_ inside: Region) {
    let value = reader.source.dataset.fillValue
    for z in inside.z {
      for y in inside.y {
        let to = offset(of: Index3(z: z, y: y, x: inside.x.lowerBound))
        let row = unsafe UnsafeMutableRawBufferPointer(
          rebasing: destination[to..<(to + inside.x.count * width)])
        if value.count == width, value.contains(where: { $0 != 0 }) {
          for place in row.indices { unsafe row[place] = value[place % width] }
        } else {
          unsafe row.initializeMemory(as: UInt8.self, repeating: 0)
        }
      }
    }
  }
}
