import Testing
import VolumeCommands
import VolumeCore

@Suite struct `Showing a layer` {
  static let shape = Shape3(z: 3, y: 4, x: 5)

  private func format() -> MemoryFormat {
    let format = MemoryFormat()
    format.add("scan.mem", MemoryVolume(numbered: Self.shape))
    let labels = (0..<60).map { UInt8($0 % 4 == 3 ? 255 : $0 % 4) }
    format.add(
      "labels.mem",
      MemoryVolume(
        shape: Self.shape, voxels: labels,
        classes: [LabelClass(value: 1, name: "fibre", colour: [255, 0, 0, 255])]))
    format.add("other.mem", MemoryVolume(numbered: Shape3(z: 1, y: 1, x: 1)))
    return format
  }

  private func shown(_ words: String...) throws -> ColourImage {
    let pictures = MemoryPictures()
    let outcome = runTool(
      ["show", "scan.mem", "--output", "/nowhere/a.png"] + words, formats: [format()],
      pictures: pictures)
    #expect(outcome.code == 0, "\(outcome.error)")
    return try #require(pictures.last)
  }

  private func dot(_ image: ColourImage, _ x: Int, _ y: Int) -> [UInt8] {
    let first = 3 * (y * image.width + x)
    return Array(image.rgb[first..<(first + 3)])
  }

  @Test func `draws grey values through the window`() throws {
    let image = try shown("--layer", "1", "--window", "20:71")
    #expect(image.width == 5)
    #expect(image.height == 4)
    // Voxel (1, y, x) is 20 + 5 y + x; the window makes each step five of 255.
    #expect(dot(image, 0, 0) == [0, 0, 0])
    #expect(dot(image, 3, 2) == [65, 65, 65])
  }

  @Test func `draws the middle layer where none is given, across any axis`() throws {
    let y = try shown("--axis", "y")
    #expect((y.width, y.height) == (5, 3))
    let x = try shown("--axis", "x")
    #expect((x.width, x.height) == (4, 3))
  }

  @Test func `draws labels over the scan, beside it`() throws {
    let image = try shown("--labels", "labels.mem", "--layer", "0", "--window", "0:51")
    #expect(image.width == 5 + 8 + 5)
    #expect(dot(image, 5, 0) == [255, 255, 255])
    // Column 1 is of class 1, which is red; column 0 is matrix, column 3 is not annotated.
    #expect(dot(image, 1, 0) == [5, 5, 5])
    let red = dot(image, 13 + 1, 0)
    #expect(red[0] > 100 && red[1] == 3 && red[2] == 3)
    #expect(dot(image, 13, 0) == [0, 0, 0])
    #expect(dot(image, 13 + 3, 0) == [15, 15, 15])
    let alone = try shown("--labels", "labels.mem", "--view", "labels")
    #expect(alone.width == 5)
  }

  @Test(arguments: [
    ["--layer", "3"], ["--layer", "-1"], ["--labels", "other.mem"], ["--axis", "w"],
    ["--labels", "missing.mem"], ["--window", "3"],
  ])
  func `refuses what it cannot draw`(words: [String]) {
    let outcome = runTool(
      ["show", "scan.mem", "--output", "/nowhere/a.png"] + words, formats: [format()])
    #expect(outcome.code == 2)
  }

  @Test func `refuses an output that is no PNG`() {
    #expect(runTool(["show", "scan.mem", "--output", "a.jpg"], formats: [format()]).code == 2)
  }
}
