/// The axis of rotation, found: the centre about which radii differ most.
///
/// Each layer loses what is brighter or darker than noise, and of the rest its slow part, the mean over
/// 15 x 15 pixels.
/// What the mean over each radius explains of the rest is the centre's energy, summed over layers; rings
/// about the right centre add up, and all else averages out.
public struct RingCentre: Sendable {
  /// Farther pixels are not looked at: rings are strongest near the axis.
  public static let farthest = 256

  private let height: Int
  private let width: Int
  private var layers: [[Float]] = []

  /// For layers of this extent.
  public init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
  }

  /// Bytes that a layer takes while centres are tried.
  public static func bytesPerLayer(height: Int, width: Int) -> Int { height * width * 4 }

  /// Adds a layer of `greys`, row by row.
  public mutating func add(_ greys: [Float]) {
    // A grid of pixels tells what most of the layer is, and how far noise goes; fibres and pores do not
    // count, and numbers that are none.
    let sample = stride(from: 0, to: greys.count, by: max(1, greys.count / 20_000)).map {
      greys[$0]
    }
    .filter { $0 == $0 }.sorted()
    guard let least = sample.first, let most = sample.last, least < most else {
      layers.append([Float](repeating: 0, count: greys.count))
      return
    }
    let middle = sample[sample.count / 2]
    let sizes = sample.map { abs($0 - middle) }.sorted()
    let noise = max(2.5 * 1.4826 * sizes[sizes.count / 2], 1e-6)
    let isKnown = greys.map { abs($0 - middle) <= noise }
    var rest = zip(greys, isKnown).map { $1 ? $0 - middle : 0 }
    let counts = mean(mean(isKnown.map { $0 ? 1 : 0 }, step: 1), step: width)
    let slow = mean(mean(rest, step: 1), step: width)
    for i in rest.indices { rest[i] = isKnown[i] ? rest[i] - slow[i] / max(counts[i], 1e-3) : 0 }
    layers.append(rest)
  }

  /// The mean over 15 pixels along the axis whose pixels lie `step` apart; fewer at the layer's edges.
  private func mean(_ greys: [Float], step: Int) -> [Float] {
    let (length, lines) = step == 1 ? (width, height) : (height, width)
    var out = greys
    for line in 0..<lines {
      let first = line * (step == 1 ? width : 1)
      var (sum, count) = (0.0, 0)
      for i in 0..<min(7, length) {
        (sum, count) = (sum + Double(greys[first + i * step]), count + 1)
      }
      for i in 0..<length {
        if i + 7 < length {
          (sum, count) = (sum + Double(greys[first + (i + 7) * step]), count + 1)
        }
        if i > 7 { (sum, count) = (sum - Double(greys[first + (i - 8) * step]), count - 1) }
        out[first + i * step] = Float(sum / Double(count))
      }
    }
    return out
  }

  /// What radii about a centre explain.
  public func energy(about centre: (row: Double, column: Double)) -> Double {
    let reach = Self.farthest
    let rows = max(0, Int(centre.row) - reach)..<max(0, min(height, Int(centre.row) + reach + 1))
    let columns =
      max(0, Int(centre.column) - reach)..<max(0, min(width, Int(centre.column) + reach + 1))
    guard !rows.isEmpty, !columns.isEmpty else { return 0 }
    var energy = 0.0
    var sums = [Float](repeating: 0, count: 2 * reach)
    var counts = [Float](repeating: 0, count: 2 * reach)
    for layer in layers {
      for i in sums.indices { (sums[i], counts[i]) = (0, 0) }
      for row in rows {
        let rise = Float(Double(row) - centre.row) * Float(Double(row) - centre.row)
        for column in columns {
          let run = Float(Double(column) - centre.column)
          let radius = Int((rise + run * run).squareRoot() + 0.5)
          sums[radius] += layer[row * width + column]
          counts[radius] += 1
        }
      }
      for i in 3..<reach where counts[i] > 0 {
        energy += Double(sums[i]) * Double(sums[i]) / Double(counts[i])
      }
    }
    return energy
  }

  /// The best centre within `reach` voxels of `guess` along each axis, to a quarter of a voxel; whole
  /// voxels first.
  ///
  /// - Parameter isStopped: asked for each row of centres.
  public func find(
    around guess: (row: Double, column: Double), reach: Int, isStopped: () -> Bool = { false }
  ) -> (row: Double, column: Double) {
    var best = (centre: guess, energy: -1.0)
    func consider(_ row: Double, _ column: Double) {
      let energy = energy(about: (row, column))
      if energy > best.energy { best = ((row, column), energy) }
    }
    for row in -reach...reach where !isStopped() {
      for column in -reach...reach {
        consider(guess.row + Double(row), guess.column + Double(column))
      }
    }
    for step in [0.5, 0.25] {
      let middle = best.centre
      for row in -1...1 {
        for column in -1...1 {
          consider(middle.row + Double(row) * step, middle.column + Double(column) * step)
        }
      }
    }
    return best.centre
  }
}
