import PictureStackFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A damaged picture` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let names = [
    "png-uint8/slice_7.png", "png-uint16/slice_7.png", "png-palette/slice_7.png",
    "png-interlaced-16bit/slice_7.png", "png-2bit/slice_7.png", "png-rgba/slice_7.png",
    "late.png", "bmp-uint8/slice_7.bmp", "bmp-4bit/slice_7.bmp", "bmp-os2/slice_7.BMP",
    "bmp-top-down/slice_7.bmp", "bmp-rgba/slice_7.bmp", "bmp-colours/slice_7.bmp",
    "short-table.bmp",
  ]

  static func channel(_ name: String) -> Int? {
    name.contains("rgb") || name.contains("colours") ? 1 : nil
  }

  @Test func `throws or is read, and never traps, hangs or asks for much memory`() throws {
    let path = folder.file("a.png")
    Mutations(of: try Self.names.map(Pictures.bytes)).expectSurvival { bytes in
      try write(bytes, to: path)
      let reader = try Pictures.open(path, channel: bytes.count % 2 == 0 ? 1 : nil)
      let shape = reader.volume.shape
      let part = Region(
        z: 0..<1, y: (shape.y / 2)..<min(shape.y, shape.y / 2 + 64),
        x: (shape.x / 2)..<min(shape.x, shape.x / 2 + 512))
      _ = try reader.bytes(of: part)
      guard reader.volume.byteCount < 1 << 22 else { return }
      _ = try reader.bytes(of: Region(shape))
    }
  }

  @Test(arguments: names)
  func `that ends anywhere throws, or is whole`(name: String) throws {
    let whole = try Pictures.bytes(name)
    let path = folder.file(fileName(ofPath: name))
    try write(whole, to: path)
    let expected = try Pictures.open(path, channel: Self.channel(name))
    let voxels = try? expected.bytes(of: Region(expected.volume.shape))
    for count in 0..<whole.count {
      try write(Array(whole[..<count]), to: path)
      guard let reader = try? Pictures.open(path, channel: Self.channel(name)) else { continue }
      let found = try? reader.bytes(of: Region(reader.volume.shape))
      #expect(
        found == nil || found == voxels, "\(count) of \(whole.count) bytes of \(name) are read")
    }
  }

  @Test(arguments: ["png-uint8/slice_7.png", "png-uint16/slice_7.png", "png-2bit/slice_7.png"])
  func `with any byte flipped throws, or is the same`(name: String) throws {
    // PNG has a checksum for each of its parts, so that nothing passes unseen.
    let whole = try Pictures.bytes(name)
    let path = folder.file("a.png")
    let expected = try Pictures.open(Pictures.path(name))
    let voxels = try expected.bytes(of: Region(expected.volume.shape))
    for index in whole.indices {
      var bytes = whole
      bytes[index] = ~bytes[index]
      try write(bytes, to: path)
      guard let reader = try? Pictures.open(path) else { continue }
      let found = try? reader.bytes(of: Region(reader.volume.shape))
      #expect(found == nil || found == voxels, "byte \(index) of \(name)")
    }
  }
}
