import VolumeCore
import VolumePasses

/// Classes of labels as seen from outside by one or several cameras, shaded by the gradient of the
/// labels.
///
/// Every surface voxel is painted into a buffer of depths by itself, from the labels at most `reach`
/// voxels around it: no mesh is made, and the volume is walked once for all cameras. Of what falls on a
/// pixel the nearest stays, of equally near the brightest, whichever comes first; so the picture does
/// not follow from how the volume was cut.
public struct SurfaceScene: Sendable {
  /// Labels that a voxel's shade is computed from, on each side.
  static let reach = 2
  /// The place of no class.
  public static let nothing: UInt8 = 255

  /// Where it is seen from; all make pictures of one size.
  public let cameras: [SurfaceCamera]
  /// The label values that are shown.
  public let labels: [UInt8]
  /// The voxels that are there; the rest of the volume is cut away.
  public let region: Region
  /// The place of each label value in `labels`.
  private let places: [UInt8]

  /// `labels` in `region` as `cameras` see them.
  public init(_ labels: [UInt8], in region: Region, cameras: [SurfaceCamera]) {
    precondition(!cameras.isEmpty && !labels.isEmpty && labels.count < 255)
    precondition(
      cameras.allSatisfy { ($0.width, $0.height) == (cameras[0].width, cameras[0].height) })
    (self.labels, self.region, self.cameras) = (labels, region, cameras)
    var places = [UInt8](repeating: Self.nothing, count: 256)
    for (place, label) in labels.enumerated() { places[Int(label)] = UInt8(place) }
    self.places = places
  }

  /// Pixels of one camera.
  private var pixelCount: Int { cameras[0].width * cameras[0].height }

  /// Bytes that one camera takes for each thread.
  public static func byteCount(_ camera: SurfaceCamera) -> Int {
    camera.width * camera.height * MemoryLayout<UInt64>.stride
  }

  /// The walk over `reader` that it takes.
  public func pass(_ reader: any VolumeReader) -> BlockPass {
    var pass = BlockPass([PassInput(reader, as: .labels)], region: region)
    pass.halo = Shape3(z: Self.reach, y: Self.reach, x: Self.reach)
    pass.keepsDecoded = false
    pass.workBytes = cameras.count * Self.byteCount(cameras[0])
    return pass
  }

  /// What the cameras see.
  public func images(
    _ pass: PreparedPass, isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> SurfaceImages {
    let count = cameras.count * pixelCount
    var parts = try pass.run(
      isStopped: isStopped, progress: progress,
      gather: { [UInt64](repeating: .max, count: count) }
    ) { pixels, block throws(Explanation) in
      block.withVoxels { span in
        unsafe span.withUnsafeBytes { unsafe paint($0, block.region, block.core, &pixels) }
      }
    }
    var pixels = parts.removeLast()
    while let part = parts.popLast() {
      for index in pixels.indices where part[index] < pixels[index] { pixels[index] = part[index] }
    }
    return SurfaceImages(width: cameras[0].width, height: cameras[0].height, pixels: pixels)
  }

  private func paint(
    _ labels: UnsafeRawBufferPointer, _ read: Region, _ core: Region, _ pixels: inout [UInt64]
  ) {
    let (rowStep, layerStep) = (read.x.count, read.x.count * read.y.count)
    // Voxels outside of the region are of no class.
    let seen = Region(
      z: read.z.clamped(to: region.z), y: read.y.clamped(to: region.y),
      x: read.x.clamped(to: region.x))
    let (lastZ, lastY, lastX) = (
      seen.z.upperBound - 1, seen.y.upperBound - 1, seen.x.upperBound - 1
    )
    for z in core.z {
      for y in core.y {
        let row = (z - read.z.lowerBound) * layerStep + (y - read.y.lowerBound) * rowStep
        let isEdge =
          z == seen.z.lowerBound || z == lastZ || y == seen.y.lowerBound || y == lastY
        for x in core.x {
          let index = row + x - read.x.lowerBound
          let label = unsafe labels[index]
          let place = places[Int(label)]
          if place == Self.nothing { continue }
          if !isEdge, x > seen.x.lowerBound, x < lastX,
            unsafe labels[index - 1] == label && labels[index + 1] == label
              && labels[index - rowStep] == label && labels[index + rowStep] == label
              && labels[index - layerStep] == label && labels[index + layerStep] == label
          {
            continue
          }
          // From the class outwards: against the labels' centre of mass.
          func normal() -> SIMD3<Double> {
            var sum = SIMD3<Int>(0, 0, 0)
            for nz in max(z - Self.reach, seen.z.lowerBound)...min(z + Self.reach, lastZ) {
              for ny in max(y - Self.reach, seen.y.lowerBound)...min(y + Self.reach, lastY) {
                let start =
                  (nz - read.z.lowerBound) * layerStep + (ny - read.y.lowerBound) * rowStep
                for nx in max(x - Self.reach, seen.x.lowerBound)...min(x + Self.reach, lastX)
                where unsafe labels[start + nx - read.x.lowerBound] == label {
                  sum &-= SIMD3(nz - z, ny - y, nx - x)
                }
              }
            }
            return SIMD3(Double(sum.x), Double(sum.y), Double(sum.z))
          }
          splat(SIMD3(Double(z), Double(y), Double(x)), place, &pixels, normal)
        }
      }
    }
  }

  /// Paints the voxel at `voxel` (z, y, x) for every camera; `normal` is asked only where it is seen.
  private func splat(
    _ voxel: SIMD3<Double>, _ place: UInt8, _ pixels: inout [UInt64],
    _ normal: () -> SIMD3<Double>
  ) {
    let first = SIMD3(
      Double(region.z.lowerBound), Double(region.y.lowerBound), Double(region.x.lowerBound))
    let extents = SIMD3(
      Double(region.z.count), Double(region.y.count), Double(region.x.count))
    var known: SIMD3<Double>?
    for (number, camera) in cameras.enumerated() {
      let at = (voxel - first + 0.5 - extents / 2) * camera.edges
      let u = (camera.right * at).sum() * camera.scale + Double(camera.width) / 2
      let v = (camera.down * at).sum() * camera.scale + Double(camera.height) / 2
      let far = (camera.away * at).sum()
      // Wide enough that neighbours along a diagonal leave no gap.
      let half = max(0.5, camera.scale * 0.87 * camera.edges.max())
      let columns = Self.pixels(u - half, u + half, of: camera.width)
      let rows = Self.pixels(v - half, v + half, of: camera.height)
      guard !columns.isEmpty, !rows.isEmpty else { continue }
      let start = number * pixelCount
      let nearest = UInt64(max(0, ((far + camera.depth + 4) * 256).rounded())) << 16
      var isSeen = false
      for row in rows {
        for column in columns where pixels[start + row * camera.width + column] >= nearest {
          isSeen = true
        }
      }
      guard isSeen else { continue }
      let outwards = known ?? normal()
      known = outwards
      let key =
        nearest | UInt64(255 - shade(outwards, far, camera)) << 8 | UInt64(place)
      for row in rows {
        for column in columns {
          let pixel = start + row * camera.width + column
          if key < pixels[pixel] { pixels[pixel] = key }
        }
      }
    }
  }

  private static func pixels(_ first: Double, _ last: Double, of count: Int) -> Range<Int> {
    let lower = min(count, max(0, Int(first.rounded())))
    return lower..<max(lower, min(count, Int(last.rounded())))
  }

  private func shade(
    _ normal: SIMD3<Double>, _ far: Double, _ camera: SurfaceCamera
  ) -> UInt8 {
    let across = normal / camera.edges
    let length = (across * across).sum().squareRoot()
    // Sheets of one voxel have no side: they are lit as if they faced the viewer.
    let outwards = length > 0 ? across / length : -camera.away
    let towards = max(0, (outwards * camera.light).sum())
    // What is far is a little darker.
    let fading = 1 - 0.3 * (far / camera.depth + 1) / 2
    return UInt8(max(0, min(255, ((30 + 200 * towards) * fading).rounded())))
  }
}

/// What the cameras of a scene have seen.
public struct SurfaceImages: Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Depth, darkness and the label's place, from the high bits down.
  private let pixels: [UInt64]

  init(width: Int, height: Int, pixels: [UInt64]) {
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// Whether no camera has seen anything.
  public var isEmpty: Bool { pixels.allSatisfy { $0 == .max } }

  /// The picture of camera `number`, red, green and blue row by row: each class's colour as bright as
  /// it is lit, `background` elsewhere.
  public func picture(
    _ number: Int, colours: [[UInt8]], background: [UInt8]
  ) -> [UInt8] {
    let count = width * height
    var rgb: [UInt8] = []
    rgb.reserveCapacity(count * 3)
    for key in pixels[(number * count)..<((number + 1) * count)] {
      guard key != .max else {
        rgb.append(contentsOf: background)
        continue
      }
      let light = 255 - Int(key >> 8 & 255)
      for channel in colours[Int(key & 255)] {
        rgb.append(UInt8((Int(channel) * light + 127) / 255))
      }
    }
    return rgb
  }
}
