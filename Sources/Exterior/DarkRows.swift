import VolumeCore

/// Which cells of a box are dark: rows of bits, to be entered into a set of cells.
struct DarkRows: Sendable {
  /// The cells.
  let box: Region
  /// A word for each 64 cells of a row, rows in C order.
  var words: [UInt64]
  let wordsInRow: Int

  /// The cells of `region` of which all `voxels` are below `below`; `edge` is a cell's, in voxels of
  /// `region`, which begins at a cell.
  init(_ region: Region, _ voxels: RawSpan, _ type: VoxelType, below: Double, edge: Int) {
    func cells(_ range: Range<Int>) -> Range<Int> {
      (range.lowerBound / edge)..<((range.upperBound + edge - 1) / edge)
    }
    precondition(region.x.lowerBound == 0, "whole rows")
    box = Region(z: cells(region.z), y: cells(region.y), x: cells(region.x))
    wordsInRow = (box.x.count + 63) / 64
    words = [UInt64](repeating: ~0, count: box.z.count * box.y.count * wordsInRow)
    if box.x.count % 64 != 0 {
      let last = (UInt64(1) << UInt64(box.x.count % 64)) - 1
      for row in 1...max(1, words.count / wordsInRow) { words[row * wordsInRow - 1] = last }
    }
    switch type {
    case .uint8:
      clear(region, edge) {
        unsafe Double(voxels.unsafeLoad(fromByteOffset: $0, as: UInt8.self)) < below
      }
    case .uint16:
      clear(region, edge) {
        unsafe Double(voxels.unsafeLoad(fromByteOffset: 2 * $0, as: UInt16.self)) < below
      }
    case .float32:
      clear(region, edge) {
        unsafe Double(voxels.unsafeLoad(fromByteOffset: 4 * $0, as: Float.self)) < below
      }
    default: clear(region, edge) { type.value(voxels, at: $0) < below }
    }
  }

  /// Takes away the cells that hold a voxel that is not dark.
  @inline(__always)
  private mutating func clear(_ region: Region, _ edge: Int, _ isDark: (Int) -> Bool) {
    var place = 0
    for z in region.z {
      for y in region.y {
        let row =
          ((z / edge - box.z.lowerBound) * box.y.count + y / edge - box.y.lowerBound) * wordsInRow
        for cell in box.x {
          let first = cell * edge
          for x in first..<min(first + edge, region.x.count) where !isDark(place + x) {
            words[row + cell / 64] &= ~(UInt64(1) << UInt64(cell % 64))
            break
          }
        }
        place += region.x.count
      }
    }
  }
}

extension CellSet {
  /// Takes over what was found of a box.
  mutating func set(_ rows: DarkRows) {
    precondition(rows.wordsInRow == wordsInRow, "whole rows")
    var place = 0
    for z in rows.box.z {
      for y in rows.box.y {
        for word in 0..<wordsInRow { words[row(z, y) + word] = rows.words[place + word] }
        place += wordsInRow
      }
    }
  }
}

extension AirThreshold.Sample {
  /// Of these fine voxels every fourth is kept.
  private static let step = 4

  /// The half-size `voxels` of `region` and their means over cubes of `place` voxels.
  init(_ region: Region, _ voxels: RawSpan, _ type: VoxelType, place: Int) {
    let count = (region.x.count + place - 1) / place
    var sums = [Double](repeating: 0, count: count)
    var counts = [Double](repeating: 0, count: count)
    var index = 0
    for _ in 0..<(region.z.count * region.y.count) {
      for x in 0..<region.x.count {
        let value = type.value(voxels, at: index)
        sums[x / place] += value
        counts[x / place] += 1
        if index % Self.step == 0 {
          fine.append(Float(value))
          places.append(Int32(x / place))
        }
        index += 1
      }
    }
    means = zip(sums, counts).map { Float($0 / $1) }
  }

  /// Adds what was seen elsewhere.
  mutating func append(_ other: AirThreshold.Sample) {
    let first = Int32(means.count)
    fine += other.fine
    places += other.places.map { $0 + first }
    means += other.means
  }
}
