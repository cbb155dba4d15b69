import SystemIO
import Testing
import VolumeCommands
import VolumeCore
import VolumeTesting

@Suite struct `Training on painted layers` {
  static let shape = Shape3(z: 3, y: 32, x: 48)
  static let classes = [
    LabelClass(value: 0, name: "dark", colour: [64, 64, 64, 255]),
    LabelClass(value: 1, name: "bright", colour: [86, 180, 233, 255]),
  ]
  /// The box that is painted in layer 2.
  static let painted = (y: 5..<9, x: 10..<31)

  /// Labels in stripes.
  static let labels = Region(shape).indices.map { UInt8(($0.y / 4 + $0.x / 8) % 2) }

  static func format() -> MemoryFormat {
    let format = MemoryFormat()
    let grey = labels.enumerated().map { UInt8(60 + 120 * Int($1) + $0 * 7 % 30) }
    format.add("scan.mem", MemoryVolume(shape: shape, voxels: grey))
    format.add("labels.mem", MemoryVolume(shape: shape, voxels: labels, classes: classes))
    return format
  }

  @Test(arguments: [("png", "png"), ("tiff", "tif")])
  func `takes the layers that were imported, with the changes and no others`(
    kind: String, ending: String
  ) throws {
    let (format, folder, paint) = (Self.format(), try TemporaryFolder(), PlainPaint())
    let pictures = folder.path + "/painting"
    let out = runTool(
      [
        "annotate", "export", "labels.mem", "--at", "0,2", "--format", kind, "-o", pictures,
      ], formats: [format], paint: paint)
    #expect(out.code == 0, "\(out.error)")
    let path = "\(pictures)/layer-00002.\(ending)"
    var picture = try paint.readPainted(path, limit: 1 << 20)
    // Layer 1 was not exported: nobody has annotated it.
    var expected = Self.labels
    for i in 0..<(32 * 48) { expected[32 * 48 + i] = 255 }
    for y in Self.painted.y {
      for x in Self.painted.x {
        let pixel = y * 48 + x
        picture.rgba.replaceSubrange((4 * pixel)..<(4 * pixel + 3), with: [86, 180, 233])
        expected[2 * 32 * 48 + pixel] = 1
      }
    }
    try paint.write(picture, to: path)
    let back = runTool(
      ["annotate", "import", pictures, "-o", "truth.zarr"], formats: [format], paint: paint)
    #expect(back.code == 0, "\(back.error)")
    #expect(format.written("truth.zarr")?.voxels == expected)

    let recipe = folder.file("recipe.json")
    try writeFileAtomically(recipe, Array(`Training from the command line`.recipe.utf8))
    let writer = `Training from the command line`.Writer()
    let trained = runTool(
      [
        "train", "--scan", "scan.mem", "--labels", "truth.zarr", "--train", "z=0:3", "--validate",
        "none", "--recipe", recipe, "--output", folder.file("run"),
      ], formats: [format], writers: [writer])
    #expect(trained.code == 0, "\(trained.error)")
    #expect(trained.error.contains("536 voxels are not annotated"), "\(trained.error)")
    let model = try #require(writer.models.withLock { $0["model.h5"] })
    #expect(
      model.card.document["training"]?["voxels"]?.array?.map(\.integer)
        == [0, 1].map { label in expected.count { $0 == label } })
    #expect(model.card.classes == Self.classes)
  }
}
