import VolumeCore

/// Chooses where crops are taken, by the number of the crop alone.
struct CropSampler: Sendable {
  /// Where one crop's labels lie.
  struct Position: Hashable, Sendable {
    /// The part, by its number.
    var part: Int
    /// The box of the labels.
    var box: Region
  }

  private let grids: [CellGrid]
  private let crop: Shape3
  private let rule: SamplingOptions.Rule
  /// Sums of the voxels of all parts so far, by which uniform crops choose theirs.
  private let partSums: [Double]
  /// For each class, sums over all cells of all parts of its voxels.
  private let classSums: [[Double]]
  /// Sums of the weights of all cells, as corners of balanced crops.
  private let weightSums: [Double]
  /// The number of the first cell of each part.
  private let firstCells: [Int]

  /// Chooses among parts whose classes were counted, for crops whose labels have the extent `crop`.
  init(_ grids: [CellGrid], crop: Shape3, _ options: SamplingOptions) {
    self.grids = grids
    self.crop = crop
    rule = options.rule
    let scans = ScanShares(grids, options.scanShares)
    partSums = sums(
      scans.weighted(
        grids.map { grid in
          let region = grid.part.region
          return [
            Double(grid.layers.count) * Double(max(region.y.count - crop.y, 0) + 1)
              * Double(max(region.x.count - crop.x, 0) + 1)
          ]
        }))
    let firstCells = grids.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count.voxelCount) }
    self.firstCells = firstCells
    let classes = grids.first?.classes ?? 0
    if case .quota = rule {
      classSums = (0..<classes).map { kind in
        sums(
          scans.weighted(
            grids.map { grid in
              (0..<grid.count.voxelCount).map { Double(grid.voxels(in: $0, of: kind)) }
            }))
      }
    } else {
      classSums = []
    }
    if case .balanced(let strength) = rule {
      let totals = (0..<classes).map { kind in
        grids.reduce(0) { sum, grid in
          sum + (0..<grid.count.voxelCount).reduce(0) { $0 + grid.voxels(in: $1, of: kind) }
        }
      }
      let rarest = totals.indices.min { totals[$0] < totals[$1] } ?? 0
      let shares = grids.flatMap { $0.cropShares(of: rarest, crop: crop) }
      let weights = balancedWeights(shares, strength: strength)
      weightSums = sums(
        scans.weighted(grids.indices.map { Array(weights[firstCells[$0]..<firstCells[$0 + 1]]) }))
    } else {
      weightSums = []
    }
  }

  /// The position of crop `number` of step `step` of a training seeded with `seed`.
  func position(_ random: inout SeededRandom) -> Position {
    switch rule {
    case .uniform: return uniform(&random)
    case .balanced:
      let cell = choose(weightSums, random.unit())
      let part = self.part(ofCell: cell)
      let place = grids[part].place(in: cell - firstCells[part], &random)
      return Position(part: part, box: box(from: place, part))
    case .quota(let shares):
      var left = random.unit()
      for (kind, share) in shares.enumerated() where kind < classSums.count {
        if left < share, let total = classSums[kind].last, total > 0 {
          let cell = choose(classSums[kind], random.unit())
          let part = self.part(ofCell: cell)
          let grid = grids[part]
          var corner = grid.corner(of: cell - firstCells[part], &random)
          // Anywhere, so long as the whole cell is in the crop.
          corner.z -= random.below(crop.z)
          corner.y -= random.below(max(crop.y - grid.cell.y, 0) + 1)
          corner.x -= random.below(max(crop.x - grid.cell.x, 0) + 1)
          return Position(part: part, box: box(from: corner, part))
        }
        left -= share
      }
      return uniform(&random)
    }
  }

  private func uniform(_ random: inout SeededRandom) -> Position {
    let part = choose(partSums, random.unit())
    let grid = grids[part]
    let region = grid.part.region
    let layer = grid.layers[random.below(grid.layers.count)]
    let corner = Index3(
      z: layer - random.below(crop.z),
      y: region.y.lowerBound + random.below(max(region.y.count - crop.y, 0) + 1),
      x: region.x.lowerBound + random.below(max(region.x.count - crop.x, 0) + 1))
    return Position(part: part, box: box(from: corner, part))
  }

  private func part(ofCell cell: Int) -> Int {
    (firstCells.firstIndex { $0 > cell } ?? grids.count) - 1
  }

  /// A crop from `corner` on, moved into the part; in the middle of a part that is smaller.
  private func box(from corner: Index3, _ part: Int) -> Region {
    let region = grids[part].part.region
    func start(_ corner: Int, _ range: Range<Int>, _ extent: Int) -> Int {
      guard range.count > extent else { return range.lowerBound - (extent - range.count) / 2 }
      return min(max(corner, range.lowerBound), range.upperBound - extent)
    }
    return Region(
      origin: Index3(
        z: start(corner.z, region.z, crop.z), y: start(corner.y, region.y, crop.y),
        x: start(corner.x, region.x, crop.x)), shape: crop)
  }
}

/// Gives each scan its share of what is chosen from.
private struct ScanShares {
  private let scans: [Int]
  private let shares: [Double]

  init(_ grids: [CellGrid], _ shares: [Double]) {
    scans = grids.map(\.part.scan)
    self.shares = shares
  }

  /// The weights of all parts in a row, those of each scan times what makes their sum its share.
  func weighted(_ parts: [[Double]]) -> [Double] {
    guard !shares.isEmpty else { return parts.flatMap { $0 } }
    var totals = [Double](repeating: 0, count: shares.count)
    for (scan, weights) in zip(scans, parts) { totals[scan] += weights.reduce(0, +) }
    return zip(scans, parts).flatMap { scan, weights in
      let factor = totals[scan] > 0 ? shares[scan] / totals[scan] : 0
      return weights.map { $0 * factor }
    }
  }
}

extension CellGrid {
  /// For each cell, the share that class `kind` has of a crop whose corner lies there.
  func cropShares(of kind: Int, crop: Shape3) -> [Double] {
    let across = Shape3(
      z: max(1, crop.z / cell.z), y: max(1, crop.y / cell.y), x: max(1, crop.x / cell.x))
    var shares: [Double] = []
    shares.reserveCapacity(count.voxelCount)
    for z in 0..<count.z {
      for y in 0..<count.y {
        for x in 0..<count.x {
          var (own, all) = (0, 0)
          // Crops at the far ends are moved inside, as the sampler moves them.
          for k in axis(z, across.z, count.z) {
            for j in axis(y, across.y, count.y) {
              for i in axis(x, across.x, count.x) {
                let index = (k * count.y + j) * count.x + i
                own += voxels(in: index, of: kind)
                all += annotated(in: index)
              }
            }
          }
          shares.append(all > 0 ? Double(own) / Double(all) : 0)
        }
      }
    }
    return shares
  }

  private func axis(_ first: Int, _ length: Int, _ count: Int) -> Range<Int> {
    let start = max(0, min(first, count - length))
    return start..<min(start + length, count)
  }
}

/// 1 for the poorest fifth of the positions, 1 + `strength` for the richest, with the square between.
package func balancedWeights(_ shares: [Double], strength: Double) -> [Double] {
  let sorted = shares.sorted()
  guard let high = sorted.last else { return [] }
  let low = sorted[sorted.count / 5]
  return shares.map { share in
    let part = high > low ? min(max((share - low) / (high - low), 0), 1) : 0
    return 1 + strength * part * part
  }
}

/// The sums of `values` up to and with each.
func sums(_ values: [Double]) -> [Double] {
  var sum = 0.0
  return values.map { value in
    sum += value
    return sum
  }
}

/// The first place whose sum is above `part` of the whole.
func choose(_ sums: [Double], _ part: Double) -> Int {
  let wanted = part * (sums.last ?? 0)
  var (low, high) = (0, sums.count - 1)
  while low < high {
    let middle = (low + high) / 2
    if sums[middle] > wanted { high = middle } else { low = middle + 1 }
  }
  return max(low, 0)
}
