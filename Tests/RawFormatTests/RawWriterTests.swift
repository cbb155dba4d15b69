import RawFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A raw writer` {
  let folder: TemporaryFolder
  let format = RawFormat()

  init() throws { folder = try TemporaryFolder() }

  static func output(
    _ shape: Shape3, _ type: VoxelType, overwrites: Bool = false,
    spacing: VoxelSpacing? = nil, classes: [LabelClass]? = nil
  ) -> OutputDescription {
    var volume = VolumeDescription(shape: shape, voxelType: type, format: "test")
    volume.spacing = spacing
    volume.classes = classes
    return OutputDescription(volume: volume, plan: [:], overwrites: overwrites)
  }

  func writeAll(_ voxels: [UInt8], to path: String, _ output: OutputDescription) throws {
    let writer = try format.create(path, output)
    let width = output.volume.voxelType.byteCount
    let layer = output.volume.shape.y * output.volume.shape.x * width
    for block in writer.grid.indices.reversed() {
      let z = writer.grid.region(of: block).z
      let part = Array(voxels[(z.lowerBound * layer)..<(z.upperBound * layer)])
      try writer.commit(block, unsafe part.span.bytes)
    }
    try writer.finish(record: [:])
  }

  @Test(arguments: VoxelType.allCases)
  func `writes what is read back, with type, spacing and classes`(type: VoxelType) throws {
    let shape = Shape3(z: 3, y: 4, x: 5)
    let voxels = RawSamples.counting(shape.voxelCount * type.byteCount)
    let spacing = VoxelSpacing(z: 2, y: 1.5, x: 1.5)
    let classes =
      type == .uint8
      ? [LabelClass(value: 1, name: "fibre, long", colour: [1, 2, 3, 255])] : nil
    try writeAll(
      voxels, to: folder.file("a.raw"),
      Self.output(shape, type, spacing: spacing, classes: classes))
    let reader = try format.reader(folder.file("a.raw"), hints: .init())
    #expect(try reader.bytes(of: Region(shape)) == voxels)
    #expect(reader.layout.voxelType == type)
    #expect(reader.volume.spacing == spacing)
    #expect(reader.volume.classes == classes)
    #expect(try names(inFolder: folder.path).contains { $0.hasSuffix(".tmp") } == false)
  }

  @Test func `cuts large volumes into runs of whole layers`() throws {
    let writer = try format.create(
      folder.file("a.raw"), Self.output(Shape3(z: 100, y: 2048, x: 2048), .uint8))
    #expect(writer.grid.chunk == Shape3(z: 4, y: 2048, x: 2048))
  }

  @Test func `leaves nothing that looks finished when it is not`() throws {
    let path = folder.file("a.raw")
    do {
      let writer = try format.create(path, Self.output(Shape3(z: 2, y: 3, x: 4), .uint8))
      #expect(throws: VolumeWriteError.self) { try writer.finish(record: [:]) }
      #expect(kind(ofPath: path) == .missing)
    }
    #expect(try names(inFolder: folder.path) == [])
  }

  @Test func `does not replace a finished output unless told to`() throws {
    let path = folder.file("a.raw")
    let shape = Shape3(z: 2, y: 3, x: 4)
    try writeAll(RawSamples.counting(24), to: path, Self.output(shape, .uint8))
    let error = #expect(throws: Explanation.self) {
      try format.create(path, Self.output(shape, .uint8))
    }
    #expect(try #require(error).remedy.contains("--overwrite"))
    let zeros = [UInt8](repeating: 0, count: 24)
    let turned = Shape3(z: 4, y: 3, x: 2)
    try writeAll(zeros, to: path, Self.output(turned, .uint8, overwrites: true))
    let reader = try format.reader(path, hints: .init())
    #expect(reader.layout.shape == turned)
    #expect(try reader.bytes(of: Region(turned)) == zeros)
  }

  @Test func `refuses a name that would contradict what is written`() throws {
    #expect(throws: Explanation.self) {
      try format.create(
        folder.file("a_4x3x2_16bit.raw"), Self.output(Shape3(z: 2, y: 3, x: 4), .uint8))
    }
    #expect(try names(inFolder: folder.path) == [])
  }

  @Test func `says which folder is missing`() throws {
    let error = #expect(throws: Explanation.self) {
      try format.create(
        folder.file("none/a.raw"), Self.output(Shape3(z: 2, y: 3, x: 4), .uint8))
    }
    #expect(try #require(error).kind == .input)
  }
}
