import VolumeCore

/// What the scanner adds to the grey: correlated noise, streaks along y, faint rings about the
/// axis of rotation and a slow drift; all of it a function of the voxel's position.
struct ScanNoise: Sendable {
  /// Deviation of all without the drift.
  private static let deviation: Float = 12.2
  /// What the noise hardly exceeds, so that in a dark fringe it is seldom as dark as a pore.
  private static let limit: Float = 24
  /// Share of the variance that is streaks.
  private static let streakShare: Float = 0.313
  /// Length of a streak along y.
  private static let streakLength = 16
  /// Weights of the voxel and its neighbours that give the measured correlation.
  private static let smoothing: [Float] = [1, 0.342, 0.064, 0.026]
  /// The same across the streaks.
  private static let streakSmoothing: [Float] = [1, 0.584, 0.411, 0.268]
  /// How far neighbours count.
  private static let reach = 3
  /// Distance of the positions between which the drift is straight.
  private static let driftLength = 128
  /// Deviation of the drift.
  private static let drift: Float = 2

  private let grain: Hash
  private let streaks: Hash
  private let rings: RingArtefacts
  private let driftHash: Hash

  init(shape: Shape3, from hash: Hash) {
    grain = hash(1)
    streaks = hash(2)
    driftHash = hash(3)
    rings = RingArtefacts(shape: shape, from: hash(4))
  }

  /// White noise that resembles that of the layers above and below.
  @inline(__always)
  private static func white(_ above: Float, _ here: Float, _ below: Float) -> Float {
    // The weights' squares add up to 1.
    0.408_248_3 * (above + below) + 0.816_496_6 * here
  }

  /// Weights with the squares' sum 1, from the middle outwards.
  private static func normalised(_ weights: [Float]) -> [Float] {
    let sum = weights.dropFirst().reduce(weights[0] * weights[0]) { $0 + 2 * $1 * $1 }
    return weights.map { $0 / sum.squareRoot() }
  }

  /// The white noise that layers of the voxels `y`, `x` are made of.
  func grains(y: Range<Int>, x: Range<Int>) -> GrainWindow {
    func wide(_ range: Range<Int>) -> Range<Int> {
      (range.lowerBound - Self.reach)..<(range.upperBound + Self.reach)
    }
    return GrainWindow(grain, y: wide(y), x: wide(x))
  }

  /// Noise of the voxels `y`, `x` of layer `z`, in C order; `grains` are those of the same voxels.
  func layer(
    _ z: Int, y: Range<Int>, x: Range<Int>, _ grains: inout GrainWindow
  ) -> [Float] {
    grains.move(to: z)
    let reach = Self.reach
    let width = x.count
    let wide = width + 2 * reach
    let (w0, w1, w2, w3) = Self.four(
      Self.normalised(Self.smoothing), (1 - Self.streakShare).squareRoot() * Self.deviation)
    let (v0, v1, v2, v3) = Self.four(Self.normalised(Self.smoothing), 1)
    var result = [Float](repeating: 0, count: y.count * width)
    var line = [Float](repeating: 0, count: wide)

    // Along x first, for the rows and their neighbours.
    var smooth = [Float](repeating: 0, count: (y.count + 2 * reach) * width)
    for row in 0..<(y.count + 2 * reach) {
      for column in 0..<wide {
        let place = row * wide + column
        line[column] = Self.white(grains.above[place], grains.here[place], grains.below[place])
      }
      for column in 0..<width {
        let i = column + reach
        smooth[row * width + column] =
          v0 * line[i] + v1 * (line[i - 1] + line[i + 1]) + v2 * (line[i - 2] + line[i + 2])
          + v3 * (line[i - 3] + line[i + 3])
      }
    }
    for row in 0..<y.count {
      let i = (row + reach) * width
      for column in 0..<width {
        let near = smooth[i - width + column] + smooth[i + width + column]
        let far = smooth[i - 2 * width + column] + smooth[i + 2 * width + column]
        let last = smooth[i - 3 * width + column] + smooth[i + 3 * width + column]
        result[row * width + column] =
          w0 * smooth[i + column] + w1 * near + w2 * far + w3 * last
      }
    }
    addStreaks(to: &result, z, y, x)
    for index in result.indices { result[index] = Self.limited(result[index]) }
    addDrift(to: &result, z, y, x)
    rings.add(to: &result, z, y, x)
    return result
  }

  /// `noise` without the rare extremes of sums of random numbers, of nearly the same deviation.
  private static func limited(_ noise: Float) -> Float {
    let share = noise / limit
    return 1.24 * noise / (1 + share * share).squareRoot()
  }

  private static func four(_ weights: [Float], _ factor: Float) -> (Float, Float, Float, Float) {
    (weights[0] * factor, weights[1] * factor, weights[2] * factor, weights[3] * factor)
  }

  /// Noise that changes slowly along y: between two rows of a coarse lattice it is a mixture.
  private func addStreaks(
    to result: inout [Float], _ z: Int, _ y: Range<Int>, _ x: Range<Int>
  ) {
    let width = x.count
    let reach = Self.reach
    let (w0, w1, w2, w3) = Self.four(
      Self.normalised(Self.streakSmoothing), Self.streakShare.squareRoot() * Self.deviation)
    var line = [Float](repeating: 0, count: width + 2 * reach)
    func lattice(_ node: Int) -> [Float] {
      let (above, here, below) = (streaks(z - 1)(node), streaks(z)(node), streaks(z + 1)(node))
      for column in 0..<line.count {
        let place = x.lowerBound - reach + column
        line[column] = Self.white(above(place).normal, here(place).normal, below(place).normal)
      }
      return (0..<width).map { column in
        let i = column + reach
        return w0 * line[i] + w1 * (line[i - 1] + line[i + 1]) + w2 * (line[i - 2] + line[i + 2])
          + w3 * (line[i - 3] + line[i + 3])
      }
    }
    var node = y.lowerBound / Self.streakLength
    var (before, after) = (lattice(node), lattice(node + 1))
    for row in y {
      if row / Self.streakLength != node {
        node = row / Self.streakLength
        (before, after) = (after, lattice(node + 1))
      }
      let share = Float(row % Self.streakLength) / Float(Self.streakLength)
      // A mixture of two has less variance than either; the factor gives it back.
      let norm = 1 / (share * share + (1 - share) * (1 - share)).squareRoot()
      let i = (row - y.lowerBound) * width
      for column in 0..<width {
        result[i + column] += norm * ((1 - share) * before[column] + share * after[column])
      }
    }
  }

  private func addDrift(to result: inout [Float], _ z: Int, _ y: Range<Int>, _ x: Range<Int>) {
    let length = Self.driftLength
    func node(_ y: Int, _ x: Int) -> Float {
      let share = Float(z % length) / Float(length)
      let place = z / length
      return (1 - share) * driftHash(place)(y)(x).normal
        + share * driftHash(place + 1)(y)(x).normal
    }
    let width = x.count
    for row in y {
      let share = Float(row % length) / Float(length)
      let i = (row - y.lowerBound) * width
      var place = -1
      var (left, right): (Float, Float) = (0, 0)
      for column in x {
        if column / length != place {
          place = column / length
          let v = row / length
          left = (1 - share) * node(v, place) + share * node(v + 1, place)
          right = (1 - share) * node(v, place + 1) + share * node(v + 1, place + 1)
        }
        let across = Float(column % length) / Float(length)
        result[i + column - x.lowerBound] += Self.drift * ((1 - across) * left + across * right)
      }
    }
  }
}
