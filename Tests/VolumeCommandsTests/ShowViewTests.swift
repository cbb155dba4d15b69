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

  private func run(_ words: [String], _ volume: MemoryVolume) throws -> MemoryPictures {
    let format = MemoryFormat()
    format.add("a.mem", volume)
    let pictures = MemoryPictures()
    let outcome = runTool(
      ["show", words[0], "a.mem", "--output", "/nowhere/a.png"] + words.dropFirst(),
      formats: [format], pictures: pictures)
    #expect(outcome.code == 0, "\(outcome.error)")
    return pictures
  }

  @Test(arguments: ["z", "y", "x"])
  func `a projection keeps the largest value of each column`(axis: String) throws {
    let shape = Self.shape
    let picture = try #require(
      try run(
        ["projection", "--axis", axis, "--window", "3:200"],
        MemoryVolume(shape: shape, voxels: Self.voxels)
      ).last)
    let rows = axis == "z" ? shape.y : shape.z
    let columns = axis == "x" ? shape.y : shape.x
    var expected = [UInt8](repeating: 0, count: rows * columns)
    for (index, value) in Self.voxels.enumerated() {
      let (z, y, x) = (index / (shape.y * shape.x), index / shape.x % shape.y, index % shape.x)
      let pixel = (axis == "z" ? y : z) * columns + (axis == "x" ? y : x)
      expected[pixel] = max(expected[pixel], value)
    }
    #expect((picture.width, picture.height) == (columns, rows))
    #expect(picture.grey == expected.map(Float.init))
    #expect(picture.window == Normalisation(low: 3, high: 200, clips: true))
    // The longest round bar within a quarter of 150 or of 90 voxels.
    #expect(
      picture.scaleBar == ScaleBar(part: 20.0 / Double(columns), text: "20 voxels"))
  }

  @Test func `a projection of a box that is thinned out loses no bright voxel`() throws {
    let shape = Shape3(z: 1, y: 3, x: 9000)
    var voxels = [UInt8](repeating: 3, count: shape.voxelCount)
    voxels[9000 + 10] = 200
    voxels[2 * 9000 + 700] = 250
    let volume = MemoryVolume(shape: shape, voxels: voxels)
    let picture = try #require(try run(["projection", "--region", ":,0:2,:"], volume).last)
    #expect((picture.width, picture.height) == (1800, 1))
    #expect(picture.grey.indices.filter { picture.grey[$0] == 200 } == [2])
    #expect(!picture.grey.contains(250))
    let mean = try #require(
      try run(["projection", "--region", ":,0:2,:10", "--keep", "mean"], volume).last)
    #expect(mean.grey == [Float](repeating: 3, count: 20))
  }

  /// Fibres along x, pores between them, with names and a voxel size.
  private static func labels(classes: [LabelClass]?) -> MemoryVolume {
    let shape = Shape3(z: 12, y: 20, x: 40)
    return MemoryVolume(
      shape: shape,
      voxels: (0..<shape.voxelCount).map { index in
        let (z, y, x) = (index / 800, index / 40 % 20, index % 40)
        if (3..<7).contains(z), (4..<9).contains(y) { return 1 }
        return (4..<8).contains(z) && (13..<17).contains(y) && (10..<15).contains(x) ? 2 : 0
      }, classes: classes)
  }

  @Test func `a surface shows fibres white and pores red on white`() throws {
    for classes in [
      nil,
      [
        LabelClass(value: 0, name: "matrix", colour: [1, 2, 3]),
        LabelClass(value: 1, name: "fibre", colour: [0, 0, 255]),
        LabelClass(value: 2, name: "porosity", colour: [0, 255, 0]),
      ],
    ] {
      let picture = try #require(
        try run(
          ["surface", "--azimuth", "0", "--elevation", "90", "--pixels", "80"],
          Self.labels(classes: classes)
        ).lastColours)
      #expect((picture.width, picture.height) == (80, 40))
      func pixel(_ row: Int, _ column: Int) -> [UInt8] {
        Array(picture.rgb[(row * 80 + column) * 3..<((row * 80 + column) * 3 + 3)])
      }
      let (fibre, pore) = (pixel(13, 60), pixel(30, 25))
      #expect(fibre[0] == fibre[1] && fibre[1] == fibre[2] && fibre[0] > 150 && fibre[0] < 235)
      #expect(pore[0] > 100 && Int(pore[1]) * 4 < Int(pore[0]), "\(pore)")
      #expect(pixel(2, 2) == [255, 255, 255] && pixel(30, 60) == [255, 255, 255])
      #expect(picture.scaleBar?.text == "10 voxels" && picture.scaleBar?.part == 0.25)
    }
    let dark = try #require(
      try run(
        ["surface", "--class", "2", "--background", "black"], Self.labels(classes: nil)
      ).lastColours)
    #expect(Array(dark.rgb.prefix(3)) == [0, 0, 0])
    // Alone, the second class is the first that is shown.
    #expect(dark.rgb.contains { $0 > 100 })
  }

  @Test func `the same picture is drawn whatever the memory and the threads`() throws {
    let shape = Shape3(z: 9, y: 150, x: 200)
    let labels = MemoryVolume(
      shape: shape,
      voxels: (0..<shape.voxelCount).map { index in
        let (z, y, x) = (index / 30000, index / 200 % 150, index % 200)
        return (z * z + (y / 7) * (x / 9)) % 5 == 0 ? 1 : 0
      })
    let surface = try ["1G", "600K"].map { memory in
      try run(
        ["surface", "--pixels", "100", "--threads", "3", "--memory", memory], labels
      ).lastColours
    }
    #expect(surface[0] == surface[1] && surface[0] != nil)
    let projection = try ["1G", "600K"].map { memory in
      try run(["projection", "--axis", "y", "--threads", "3", "--memory", memory], labels).last
    }
    #expect(projection[0] == projection[1] && projection[0] != nil)
  }

  @Test(arguments: [
    (["surface", "--class", "9"], "no voxel"), (["surface", "--class", "256"], "--class"),
    (["surface", "--class", "1,1"], "--class"), (["surface", "--elevation", "91"], "--elevation"),
    (["surface", "--pixels", "3"], "--pixels"), (["projection", "--keep", "median"], "--keep"),
    (["projection", "--labels", "a.mem"], "--labels"),
    (["projection", "--memory", "1K"], "--memory"),
    (["surface", "--memory", "1M"], "--memory"),
    (["projection", "--region", "0:1,0:1"], "--region"),
    (["surface", "--background", "pink"], "--background"),
  ])
  func `refuses what it cannot draw`(words: [String], said: String) {
    let format = MemoryFormat()
    format.add("a.mem", Self.labels(classes: nil))
    let outcome = runTool(
      ["show", words[0], "a.mem", "--output", "/nowhere/a.png"] + words.dropFirst(),
      formats: [format])
    #expect(outcome.code == 2 && outcome.error.contains(said), "\(outcome.error)")
  }
}
