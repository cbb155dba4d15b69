import VolumeCore
import VolumeTesting

/// Volumes of labels whose process is known.
enum Fields {
  /// Labels at random, each on its own, of `classes` classes.
  static func noise(_ shape: Shape3, classes: Int, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return (0..<shape.voxelCount).map { _ in UInt8(Int.random(in: 0..<classes, using: &random)) }
  }

  /// Balls of class 1 whose number is drawn at random: so many that each voxel is covered by `mean`
  /// of them on the average, so the process's volume fraction is 1 - exp(-mean).
  static func balls(_ edge: Int, radius: Double, mean: Double, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    let margin = Int(radius) + 1
    let around = edge + 2 * margin
    // The very volume that a ball has on the grid, on the average over its places.
    let volume = 4 / 3 * Double.pi * radius * radius * radius
    let density = mean / volume
    // A number drawn per cell of the surroundings is Poisson's in sum.
    var labels = [UInt8](repeating: 0, count: edge * edge * edge)
    let expected = density * Double(around * around * around)
    var total = 0.0
    while true {
      // Gaps between the events of a Poisson process: -log(uniform), by its series' ratio.
      total += exponential(&random)
      guard total < expected else { break }
      func place() -> Double { Double.random(in: 0..<Double(around), using: &random) }
      let (cz, cy, cx) = (
        place() - Double(margin), place() - Double(margin), place() - Double(margin)
      )
      func span(_ centre: Double) -> Range<Int> {
        let first = max(0, Int((centre - radius).rounded(.up)))
        return first..<max(first, min(edge, Int((centre + radius).rounded(.down)) + 1))
      }
      for z in span(cz) {
        for y in span(cy) {
          for x in span(cx) {
            let (dz, dy, dx) = (Double(z) - cz, Double(y) - cy, Double(x) - cx)
            if dz * dz + dy * dy + dx * dx <= radius * radius {
              labels[(z * edge + y) * edge + x] = 1
            }
          }
        }
      }
    }
    return labels
  }

  /// An exponential number of mean 1 (von Neumann's way, by comparisons alone).
  private static func exponential(_ random: inout SeededRandom) -> Double {
    var whole = 0.0
    while true {
      let first = Double.random(in: 0..<1, using: &random)
      var last = first
      var count = 1
      while true {
        let next = Double.random(in: 0..<1, using: &random)
        guard next < last else { break }
        last = next
        count += 1
      }
      if count % 2 == 1 { return whole + first }
      whole += 1
    }
  }
}
