import VolumeCore

/// A bar that stands along z with air around it, thinner in its middle, and a crack that opens to one
/// of its faces: the shape of a specimen that was pulled until it began to fail.
///
/// Its section is a rounded rectangle. Everything is a share of the scan's extent, so that small and
/// large phantoms look alike. A scan of few layers has the middle of a longer bar: its faces would lie
/// nearly flat otherwise, and the air between them would be a notch that no specimen has.
struct Specimen: Sendable {
  /// Half the section's edge in the middle, as a share of the scan's.
  private static let waist = 0.30
  /// The least length of the bar, as a share of the longer edge of the scan's layers.
  private static let length = 0.75
  /// What it has more at its ends.
  private static let flare = 0.12
  /// The corners' radius, as a share of half the shorter edge.
  private static let corner = 0.4
  /// How far the surface leaves its plane, and over which lengths, in voxels.
  private static let roughness: [(amplitude: Float, length: Int)] = [(2, 40), (0.7, 9)]

  private let shape: Shape3
  private let crack: Crack
  private let surface: Hash

  init(shape: Shape3, from hash: Hash) {
    self.shape = shape
    surface = hash(1)
    crack = Crack(shape: shape, mouth: 0.5 + Self.waist, from: hash(2))
  }

  /// What layer `z` has of it, for the columns `x`.
  func layer(_ z: Int, x: Range<Int>) -> SpecimenLayer {
    let longer = Double(max(shape.y, shape.x))
    // Half the bar, which reaches beyond a scan of few layers.
    let half = max(Double(shape.z - 1), Self.length * longer, 2) / 2
    let place = (Double(z) - Double(shape.z - 1) / 2) / half
    let share = Self.waist + Self.flare * place * place
    let (halfY, halfX) = (share * Double(shape.y), share * Double(shape.x))
    // How fast the faces recede from layer to layer: their distance is shorter than it looks in one.
    let slope = 2 * Self.flare * place * longer / half
    return SpecimenLayer(
      z: z, centre: (Float(shape.y - 1) / 2, Float(shape.x - 1) / 2),
      half: (Float(halfY), Float(halfX)), radius: Float(Self.corner * min(halfY, halfX)),
      steepness: Float(1 / (1 + slope * slope).squareRoot()),
      crack: crack.section(z, x: x), roughness: Self.roughness, surface: surface)
  }
}

/// A layer of a specimen: how deep each voxel lies in the air or in the crack.
struct SpecimenLayer {
  let z: Int
  let centre: (y: Float, x: Float)
  let half: (y: Float, x: Float)
  let radius: Float
  let steepness: Float
  let crack: CrackSection
  let roughness: [(amplitude: Float, length: Int)]
  let surface: Hash

  /// How far outside the specimen the voxel lies; negative inside.
  func air(_ y: Int, _ x: Int) -> Float {
    let (dy, dx) = (abs(Float(y) - centre.y), abs(Float(x) - centre.x))
    let (qy, qx) = (dy - half.y + radius, dx - half.x + radius)
    let (oy, ox) = (max(qy, 0), max(qx, 0))
    let flat = (oy * oy + ox * ox).squareRoot() + min(max(qy, qx), 0) - radius
    let depth = flat * steepness
    guard abs(depth) < 8 else { return depth }
    // A face is rough by where on it one is: along z, and along the longer way round.
    let along = qy > qx ? x : y + 1_000_003
    return depth
      + roughness.reduce(0) { $0 + $1.amplitude * surface.smooth(z, along, length: $1.length) }
  }
}
