import VolumeCore

/// What of a volume lies outside the specimen.
///
/// Whole cells of a coarse grid, one bit each, and for the cells at its edge one bit for each voxel. So
/// it takes a few dozen megabytes for 2048³ voxels, and whether a box is wholly outside is asked of a
/// handful of words.
public struct Exterior: Sendable, Hashable {
  /// The volume's extent.
  public let volume: Shape3
  /// The edge of a cell, in voxels.
  public let edge: Int
  /// Cells that are outside with all their voxels.
  let cells: CellSet
  /// Voxels that are outside in other cells.
  let edges: EdgeCells

  init(volume: Shape3, edge: Int, cells: CellSet, edges: EdgeCells) {
    self.volume = volume
    self.edge = edge
    self.cells = cells
    self.edges = edges
  }

  /// `cells` of the finest grid, and what is outside of others; of these some are outside as a whole.
  init(volume: Shape3, cells: CellSet, edge: [EdgeCells.Cell]) {
    var (cells, rest) = (cells, edge)
    rest.removeAll { cell in
      let index = cell.index(in: cells.shape)
      guard cell.voxels.nonzeroBitCount == Self.voxelCount(ofCell: index, in: volume) else {
        return false
      }
      cells[index] = true
      return true
    }
    self.init(
      volume: volume, edge: Self.finestEdge, cells: cells, edges: EdgeCells(cells.shape, rest))
  }

  /// The voxels of a cell of the finest grid; at the far faces they are fewer.
  private static func voxelCount(ofCell cell: Index3, in volume: Shape3) -> Int {
    let edge = finestEdge
    return min(edge, volume.z - cell.z * edge) * min(edge, volume.y - cell.y * edge)
      * min(edge, volume.x - cell.x * edge)
  }

  /// The label of what lies outside: never that of a material.
  public static let label = UInt8(LabelClass.outsideValue)
  /// The same as a class, which is not drawn.
  public static let labelClass = LabelClass(
    value: LabelClass.outsideValue, name: "outside", colour: [0, 0, 0, 0])

  /// Cells have this edge, unless there would be more than `mostCells`.
  static let finestEdge = 4
  /// 16 MiB of bits.
  static let mostCells = 1 << 27

  /// The edge of the cells of a volume: the finest with which they are not too many.
  static func edge(for volume: Shape3) -> Int {
    var edge = finestEdge
    while grid(volume, edge).voxelCount > mostCells { edge *= 2 }
    return edge
  }

  /// The cells of a volume along each axis.
  static func grid(_ volume: Shape3, _ edge: Int) -> Shape3 {
    ChunkGrid(volume: volume, chunk: Shape3(z: edge, y: edge, x: edge)).count
  }

  /// Bytes that it takes.
  public var byteCount: Int { cells.byteCount + edges.byteCount }

  /// Whether every voxel of `region`, which lies in the volume, is in a cell that is outside.
  public func covers(_ region: Region) -> Bool {
    let chunk = Shape3(z: edge, y: edge, x: edge)
    return cells.contains(ChunkGrid(volume: volume, chunk: chunk).indices(meeting: region))
  }

  /// The box of all voxels that are not outside, in whole cells; empty where all is outside.
  public var specimen: Region {
    var (z, y) = (Int.max..<Int.max, Int.max..<Int.max)
    var columns = [UInt64](repeating: 0, count: cells.wordsInRow)
    func grown(_ range: Range<Int>, _ place: Int) -> Range<Int> {
      range.isEmpty
        ? place..<(place + 1)
        : min(range.lowerBound, place)..<max(range.upperBound, place + 1)
    }
    let inside = cells.complement
    for layer in 0..<cells.shape.z {
      for line in 0..<cells.shape.y {
        let start = cells.row(layer, line)
        let row = inside.words[start..<(start + cells.wordsInRow)]
        guard row.contains(where: { $0 != 0 }) else { continue }
        z = grown(z, layer)
        y = grown(y, line)
        for (word, bits) in row.enumerated() { columns[word] |= bits }
      }
    }
    let first = columns.firstIndex { $0 != 0 }
    let last = columns.lastIndex { $0 != 0 }
    guard let first, let last else { return Region(z: 0..<0, y: 0..<0, x: 0..<0) }
    let begin = first * 64 + columns[first].trailingZeroBitCount
    let end = last * 64 + 64 - columns[last].leadingZeroBitCount
    func voxels(_ range: Range<Int>) -> Range<Int> {
      (range.lowerBound * edge)..<(range.upperBound * edge)
    }
    return Region(z: voxels(z), y: voxels(y), x: voxels(begin..<end)).clamped(to: Region(volume))
  }

  /// Gives the voxels of `part` that are outside `value`, usually the label of what is outside, in
  /// each of their bytes.
  ///
  /// - Parameters:
  ///   - voxels: those of `box`, in C order.
  ///   - part: a box of the volume, which lies in `box`; `nil` stands for all of it.
  ///   - width: bytes of a voxel.
  public func paint(
    _ voxels: inout MutableRawSpan, of box: Region, only part: Region? = nil,
    value: UInt8 = Exterior.label, width: Int = 1
  ) {
    let part = part ?? box
    precondition(voxels.byteCount == box.voxelCount * width)
    precondition(box.contains(part) && Region(volume).contains(part))
    guard !part.isEmpty else { return }
    unsafe voxels.withUnsafeMutableBytes { bytes in
      for z in part.z {
        for y in part.y {
          let row = ((z - box.z.lowerBound) * box.y.count + y - box.y.lowerBound) * box.x.count
          let start = (row + part.x.lowerBound - box.x.lowerBound) * width
          unsafe paint(
            z, y, part.x, value, width,
            UnsafeMutableRawBufferPointer(
              rebasing: bytes[start..<(start + part.x.count * width)]))
        }
      }
    }
  }

  private func paint(
    _ z: Int, _ y: Int, _ x: Range<Int>, _ value: UInt8, _ width: Int,
    _ row: UnsafeMutableRawBufferPointer
  ) {
    let start = cells.row(z / edge, y / edge)
    var cell = x.lowerBound / edge
    let end = (x.upperBound - 1) / edge
    while cell <= end {
      let word = cells.words[start + cell / 64] >> UInt64(cell % 64)
      if word == 0 {
        cell = (cell / 64 + 1) * 64
        continue
      }
      let gap = word.trailingZeroBitCount
      let count = (~(word >> UInt64(gap))).trailingZeroBitCount
      let first = max(x.lowerBound, (cell + gap) * edge)
      let last = min(x.upperBound, (cell + gap + count) * edge)
      for place
        in ((first - x.lowerBound) * width)..<max(
          (first - x.lowerBound) * width, (last - x.lowerBound) * width)
      { unsafe row[place] = value }
      cell += gap + count
    }
    edges.forEach(z, y, x) { voxel in
      for byte in 0..<width { unsafe row[(voxel - x.lowerBound) * width + byte] = value }
    }
  }

  /// The number of its voxels.
  public var voxelCount: Int {
    var sum = edges.voxelCount
    for z in 0..<cells.shape.z {
      let depth = min(edge, volume.z - z * edge)
      for y in 0..<cells.shape.y {
        let start = cells.row(z, y)
        var count = 0
        for word in 0..<cells.wordsInRow { count += cells.words[start + word].nonzeroBitCount }
        var length = count * edge
        if cells[Index3(z: z, y: y, x: cells.shape.x - 1)] {
          length -= cells.shape.x * edge - volume.x
        }
        sum += depth * min(edge, volume.y - y * edge) * length
      }
    }
    return sum
  }

  /// Tells it apart from any other: two with equal fingerprints paint the same voxels.
  public var fingerprint: String {
    var fingerprint = Fingerprint()
    fingerprint.update(unsafe cells.words.span.bytes)
    edges.update(&fingerprint)
    return fingerprint.text
  }
}
