import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A TIFF writer` {
  let folder: TemporaryFolder

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

  func writeAll(
    _ voxels: [UInt8], to path: String, _ output: OutputDescription,
    _ format: TIFFFormat = TIFFFormat()
  ) throws {
    let writer = try format.create(path, output)
    let shape = output.volume.shape
    let layer = shape.y * shape.x * output.volume.voxelType.byteCount
    for block in writer.grid.indices.reversed() {
      let z = writer.grid.region(of: block).z
      let part = Array(voxels[(z.lowerBound * layer)..<(z.upperBound * layer)])
      try writer.commit(block, unsafe part.span.bytes)
    }
    try writer.finish(record: [:])
  }

  @Test(arguments: [VoxelType.uint8, .uint16])
  func `writes what is read back, with the voxel size`(type: VoxelType) throws {
    let voxels = try TIFFSamples.voxels(type)
    let spacing = VoxelSpacing(z: 2, y: 1.25, x: 0.8)
    try writeAll(
      voxels, to: folder.file("a.tif"), Self.output(TIFFSamples.shape, type, spacing: spacing))
    let reader = try TIFFSamples.open(folder.file("a.tif"))
    #expect(reader.volume.shape == TIFFSamples.shape)
    #expect(reader.volume.format == "TIFF (ImageJ)")
    #expect(try reader.bytes(of: Region(TIFFSamples.shape)) == voxels)
    #expect(reader.volume.spacing == spacing)
    #expect(try names(inFolder: folder.path) == ["a.tif"])
  }

  @Test func `gives labels a colour table and their names`() throws {
    let shape = Shape3(z: 2, y: 3, x: 3)
    let voxels: [UInt8] = (0..<18).map { UInt8($0 % 3) }
    let classes = [
      LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
      LabelClass(value: 1, name: "fibre", colour: [86, 180, 233, 255]),
      LabelClass(value: 2, name: "porosity", colour: [240, 228, 66, 255]),
    ]
    try writeAll(voxels, to: folder.file("l.tif"), Self.output(shape, .uint8, classes: classes))
    let reader = try TIFFSamples.open(folder.file("l.tif"))
    #expect(reader.volume.classes == classes)
    #expect(try reader.bytes(of: Region(shape)) == voxels)
  }

  @Test func `writes thousands of pages that open at once`() throws {
    let shape = Shape3(z: 1200, y: 4, x: 5)
    let voxels = (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try writeAll(voxels, to: folder.file("a.tif"), Self.output(shape, .uint8))
    let reader = try TIFFSamples.open(folder.file("a.tif"))
    #expect(reader.volume.shape == shape)
    #expect(try reader.bytes(of: Region(shape)) == voxels)
  }

  @Test(arguments: [nil, VoxelSpacing(z: 2, y: 1.25, x: 0.8)])
  func `has 64-bit offsets where 32 bits do not reach`(spacing: VoxelSpacing?) throws {
    let voxels = try TIFFSamples.voxels(.uint8)
    let format = TIFFFormat(classicByteCount: 1000)
    let output = Self.output(
      TIFFSamples.shape, .uint8, spacing: spacing, classes: LabelClass.unnamed(count: 3))
    try writeAll(voxels, to: folder.file("a.tif"), output, format)
    #expect(try contents(ofFile: folder.file("a.tif")).prefix(4) == [0x49, 0x49, 43, 0])
    let reader = try TIFFSamples.open(folder.file("a.tif"))
    #expect(try reader.bytes(of: Region(TIFFSamples.shape)) == voxels)
    #expect(reader.volume.spacing == spacing)
    #expect(reader.volume.classes == output.volume.classes)
  }

  @Test func `leaves nothing that looks finished when it is not`() throws {
    do {
      let writer = try TIFFFormat().create(
        folder.file("a.tif"), Self.output(TIFFSamples.shape, .uint8))
      #expect(throws: VolumeWriteError.self) { try writer.finish(record: [:]) }
    }
    #expect(try names(inFolder: folder.path) == [])
  }

  @Test(arguments: VoxelType.allCases)
  func `writes every voxel type, in either size of offsets`(type: VoxelType) throws {
    let voxels = CasePhantom.bytes(type)
    for (index, format) in [TIFFFormat(), TIFFFormat(classicByteCount: 10)].enumerated() {
      let path = folder.file("\(index).tif")
      try writeAll(voxels, to: path, Self.output(CasePhantom.shape, type), format)
      expectConformance(of: try TIFFSamples.open(path), type: type, "\(type.rawValue) \(index)")
    }
  }

  @Test func `does not replace a finished output unless told to`() throws {
    let voxels = try TIFFSamples.voxels(.uint8)
    let path = folder.file("a.tif")
    try writeAll(voxels, to: path, Self.output(TIFFSamples.shape, .uint8))
    #expect(throws: Explanation.self) {
      try TIFFFormat().create(path, Self.output(TIFFSamples.shape, .uint8))
    }
    try writeAll(voxels, to: path, Self.output(TIFFSamples.shape, .uint8, overwrites: true))
  }

  // MARK: Folders

  @Test(arguments: VoxelType.allCases)
  func `writes a folder of slices that is read back`(type: VoxelType) throws {
    let voxels = CasePhantom.bytes(type)
    let spacing = VoxelSpacing(z: 2, y: 1.25, x: 0.8)
    let path = folder.file("slices/")
    #expect(TIFFFormat().writes(path))
    try writeAll(voxels, to: path, Self.output(CasePhantom.shape, type, spacing: spacing))
    #expect(try names(inFolder: folder.path) == ["slices"])
    #expect(
      try names(inFolder: folder.file("slices"))
        == (0..<5).map { "slices_000\($0).tif" })
    let reader = try TIFFSamples.open(folder.file("slices"))
    expectConformance(of: reader, type: type)
    #expect(reader.volume.spacing == spacing)
  }

  @Test func `writes slices into a folder that is there and empty, with labels' colours`() throws {
    let path = folder.file("labels")
    try makeFolder(path)
    #expect(TIFFFormat().writes(path))
    let classes = LabelClass.unnamed(count: 4)
    try writeAll(
      CasePhantom.labels(), to: path, Self.output(CasePhantom.shape, .uint8, classes: classes))
    let reader = try TIFFSamples.open(path)
    #expect(reader.volume.classes == classes)
    expectConformance(of: reader, type: .uint8, bytes: CasePhantom.labels())
    #expect(!TIFFFormat().writes(path))
    #expect(!TIFFFormat().writes(folder.file("a.zarr/")))
  }

  @Test func `replaces only a folder of slices, and only when told to`() throws {
    let path = folder.file("s/")
    let shape = CasePhantom.shape
    try writeAll(CasePhantom.bytes(.uint8), to: path, Self.output(shape, .uint8))
    #expect(throws: Explanation.self) {
      try TIFFFormat().create(path, Self.output(shape, .uint16))
    }
    let again = Self.output(shape, .uint16, overwrites: true)
    try writeAll(CasePhantom.bytes(.uint16), to: path, again)
    expectConformance(of: try TIFFSamples.open(path), type: .uint16)
    #expect(try names(inFolder: folder.path) == ["s"])
    try write([1], to: folder.file("s/thesis.odt"))
    #expect(throws: Explanation.self) { try TIFFFormat().create(path, again) }
    #expect(try names(inFolder: folder.file("s")).contains("thesis.odt"))
  }

  @Test func `leaves no folder that looks finished when it is not`() throws {
    do {
      let writer = try TIFFFormat().create(
        folder.file("s/"), Self.output(CasePhantom.shape, .uint8))
      #expect(kind(ofPath: folder.file("s")) == .missing)
      #expect(throws: VolumeWriteError.self) { try writer.finish(record: [:]) }
    }
    #expect(try names(inFolder: folder.path) == [])
  }
}
