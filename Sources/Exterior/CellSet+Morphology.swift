import VolumeCore

/// Growing, shrinking and filling by Euclidean balls.
///
/// A ball holds the cells nearer to its middle than `radius` and a half: so it is round, where one of
/// `radius` alone would end in points of one cell, which reach into every crack.
extension CellSet {
  /// All cells in a ball around one of it; what lies outside the grid is not looked at.
  package func grown(by radius: Int) -> CellSet {
    guard radius > 0 else { return self }
    var result = CellSet(shape)
    // Half the width of a ball's row, for each distance of the row from its middle.
    var widths = [[Int]](repeating: [Int](repeating: -1, count: radius + 1), count: radius + 1)
    for dz in 0...radius {
      for dy in 0...radius {
        let rest = radius * (radius + 1) - dz * dz - dy * dy
        if rest >= 0 { widths[dz][dy] = Int(Double(rest).squareRoot() + 1e-9) }
      }
    }
    var wide = [UInt64](repeating: 0, count: wordsInRow)
    var next = wide
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        let start = row(z, y)
        guard (start..<(start + wordsInRow)).contains(where: { words[$0] != 0 }) else { continue }
        for word in 0..<wordsInRow { wide[word] = words[start + word] }
        for width in 0...radius {
          if width > 0 {
            Self.widen(wide, into: &next, lastWord)
            swap(&wide, &next)
          }
          for dz in max(-radius, -z)...min(radius, shape.z - 1 - z) {
            for dy in max(-radius, -y)...min(radius, shape.y - 1 - y)
            where widths[abs(dz)][abs(dy)] == width {
              let to = row(z + dz, y + dy)
              for word in 0..<wordsInRow { result.words[to + word] |= wide[word] }
            }
          }
        }
      }
    }
    return result
  }

  /// The cells of it around which a ball of `radius` cells lies in it; what lies outside the grid is
  /// not looked at.
  package func shrunk(by radius: Int) -> CellSet {
    radius > 0 ? complement.grown(by: radius).complement : self
  }

  /// All cells whose cube of 3 x 3 x 3 holds one of it.
  package var withNeighbours: CellSet {
    var along = CellSet(shape)
    var next = [UInt64](repeating: 0, count: wordsInRow)
    for line in 0..<(shape.z * shape.y) {
      let start = line * wordsInRow
      Self.widen(Array(words[start..<(start + wordsInRow)]), into: &next, lastWord)
      for word in 0..<wordsInRow { along.words[start + word] = next[word] }
    }
    return along.joined(step: wordsInRow, every: shape.y).joined(
      step: shape.y * wordsInRow, every: shape.z)
  }

  /// Each row with its two neighbours, `step` words away, in runs of `every` rows.
  private func joined(step: Int, every: Int) -> CellSet {
    var result = self
    for place in words.indices {
      let index = place / step % every
      if index > 0 { result.words[place] |= words[place - step] }
      if index < every - 1 { result.words[place] |= words[place + step] }
    }
    return result
  }

  /// A row and what lies beside its bits.
  private static func widen(_ row: [UInt64], into result: inout [UInt64], _ lastWord: UInt64) {
    let end = row.count - 1
    for word in 0...end {
      let left = row[word] << 1 | (word > 0 ? row[word - 1] >> 63 : 0)
      let right = row[word] >> 1 | (word < end ? row[word + 1] << 63 : 0)
      result[word] = row[word] | left | right
    }
    result[end] &= lastWord
  }

  /// The cells of it that are joined to a face of the grid by cells of it that share sides.
  package var joinedToFaces: CellSet {
    var result = CellSet(shape)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        let start = row(z, y)
        if z == 0 || z == shape.z - 1 || y == 0 || y == shape.y - 1 {
          for word in 0..<wordsInRow { result.words[start + word] = words[start + word] }
        } else {
          result.words[start] = words[start] & 1
          let last = (shape.x - 1) % 64
          result.words[start + wordsInRow - 1] |=
            words[start + wordsInRow - 1] & (UInt64(1) << UInt64(last))
        }
      }
    }
    // Sweeps to and fro: a few for simple shapes, one more for every turn of a winding one.
    var isForward = true
    var unchanged = 0
    while unchanged < 2 {
      unchanged = result.sweep(within: self, isForward: isForward) ? 0 : unchanged + 1
      isForward.toggle()
    }
    return result
  }

  /// Spreads once through all rows in one direction; returns whether anything was added.
  private mutating func sweep(within mask: CellSet, isForward: Bool) -> Bool {
    var isChanged = false
    let count = shape.z * shape.y
    for step in 0..<count {
      let line = isForward ? step : count - 1 - step
      let (z, y) = (line / shape.y, line % shape.y)
      let start = line * wordsInRow
      var hasNew = false
      for word in 0..<wordsInRow {
        let place = start + word
        guard mask.words[place] & ~words[place] != 0 else { continue }
        var around: UInt64 = 0
        if y > 0 { around |= words[place - wordsInRow] }
        if y < shape.y - 1 { around |= words[place + wordsInRow] }
        if z > 0 { around |= words[place - shape.y * wordsInRow] }
        if z < shape.z - 1 { around |= words[place + shape.y * wordsInRow] }
        let more = around & mask.words[place] & ~words[place]
        if more != 0 {
          words[place] |= more
          hasNew = true
        }
      }
      // The first sweep also fills along rows what the faces gave.
      if hasNew || isForward { hasNew = fill(row: start, within: mask) || hasNew }
      if hasNew { isChanged = true }
    }
    return isChanged
  }

  /// Spreads along a row until nothing more is reached.
  private mutating func fill(row start: Int, within mask: CellSet) -> Bool {
    var isChanged = false
    var carry: UInt64 = 0
    for word in 0..<wordsInRow {
      var (bits, free) = (words[start + word], mask.words[start + word])
      bits |= carry & free
      for shift in [1, 2, 4, 8, 16, 32] as [UInt64] {
        bits |= free & (bits << shift)
        free &= free << shift
      }
      carry = bits >> 63
      if bits != words[start + word] { isChanged = true }
      words[start + word] = bits
    }
    carry = 0
    for word in (0..<wordsInRow).reversed() {
      var (bits, free) = (words[start + word], mask.words[start + word])
      bits |= carry & free
      for shift in [1, 2, 4, 8, 16, 32] as [UInt64] {
        bits |= free & (bits >> shift)
        free &= free >> shift
      }
      carry = bits << 63
      if bits != words[start + word] { isChanged = true }
      words[start + word] = bits
    }
    return isChanged
  }
}
