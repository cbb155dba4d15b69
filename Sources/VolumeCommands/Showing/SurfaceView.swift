import Glibc
import VolumeCore
import VolumePasses

/// A class seen from outside, in parallel projection, shaded by the gradient of its labels.
///
/// Every surface voxel is painted into a buffer of depths by itself, from the labels at most two voxels
/// around it: no mesh is made, and the volume is walked once. Of what falls on a pixel the nearest
/// stays, of equally near the brightest, whichever comes first; so the picture does not follow from how
/// the volume was cut.
struct SurfaceView: Sendable {
  /// Labels that a voxel's shade is computed from, on each side.
  static let reach = 2
  /// The pixel where nothing is.
  static let background: Float = 255

  /// The label value that is shown.
  let label: UInt8
  let width: Int
  let height: Int
  /// Pixels for each voxel.
  let scale: Double
  private let shape: Shape3
  /// Unit vectors (z, y, x) to the right, down and away in the picture.
  private let right: [Double]
  private let down: [Double]
  private let away: [Double]
  private let light: [Double]
  /// Half of the volume's extent along the line of sight, in voxels.
  private let depth: Double

  /// The class `label` of a volume of `shape`, the picture's longer edge `edge` pixels long.
  ///
  /// - Parameters:
  ///   - azimuth: degrees that the viewer has gone round the z axis; at 0, x points to the right.
  ///   - elevation: degrees above the layers (z points down); at 90 the view is that of a layer.
  init(of label: UInt8, in shape: Shape3, azimuth: Double, elevation: Double, edge: Int) {
    self.label = label
    self.shape = shape
    let (a, e) = (azimuth * .pi / 180, elevation * .pi / 180)
    right = [0, sin(a), cos(a)]
    // Layers count downwards, as in pictures across y and x; looking along z is as at a layer.
    away = [sin(e), -cos(e) * cos(a), cos(e) * sin(a)]
    down = [cos(e), sin(e) * cos(a), -sin(e) * sin(a)]
    let sum = [0.8, 0.35, 0.45]
    let length = sqrt(sum.reduce(0) { $0 + $1 * $1 })
    var light: [Double] = []
    for axis in 0..<3 {
      light.append(
        -(sum[0] * away[axis] + sum[1] * right[axis] + sum[2] * down[axis]) / length)
    }
    self.light = light
    let extents = [Double(shape.z), Double(shape.y), Double(shape.x)]
    func reach(_ vector: [Double]) -> Double {
      zip(vector, extents).reduce(0) { $0 + abs($1.0) * $1.1 }
    }
    let (across, along) = (reach(right), reach(down))
    scale = Double(edge) / max(across, along)
    // Sines of right angles are not quite 0 or 1: no pixel more for that.
    width = max(1, Int((across * scale - 1e-6).rounded(.up)))
    height = max(1, Int((along * scale - 1e-6).rounded(.up)))
    depth = max(reach(away) / 2, 1)
  }

  /// Bytes of one buffer of depths.
  var byteCount: Int { width * height * MemoryLayout<UInt64>.stride }

  /// The picture's greys, row by row; `nil` where the class is nowhere.
  ///
  /// - Parameter pass: hands out labels with a halo of `reach`.
  func values(
    _ pass: PreparedPass, isStopped: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) -> [Float]? {
    let count = width * height
    let parts = try pass.run(
      isStopped: isStopped, progress: progress,
      gather: { [UInt64](repeating: .max, count: count) }
    ) { (pixels, block) throws(Explanation) in
      block.withVoxels { span in
        unsafe span.withUnsafeBytes { unsafe paint($0, block.region, block.core, &pixels) }
      }
    }
    var isSeen = false
    var values = [Float](repeating: Self.background, count: count)
    for pixel in 0..<count {
      var nearest = UInt64.max
      for part in parts { nearest = min(nearest, part[pixel]) }
      guard nearest != .max else { continue }
      isSeen = true
      values[pixel] = Float(255 - (nearest & 255))
    }
    return isSeen ? values : nil
  }

  private func paint(
    _ labels: UnsafeRawBufferPointer, _ region: Region, _ core: Region, _ pixels: inout [UInt64]
  ) {
    let (rowStep, layerStep) = (region.x.count, region.x.count * region.y.count)
    // Voxels outside of the volume are not of the class.
    func isClass(_ z: Int, _ y: Int, _ x: Int) -> Bool {
      guard region.z.contains(z), region.y.contains(y), region.x.contains(x) else { return false }
      let index =
        (z - region.z.lowerBound) * layerStep + (y - region.y.lowerBound) * rowStep + x
        - region.x.lowerBound
      return unsafe labels[index] == label
    }
    let reach = Self.reach
    for z in core.z {
      for y in core.y {
        for x in core.x where isClass(z, y, x) {
          if isClass(z, y, x - 1), isClass(z, y, x + 1), isClass(z, y - 1, x),
            isClass(z, y + 1, x), isClass(z - 1, y, x), isClass(z + 1, y, x)
          {
            continue
          }
          // From the class outwards: against the labels' centre of mass.
          var (nz, ny, nx) = (0, 0, 0)
          for dz in -reach...reach {
            for dy in -reach...reach {
              for dx in -reach...reach where isClass(z + dz, y + dy, x + dx) {
                nz -= dz
                ny -= dy
                nx -= dx
              }
            }
          }
          splat(z, y, x, normal: (nz, ny, nx), &pixels)
        }
      }
    }
  }

  private func splat(
    _ z: Int, _ y: Int, _ x: Int, normal: (z: Int, y: Int, x: Int), _ pixels: inout [UInt64]
  ) {
    let place = [
      Double(z) + 0.5 - Double(shape.z) / 2, Double(y) + 0.5 - Double(shape.y) / 2,
      Double(x) + 0.5 - Double(shape.x) / 2,
    ]
    func along(_ vector: [Double]) -> Double {
      vector[0] * place[0] + vector[1] * place[1] + vector[2] * place[2]
    }
    let (u, v) = (
      along(right) * scale + Double(width) / 2, along(down) * scale + Double(height) / 2
    )
    let far = along(away)
    let n = [Double(normal.z), Double(normal.y), Double(normal.x)]
    let length = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
    // Sheets of one voxel have no side: they are lit as if they faced the viewer.
    let towards =
      length > 0
      ? (n[0] * light[0] + n[1] * light[1] + n[2] * light[2]) / length
      : -(away[0] * light[0] + away[1] * light[1] + away[2] * light[2])
    // What is far is a little darker.
    let fading = 1 - 0.3 * (far / depth + 1) / 2
    let grey = (25 + 200 * max(0, towards)) * fading
    let shade = UInt64(max(0, min(250, grey.rounded())))
    let quantised = UInt64(max(0, ((far + depth + 2) * 256).rounded()))
    let key = quantised << 8 | (255 - shade)
    // Wide enough that neighbours along a diagonal leave no gap.
    let half = max(0.5, scale * 0.87)
    let columns = max(0, Int((u - half).rounded()))..<min(width, Int((u + half).rounded()))
    let rows = max(0, Int((v - half).rounded()))..<min(height, Int((v + half).rounded()))
    for row in rows {
      for column in columns {
        let pixel = row * width + column
        if key < pixels[pixel] { pixels[pixel] = key }
      }
    }
  }
}
