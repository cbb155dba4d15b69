import Glibc

/// The columns of a crack's box, and where the crack's two faces lie in each.
///
/// A face is the first or the last voxel of a column. Where a pore touches the crack, the column ends
/// beyond the crack: its face is hidden. Planes are fitted to the columns around each one, one to the
/// crack's middle and one to its opening, weighted by a Gaussian of 2 columns, or of 4, 8 or 16 where
/// those show too little. A face that lies beyond them by more than 2 voxels, or by 0.6 in the mean of
/// the nine columns around, is hidden. A column with one hidden face still shows the middle, by its other
/// face and the opening around; one with two shows nothing. Each round of this knows better than the one
/// before what is hidden.
///
/// The sheet ends at the faces that are seen, and half a voxel before where a hidden one is expected: what
/// may be either stays a pore.
struct CrackColumns: Sendable {
  /// What a column shows of the crack.
  private struct Sight: OptionSet {
    let rawValue: UInt8
    static let low = Sight(rawValue: 1)
    static let high = Sight(rawValue: 2)
    static let both: Sight = [.low, .high]
  }

  /// Half the edge of the square of columns that is looked at first, and how far apart they lie: for the
  /// first sheet, and for what tells a pore's columns.
  private static let reach = 5
  private static let steps = [1, 2, 4, 8]
  private static let wideStep = 8
  /// Of these the first sheet is made at the smaller steps.
  private static let enough = 20
  /// The share of columns that is taken for no thicker than the crack at first: pores that touch it may
  /// cover the others.
  private static let plainShare = 0.3
  /// How much thicker or thinner, and how far off, a column of the first sheet is that shows it.
  private static let firstOpening: Float = 1.5
  private static let firstDistance: Float = 2

  /// Half the edge of the square of columns that a plane is fitted to, and the Gaussian's deviation, both
  /// in steps; and the least sum of weights, of which one column next to its middle has nearly 1.
  private static let planeReach = 6
  private static let deviation = 2.0
  private static let enoughWeight = 4.0
  /// How far a face lies beyond the planes where it is hidden: in one column, and in the mean of nine.
  private static let farthest: Float = 2
  private static let farthestMean: Float = 0.6
  /// How much of the sheet is left to a pore that hides a face.
  private static let caution: Float = 0.5
  private static let rounds = 4

  /// What each column takes while faces are looked for.
  static let bytesPerColumn = 3 * MemoryLayout<Int32>.stride + 3 * MemoryLayout<Float>.stride + 2

  private let extent: (Int, Int)
  /// How many voxels each column has, the first and the last of them.
  private(set) var count: [Int32]
  private var least: [Int32]
  private var most: [Int32]
  /// The crack's middle and opening; once faces are found, the first and the last place of the sheet.
  private var middle: [Float] = []
  private var opening: [Float] = []
  /// The middle that a column shows by itself.
  private var shown: [Float] = []
  private var sight: [Sight] = []

  /// Columns of no voxels.
  init(extent: (Int, Int)) {
    self.extent = extent
    count = Array(repeating: 0, count: extent.0 * extent.1)
    least = Array(repeating: .max, count: count.count)
    most = Array(repeating: -1, count: count.count)
  }

  /// Takes a voxel.
  mutating func add(_ column: Int, _ place: Int32) {
    count[column] += 1
    least[column] = min(least[column], place)
    most[column] = max(most[column], place)
  }

  /// Whether the sheet holds a voxel; all of a column that the crack crosses more than once.
  func holds(_ column: Int, _ place: Int) -> Bool {
    isCrossedAgain(column)
      || Float(place) >= middle[column] && Float(place) <= opening[column]
  }

  /// The median of the openings that planes give, in voxels along a column.
  private(set) var medianOpening = 0.0

  private func isWhole(_ column: Int) -> Bool {
    count[column] > 0 && most[column] - least[column] + 1 == count[column]
  }

  private func isCrossedAgain(_ column: Int) -> Bool {
    most[column] - least[column] + 1 > 2 * count[column] + 2
  }

  private func low(_ column: Int) -> Float { Float(least[column]) - 0.5 }

  private func high(_ column: Int) -> Float { Float(most[column]) + 0.5 }

  /// Finds where the crack's faces lie.
  mutating func findFaces() {
    begin()
    let window = Self.window
    fitPlanes(window)
    for _ in 0..<Self.rounds {
      look()
      fitPlanes(window)
    }
    look()
    // Of planes, not of columns that show both faces: among those, thick ones are missing.
    let openings = count.indices.filter { count[$0] > 0 }.map { opening[$0] }.sorted()
    medianOpening = openings.isEmpty ? 0 : Double(openings[openings.count / 2])
    for column in count.indices where count[column] > 0 {
      let (low, high) = (low(column), high(column))
      let (middle, opening, sight) = (middle[column], opening[column], sight[column])
      self.middle[column] =
        sight.contains(.low)
        ? low
        : (sight.contains(.high) ? high - opening : middle - opening / 2) + Self.caution
      self.opening[column] =
        sight.contains(.high)
        ? high
        : (sight.contains(.low) ? low + opening : middle + opening / 2) - Self.caution
    }
    shown = []
  }
}

// The first sheet.
extension CrackColumns {
  /// Medians of columns that nothing interrupts and that are no thicker than one and a half times, and a
  /// voxel, what three of ten columns around are not.
  private mutating func begin() {
    middle = Array(repeating: 0, count: count.count)
    (opening, shown) = (middle, middle)
    var around: [Int] = []
    var values: [Float] = []
    func value(_ share: Double, _ read: (Int) -> Float) -> Float {
      values.removeAll(keepingCapacity: true)
      for place in around { values.append(read(place)) }
      values.sort()
      return values[Int(Double(values.count - 1) * share)]
    }
    let isTrusted = count.indices.map { column -> Bool in
      guard isWhole(column) else { return false }
      gather(&around, column, step: Self.wideStep) { count[$0] > 0 }
      return Float(count[column]) <= 1.5 * value(Self.plainShare) { Float(count[$0]) } + 1
    }
    for column in count.indices where count[column] > 0 {
      for step in Self.steps {
        gather(&around, column, step: step) { isTrusted[$0] }
        if around.count >= Self.enough { break }
      }
      if around.isEmpty { around = [column] }
      middle[column] = value(0.5) { (low($0) + high($0)) / 2 }
      opening[column] = value(0.5) { Float(count[$0]) }
    }
    sight = count.indices.map { column in
      let own = (low(column) + high(column)) / 2
      return isWhole(column)
        && abs(Float(count[column]) - opening[column]) <= Self.firstOpening
        && abs(own - middle[column]) <= Self.firstDistance ? .both : []
    }
    for column in count.indices where sight[column] == .both {
      shown[column] = (low(column) + high(column)) / 2
    }
  }

  /// The columns around one that `isWanted`, itself included.
  private func gather(
    _ around: inout [Int], _ column: Int, step: Int, _ isWanted: (Int) -> Bool
  ) {
    around.removeAll(keepingCapacity: true)
    let (row, place) = (column / extent.1, column % extent.1)
    for i in -Self.reach...Self.reach {
      let r = row + i * step
      guard r >= 0, r < extent.0 else { continue }
      for j in -Self.reach...Self.reach {
        let c = place + j * step
        guard c >= 0, c < extent.1, isWanted(r * extent.1 + c) else { continue }
        around.append(r * extent.1 + c)
      }
    }
  }
}

// Planes, and what they hide.
extension CrackColumns {
  /// The moments of weighted columns, and a plane through what they show.
  private struct Plane {
    private var sum = 0.0
    private var first = SIMD2<Double>.zero
    private var second = SIMD3<Double>.zero
    private var values = SIMD3<Double>.zero

    var weight: Double { sum }

    mutating func add(_ weight: Double, _ i: Double, _ j: Double, _ value: Double) {
      sum += weight
      first += weight * SIMD2(i, j)
      second += weight * SIMD3(i * i, i * j, j * j)
      values += weight * value * SIMD3(1, i, j)
    }

    /// Its value in the middle. Columns in one line leave its slope across them open: none is taken.
    var value: Double {
      let ridge = 1e-6
      let (a, d, f) = (sum + ridge, second[0] + ridge, second[2] + ridge)
      let (b, c, e) = (first[0], first[1], second[1])
      let minors = SIMD3(d * f - e * e, c * e - b * f, b * e - c * d)
      return (minors * values).sum() / (minors * SIMD3(a, b, c)).sum()
    }
  }

  private static var window: [(i: Int, j: Int, weight: Double)] {
    (-planeReach...planeReach).flatMap { i in
      (-planeReach...planeReach).map { j in
        let square = Double(i * i + j * j)
        return (i, j, exp(-square / (2 * deviation * deviation)))
      }
    }
  }

  /// Fits planes to the middles that columns show and to the openings of those that show both faces.
  private mutating func fitPlanes(_ window: [(i: Int, j: Int, weight: Double)]) {
    for column in count.indices where count[column] > 0 {
      let (row, place) = (column / extent.1, column % extent.1)
      // Planes are of differences from what is known, so that what is all alike stays as it is.
      let own = (middle: middle[column], opening: opening[column])
      var (hasMiddle, hasOpening) = (false, false)
      for step in Self.steps where !hasMiddle || !hasOpening {
        var (middles, openings) = (Plane(), Plane())
        for (i, j, weight) in window {
          let (r, c) = (row + i * step, place + j * step)
          guard r >= 0, r < extent.0, c >= 0, c < extent.1 else { continue }
          let other = r * extent.1 + c
          let sight = sight[other]
          guard sight != [] else { continue }
          let (i, j) = (Double(i), Double(j))
          if !hasMiddle { middles.add(weight, i, j, Double(shown[other] - own.middle)) }
          if !hasOpening, sight == .both, isWhole(other) {
            openings.add(weight, i, j, Double(Float(count[other]) - own.opening))
          }
        }
        if !hasMiddle, middles.weight >= Self.enoughWeight {
          middle[column] = own.middle + Float(middles.value)
          hasMiddle = true
        }
        if !hasOpening, openings.weight >= Self.enoughWeight {
          opening[column] = max(1, own.opening + Float(openings.value))
          hasOpening = true
        }
      }
    }
  }

  /// Tells which faces are seen, and what middle each column shows by them.
  private mutating func look() {
    for column in count.indices where count[column] > 0 {
      sight[column] = isCrossedAgain(column) ? [] : seen(column)
    }
    for column in count.indices {
      let (low, high, half) = (low(column), high(column), opening[column] / 2)
      switch sight[column] {
      case .both: shown[column] = (low + high) / 2
      case .low: shown[column] = low + half
      case .high: shown[column] = high - half
      default: break
      }
    }
  }

  /// How far a column reaches beyond the planes at either face.
  private func beyond(_ column: Int) -> SIMD2<Float> {
    let half = opening[column] / 2
    return SIMD2(
      middle[column] - half - low(column), high(column) - middle[column] - half)
  }

  private func seen(_ column: Int) -> Sight {
    let own = beyond(column)
    let (row, place) = (column / extent.1, column % extent.1)
    var (sum, columns) = (SIMD2<Float>.zero, Float(0))
    for r in max(row - 1, 0)...min(row + 1, extent.0 - 1) {
      for c in max(place - 1, 0)...min(place + 1, extent.1 - 1) {
        let other = r * extent.1 + c
        guard count[other] > 0 else { continue }
        sum += beyond(other).clamped(
          lowerBound: SIMD2(repeating: -Self.farthest),
          upperBound: SIMD2(repeating: 2 * Self.farthest))
        columns += 1
      }
    }
    func isHidden(_ face: Int) -> Bool {
      own[face] > Self.farthest || own[face] < -Self.farthest - 1
        || own[face] > 0 && sum[face] > Self.farthestMean * columns
    }
    return [isHidden(0) ? [] : .low, isHidden(1) ? [] : .high]
  }
}
