import Glibc
import VolumeCore

/// Where a box of voxels is seen from, in parallel projection, and on how many pixels.
public struct SurfaceCamera: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Pixels for each length of the voxel's shortest edge.
  public let scale: Double
  /// Unit vectors (z, y, x) to the right, down and away in the picture.
  let right: SIMD3<Double>
  let down: SIMD3<Double>
  let away: SIMD3<Double>
  /// The unit vector from the scene to the light: from the viewer's side, the upper left.
  let light: SIMD3<Double>
  /// The voxel's edges (z, y, x), the shortest being 1.
  let edges: SIMD3<Double>
  /// Half of the box's extent along the line of sight.
  let depth: Double

  private init(
    azimuth: Double, elevation: Double, edges: SIMD3<Double>, scale: Double, width: Int,
    height: Int, depth: Double
  ) {
    (right, down, away) = Self.axes(azimuth: azimuth, elevation: elevation)
    let towards = -(0.8 * away + 0.35 * right + 0.45 * down)
    light = towards / (towards * towards).sum().squareRoot()
    (self.edges, self.scale, self.width, self.height) = (edges, scale, width, height)
    self.depth = max(depth, 1)
  }

  /// The camera that sees all of a box of `shape`, the picture's longer edge `edge` pixels long.
  ///
  /// - Parameters:
  ///   - spacing: the voxel's edges; `nil` for cubes.
  ///   - azimuth: degrees that the viewer has gone round the z axis; at 0, x points to the right.
  ///   - elevation: degrees above the layers (z points down); at 90 the view is that of a layer.
  public init(
    fitting shape: Shape3, spacing: VoxelSpacing? = nil, azimuth: Double, elevation: Double,
    edge: Int
  ) {
    let edges = Self.edges(spacing)
    let extents = edges * SIMD3(Double(shape.z), Double(shape.y), Double(shape.x))
    let (right, down, away) = Self.axes(azimuth: azimuth, elevation: elevation)
    let (across, along) = (Self.reach(right, extents), Self.reach(down, extents))
    let scale = Double(edge) / max(across, along)
    self.init(
      azimuth: azimuth, elevation: elevation, edges: edges, scale: scale,
      width: Self.pixels(across * scale), height: Self.pixels(along * scale),
      depth: Self.reach(away, extents) / 2)
  }

  /// Cameras once round the z axis, `count` of them, evenly, from `azimuth` on; all make pictures of
  /// one size and scale.
  public static func orbit(
    _ shape: Shape3, spacing: VoxelSpacing? = nil, azimuth: Double, elevation: Double, count: Int,
    edge: Int
  ) -> [SurfaceCamera] {
    let edges = edges(spacing)
    let extents = edges * SIMD3(Double(shape.z), Double(shape.y), Double(shape.x))
    // A layer's diagonal is the most that is seen of it on the way.
    let diagonal = (extents.y * extents.y + extents.z * extents.z).squareRoot()
    let (cosine, sine) = Self.turn(elevation)
    let along = abs(cosine) * extents.x + abs(sine) * diagonal
    let depth = abs(sine) * extents.x + abs(cosine) * diagonal
    let scale = Double(edge) / max(diagonal, along)
    return (0..<count).map { step in
      SurfaceCamera(
        azimuth: azimuth + 360 * Double(step) / Double(count), elevation: elevation, edges: edges,
        scale: scale, width: pixels(diagonal * scale), height: pixels(along * scale),
        depth: depth / 2)
    }
  }

  /// Sines of right angles are not quite 0 or 1: no pixel more for that.
  private static func pixels(_ length: Double) -> Int {
    max(1, Int((length - 1e-6).rounded(.up)))
  }

  private static func turn(_ degrees: Double) -> (cosine: Double, sine: Double) {
    (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
  }

  private static func axes(
    azimuth: Double, elevation: Double
  ) -> (right: SIMD3<Double>, down: SIMD3<Double>, away: SIMD3<Double>) {
    let (ca, sa) = turn(azimuth)
    let (ce, se) = turn(elevation)
    // Layers count downwards, as in pictures across y and x; looking along z is as at a layer.
    return (SIMD3(0, sa, ca), SIMD3(ce, se * ca, -se * sa), SIMD3(se, -ce * ca, ce * sa))
  }

  private static func edges(_ spacing: VoxelSpacing?) -> SIMD3<Double> {
    guard let spacing, spacing.isPossible else { return SIMD3(1, 1, 1) }
    let edges = SIMD3(spacing.z, spacing.y, spacing.x)
    return edges / edges.min()
  }

  private static func reach(_ vector: SIMD3<Double>, _ extents: SIMD3<Double>) -> Double {
    let parts = vector * extents
    return abs(parts.x) + abs(parts.y) + abs(parts.z)
  }
}
