import RawFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A permuted shape` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func warnings(_ bytes: [UInt8], _ shape: Shape3, type: VoxelType = .uint8) throws -> [String] {
    try write(bytes, to: folder.file("a.raw"))
    let reader = try RawFormat().reader(
      folder.file("a.raw"), hints: hints(shape: shape, type: type, order: .little))
    return reader.volume.remarks.filter { $0.hasPrefix("WARNING") }
  }

  static let shape = Shape3(z: 24, y: 60, x: 50)
  static let permutations = [
    Shape3(z: 24, y: 50, x: 60), Shape3(z: 50, y: 60, x: 24), Shape3(z: 60, y: 24, x: 50),
    Shape3(z: 50, y: 24, x: 60), Shape3(z: 60, y: 50, x: 24),
  ]

  @Test(arguments: permutations)
  func `brings a warning that names the likelier one`(wrong: Shape3) throws {
    let found = try warnings(RawSamples.blobs(Self.shape), wrong)
    #expect(found.count == 1)
    #expect(found.first?.contains("--shape 24x60x50") == true)
  }

  @Test func `is not suspected where the shape is right`() throws {
    #expect(try warnings(RawSamples.blobs(Self.shape), Self.shape) == [])
  }

  @Test func `is not suspected in constant, tiny or noisy volumes`() throws {
    let shape = Shape3(z: 20, y: 30, x: 40)
    #expect(try warnings([UInt8](repeating: 0, count: shape.voxelCount), shape) == [])
    #expect(try warnings([UInt8](repeating: 9, count: shape.voxelCount), shape) == [])
    #expect(try warnings(RawSamples.counting(24), Shape3(z: 2, y: 3, x: 4)) == [])
    var random = SeededRandom(seed: 3)
    let noise = (0..<shape.voxelCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(try warnings(noise, shape) == [])
    let zeros = [UInt8](repeating: 0, count: 4 * shape.voxelCount)
    #expect(try warnings(zeros, shape, type: .float32) == [])
  }

  @Suite(.enabled(if: RawSamples.realScans != nil, "the real scans are not beside this copy"))
  struct `of a real scan` {
    let folder: TemporaryFolder
    let scans = RawSamples.realScans ?? ""

    init() throws { folder = try TemporaryFolder() }

    func warnings(_ path: String, _ hints: OpeningHints = .init()) throws -> [String] {
      try RawFormat().reader(path, hints: hints).volume.remarks
        .filter { $0.hasPrefix("WARNING") }
    }

    @Test(arguments: [
      "pa66-layer.raw", "pa66-layer.labels.raw", "polymer3d_8bit_128x128x128.raw",
    ])
    func `is not suspected where it is right`(name: String) throws {
      #expect(try warnings(scans + "/" + name) == [])
    }

    @Test(arguments: ["pa66-layer.raw", "pa66-layer.labels.raw"])
    func `brings a warning when rows and columns are swapped`(name: String) throws {
      try write(try contents(ofFile: scans + "/" + name), to: folder.file("swapped.raw"))
      let found = try warnings(
        folder.file("swapped.raw"), hints(shape: Shape3(z: 1, y: 904, x: 1040)))
      #expect(found.first?.contains("--shape 1x1040x904") == true)
    }

    @Test func `brings a warning for every order of a cut out of the polymer`() throws {
      let all = try RawFormat().reader(
        scans + "/polymer3d_8bit_128x128x128.raw", hints: .init())
      let cut = Region(z: 0..<96, y: 0..<128, x: 0..<112)
      try write(try all.bytes(of: cut), to: folder.file("cut.raw"))
      #expect(try warnings(folder.file("cut.raw"), hints(shape: cut.shape)) == [])
      for (z, y, x) in [
        (96, 112, 128), (112, 128, 96), (128, 96, 112), (112, 96, 128), (128, 112, 96),
      ] {
        let found = try warnings(folder.file("cut.raw"), hints(shape: Shape3(z: z, y: y, x: x)))
        #expect(found.first?.contains("--shape 96x128x112") == true)
      }
    }

    @Test(arguments: [
      ("pa66-layer.raw", Shape3(z: 1, y: 1040, x: 904)),
      ("polymer3d_8bit_128x128x128.raw", Shape3(z: 128, y: 128, x: 128)),
    ])
    func `whose shape is unknown is the first of the likeliest readings`(
      name: String, shape: Shape3
    ) throws {
      try write(try contents(ofFile: scans + "/" + name), to: folder.file("mystery.raw"))
      let error = #expect(throws: RawError.self) { try warnings(folder.file("mystery.raw")) }
      guard case .shapeIsUnknown(_, _, _, let readings) = try #require(error) else { return }
      #expect(readings.first?.shape == shape)
      #expect(readings.first?.voxelType == .uint8)
    }
  }
}
