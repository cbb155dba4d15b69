import ISQFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A Scanco ISQ file` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["itk.isq", "blocks.isq"])
  func `is read voxel by voxel`(name: String) throws {
    let reader = try ISQSamples.open(ISQSamples.path(name))
    expectConformance(of: reader, type: .int16, name)
    #expect(reader.volume.format == "Scanco ISQ")
  }

  @Test func `that ITK wrote has ITK's voxel`() throws {
    let volume = try ISQSamples.open(ISQSamples.path("itk.isq")).volume
    #expect(volume.spacing == VoxelSpacing(z: 24, y: 12, x: 12))
    #expect(volume.position == nil)
    #expect(volume.remarks.isEmpty)
  }

  @Test func `tells its voxel, its scaling and its padding`() throws {
    let reader = try ISQSamples.open(ISQSamples.path("blocks.isq"))
    #expect(reader.volume.spacing == VoxelSpacing(z: 12, y: 20, x: 10))
    #expect(reader.layout.segments.map(\.offset) == [2048])
    #expect(
      reader.volume.remarks == [
        "a value of 4096 is an attenuation of 1 per cm (the header's mu_scaling)",
        "254 bytes behind the voxels, which fill the last block",
      ])
  }

  @Test(arguments: ["C0001234.ISQ;1", "a.isq", "A.Isq", "b.rsq", "c.RAD;12"])
  func `is recognised by its name`(name: String) {
    #expect(ISQFormat().recognises("/data/\(name)"))
  }

  @Test(arguments: ["a.isq;x", "isq", "a.isqs", "a.raw", "a.isq.raw"])
  func `is not seen in other names`(name: String) {
    #expect(!ISQFormat().recognises("/data/\(name)"))
    #expect(!ISQFormat().writes("/data/\(name)"))
  }

  @Test func `with a version behind its name is read`() throws {
    let path = folder.file("C0001234.ISQ;1")
    try write(ISQSamples.bytes(), to: path)
    let reader = try ISQFormat().open(path, hints: OpeningHints())
    expectConformance(of: reader, type: .int16)
  }

  @Test func `without lengths has no voxel size, and says so`() throws {
    let path = folder.file("a.isq")
    try write(ISQSamples.bytes([56: 0]), to: path)
    let volume = try ISQSamples.open(path).volume
    #expect(volume.spacing == nil)
    #expect(
      volume.remarks.first
        == "the header gives no voxel size: its lengths are 60, 140 and 0 um (z, y, x)")
    var hints = OpeningHints()
    hints.spacing = VoxelSpacing(cube: 7)
    #expect(try ISQSamples.open(path, hints).volume.spacing == VoxelSpacing(cube: 7))
  }

  @Test func `of another data type is read as int16 with a remark`() throws {
    let path = folder.file("a.isq")
    try write(ISQSamples.bytes([16: 1]), to: path)
    let reader = try ISQSamples.open(path)
    expectConformance(of: reader, type: .int16)
    #expect(
      reader.volume.remarks.first
        == "the header's data_type is 1, not 3; 770 bytes of voxels are int16")
  }

  @Test func `takes options that agree, and a voxel size in place of its own`() throws {
    var hints = OpeningHints()
    hints.shape = CasePhantom.shape
    hints.voxelType = .int16
    hints.byteOrder = .little
    hints.offset = 2048
    hints.channel = 0
    hints.spacing = VoxelSpacing(z: 12.5, y: 20, x: 10)
    let volume = try ISQSamples.open(ISQSamples.path("blocks.isq"), hints).volume
    #expect(volume.spacing == VoxelSpacing(z: 12.5, y: 20, x: 10))
    #expect(
      volume.remarks.last
        == "the file says a voxel of 12.0 x 20.0 x 10.0 um; the options say "
        + "12.5 x 20.0 x 10.0 um, which holds")
  }
}
