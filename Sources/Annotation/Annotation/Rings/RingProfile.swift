import VolumeCore

/// Rings about a centre in one layer: how much brighter each radius is than those around it.
///
/// In polar coordinates about the axis of rotation a ring is a straight line. The median grey value of
/// all pixels at one radius does not see what is small; less the median of these over neighbouring
/// radii, it is the ring's own. (The idea of Sijbers and Postnov, Physics in Medicine and Biology 49,
/// 2004, for whole rings.)
public struct RingProfile: Hashable, Sendable {
  /// Grey values by which each radius is brighter, from 0 voxels on.
  public var contrasts: [Float]
  /// The same in units of what chance makes of them in this layer.
  public var scores: [Float]

  /// Radii below which there are too few pixels to tell.
  static let leastRadius = 3
  /// The part of a circle that must lie in the layer, unless somebody says that less is enough.
  public static let usualArc = 0.25
  /// Pixels that an arc of less than the usual part must have.
  static let leastPixels = 48.0

  /// The rings of a layer of `greys`, row by row.
  ///
  /// - Parameters:
  ///   - centre: row and column of the axis of rotation.
  ///   - reach: how many radii on either side a ring is compared with: more than a ring is wide.
  ///   - leastArc: the part of its circle, 0 to 1, that must lie in the layer.
  public init(
    _ greys: [Float], width: Int, centre: (row: Double, column: Double), reach: Int,
    leastArc: Double = usualArc
  ) {
    let height = greys.count / width
    var bins = [[Float]](repeating: [], count: Self.farthest(height, width, centre) + 2)
    for row in 0..<height {
      let rise = (Double(row) - centre.row) * (Double(row) - centre.row)
      for column in 0..<width {
        let run = Double(column) - centre.column
        let radius = Int((rise + run * run).squareRoot() + 0.5)
        let value = greys[row * width + column]
        if value == value { bins[radius].append(value) }
      }
    }
    var medians = [Float](repeating: 0, count: bins.count)
    var spreads = [Float](repeating: 0, count: bins.count)
    // In a corner a few bright things make most of a radius: a quarter of the circle must be seen, unless
    // less was asked for.
    let known = bins.indices.filter { radius in
      radius >= Self.leastRadius
        && Double(bins[radius].count) >= Self.leastCount(radius, leastArc)
    }
    for radius in known {
      medians[radius] = Self.mean(ofMiddle: &bins[radius])
      let quarter = bins[radius].count / 4
      // Half the middle half of the values: what noise makes of one of them.
      spreads[radius] = (bins[radius][bins[radius].count - 1 - quarter] - bins[radius][quarter]) / 2
    }
    contrasts = [Float](repeating: 0, count: bins.count)
    scores = contrasts
    for (place, radius) in known.enumerated() {
      var around = known[max(0, place - reach)...min(known.count - 1, place + reach)]
        .map { medians[$0] }
      around.sort()
      contrasts[radius] = medians[radius] - around[around.count / 2]
      let chance = max(spreads[radius], 1e-6) / Float(bins[radius].count).squareRoot()
      scores[radius] = contrasts[radius] / chance
    }
    // Neighbouring pixels are alike, so that chance makes more than that: as much as it does here.
    let sizes = known.map { abs(scores[$0]) }.sorted()
    let usual = max(sizes.isEmpty ? 1 : sizes[sizes.count / 2] * 1.4826, 1e-6)
    for radius in known { scores[radius] /= usual }
  }

  /// The pixels that a radius must have: about six of it make a circle.
  private static func leastCount(_ radius: Int, _ leastArc: Double) -> Double {
    let least = 6 * leastArc * Double(radius)
    guard leastArc < usualArc else { return least }
    return min(6 * usualArc * Double(radius), max(least, leastPixels))
  }

  static func farthest(
    _ height: Int, _ width: Int, _ centre: (row: Double, column: Double)
  ) -> Int {
    let rise = max(abs(centre.row), abs(Double(height - 1) - centre.row))
    let run = max(abs(centre.column), abs(Double(width - 1) - centre.column))
    return Int((rise * rise + run * run).squareRoot() + 0.5)
  }

  /// The mean of the middle half, which is sorted meanwhile: as robust as is needed, and not bound to
  /// whole grey values as a median is.
  private static func mean(ofMiddle values: inout [Float]) -> Float {
    values.sort()
    let quarter = values.count / 4
    var sum = 0.0
    for value in values[quarter..<(values.count - quarter)] { sum += Double(value) }
    return Float(sum / Double(values.count - 2 * quarter))
  }

  /// A ring that stands out.
  public struct Ring: Hashable, Sendable {
    /// In voxels.
    public var radius: Int
    /// Radii next to each other that stand out with it.
    public var width: Int
    /// Grey values by which it is brighter.
    public var contrast: Float
    /// In units of what chance makes of a radius.
    public var score: Float
  }

  /// The rings whose score is at least `least`, the strongest first.
  public func rings(least: Float) -> [Ring] {
    var rings: [Ring] = []
    var radius = 0
    while radius < scores.count {
      guard abs(scores[radius]) >= least else {
        radius += 1
        continue
      }
      var (end, best) = (radius, radius)
      while end < scores.count, abs(scores[end]) >= least,
        (scores[end] > 0) == (scores[radius] > 0)
      {
        if abs(scores[end]) > abs(scores[best]) { best = end }
        end += 1
      }
      rings.append(
        Ring(
          radius: best, width: end - radius, contrast: contrasts[best], score: abs(scores[best])))
      radius = end
    }
    return rings.sorted { ($1.score, $0.radius) < ($0.score, $1.radius) }
  }
}
