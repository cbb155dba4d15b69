import VolumeCore

/// A set of the cells of a coarse grid: one bit each, rows of 64 at a time.
package struct CellSet: Hashable, Sendable {
  /// The cells along each axis.
  package let shape: Shape3
  /// Words of a row; bits behind its end are zero.
  let wordsInRow: Int
  var words: [UInt64]

  /// No cell of a grid of `shape`.
  package init(_ shape: Shape3) {
    self.shape = shape
    wordsInRow = (shape.x + 63) / 64
    words = [UInt64](repeating: 0, count: shape.z * shape.y * wordsInRow)
  }

  /// Bytes that a set of cells of a grid of `shape` takes.
  package static func byteCount(of shape: Shape3) -> Int {
    shape.z * shape.y * ((shape.x + 63) / 64) * 8
  }

  /// Bytes that it takes.
  package var byteCount: Int { words.count * 8 }
  /// The number of its cells.
  package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
  /// Whether it has none.
  package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Whether `cell`, which lies in the grid, is one of it.
  package subscript(cell: Index3) -> Bool {
    get { words[row(cell.z, cell.y) + cell.x / 64] >> UInt64(cell.x % 64) & 1 == 1 }
    set {
      let bit = UInt64(1) << UInt64(cell.x % 64)
      let place = row(cell.z, cell.y) + cell.x / 64
      if newValue { words[place] |= bit } else { words[place] &= ~bit }
    }
  }

  /// The place of the first word of a row.
  func row(_ z: Int, _ y: Int) -> Int { (z * shape.y + y) * wordsInRow }

  /// The bits of the last word of a row that stand for cells.
  var lastWord: UInt64 { shape.x % 64 == 0 ? ~0 : (1 << UInt64(shape.x % 64)) - 1 }

  /// The cells that are not in it.
  package var complement: CellSet {
    var result = self
    for place in words.indices {
      result.words[place] = ~words[place]
      if place % wordsInRow == wordsInRow - 1 { result.words[place] &= lastWord }
    }
    return result
  }

  /// Whether all cells of `box`, which lies in the grid, are in it.
  package func contains(_ box: Region) -> Bool {
    guard !box.isEmpty else { return true }
    let (first, last) = (box.x.lowerBound / 64, (box.x.upperBound - 1) / 64)
    let head = ~UInt64(0) << UInt64(box.x.lowerBound % 64)
    let tail = ~UInt64(0) >> UInt64(63 - (box.x.upperBound - 1) % 64)
    for z in box.z {
      for y in box.y {
        let start = row(z, y)
        for word in first...last {
          var wanted = ~UInt64(0)
          if word == first { wanted &= head }
          if word == last { wanted &= tail }
          if words[start + word] & wanted != wanted { return false }
        }
      }
    }
    return true
  }
}
