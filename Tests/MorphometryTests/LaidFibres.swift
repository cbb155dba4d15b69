import Glibc
import VolumeCore
import VolumeTesting

/// Rods through a cube, each with a direction and a radius of its own, none through another.
struct LaidFibres {
  /// A rod: a point of its axis, its direction and its radius.
  struct Rod {
    var point: SIMD3<Double>
    var direction: SIMD3<Double>
    var radius: Double
  }

  let shape: Shape3
  private(set) var rods: [Rod] = []
  private(set) var labels: [UInt8]
  /// For each voxel its rod.
  private(set) var owners: [Int32]

  /// Rods of `radii` until they fill `share`, or no more find room.
  ///
  /// - Parameter spread: the tangent of how far directions leave the main one; `nil` for any direction.
  init(
    edge: Int, share: Double, radii: ClosedRange<Double>, spread: Double?, seed: UInt64,
    main: SIMD3<Double> = SIMD3(0.2, 0.9, 0.3)
  ) {
    shape = Shape3(z: edge, y: edge, x: edge)
    labels = [UInt8](repeating: 0, count: shape.voxelCount)
    owners = [Int32](repeating: -1, count: shape.voxelCount)
    var random = SeededRandom(seed: seed)
    func normal() -> Double {
      var sum = 0.0
      for _ in 0..<6 { sum += Double.random(in: -1...1, using: &random) }
      return sum / 1.414
    }
    var filled = 0
    var fails = 0
    while Double(filled) < share * Double(shape.voxelCount), fails < 3000 {
      let (a, b, c) = (normal(), normal(), normal())
      var way = SIMD3<Double>(a, b, c)
      if let spread { way = Self.unit(main) + way * spread }
      let direction = Self.unit(way)
      func place() -> Double { Double.random(in: 0..<Double(edge), using: &random) }
      let (z, y, x) = (place(), place(), place())
      let point = SIMD3<Double>(z, y, x)
      let rod = Rod(
        point: point, direction: direction, radius: .random(in: radii, using: &random))
      if rods.contains(where: { Self.distance($0, rod) < $0.radius + rod.radius + 0.7 }) {
        fails += 1
        continue
      }
      filled += draw(rod)
      rods.append(rod)
    }
  }

  static func unit(_ v: SIMD3<Double>) -> SIMD3<Double> { v / (v * v).sum().squareRoot() }

  private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
  }

  private static func distance(_ a: Rod, _ b: Rod) -> Double {
    let across = cross(a.direction, b.direction)
    let length = (across * across).sum().squareRoot()
    let between = a.point - b.point
    if length > 1e-3 { return abs((between * across).sum()) / length }
    let off = cross(between, a.direction)
    return (off * off).sum().squareRoot()
  }

  private mutating func draw(_ rod: Rod) -> Int {
    var count = 0
    let p = rod.direction
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        // Where the row crosses the rod: the roots of the square of the distance to its axis.
        let a = SIMD3(Double(z), Double(y), 0) - rod.point
        let along = (a * p).sum()
        let (square, half) = (1 - p[2] * p[2], a[2] - along * p[2])
        let rest = (a * a).sum() - along * along - rod.radius * rod.radius
        let under = half * half - square * rest
        guard under >= 0 else { continue }
        // Also of a rod along x, which takes all of a row.
        let root = under.squareRoot()
        let low = square > 1e-9 ? (-half - root) / square : 0
        let high = square > 1e-9 ? (-half + root) / square : Double(shape.x - 1)
        let first = Int(max(0, low.rounded(.up)))
        let last = Int(min(Double(shape.x - 1), high.rounded(.down)))
        guard first <= last else { continue }
        for x in first...last {
          let i = (z * shape.y + y) * shape.x + x
          labels[i] = 1
          owners[i] = Int32(rods.count)
          count += 1
        }
      }
    }
    return count
  }
}
