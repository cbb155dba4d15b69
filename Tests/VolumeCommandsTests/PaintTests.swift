import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

/// Pictures as plain bytes in files: width, height, and the pixels.
struct PlainPaint: PaintPictures {
  func write(_ picture: PalettePicture, to path: String) throws(Explanation) {
    try write(
      PaintedPicture(
        width: picture.width, height: picture.height,
        rgba: picture.places.flatMap { picture.colours[Int($0)] + [255] }), to: path)
  }

  func write(_ picture: PaintedPicture, to path: String) throws(Explanation) {
    do throws(SystemError) {
      try writeFileAtomically(
        path, [UInt8(picture.width), UInt8(picture.height)] + picture.rgba)
    } catch {
      throw error.explanation
    }
  }

  func readPainted(_ path: String, limit: Int) throws(Explanation) -> PaintedPicture {
    do throws(SystemError) {
      let bytes = try contents(ofFile: path)
      return PaintedPicture(
        width: Int(bytes[0]), height: Int(bytes[1]), rgba: Array(bytes.dropFirst(2)))
    } catch {
      throw error.explanation
    }
  }
}

@Suite struct `Painting layers` {
  static let shape = Shape3(z: 4, y: 3, x: 5)
  static let labels: [UInt8] = (0..<60).map { [0, 0, 1, 2, 255, 254, 1][$0 % 7] }
  static let classes = [
    LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
    LabelClass(value: 1, name: "fibre", colour: [86, 180, 233, 255]),
    LabelClass(value: 2, name: "porosity", colour: [240, 228, 66, 255]),
  ]
  private let paint = PlainPaint()

  private func format() -> MemoryFormat {
    let format = MemoryFormat()
    format.add(
      "labels.mem", MemoryVolume(shape: Self.shape, voxels: Self.labels, classes: Self.classes))
    format.add("scan.mem", MemoryVolume(numbered: Self.shape))
    return format
  }

  private func tool(_ words: [String], _ format: MemoryFormat) -> Outcome {
    runTool(words, formats: [format], paint: paint)
  }

  @Test(arguments: [("png", "png"), ("tiff", "tif")])
  func `brings back changes, and only changes`(kind: String, ending: String) throws {
    let (format, folder) = (format(), try TemporaryFolder())
    let pictures = folder.path + "/painting"
    let out = tool(
      [
        "annotate", "export", "labels.mem", "--at", "1,3", "--scan", "scan.mem", "--format", kind,
        "-o", pictures,
      ], format)
    #expect(out.code == 0, "\(out.error)")
    #expect(
      try names(inFolder: pictures) == [
        "annotation.json", "grey-00001.\(ending)", "grey-00003.\(ending)",
        "layer-00001.\(ending)", "layer-00003.\(ending)",
      ])
    // Two pixels of layer 3 become fibre, one of which was that before.
    let path = pictures + "/layer-00003.\(ending)"
    var picture = try paint.readPainted(path, limit: 100)
    for pixel in [2, 8] {
      picture.rgba.replaceSubrange((4 * pixel)..<(4 * pixel + 3), with: [86, 180, 233])
    }
    try paint.write(picture, to: path)
    var expected = Self.labels
    for pixel in [2, 8] { expected[45 + pixel] = 1 }
    let changed = zip(expected, Self.labels).count { $0 != $1 }
    let back = tool(
      ["annotate", "import", pictures, "--into", "labels.mem", "-o", "new.zarr", "--json"], format)
    #expect(back.code == 0, "\(back.error)")
    let written = try #require(format.written("new.zarr"))
    #expect(written.voxels == expected)
    #expect(written.output.volume.classes == Self.classes)
    #expect(back.json?["changed_voxels"]?.integer == changed)
    // Without labels to go into, nothing else is annotated.
    #expect(tool(["annotate", "import", pictures, "-o", "sparse.zarr"], format).code == 0)
    let sparse = try #require(format.written("sparse.zarr")).voxels
    #expect(sparse[15..<30] == expected[15..<30] && sparse[45...] == expected[45...])
    #expect(sparse[..<15].allSatisfy { $0 == 255 } && sparse[30..<45].allSatisfy { $0 == 255 })
  }

  static let faults: [(String, String)] = [
    ("size", "2 rows x 5 columns"), ("colour", "row 1, column 2"), ("alpha", "row 2, column 4"),
    ("name", "none of the layers"), ("sheet", "annotation.json"),
    ("ending", "none of the layers"), ("twice", "two pictures of layer 2"),
  ]

  @Test(arguments: faults)
  func `refuses what is wrong, with its place, and writes nothing`(
    fault: String, part: String
  ) throws {
    let (format, folder) = (format(), try TemporaryFolder())
    let pictures = folder.path + "/painting"
    #expect(
      tool(["annotate", "export", "labels.mem", "--at", "0:4:2", "-o", pictures], format).code == 0)
    let path = pictures + "/layer-00002.png"
    var picture = try paint.readPainted(path, limit: 100)
    switch fault {
    case "size":
      picture.height = 2
      picture.rgba.removeLast(20)
    case "colour": picture.rgba[4 * 7] ^= 1
    case "alpha": picture.rgba[4 * 14 + 3] = 0
    case "name": try paint.write(picture, to: pictures + "/layer-00001.png")
    case "ending": try paint.write(picture, to: pictures + "/layer-00002.jpg")
    case "twice": try paint.write(picture, to: pictures + "/layer-00002.tiff")
    default: try writeFileAtomically(pictures + "/annotation.json", Array("{}".utf8))
    }
    try paint.write(picture, to: path)
    let back = tool(["annotate", "import", pictures, "-o", "new.zarr"], format)
    #expect(back.code == 2)
    #expect(back.error.contains(part), "\(back.error)")
    #expect(format.written("new.zarr") == nil)
  }

  @Test func `is not exported twice into one folder unless told to`() throws {
    let (format, folder) = (format(), try TemporaryFolder())
    let words = ["annotate", "export", "labels.mem", "--at", "1", "-o", folder.path + "/p"]
    #expect(tool(words, format).code == 0)
    #expect(tool(words, format).code == 2)
    #expect(tool(words + ["--overwrite"], format).code == 0)
    #expect(
      tool(["annotate", "export", "labels.mem", "--at", "4", "-o", folder.path + "/q"], format)
        .error.contains("there is no layer 4"))
    #expect(
      tool(words.dropLast() + [folder.path + "/q", "--format", "jpeg"], format)
        .error.contains("give png or tiff"))
  }

  @Test func `interpolates between annotated layers`() throws {
    let format = format()
    var voxels = [UInt8](repeating: 255, count: 60)
    for z in [0, 3] { for i in 0..<15 { voxels[z * 15 + i] = i % 5 < 1 + z ? 1 : 0 } }
    format.add("sparse.mem", MemoryVolume(shape: Self.shape, voxels: voxels))
    let outcome = tool(["annotate", "interpolate", "sparse.mem", "-o", "dense.zarr"], format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let written = try #require(format.written("dense.zarr")).voxels
    for z in 0..<4 {
      #expect((0..<15).allSatisfy { written[z * 15 + $0] == ($0 % 5 < 1 + z ? 1 : 0) })
    }
    #expect(tool(["annotate", "interpolate", "labels.mem", "-o", "d.zarr"], format).code == 2)
  }

  @Test func `finds long blobs, edits them by a table, and takes edits back`() throws {
    let (format, folder) = (MemoryFormat(), try TemporaryFolder())
    let shape = Shape3(z: 4, y: 40, x: 300)
    var voxels = [UInt8](repeating: 0, count: shape.voxelCount)
    for z in [1, 2] { for x in 20..<280 { voxels[(z * 40 + 10 + z) * 300 + x] = 2 } }
    for x in 100..<104 { voxels[(2 * 40 + 30) * 300 + x] = 2 }
    format.add(
      "labels.mem", MemoryVolume(shape: shape, voxels: voxels, classes: Self.classes))
    let table = folder.path + "/edits.csv"
    let found = tool(["annotate", "candidates", "labels.mem", "-o", table, "--json"], format)
    #expect(found.code == 0, "\(found.error)")
    #expect(found.json?["candidates"]?.integer == 2 && found.json?["groups"]?.integer == 1)
    var lines = String(decoding: try contents(ofFile: table), as: UTF8.self)
      .split(separator: "\n").map(String.init)
    #expect(
      lines.count == 3 && lines[0].hasSuffix("action") && lines[1].hasPrefix("1,1,1,11,20,2,260,"))
    // What one of a group becomes, all of it do.
    lines[1] += "erase"
    try writeFileAtomically(table, Array((lines.joined(separator: "\n") + "\n").utf8))
    let output = folder.path + "/new.zarr"
    let applied = tool(["annotate", "apply", "labels.mem", table, "-o", output, "--json"], format)
    #expect(applied.code == 0, "\(applied.error)")
    #expect(applied.json?["changed_voxels"]?.integer == 520)
    let written = try #require(format.written(output)).voxels
    #expect(written.count { $0 == 2 } == 4)
    let record = folder.path + "/new.edits.csv"
    #expect(applied.json?["record"]?.string == record)
    let undone = tool(
      ["annotate", "apply", output, record, "--undo", "-o", folder.path + "/old.zarr"], format)
    #expect(undone.code == 0, "\(undone.error)")
    #expect(format.written(folder.path + "/old.zarr")?.voxels == voxels)
    // The table is of other labels.
    let wrong = tool(["annotate", "apply", output, table, "-o", folder.path + "/x.zarr"], format)
    #expect(wrong.code == 2 && wrong.error.contains("line 2"), "\(wrong.error)")
  }

  @Test func `thresholds and smooths`() throws {
    let format = format()
    let outcome = tool(
      [
        "annotate", "threshold", "scan.mem", "--thresholds", "20,40", "--class-names",
        "pore=2,matrix=0,fibre=1", "-o", "t.zarr",
      ], format)
    #expect(outcome.code == 0, "\(outcome.error)")
    let written = try #require(format.written("t.zarr"))
    let numbered = MemoryVolume(numbered: Self.shape)
    let greys = try numbered.bytes(of: Region(Self.shape))
    #expect(written.voxels == greys.map { $0 <= 20 ? 2 : $0 <= 40 ? 0 : 1 })
    #expect(written.output.volume.classes?.map(\.name) == ["matrix", "fibre", "pore"])
    #expect(
      tool(["annotate", "threshold", "scan.mem", "--method", "otsu", "-o", "o.zarr"], format).code
        == 0)
    for method in ["median", "gaussian", "non-local"] {
      let smooth = tool(
        ["annotate", "smooth", "scan.mem", "--method", method, "-o", "\(method).zarr"], format)
      #expect(smooth.code == 0, "\(smooth.error)")
    }
    #expect(
      tool(
        ["annotate", "smooth", "scan.mem", "--method", "median", "--sigma", "1", "-o", "x.zarr"],
        format
      ).error.contains("--sigma is of gaussian"))
    #expect(
      tool(["annotate", "threshold", "scan.mem", "--thresholds", "9,3", "-o", "x.zarr"], format)
        .code == 2)
  }
}
