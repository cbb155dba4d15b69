import Glibc
import Rendering
import Testing
import VolumeCore
import VolumePasses
import VolumeTesting

@Suite struct `A view of surfaces` {
  private static let colours: [[UInt8]] = [[255, 255, 255], [255, 0, 0]]
  private static let background: [UInt8] = [0, 0, 255]

  /// Red, green and blue of each pixel as the cameras see `labels`.
  private func seen(
    _ labels: [UInt8] = [1, 2], in volume: MemoryVolume, _ cameras: [SurfaceCamera],
    region: Region? = nil, block: Int = 64, threads: Int = 2
  ) throws -> [[[UInt8]]] {
    let scene = SurfaceScene(labels, in: region ?? Region(volume.volume.shape), cameras: cameras)
    var pass = scene.pass(volume)
    pass.block = Shape3(z: block, y: block + 1, x: block + 2)
    let images = try scene.images(pass.prepared(memory: 1 << 28, threads: threads))
    return cameras.indices.map { number in
      let rgb = images.picture(number, colours: Self.colours, background: Self.background)
      return stride(from: 0, to: rgb.count, by: 3).map { Array(rgb[$0..<($0 + 3)]) }
    }
  }

  /// A ball of class 1 in the middle of a cube, of radius 20 in 48 voxels; class 2 in its centre and at
  /// one corner.
  private static let ball: MemoryVolume = {
    let edge = 48
    var voxels = [UInt8](repeating: 0, count: edge * edge * edge)
    for z in 0..<edge {
      for y in 0..<edge {
        for x in 0..<edge {
          let (dz, dy, dx) = (2 * z - 47, 2 * y - 47, 2 * x - 47)
          if dz * dz + dy * dy + dx * dx <= 1600 { voxels[(z * edge + y) * edge + x] = 1 }
        }
      }
    }
    voxels[(24 * edge + 24) * edge + 24] = 2
    voxels[(0 * edge + 3) * edge + 44] = 2
    return MemoryVolume(Shape3(z: edge, y: edge, x: edge), .uint8, voxels)
  }()

  @Test(arguments: [(0.0, 90.0), (0, 0), (30, 25), (200, -60)])
  func `of a ball is a disc, brighter towards the light`(azimuth: Double, elevation: Double) throws
  {
    let camera = SurfaceCamera(
      fitting: Self.ball.volume.shape, azimuth: azimuth, elevation: elevation, edge: 192)
    let picture = try seen([1], in: Self.ball, [camera])[0]
    #expect(max(camera.width, camera.height) == 192)
    let covered = Double(picture.filter { $0 != Self.background }.count)
    let disc = Double.pi * 20.3 * 20.3 * camera.scale * camera.scale
    #expect(abs(covered / disc - 1) < 0.06, "\(covered) of \(disc)")
    // Nothing is seen through: the disc has no gap.
    let middle = camera.height / 2 * camera.width
    let row = (0..<camera.width).filter { picture[middle + $0] != Self.background }
    #expect(row.count == (row.last ?? 0) - (row.first ?? 0) + 1)
    func grey(_ down: Double, _ across: Double) -> UInt8 {
      let (row, column) = (camera.height / 2, camera.width / 2)
      return picture[
        (row + Int(down * camera.scale)) * camera.width + column + Int(across * camera.scale)][1]
    }
    #expect(grey(-8, -8) > grey(0, 0))
    #expect(grey(0, 0) > grey(11, 11))
    #expect(picture[0] == Self.background)
    // A ball is lit alike from everywhere: ambient and direct light where it faces the viewer.
    #expect(abs(Int(grey(0, 0)) - Int((30 + 200 * 0.8145) * 0.92)) < 14, "\(grey(0, 0))")
  }

  @Test func `along z shows voxels where they are in their layer, the nearest of each`() throws {
    let shape = Shape3(z: 3, y: 4, x: 5)
    var voxels = [UInt8](repeating: 0, count: shape.voxelCount)
    voxels[0 * 20 + 1 * 5 + 1] = 2
    voxels[2 * 20 + 1 * 5 + 1] = 1
    voxels[2 * 20 + 3 * 5 + 4] = 1
    voxels[1 * 20 + 0 * 5 + 4] = 7
    let volume = MemoryVolume(shape, .uint8, voxels)
    let camera = SurfaceCamera(fitting: shape, azimuth: 0, elevation: 90, edge: 50)
    #expect((camera.width, camera.height) == (50, 40))
    let picture = try seen(in: volume, [camera])[0]
    func pixel(_ y: Int, _ x: Int) -> [UInt8] { picture[(y * 10 + 5) * 50 + x * 10 + 5] }
    // Class 2 lies before class 1, and is red: nothing but its first channel.
    #expect(pixel(1, 1)[0] > 150 && pixel(1, 1)[1] == 0 && pixel(1, 1)[2] == 0)
    #expect(pixel(3, 4)[0] > 100 && pixel(3, 4)[0] == pixel(3, 4)[2])
    for (y, x) in [(0, 0), (0, 4), (3, 1), (2, 1)] { #expect(pixel(y, x) == Self.background) }
    // Single voxels face the viewer; the deeper one is a little darker.
    #expect(pixel(3, 4)[0] < pixel(1, 1)[0])
    let behind = try seen(
      in: volume,
      [
        SurfaceCamera(fitting: shape, azimuth: 0, elevation: -90, edge: 50)
      ])[0]
    // From below rows run upwards, and class 1 is the nearer.
    #expect(behind[(25) * 50 + 15][1] > 100)
  }

  @Test func `keeps to a region, whose cut faces are closed`() throws {
    let shape = Shape3(z: 20, y: 20, x: 20)
    let volume = MemoryVolume(shape, .uint8, [UInt8](repeating: 1, count: 8000))
    let region = Region(z: 5..<15, y: 6..<14, x: 7..<12)
    let camera = SurfaceCamera(fitting: region.shape, azimuth: 0, elevation: 90, edge: 80)
    let picture = try seen(in: volume, [camera], region: region)[0]
    #expect((camera.width, camera.height) == (50, 80))
    #expect(picture.allSatisfy { $0 != Self.background } && picture[40 * 50 + 25][1] > 150)
  }

  @Test func `of long voxels has their proportions`() throws {
    let shape = Shape3(z: 10, y: 10, x: 20)
    let camera = SurfaceCamera(
      fitting: shape, spacing: VoxelSpacing(z: 4, y: 2, x: 2), azimuth: 0, elevation: 0, edge: 100)
    #expect((camera.width, camera.height) == (100, 100))
    let volume = MemoryVolume(shape, .uint8, [UInt8](repeating: 1, count: 2000))
    #expect(try seen(in: volume, [camera])[0].allSatisfy { $0 != Self.background })
  }

  @Test func `goes once round in an orbit, all pictures of one size`() throws {
    let shape = Self.ball.volume.shape
    let cameras = SurfaceCamera.orbit(
      shape, azimuth: 30, elevation: 25, count: 4, edge: 100)
    #expect(Set(cameras.map { [$0.width, $0.height] }).count == 1)
    let pictures = try seen(in: Self.ball, cameras)
    // Each is what it is alone, and the class at the corner moves.
    for (number, camera) in cameras.enumerated() {
      #expect(try seen(in: Self.ball, [camera])[0] == pictures[number])
    }
    #expect(Set(pictures).count == 4)
    let corner = pictures.map { picture in
      picture.indices.filter { picture[$0][0] > 0 && picture[$0][1] == 0 }
    }
    #expect(corner.allSatisfy { !$0.isEmpty && $0.count < 40 } && Set(corner).count == 4)
  }

  @Test func `is the same whatever the blocks and threads`() throws {
    let shape = Shape3(z: 19, y: 33, x: 41)
    let volume = MemoryVolume(
      shape, .uint8,
      (0..<shape.voxelCount).map { index in
        let (z, y, x) = (index / (33 * 41), index / 41 % 33, index % 41)
        return UInt8((z * z + (y / 5) * (x / 7)) % 5 == 0 ? 1 + (x / 9) % 2 : 0)
      })
    let cameras = SurfaceCamera.orbit(shape, azimuth: 0, elevation: 30, count: 3, edge: 90)
    let whole = try seen(in: volume, cameras, threads: 1)
    #expect(Set(whole[0]).count > 20)
    for (block, threads) in [(5, 3), (8, 1), (13, 2)] {
      #expect(try seen(in: volume, cameras, block: block, threads: threads) == whole)
    }
  }
}
