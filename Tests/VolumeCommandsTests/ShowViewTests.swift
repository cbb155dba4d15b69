import EngineCore
import Testing
import VolumeCommands
import VolumeCore

@Suite struct `Pictures of a whole volume` {
  static let shape = Shape3(z: 7, y: 90, x: 150)
  static let voxels: [UInt8] = {
    var state: UInt32 = 7
    return (0..<shape.voxelCount).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }()

  private func picture(_ words: [String], _ volume: MemoryVolume) throws -> LayerPicture {
    let format = MemoryFormat()
    format.add("a.mem", volume)
    let pictures = MemoryPictures()
    let outcome = runTool(
      ["show", words[0], "a.mem", "--output", "/nowhere/a.png"] + words.dropFirst(),
      formats: [format], pictures: pictures)
    #expect(outcome.code == 0, "\(outcome.error)")
    return try #require(pictures.last)
  }

  @Test(arguments: ["z", "y", "x"], ["max", "min"])
  func `a projection keeps one value of each column`(axis: String, keep: String) throws {
    let shape = Self.shape
    let picture = try picture(
      ["projection", "--axis", axis, "--keep", keep],
      MemoryVolume(shape: shape, voxels: Self.voxels))
    let rows = axis == "z" ? shape.y : shape.z
    let columns = axis == "x" ? shape.y : shape.x
    var expected = [UInt8](repeating: keep == "max" ? 0 : 255, count: rows * columns)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          let pixel = (axis == "z" ? y : z) * columns + (axis == "x" ? y : x)
          let value = Self.voxels[(z * shape.y + y) * shape.x + x]
          expected[pixel] =
            keep == "max" ? max(expected[pixel], value) : min(expected[pixel], value)
        }
      }
    }
    #expect((picture.width, picture.height) == (columns, rows))
    #expect(picture.grey == expected.map(Float.init))
  }

  @Test func `a projection that is thinned out loses no bright voxel`() throws {
    let shape = Shape3(z: 1, y: 2, x: 9000)
    var voxels = [UInt8](repeating: 3, count: shape.voxelCount)
    voxels[9000 + 4] = 200
    let picture = try picture(["projection"], MemoryVolume(shape: shape, voxels: voxels))
    #expect((picture.width, picture.height) == (3000, 1))
    #expect(picture.grey.firstIndex(of: 200) == 1)
    #expect(picture.grey.filter { $0 == 200 }.count == 1)
  }

  /// A ball of radius 20 in 48 voxels, a voxel at its own in one corner.
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
    voxels[(0 * edge + 3) * edge + 44] = 2
    return MemoryVolume(shape: Shape3(z: edge, y: edge, x: edge), voxels: voxels)
  }()

  @Test(arguments: [(0.0, 90.0), (0, 0), (30, 25), (200, -60)])
  func `a ball is a disc, brighter towards the light`(azimuth: Double, elevation: Double) throws {
    let picture = try picture(
      ["surface", "--azimuth", "\(azimuth)", "--elevation", "\(elevation)", "--pixels", "192"],
      Self.ball)
    let covered = Double(picture.grey.filter { $0 != 255 }.count)
    let scale = 192 / Double(max(extent(azimuth, elevation).0, extent(azimuth, elevation).1))
    let disc = 3.14159 * 20 * 20 * scale * scale
    #expect(abs(covered / disc - 1) < 0.15, "\(covered) of \(disc)")
    let (row, column) = (picture.height / 2, picture.width / 2)
    func grey(_ down: Double, _ across: Double) -> Float {
      picture.grey[(row + Int(down * scale)) * picture.width + column + Int(across * scale)]
    }
    #expect(grey(-8, -8) > grey(0, 0))
    #expect(grey(0, 0) > grey(11, 11))
    #expect(picture.grey[0] == 255)
  }

  private func extent(_ azimuth: Double, _ elevation: Double) -> (Double, Double) {
    // Those of a cube of 48, for the cases above.
    let (a, e) = (azimuth * 3.141592653589793 / 180, elevation * 3.141592653589793 / 180)
    func sine(_ t: Double) -> Double {
      var (sum, term) = (t, t)
      for n in 1..<20 {
        term *= -t * t / Double(2 * n * (2 * n + 1))
        sum += term
      }
      return sum
    }
    func cosine(_ t: Double) -> Double { sine(t + 3.141592653589793 / 2) }
    let across = 48 * (abs(sine(a)) + abs(cosine(a)))
    let along = 48 * (abs(cosine(e)) + abs(sine(e)) * (abs(sine(a)) + abs(cosine(a))))
    return (across, along)
  }

  @Test func `looking along z, a voxel is where it is in its layer`() throws {
    let picture = try picture(
      ["surface", "--class", "2", "--azimuth", "0", "--elevation", "90", "--pixels", "48"],
      Self.ball)
    #expect((picture.width, picture.height) == (48, 48))
    let seen = picture.grey.indices.filter { picture.grey[$0] != 255 }
    #expect(seen.contains(3 * 48 + 44))
    #expect(seen.allSatisfy { abs($0 / 48 - 3) <= 1 && abs($0 % 48 - 44) <= 1 })
  }

  @Test func `the same picture is drawn whatever the memory and the threads`() throws {
    let shape = Shape3(z: 9, y: 150, x: 200)
    let labels = MemoryVolume(
      shape: shape,
      voxels: (0..<shape.voxelCount).map { index in
        let (z, y, x) = (index / 30000, index / 200 % 150, index % 200)
        return (z * z + (y / 7) * (x / 9)) % 5 == 0 ? 1 : 0
      })
    for kind in [["projection", "--axis", "y"], ["surface", "--pixels", "100"]] {
      let whole = try picture(kind + ["--memory", "1G", "--threads", "1"], labels)
      let cut = try picture(
        kind + ["--memory", kind[0] == "surface" ? "300K" : "4500K", "--threads", "3"], labels)
      #expect(whole == cut)
      #expect(Set(whole.grey).count >= 2)
    }
  }

  @Test(arguments: [
    ["surface", "--class", "9"], ["surface", "--class", "256"], ["surface", "--elevation", "91"],
    ["surface", "--pixels", "3"], ["projection", "--keep", "mean"],
    ["projection", "--labels", "a.mem"], ["projection", "--memory", "1K"],
  ])
  func `refuses what it cannot draw`(words: [String]) {
    let format = MemoryFormat()
    format.add("a.mem", Self.ball)
    let outcome = runTool(
      ["show", words[0], "a.mem", "--output", "/nowhere/a.png"] + words.dropFirst(),
      formats: [format])
    #expect(outcome.code == 2, "\(outcome.error)")
  }
}
