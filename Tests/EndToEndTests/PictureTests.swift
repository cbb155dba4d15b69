import FilmReading
import Foundation
import PNGLibrary
import Testing
import VolumeCore

/// Every kind of picture that the tool draws, of a phantom whose voxels are known.
@Suite struct `Every picture` {
  private static let shape = Shape3(z: 24, y: 40, x: 48)
  /// Matrix, fibre and porosity as the phantom colours them.
  private static let colours: [[Int]] = [[64, 64, 64], [86, 180, 233], [240, 228, 66]]

  /// The phantom, and what is in it.
  private struct Scene {
    let tool: BuiltTool
    let grey: [UInt8]
    let labels: [UInt8]

    init() throws {
      tool = try BuiltTool()
      let made = try tool("phantom", "scan.zarr", "--shape", "24x40x48", "--seed", "7")
      #expect(made.code == 0, "\(made.words)")
      try tool("convert", "scan.zarr", "grey.raw")
      try tool("convert", "scan.zarr.labels.zarr", "labels.raw")
      grey = [UInt8](try tool.bytes("grey.raw"))
      labels = [UInt8](try tool.bytes("labels.raw"))
      #expect(Set(labels) == [0, 1, 2] && grey.count == shape.voxelCount)
    }

    func index(_ z: Int, _ y: Int, _ x: Int) -> Int { (z * shape.y + y) * shape.x + x }

    /// The PNG that `words` draw.
    func drawn(_ words: String..., to name: String = "a.png") throws -> PNGPicture {
      let ending = try tool.run(["show"] + words + ["--output", name, "--overwrite"])
      #expect(ending.code == 0, "\(ending.words)")
      return try #require(PNGPicture(decoding: [UInt8](try tool.bytes(name))))
    }

    /// The colour of a voxel with its label over it.
    func mixed(_ index: Int) -> [Int] {
      let value = Int(grey[index])
      guard labels[index] > 0 else { return [value, value, value] }
      return colours[Int(labels[index])].map {
        Int(Float(value) * (1 - 0.45) + Float($0) * 0.45 + 0.5)
      }
    }
  }

  private func pixel(_ picture: PNGPicture, _ row: Int, _ column: Int) -> [Int] {
    (0..<3).map { Int(picture.rgb[(row * picture.width + column) * 3 + $0]) }
  }

  @Test func `of a layer has the grey of each voxel, and the mixture under each label`() throws {
    let scene = try Scene()
    let grey = try scene.drawn("scan.zarr", "--layer", "9", "--window", "0:255")
    let over = try scene.drawn(
      "scan.zarr", "--labels", "scan.zarr.labels.zarr", "--layer", "9", "--window", "0:255",
      "--view", "overlay")
    let both = try scene.drawn(
      "scan.zarr", "--labels", "scan.zarr.labels.zarr", "--axis", "y", "--layer", "11", "--window",
      "0:255")
    #expect((grey.width, grey.height, over.width, over.height) == (48, 40, 48, 40))
    var wrong = 0
    for y in 0..<40 {
      for x in 0..<48 {
        let at = scene.index(9, y, x)
        let value = Int(scene.grey[at])
        wrong += pixel(grey, y, x) == [value, value, value] ? 0 : 1
        wrong += pixel(over, y, x) == scene.mixed(at) ? 0 : 1
      }
    }
    for z in 0..<24 {
      for x in 0..<48 {
        let at = scene.index(z, 11, x)
        let value = Int(scene.grey[at])
        wrong += pixel(both, z, x) == [value, value, value] ? 0 : 1
        wrong += pixel(both, z, 48 + 8 + x) == scene.mixed(at) ? 0 : 1
      }
    }
    #expect(wrong == 0)
  }

  @Test func `of planes and of many layers shows each voxel as a square in its place`() throws {
    let scene = try Scene()
    let slices = try scene.drawn(
      "slices", "scan.zarr", "--labels", "scan.zarr.labels.zarr", "--at", "5,13,31")
    // Squares of 768 pixels, of which the lowest rows are taken; 16 pixels to a voxel.
    let planes: [(rows: Int, columns: Int, at: (Int, Int) -> Int)] = [
      (40, 48, { scene.index(5, $0, $1) }), (24, 48, { scene.index($0, 13, $1) }),
      (24, 40, { scene.index($0, $1, 31) }),
    ]
    var wrong = 0
    for (number, plane) in planes.enumerated() {
      let zoom = number == 2 ? 768 / 40 : 16
      let top = 12 + 640 - plane.rows * zoom
      for row in 0..<plane.rows {
        for column in 0..<plane.columns {
          let at = plane.at(row, column)
          let found = pixel(
            slices, top + row * zoom + zoom / 2, 12 + number * 780 + column * zoom + zoom / 2)
          switch scene.labels[at] {
          case 1: wrong += found[2] > found[0] ? 0 : 1
          case 2: wrong += found[0] > found[2] ? 0 : 1
          default: wrong += found[0] == found[1] && found[1] == found[2] ? 0 : 1
          }
        }
      }
    }
    #expect(wrong == 0)

    let sheet = try scene.drawn("sheet", "scan.zarr", "--axis", "y", "--count", "4")
    for number in 0..<4 {
      // Ten pixels to a voxel; what is brighter in the scan is no darker in the picture.
      let position = (2 * number + 1) * 40 / 8
      var byValue: [UInt8: Set<Int>] = [:]
      for z in 0..<24 {
        for x in 0..<48 {
          let found = pixel(sheet, 12 + z * 10 + 5, 12 + number * 492 + x * 10 + 5)
          byValue[scene.grey[scene.index(z, position, x)], default: []].insert(found[0])
        }
      }
      let levels = byValue.sorted { $0.key < $1.key }.map(\.value)
      #expect(levels.allSatisfy { $0.count == 1 } && levels.count > 20)
      let flat = levels.flatMap(\.self)
      #expect(flat == flat.sorted() && flat.first == 0 && flat.last == 255)
    }
  }

  @Test func `of a whole volume has the largest value of each column, and the nearest class`()
    throws
  {
    let scene = try Scene()
    let projection = try scene.drawn(
      "projection", "scan.zarr", "--axis", "y", "--window", "0:255")
    var wrong = 0
    for z in 0..<24 {
      for x in 0..<48 {
        let most = (0..<40).map { Int(scene.grey[scene.index(z, $0, x)]) }.max() ?? 0
        wrong += pixel(projection, z, x) == [most, most, most] ? 0 : 1
      }
    }
    #expect(wrong == 0 && projection.width == 48)
    // The phantom's voxels are of 1.3 µm: 10 µm are 7.7 of 48 columns.
    let bar = (24..<projection.height).map { row in
      (0..<48).filter { pixel(projection, row, $0) == [0, 0, 0] && $0 < 12 }.count
    }
    #expect(bar.max() == 8, "\(bar)")

    let surface = try scene.drawn(
      "surface", "scan.zarr.labels.zarr", "--azimuth", "0", "--elevation", "90", "--pixels", "480")
    var checked = (none: 0, fibre: 0, pore: 0)
    for y in 1..<39 {
      for x in 1..<47 {
        // What is seen first in this column and those around it.
        var first: Set<UInt8> = []
        for dy in -1...1 {
          for dx in -1...1 {
            first.insert(
              (0..<24).lazy.map { scene.labels[scene.index($0, y + dy, x + dx)] }
                .first { $0 > 0 } ?? 0)
          }
        }
        guard first.count == 1, let label = first.first else { continue }
        let found = pixel(surface, y * 10 + 5, x * 10 + 5)
        switch label {
        case 1:
          checked.fibre += 1
          wrong += found[0] == found[1] && found[1] == found[2] && found[0] < 240 ? 0 : 1
        case 2:
          checked.pore += 1
          wrong += found[0] > 3 * found[1] ? 0 : 1
        default:
          checked.none += 1
          wrong += found == [255, 255, 255] ? 0 : 1
        }
      }
    }
    #expect(wrong == 0 && checked.fibre > 100 && checked.none > 20, "\(checked)")
  }

  @Test func `of a film is that of its layer, and of an orbit that of its angle`() throws {
    let scene = try Scene()
    func film(_ words: String..., to name: String) throws -> DecodedFilm {
      let ending = try scene.tool.run(["show", "film"] + words + ["--output", name])
      #expect(ending.code == 0, "\(ending.words)")
      return try #require(DecodedFilm(scene.tool.file(name)))
    }
    // Without labels a picture has no more than 256 colours, which GIF keeps.
    let plain = try film("scan.zarr", "--window", "0:255", "--pixels", "96", to: "a.gif")
    #expect(plain.pictures.count == 24 && plain.width == 96)
    var wrong = 0
    for (index, value) in scene.grey.enumerated() {
      let (z, y, x) = (index / 1920, index / 48 % 40, index % 48)
      wrong += plain.pixel(z, row: 2 * y, column: 2 * x) == [value, value, value] ? 0 : 1
    }
    #expect(wrong == 0)

    let both = try film(
      "scan.zarr", "--labels", "scan.zarr.labels.zarr", "--axis", "x", "--window", "0:255",
      "--pixels", "320", "--fps", "24", to: "b.mp4")
    #expect(both.pictures.count == 48 && both.picturesPerSecond == 24 && both.isPlain)
    #expect(both.width == 2 * 320 + 8)
    var difference = 0
    for x in stride(from: 0, to: 48, by: 5) {
      for z in 0..<24 {
        for y in 0..<40 {
          let at = scene.index(z, y, x)
          // Eight pixels to a voxel, grey on the left and labels over it on the right.
          let (left, right) = (
            both.pixel(x, row: 8 * z + 4, column: 8 * y + 4),
            both.pixel(x, row: 8 * z + 4, column: 328 + 8 * y + 4)
          )
          for channel in 0..<3 {
            difference += abs(Int(left[channel]) - Int(scene.grey[at]))
            difference += abs(Int(right[channel]) - scene.mixed(at)[channel])
          }
        }
      }
    }
    // A film keeps colours to a few steps, and mixes those of neighbours.
    let mean = Double(difference) / Double(10 * 24 * 40 * 6)
    #expect(mean < 5, "\(mean)")

    let orbit = try film(
      "orbit", "scan.zarr.labels.zarr", "--length", "1", "--fps", "8", "--pixels", "160",
      to: "c.mp4")
    #expect(orbit.pictures.count == 8 && orbit.width == 160)
    for picture in 0..<8 {
      #expect(orbit.pixel(picture, row: 0, column: 0).allSatisfy { $0 < 8 })
      var (white, red) = (0, 0)
      for start in stride(from: 0, to: 160 * 90 * 3, by: 3) {
        let (r, g) = (orbit.pictures[picture][start], orbit.pictures[picture][start + 1])
        if r > 100, g > 100 { white += 1 } else if r > 60, Int(g) * 2 < Int(r) { red += 1 }
      }
      #expect(white > 500 && red > 5, "picture \(picture): \(white) white, \(red) red")
    }
    #expect(Set(orbit.pictures).count == 8)
  }

  @Test func `of a film that is stopped is not there`() throws {
    let tool = try BuiltTool()
    try tool("phantom", "scan.zarr", "--shape", "64x64x64", "--seed", "7")
    let stopped = try tool.run(
      ["show", "film", "scan.zarr", "--length", "600", "--output", "a.mp4"]
    ) { process in
      // Once the first pictures are in the file.
      let deadline = Date(timeIntervalSinceNow: 60)
      while process.isRunning, Date() < deadline {
        let names = try FileManager.default.contentsOfDirectory(atPath: tool.folder.path)
        if names.contains(where: { $0.hasPrefix(".a.mp4") }) { break }
        usleep(1000)
      }
      kill(process.processIdentifier, SIGINT)
    }
    #expect(stopped.code == 130, "\(stopped.words)")
    let left = try FileManager.default.contentsOfDirectory(atPath: tool.folder.path)
    #expect(!left.contains { $0.contains("mp4") }, "\(left)")
  }
}
