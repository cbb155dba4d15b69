import EngineCore
import Testing
import VolumeCommands
import VolumeCore

@Suite struct `Showing a layer` {
  static let shape = Shape3(z: 3, y: 4, x: 5)
  static let classes = [LabelClass(value: 1, name: "fibre", colour: [255, 0, 0, 255])]

  private func format() -> MemoryFormat {
    let format = MemoryFormat()
    format.add("scan.mem", MemoryVolume(numbered: Self.shape))
    let labels = (0..<60).map { UInt8($0 % 4 == 3 ? 255 : $0 % 4) }
    format.add("labels.mem", MemoryVolume(shape: Self.shape, voxels: labels, classes: Self.classes))
    format.add("other.mem", MemoryVolume(numbered: Shape3(z: 1, y: 1, x: 1)))
    return format
  }

  private func shown(_ words: String...) throws -> LayerPicture {
    let pictures = MemoryPictures()
    let outcome = runTool(
      ["show", "scan.mem", "--output", "/nowhere/a.png"] + words, formats: [format()],
      pictures: pictures)
    #expect(outcome.code == 0, "\(outcome.error)")
    return try #require(pictures.last)
  }

  @Test func `draws the layer and the window that were asked for`() throws {
    let picture = try shown("--layer", "1", "--window", "20:71")
    #expect((picture.width, picture.height) == (5, 4))
    #expect(picture.grey == (20..<40).map(Float.init))
    #expect(picture.window == Normalisation(low: 20, high: 71, clips: true))
    #expect(picture.labels == nil)
  }

  @Test func `draws the middle layer where none is given, across any axis`() throws {
    #expect(try shown().grey.first == 20)
    let y = try shown("--axis", "y")
    #expect((y.width, y.height) == (5, 3))
    #expect(Array(y.grey.prefix(6)) == [10, 11, 12, 13, 14, 30])
    let x = try shown("--axis", "x")
    #expect((x.width, x.height) == (4, 3))
    #expect(Array(x.grey.prefix(5)) == [2, 7, 12, 17, 22])
  }

  @Test func `draws the labels of the same voxels`() throws {
    let picture = try shown("--labels", "labels.mem", "--layer", "0", "--view", "overlay")
    #expect(picture.labels?.prefix(5) == [0, 1, 2, 255, 0])
    #expect(picture.classes == Self.classes)
    #expect(picture.view == .overlay)
  }

  @Test func `thins out a layer that is larger than a picture`() throws {
    let format = MemoryFormat()
    let shape = Shape3(z: 1, y: 3, x: 10000)
    format.add("wide.mem", MemoryVolume(numbered: shape))
    let pictures = MemoryPictures()
    _ = runTool(
      ["show", "wide.mem", "--output", "/nowhere/a.png"], formats: [format], pictures: pictures)
    let picture = try #require(pictures.last)
    #expect((picture.width, picture.height) == (3334, 1))
    #expect(picture.grey.count == 3334)
    #expect(picture.grey[1] == 3)
  }

  @Test(arguments: [
    ["--layer", "3"], ["--layer", "-1"], ["--labels", "other.mem"], ["--axis", "w"],
    ["--labels", "missing.mem"], ["--window", "3"], ["--view", "nothing"],
  ])
  func `refuses what it cannot draw`(words: [String]) {
    let outcome = runTool(
      ["show", "scan.mem", "--output", "/nowhere/a.png"] + words, formats: [format()])
    #expect(outcome.code == 2)
  }

  @Test func `refuses an output that is no PNG`() {
    #expect(runTool(["show", "scan.mem", "--output", "a.jpg"], formats: [format()]).code == 2)
  }

  @Test(arguments: [
    ("a/b/big.raw", "big.png"), ("slices/", "slices.png"), ("x.OME.ZARR", "x.png"),
    ("scan", "scan.png"), (".raw", ".raw.png"),
  ])
  func `names its picture after the scan`(input: String, output: String) {
    #expect(outputName(for: input, suffix: ".png") == output)
    #expect(pictureName(forLabels: "there/" + "big.labels.zarr") == "there/big.labels.png")
  }

  @Test func `shows three planes through a voxel, and layers evenly spread`() throws {
    let pictures = MemoryPictures()
    let slices = runTool(
      [
        "show", "slices", "scan.mem", "--labels", "labels.mem", "--at", "1,2,3", "--output",
        "/nowhere/a.png",
      ], formats: [format()], pictures: pictures)
    #expect(slices.code == 0, "\(slices.error)")
    let sheet = try #require(pictures.lastSheet)
    #expect(
      sheet.panels.map { [$0.picture.width, $0.picture.height] } == [[5, 4], [5, 3], [4, 3]])
    #expect(sheet.panels.map { $0.picture.grey.first } == [20, 10, 3])
    #expect(sheet.panels[0].picture.labels?.prefix(5) == [0, 1, 2, 255, 0])
    #expect(sheet.panels[1].caption == ["y = 2", "x right, z down"])

    let layers = runTool(
      ["show", "sheet", "scan.mem", "--axis", "y", "--count", "2", "--output", "/nowhere/a.png"],
      formats: [format()], pictures: pictures)
    #expect(layers.code == 0)
    #expect(pictures.lastSheet?.panels.map { $0.picture.grey.first } == [5, 15])
    for words in [["--at", "1,2"], ["--at", "3,0,0"]] {
      let outcome = runTool(
        ["show", "slices", "scan.mem", "--output", "/nowhere/a.png"] + words,
        formats: [format()], pictures: pictures)
      #expect(outcome.code == 2 && outcome.error.contains("--at"))
    }
  }
}
