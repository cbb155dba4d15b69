import CComponents
import Components
import Glibc
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A component's table` {
  private func solid(_ shape: Shape3, _ isInside: (Double, Double, Double) -> Bool) throws
    -> Component
  {
    let voxels = Region(shape).indices.map { at -> UInt8 in
      isInside(Double(at.z), Double(at.y), Double(at.x)) ? 1 : 0
    }
    let found = try ComponentSearch(
      MemoryVolume(shape, .uint8, voxels), ComponentOptions(of: [1])
    ).run()
    var components: [Component] = []
    try found?.forEach { components.append($0) }
    return try #require(components.count == 1 ? components.first : nil)
  }

  @Test(arguments: [8.0, 8.4, 10, 12.7, 16, 23.3])
  func `of a ball`(radius: Double) throws {
    let edge = Int(2 * radius) + 5
    let centre = Double(edge) / 2 - 0.3
    let ball = try solid(Shape3(z: edge, y: edge, x: edge)) { z, y, x in
      let (dz, dy, dx) = (z - centre, y - centre - 0.2, x - centre + 0.1)
      return dz * dz + dy * dy + dx * dx <= radius * radius
    }
    let area = try #require(ball.surface(nil))
    #expect(abs(area / (4 * .pi * radius * radius) - 1) < 0.03)
    let sphericity = try #require(ball.sphericity(nil))
    #expect(sphericity > 0.97 && sphericity < 1.02)
    #expect(abs(ball.equivalentDiameter(nil) / (2 * radius) - 1) < 0.01)
    for length in ball.axes(nil).lengths { #expect(abs(length / (2 * radius) - 1) < 0.01) }
    #expect(abs(ball.feretDiameter(nil) / (2 * radius) - 1) < 0.08)
    #expect(!ball.touchesBorder)
    // In micrometres, everything grows with the voxel.
    let spacing = VoxelSpacing(cube: 2)
    #expect(abs((ball.surface(spacing) ?? 0) - 4 * area) < 1e-6)
    #expect(abs(ball.volume(spacing) - 8 * Double(ball.voxels)) < 1e-6)
    #expect(abs((ball.sphericity(spacing) ?? 0) - sphericity) < 1e-9)
  }

  @Test(arguments: [(0.0, 0.0), (30, 0), (55, 35), (90, 45)])
  func `of a cylinder at an angle`(tilt: Double, turn: Double) throws {
    let (t, p) = (tilt * .pi / 180, turn * .pi / 180)
    let axis = [cos(t), sin(t) * sin(p), sin(t) * cos(p)]
    let (radius, half) = (9.0, 30.0)
    let rod = try solid(Shape3(z: 71, y: 71, x: 71)) { z, y, x in
      let d = [z - 35, y - 35, x - 35]
      let along = d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2]
      let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
      return abs(along) <= half && square - along * along <= radius * radius
    }
    let (lengths, direction) = rod.axes(nil)
    let cosine = abs(zip(direction, axis).reduce(0) { $0 + $1.0 * $1.1 })
    #expect(cosine > cos(1.0 * .pi / 180))
    // A cylinder's variance along its axis is L^2 / 12, across it R^2 / 4.
    #expect(abs(lengths[0] / (2 * half * (20.0 / 12).squareRoot()) - 1) < 0.03)
    #expect(abs(lengths[2] / (radius * 5.0.squareRoot()) - 1) < 0.03)
    let area = 2 * .pi * radius * 2 * half + 2 * .pi * radius * radius
    // Flat faces along the grid are where the weights are least right.
    #expect(abs((rod.surface(nil) ?? 0) / area - 1) < 0.08)
  }

  @Test func `of a box has exact figures`() throws {
    let box = try solid(Shape3(z: 12, y: 14, x: 30)) { z, y, x in
      z >= 2 && z < 8 && y >= 3 && y < 7 && x >= 5 && x < 25
    }
    #expect(box.voxels == 6 * 4 * 20)
    #expect(box.box == Region(z: 2..<8, y: 3..<7, x: 5..<25))
    #expect(box.centroid == (4.5, 4.5, 14.5))
    let (lengths, direction) = box.axes(nil)
    #expect(abs(lengths[0] - (20 * (20.0 * 20 - 1) / 12).squareRoot()) < 1e-9)
    #expect(abs(abs(direction[2]) - 1) < 1e-12)
    let spacing = VoxelSpacing(z: 2, y: 1, x: 0.5)
    #expect(abs(box.axes(spacing).lengths[0] - (20 * (36.0 - 1) / 12 * 4).squareRoot()) < 1e-9)
    // Not of cubes: its surface is not known.
    #expect(box.surface(spacing) == nil && box.sphericity(spacing) == nil)
    #expect(abs(box.feretDiameter(nil) - 27 / 3.0.squareRoot() - 1) < 4)
  }

  @Test func `has weights that a mask and its complement share`() {
    for mask in 1..<255 as Range<Int32> {
      let weight = t2s_surface_weight(mask)
      #expect(weight > 0)
      // A cell cut by one plane.
      if mask == 0b1111 { #expect(weight == 927) }
      if mask.nonzeroBitCount == 1 {
        #expect(weight == 636 && t2s_surface_weight(255 & ~mask) == 636)
      }
    }
    #expect(t2s_surface_weight(0) == 0 && t2s_surface_weight(255) == 0)
  }

  /// A cube of two voxels' edge has a sphericity of 1.036 by these weights, and some ball of 461 voxels 1.022;
  /// above 2000 voxels it is 1.01 at most.
  @Test(arguments: 0..<6)
  func `is a ball's as near as a surface of few voxels tells`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for radius in stride(from: 0.5, through: 7.5, by: 0.25) {
      // About a voxel's middle, then anywhere in it; round, then a little longer one way.
      func off() -> Double { seed == 0 ? 0 : .random(in: -0.5...0.5, using: &random) }
      let middle = (z: 9 + off(), y: 9 + off(), x: 9 + off())
      let stretch = seed % 2 == 0 ? 1 : Double.random(in: 0.9...1.2, using: &random)
      let ball = try solid(Shape3(z: 19, y: 19, x: 19)) { z, y, x in
        let (dz, dy, dx) = ((z - middle.z) / stretch, y - middle.y, x - middle.x)
        let isMiddle = abs(z - 9) + abs(y - 9) + abs(x - 9) == 0
        return isMiddle || dz * dz + dy * dy + dx * dx <= radius * radius
      }
      let sphericity = try #require(ball.sphericity(nil))
      #expect(
        sphericity < (ball.voxels > 30 ? 1.025 : 1.04) && sphericity > 0.9,
        "radius \(radius), \(ball.voxels) voxels: \(sphericity)")
    }
  }
}
