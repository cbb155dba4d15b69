import HDF5Format
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import XMLReading

@Suite struct `A volume that is written as HDF5` {
  @Test(arguments: VoxelType.allCases)
  func `is read back, with all that is known of it`(type: VoxelType) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("out.h5")
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "test")
    volume.spacing = VoxelSpacing(z: 2.6, y: 1.3, x: 0.65)
    volume.position = PhysicalPosition(z: 1, y: -2, x: 3.5)
    try writeVolume(volume, CasePhantom.bytes(type), through: HDF5Format(), to: path)
    let reader = try HDF5Format().reader(path, hints: OpeningHints())
    expectConformance(of: reader, type: type, type.rawValue)
    #expect(reader.volume.spacing == volume.spacing)
    #expect(reader.volume.position == volume.position)
    #expect(try names(inFolder: folder.path).sorted() == ["out.h5", "out.xdmf"])
  }

  @Test func `of many chunks in many blocks is read back`() throws {
    let folder = try TemporaryFolder()
    let shape = Shape3(z: 35, y: 261, x: 140)
    let bytes = CasePhantom.bytes(.uint16, shape: shape)
    let volume = VolumeDescription(shape: shape, voxelType: .uint16, format: "test")
    try writeVolume(volume, bytes, through: HDF5Format(), to: folder.file("a.hdf5:/deep/down"))
    let reader = try HDF5Format().reader(folder.file("a.hdf5"), hints: OpeningHints())
    #expect(try reader.bytes(of: Region(shape)) == bytes)
    #expect(reader.volume.remarks == ["the dataset is /deep/down"])
  }

  @Test func `keeps names and colours of labels`() throws {
    let folder = try TemporaryFolder()
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "test")
    volume.classes = [
      LabelClass(value: 0, name: "matrix", colour: [1, 2, 3, 255]),
      LabelClass(value: 3, name: "\"crack\" & <pore>", colour: [9, 8, 7, 128]),
    ]
    let path = folder.file("labels.h5")
    try writeVolume(volume, CasePhantom.labels(), through: HDF5Format(), to: path)
    let found = try HDF5Format().reader(path, hints: OpeningHints())
    #expect(found.volume.classes == volume.classes)
  }

  @Test func `is described for ParaView: corner, edges, cells`() throws {
    let folder = try TemporaryFolder()
    var volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .int16, format: "test")
    volume.spacing = VoxelSpacing(z: 2, y: 3, x: 4)
    volume.position = PhysicalPosition(z: 10, y: 20, x: 30)
    try writeVolume(
      volume, CasePhantom.bytes(.int16), through: HDF5Format(), to: folder.file("a&b.h5"))
    let root = try #require(XMLElement(parsing: contents(ofFile: folder.file("a&b.xdmf"))))
    let grid = try #require(root["Domain", "Grid"])
    #expect(grid.child("Topology")?.attributes["Dimensions"] == "6 8 12")
    let geometry = try #require(grid.child("Geometry")).children("DataItem").map(\.text)
    #expect(geometry == ["9.0 18.5 28.0", "2.0 3.0 4.0"])
    let item = try #require(grid["Attribute", "DataItem"])
    #expect(item.text == "a&b.h5:/volume")
    #expect(item.attributes["Dimensions"] == "5 7 11")
    #expect(item.attributes["NumberType"] == "Int")
    #expect(item.attributes["Precision"] == "2")
  }

  @Test func `never replaces another, and never looks whole before it is`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("out.h5")
    let volume = VolumeDescription(shape: CasePhantom.shape, voxelType: .uint8, format: "test")
    do {
      let output = OutputDescription(volume: volume, plan: [:], overwrites: false)
      let writer = try HDF5Format().create(path, output)
      #expect(try names(inFolder: folder.path) == [".out.h5.tmp"])
      #expect(throws: VolumeWriteError.self) { try writer.finish(record: [:]) }
    }
    #expect(try names(inFolder: folder.path).isEmpty)
    try writeVolume(volume, CasePhantom.bytes(.uint8), through: HDF5Format(), to: path)
    let error = #expect(throws: Explanation.self) {
      try writeVolume(volume, CasePhantom.bytes(.uint8), through: HDF5Format(), to: path)
    }
    #expect(error == HDF5FormatError.outputExists(path: path).explanation)
    try writeVolume(
      volume, CasePhantom.labels(), through: HDF5Format(), to: path, overwrites: true)
    let found = try HDF5Format().reader(path, hints: OpeningHints())
    #expect(try found.bytes(of: Region(CasePhantom.shape)) == CasePhantom.labels())
  }
}
