import VolumeCore

/// A metal bar made layer by layer by a laser, pulled until it began to fail: air on two sides, flat
/// defects where powder was not molten, a few round pores, and a thin rough crack through most of it.
///
/// It imitates the scan `fracture00` of a nickel superalloy (731 x 301 x 200 voxels, uint16) by the
/// shares of its classes: exterior 26, inside 71, defect 2.2, porosity 0.016, crack 0.42 %. Grey values
/// are made up.
struct Fracture: Sendable {
  /// What a voxel is.
  enum Kind: UInt8 {
    /// The air beside the bar.
    case exterior
    /// Metal.
    case inside
    /// Where powder was not molten: flat, ragged, not quite empty.
    case defect
    /// A gas bubble.
    case porosity
    /// A crack.
    case crack
  }

  /// An ellipsoid; a defect's surface is ragged.
  struct Void: Hashable, Sendable {
    /// Its middle.
    var centre: Vector
    /// Half axes along z and in the plane.
    var half: Vector
    /// What it is.
    var isPore: Bool
  }

  /// The share of the rows that is air, both sides together.
  private static let air = 0.26
  /// How far a face leaves its plane, and over which lengths, in voxels.
  private static let faceRoughness: [(amplitude: Float, length: Int)] = [(3, 60), (1.5, 14)]
  /// The same for the crack.
  private static let crackRoughness: [(amplitude: Float, length: Int)] = [(7, 80), (3, 22), (1, 7)]
  /// The share of the layers, from the last on, that the crack has reached.
  private static let crackReach = 0.75
  /// Half its opening at the last layer, in voxels.
  private static let crackHalfWidth: Float = 1.3
  /// What defects and pores fill.
  private static let defectShare = 0.0247
  private static let poreShare = 0.00018

  private let shape: Shape3
  private let faces: (Hash, Hash)
  private let cracks: Hash
  private let ragged: Hash
  /// What the grains of powder are drawn from.
  let grains: Hash
  private let voids: LayerIndex<Void>

  init(shape: Shape3, from hash: Hash) {
    self.shape = shape
    faces = (hash(1), hash(2))
    cracks = hash(3)
    ragged = hash(4)
    grains = hash(7)
    let all =
      Self.lay(shape, fill: Self.defectShare, isPore: false, from: hash(5))
      + Self.lay(shape, fill: Self.poreShare, isPore: true, from: hash(6))
    voids = LayerIndex(all, layers: shape.z) {
      ($0.centre.z - $0.half.z - 4)...($0.centre.z + $0.half.z + 4)
    }
  }

  /// Defects or pores at random places until they fill their share.
  private static func lay(
    _ shape: Shape3, fill: Double, isPore: Bool, from hash: Hash
  ) -> [Void] {
    var result: [Void] = []
    var left = fill * Double(shape.voxelCount)
    var number = 0
    while left > 0 {
      var draws = Draws(hash(number))
      number += 1
      let centre = Vector(
        z: draws.uniform(0, Double(shape.z)), y: draws.uniform(0, Double(shape.y)),
        x: draws.uniform(0, Double(shape.x)))
      let half: Vector
      if isPore {
        let radius = draws.uniform(1.4, 3.2)
        half = Vector(z: radius, y: radius, x: radius)
      } else {
        let wide = draws.uniform(5, 15)
        // Flat along z, in which the bar was built.
        half = Vector(
          z: draws.uniform(2, 4.5), y: wide, x: wide * draws.uniform(0.6, 1.4))
      }
      let volume = 4 / 3 * Double.pi * half.z * half.y * half.x
      // The last one only where it fills more than it exceeds.
      if volume > 2 * left { break }
      result.append(Void(centre: centre, half: half, isPore: isPore))
      left -= volume
    }
    return result
  }

  /// How deep each voxel of layer `z` lies in the air, in the crack, in a defect, in a pore; negative
  /// outside each, and no nearer than -8 where it is far.
  func depths(_ z: Int, y: Range<Int>, x: Range<Int>) -> FractureDepths {
    var depths = FractureDepths(count: y.count * x.count)
    let walls = x.map { column in
      let inset = Float(Self.air / 2 * Double(shape.y))
      return (
        low: inset + rough(faces.0, Self.faceRoughness, z, column),
        high: Float(shape.y - 1) - inset + rough(faces.1, Self.faceRoughness, z, column)
      )
    }
    let first = (1 - Self.crackReach) * Double(shape.z)
    let crack = x.map { column in
      let row =
        Float(shape.y) * 0.5 + 0.25 * Float(z - shape.z / 2)
        + rough(cracks(1), Self.crackRoughness, z, column)
      // Its front runs through the bar at different depths; behind it the opening grows with the root.
      let behind = Float(z) - Float(first) + 14 * cracks(2).smooth(column, 0, length: 50)
      let share = behind / Float(Self.crackReach * Double(shape.z))
      return (row: row, half: share > 0 ? Self.crackHalfWidth * share.squareRoot() : -8)
    }
    var index = 0
    for row in y {
      for column in 0..<x.count {
        let place = Float(row)
        depths.air[index] = max(walls[column].low - place, place - walls[column].high)
        depths.crack[index] = max(-8, min(crack[column].half, 8) - abs(place - crack[column].row))
        index += 1
      }
    }
    for item in voids.items(at: z) { add(item, z, y, x, &depths) }
    return depths
  }

  private func rough(
    _ hash: Hash, _ waves: [(amplitude: Float, length: Int)], _ z: Int, _ x: Int
  ) -> Float {
    waves.reduce(0) { $0 + $1.amplitude * hash.smooth(z, x, length: $1.length) }
  }

  private func add(
    _ item: Void, _ z: Int, _ y: Range<Int>, _ x: Range<Int>, _ depths: inout FractureDepths
  ) {
    func span(_ centre: Double, _ half: Double, _ range: Range<Int>) -> Range<Int> {
      let low = max(range.lowerBound, Int((centre - half - 4).rounded(.up)))
      return low..<max(low, min(range.upperBound, Int((centre + half + 4).rounded(.down)) + 1))
    }
    let short = Float(min(item.half.z, item.half.y, item.half.x))
    let dz = Float((Double(z) - item.centre.z) / item.half.z)
    for row in span(item.centre.y, item.half.y, y) {
      let dy = Float((Double(row) - item.centre.y) / item.half.y)
      for column in span(item.centre.x, item.half.x, x) {
        let dx = Float((Double(column) - item.centre.x) / item.half.x)
        var depth = short * (1 - (dz * dz + dy * dy + dx * dx).squareRoot())
        if !item.isPore, depth > -3 {
          depth += 1.4 * ragged(z / 3).smooth(row, column, length: 5)
        }
        let index = (row - y.lowerBound) * x.count + column - x.lowerBound
        if item.isPore {
          depths.pore[index] = max(depths.pore[index], depth)
        } else {
          depths.defect[index] = max(depths.defect[index], depth)
        }
      }
    }
  }
}

/// Distances to the surfaces of what is no metal, voxel by voxel of a layer.
struct FractureDepths {
  var air: [Float]
  var crack: [Float]
  var defect: [Float]
  var pore: [Float]

  init(count: Int) {
    air = [Float](repeating: -8, count: count)
    (crack, defect, pore) = (air, air, air)
  }
}
