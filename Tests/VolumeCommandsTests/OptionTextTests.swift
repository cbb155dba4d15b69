import EngineCore
import Testing
import VolumeCommands
import VolumeCore

/// `text` as given for an option called "option".
private func option(_ text: String) -> OptionText { OptionText(option: "option", text: text) }

@Suite struct `An option's text` {
  @Test func `is a tile`() throws {
    #expect(try option("256").tileSize() == TileSize(edge: 256))
    #expect(try option("256x512").tileSize() == TileSize(z: nil, y: 256, x: 512))
    #expect(try option("64x256x512").tileSize() == TileSize(z: 64, y: 256, x: 512))
    #expect(try option("auto").tileSize() == nil)
    let row = TileSize(z: 1, y: 256, x: 2048)
    #expect(TileSize(edge: 256).isMet(by: row))
    #expect(!TileSize(z: nil, y: 256, x: 256).isMet(by: row))
    #expect(!TileSize(edge: 512).isMet(by: row))
  }

  @Test(arguments: [
    "0", "7x", "x7", "-3", "+3", "3.5", "", " 3", "1x2x3x4", "0x5", "a", "9x9x0",
    "99999999999999999999",
  ])
  func `is no tile`(text: String) {
    #expect(throws: UsageError.self) { try option(text).tileSize() }
  }

  @Test func `is a volume's extent, layers first or with names`() throws {
    let shape = Shape3(z: 1900, y: 1040, x: 1300)
    #expect(try option("1900x1040x1300").shape() == shape)
    #expect(try option("x=1300,y=1040,z=1900").shape() == shape)
    #expect(try option("z=1900,x=1300,y=1040").shape() == shape)
  }

  @Test(arguments: [
    "1900x1040", "1900", "x=1,y=2", "x=1,y=2,z=3,x=4", "x=1,y=2,w=3", "x=1,y=2,z=0",
    "x=1,y=2,z", "4000000x4000000x4000000", "9223372036854775807x2x1", "1,2,3",
  ])
  func `is no extent`(text: String) {
    #expect(throws: UsageError.self) { try option(text).shape() }
  }

  @Test func `is a region, open where a bound is left out`() throws {
    let shape = Shape3(z: 100, y: 200, x: 300)
    #expect(
      try option("10:20,0:200,5:6").region(in: shape) == Region(z: 10..<20, y: 0..<200, x: 5..<6))
    #expect(try option(":,:,:").region(in: shape) == Region(shape))
    #expect(
      try option("10:,:50,:").region(in: shape) == Region(z: 10..<100, y: 0..<50, x: 0..<300))
    #expect(
      try option("x=5:6,z=10:20,y=:").region(in: shape)
        == Region(z: 10..<20, y: 0..<200, x: 5..<6))
  }

  @Test(arguments: [
    "10:20", "10:20,0:5", "20:10,:,:", "5:5,:,:", "0:101,:,:", ":,:,300:301", "a:b,:,:",
    "1:2:3,:,:", "1,2,3", "-1:5,:,:", "z=1:2,y=:", "",
  ])
  func `is no region`(text: String) {
    #expect(throws: UsageError.self) {
      try option(text).region(in: Shape3(z: 100, y: 200, x: 300))
    }
  }

  static let amounts: [(String, Int)] = [
    ("1G", 1 << 30), ("400M", 400 << 20), ("512K", 512 << 10), ("2T", 2 << 40), ("1.5G", 3 << 29),
    ("4096", 4096), ("1g", 1 << 30), ("1GiB", 1 << 30), ("1GB", 1 << 30),
  ]

  @Test(arguments: amounts)
  func `is an amount of memory`(text: String, bytes: Int) throws {
    #expect(try option(text).byteCount() == bytes)
  }

  @Test(arguments: ["", "G", "-1G", "1X", "1.2.3G", "0", "99999999999T", "1e9", "nan", "inf"])
  func `is no amount of memory`(text: String) {
    #expect(throws: UsageError.self) { try option(text).byteCount() }
  }

  @Test(arguments: [
    ("1.3um", 1.3), ("1.3µm", 1.3), ("1.3μm", 1.3), ("1300nm", 1.3), ("0.0013mm", 1.3), ("2um", 2),
  ])
  func `is the edge of a voxel`(text: String, micrometres: Double) throws {
    let spacing = try option(text).voxelSpacing()
    #expect(abs(spacing.x - micrometres) < 1e-9)
    #expect(spacing == VoxelSpacing(cube: spacing.x))
  }

  @Test func `is three edges of a voxel, in the order z, y, x`() throws {
    #expect(try option("2.5x1x1.25um").voxelSpacing() == VoxelSpacing(z: 2.5, y: 1, x: 1.25))
    #expect(try option("2x1x1mm").voxelSpacing() == VoxelSpacing(z: 2000, y: 1000, x: 1000))
  }

  @Test(arguments: [
    "1.3", "um", "-1um", "0um", "1.3 um", "1.3km", "", "1x2um", "1x2x3x4um", "1x0x1um", "1xx1um",
  ])
  func `is no edge of a voxel`(text: String) {
    #expect(throws: UsageError.self) { try option(text).voxelSpacing() }
  }

  @Test func `says that a length lacks its unit`() {
    #expect {
      try option("1.3").voxelSpacing()
    } throws: {
      "\(($0 as? UsageError)?.explanation.what ?? "")".contains("the unit is missing")
    }
  }

  @Test func `is a window of grey values`() throws {
    let window = try option("-100:4095.5").window()
    #expect(window == Normalisation(low: -100, high: 4095.5, clips: true))
    #expect(try option("auto").window() == nil)
  }

  @Test(arguments: ["5", "5:5", "9:1", "a:b", ":", "1:2:3", "", "1:nan"])
  func `is no window`(text: String) {
    #expect(throws: UsageError.self) { try option(text).window() }
  }

  @Test func `is a voxel type, also by its other names`() throws {
    #expect(try option("uint16").voxelType() == .uint16)
    #expect(try option("8bit").voxelType() == .uint8)
    #expect(try option("float").voxelType() == .float32)
    #expect(try option("int16").voxelType() == .int16)
    #expect(try option("double").voxelType() == .float64)
  }

  @Test(arguments: ["float16", "complex64", "rgb"])
  func `is a voxel type that is not read, and says what to do`(text: String) {
    #expect {
      try option(text).voxelType()
    } throws: {
      let words = ($0 as? UsageError)?.explanation
      return words?.what.contains(text) == true && words?.remedy.contains("uint8") == true
    }
  }

  @Test func `is a number not below the smallest`() throws {
    #expect(try option("3").wholeNumber() == 3)
    #expect(try option("0").wholeNumber(atLeast: 0) == 0)
    for text in ["0", "-1", "two", "1.5", "", "0x10"] {
      #expect(throws: UsageError.self) { try option(text).wholeNumber() }
    }
  }

  @Test func `names option, text and the right form in its error`() {
    let error = UsageError.badValue(option: "tile", text: "7x", why: "why", expected: "give 256")
    #expect(error.explanation == Explanation(.input, "--tile 7x: why", remedy: "give 256"))
  }
}
