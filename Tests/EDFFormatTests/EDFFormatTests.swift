import EDFFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `An EDF file` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: VoxelType.allCases)
  func `of a stack or a volume is read in every type`(type: VoxelType) throws {
    for name in ["stack-\(type.rawValue).edf", "volume-\(type.rawValue).edf"] {
      let reader = try EDFSamples.open(EDFSamples.path(name))
      expectConformance(of: reader, type: type, name)
      #expect(reader.volume.format == "EDF")
      #expect(reader.volume.spacing == nil)
      #expect(reader.volume.remarks.isEmpty)
    }
  }

  @Test(arguments: [VoxelType.uint16, .float32, .float64, .int64])
  func `with the high byte first is read`(type: VoxelType) throws {
    let name = "big-endian-\(type.rawValue).edf"
    let reader = try EDFSamples.open(EDFSamples.path(name))
    expectConformance(of: reader, type: type, name)
    #expect(reader.volume.spacing == VoxelSpacing(z: 10.2, y: 5.1, x: 5.1))
  }

  @Test func `with a general block and padded voxels is read`() throws {
    let reader = try EDFSamples.open(EDFSamples.path("general.edf"))
    expectConformance(of: reader, type: .uint16)
    #expect(
      reader.volume.remarks == ["block 2: 358 bytes behind its voxels are not voxels"])
  }

  @Test func `without sizes, and with blanks at its end, is read`() throws {
    let reader = try EDFSamples.open(EDFSamples.path("bare.edf"))
    expectConformance(of: reader, type: .uint8)
  }

  @Test func `whose voxels lie in a file beside it is read`() throws {
    let reader = try EDFSamples.open(EDFSamples.path("external.edf"))
    expectConformance(of: reader, type: .int16)
    #expect(
      reader.layout.segments == [
        FlatLayout.Segment(path: EDFSamples.path("external.bin"), offset: 14, layers: 5)
      ])
  }

  @Test func `is recognised by its name, and a folder by what most of it is`() throws {
    let format = EDFFormat()
    for name in ["a.edf", "a.EDF", "a.edf.gz", "a.edf.bz2"] {
      #expect(format.recognises("/data/\(name)"))
    }
    for name in ["a.tif", "edf", "a.edfs", "a.gz"] { #expect(!format.recognises("/data/\(name)")) }
    #expect(format.recognises(EDFSamples.path("slices")))
    try write([0], to: folder.file("a.tif"))
    try write([0], to: folder.file("b.edf"))
    #expect(!format.recognises(folder.path))
    try write([0], to: folder.file("c.edf"))
    #expect(format.recognises(folder.path))
    #expect(!format.writes("a.edf"))
  }

  @Test func `passes error estimates over, and says so`() throws {
    let path = folder.file("a.edf")
    let image = EDFSamples.block("EDF_DataBlockID = 1.Image.Psd\n" + EDFSamples.volume, data: 77)
    let error = EDFSamples.block("EDF_DataBlockID = 1.Image.Error\n" + EDFSamples.volume, data: 77)
    try write(image + error + image + error, to: path)
    let volume = try EDFSamples.open(path).volume
    #expect(volume.shape == Shape3(z: 2, y: 7, x: 11))
    #expect(volume.remarks == ["2 blocks of error estimates passed over"])
  }

  @Test func `whose header says another length than it has is read where it ends`() throws {
    let path = folder.file("a.edf")
    try write(EDFSamples.block("EDF_HeaderSize = 1024\n" + EDFSamples.volume, data: 77), to: path)
    let reader = try EDFSamples.open(path)
    #expect(try reader.bytes(of: Region(reader.volume.shape)) == Array(0..<77))
    #expect(
      reader.volume.remarks == [
        "block 1: EDF_HeaderSize says 1024 bytes; the header ends after 512, where its voxels "
          + "are read"
      ])
  }

  @Test func `with a pixel's two edges and no third asks for the voxel size`() throws {
    let path = folder.file("a.edf")
    let lines = EDFSamples.volume + "\nPSize_1 = 1.5e-6\nPSize_2 = 2_um"
    try write(EDFSamples.block(lines, data: 77), to: path)
    let volume = try EDFSamples.open(path).volume
    #expect(volume.spacing == nil)
    #expect(
      volume.remarks == [
        "the header gives a pixel of 2.0 x 1.5 um (y, x) and no distance of layers: "
          + "give --voxel-size"
      ])
  }

  @Test func `without type and byte order takes them from the options`() throws {
    let path = folder.file("a.edf")
    try write(EDFSamples.block("Dim_1 = 11\nDim_2 = 7\nDim_3 = 5", data: 770), to: path)
    #expect(throws: EDFError.typeIsUnknown(file: "a.edf", block: 1)) { try EDFSamples.open(path) }
    var hints = OpeningHints()
    hints.voxelType = .uint16
    #expect(throws: EDFError.byteOrderIsUnknown(file: "a.edf", block: 1)) {
      try EDFSamples.open(path, hints)
    }
    hints.byteOrder = .big
    let reader = try EDFSamples.open(path, hints)
    #expect(try reader.bytes(of: Region(z: 0..<1, y: 0..<1, x: 0..<2)) == [1, 0, 3, 2])
  }

  @Test func `with several volumes opens the one that --channel names`() throws {
    let path = folder.file("a.edf")
    let first = EDFSamples.block(EDFSamples.volume + "\nDim_3 = 5")
    let second = EDFSamples.block(
      "DataType = SignedByte\nDim_1 = 2\nDim_2 = 3\nDim_3 = 4", data: 24)
    try write(first + second, to: path)
    #expect(
      throws: EDFError.hasSeveralVolumes(
        file: "a.edf", extents: [CasePhantom.shape, Shape3(z: 4, y: 3, x: 2)])
    ) { try EDFSamples.open(path) }
    var hints = OpeningHints()
    hints.channel = 1
    let reader = try EDFSamples.open(path, hints)
    #expect(reader.volume.shape == Shape3(z: 4, y: 3, x: 2))
    #expect(try reader.bytes(of: Region(reader.volume.shape)) == Array(0..<24))
    hints.channel = 2
    #expect(
      throws: EDFError.option(
        OptionDisagreement(
          file: "a.edf", option: "--channel", said: "2", found: "that it has 0 to 1"))
    ) { try EDFSamples.open(path, hints) }
  }
}
