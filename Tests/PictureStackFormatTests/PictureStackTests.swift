import PictureStackFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A folder of pictures` {
  @Test(arguments: [
    "png-uint8", "png-palette", "png-interlaced-8bit", "bmp-uint8", "bmp-top-down", "bmp-os2",
  ])
  func `of 8-bit greys is read, in the order of its numbers`(name: String) throws {
    let reader = try Pictures.open(Pictures.path(name))
    expectConformance(of: reader, type: .uint8, name)
    #expect(reader.volume.format == (name.hasPrefix("png") ? "PNG folder" : "BMP folder"))
    #expect(reader.volume.spacing == nil)
    #expect(reader.volume.remarks == [])
  }

  @Test(arguments: ["png-uint16", "png-interlaced-16bit"])
  func `of 16-bit greys is read`(name: String) throws {
    expectConformance(of: try Pictures.open(Pictures.path(name)), type: .uint16, name)
  }

  @Test(arguments: [
    ("png-1bit", 1), ("png-2bit", 2), ("png-4bit", 4), ("png-interlaced-4bit", 4),
    ("bmp-1bit", 1), ("bmp-4bit", 4),
  ])
  func `of fewer bits keeps its values as they are stored`(name: String, bits: Int) throws {
    let reader = try Pictures.open(Pictures.path(name))
    let most = UInt8(1 << bits - 1)
    expectConformance(
      of: reader, type: .uint8, bytes: CasePhantom.bytes(.uint8).map { $0 & most }, name)
    #expect(
      reader.volume.remarks
        == ["its values are \(bits)-bit, 0 to \(most), and stay as they are stored"])
  }

  static let middle = ["png-rgb", "bmp-rgb", "png-rgba", "bmp-rgba", "png-colours", "bmp-colours"]

  @Test(arguments: middle)
  func `in colour is read channel by channel`(name: String) throws {
    expectConformance(of: try Pictures.open(Pictures.path(name), channel: 1), type: .uint8, name)
    expectConformance(
      of: try Pictures.open(Pictures.path(name), channel: 0), type: .uint8,
      bytes: CasePhantom.bytes(.uint8).map { 255 - $0 }, name)
    let blue: (UInt8) -> UInt8 = name.hasSuffix("colours") ? { _ in 7 } : { $0 / 2 }
    expectConformance(
      of: try Pictures.open(Pictures.path(name), channel: 2), type: .uint8,
      bytes: CasePhantom.bytes(.uint8).map(blue), name)
  }

  @Test(arguments: ["png-rgba", "bmp-rgba"])
  func `with a fourth value gives it as channel 3`(name: String) throws {
    expectConformance(
      of: try Pictures.open(Pictures.path(name), channel: 3), type: .uint8,
      bytes: CasePhantom.bytes(.uint8).map { $0 ^ 85 }, name)
  }

  @Test func `with a table of colours gives their numbers as channel 3`() throws {
    for name in ["png-colours", "bmp-colours"] {
      let reader = try Pictures.open(Pictures.path(name), channel: 3)
      expectConformance(of: reader, type: .uint8, name)
      #expect(
        reader.volume.remarks
          == ["channel 3 is read of a table of colours other than the plain scale of greys"])
    }
  }

  @Test func `with an opacity gives both`() throws {
    expectConformance(of: try Pictures.open(Pictures.path("png-alpha"), channel: 0), type: .uint8)
    expectConformance(
      of: try Pictures.open(Pictures.path("png-alpha"), channel: 1), type: .uint8,
      bytes: CasePhantom.bytes(.uint8).map { $0 ^ 255 })
  }

  @Test func `with a gap is refused, or filled where that is asked for`() throws {
    let folder = try TemporaryFolder()
    for number in [7, 8, 10, 11] {
      let name = "slice_\(number).png"
      try write(try Pictures.bytes("png-uint8/\(name)"), to: folder.file(name))
    }
    #expect(
      throws: PictureError.folder(
        .hasGap(
          folder: folder.path, before: "slice_8.png", after: "slice_10.png", missing: 1,
          fillsGaps: false))
    ) { try Pictures.open(folder.path) }
    var hints = OpeningHints()
    hints.fillsGaps = true
    var voxels = CasePhantom.bytes(.uint8)
    for index in (2 * 77)..<(3 * 77) { voxels[index] = 0 }
    let reader = try PictureStackFormat().reader(folder.path, hints: hints)
    expectConformance(of: reader, type: .uint8, bytes: voxels)
    #expect(
      reader.volume.remarks == ["WARNING: 1 slice is missing and read as zeros: number 9"])
  }

  @Test func `whose slices are listed is read in that order`() throws {
    var hints = OpeningHints()
    hints.slices = ["slice_11.png", nil, "slice_7.png"]
    let reader = try PictureStackFormat().reader(Pictures.path("png-uint8"), hints: hints)
    let all = CasePhantom.bytes(.uint8)
    expectConformance(
      of: reader, type: .uint8, shape: Shape3(z: 3, y: 7, x: 11),
      bytes: Array(all[308...]) + [UInt8](repeating: 0, count: 77) + Array(all[..<77]))
  }

  @Test func `decodes a layer once where it may keep it`() throws {
    let reader = try PictureStackFormat().reader(
      Pictures.path("png-uint8"), hints: OpeningHints())
    for y in 0..<7 {
      _ = try reader.bytes(of: Region(z: 0..<5, y: y..<(y + 1), x: 2..<9))
    }
    #expect(reader.decodings == 5)
    #expect(reader.cacheByteCount(forBoxesOf: Shape3(z: 1, y: 2, x: 2)) == 2 * 77)
    #expect(reader.cacheByteCount(forBoxesOf: Shape3(z: 4, y: 2, x: 2)) == 5 * 77)
    #expect(reader.cacheByteCount(forBoxesOf: Shape3(z: 4, y: 7, x: 11)) == 0)
  }

  @Test func `is recognised by the pictures in it`() throws {
    let format = PictureStackFormat()
    #expect(format.recognises(Pictures.path("png-uint8")))
    #expect(format.recognises(Pictures.path("bmp-os2")))
    #expect(format.recognises(Pictures.path("bmp-os2/slice_7.BMP")))
    #expect(format.recognises(Pictures.path("jpeg.jpg")))
    #expect(!format.recognises("scan.tif"))
    #expect(!format.recognises(try TemporaryFolder().path))
  }
}

@Suite struct `A single picture` {
  @Test(arguments: ["png-uint8/slice_7.png", "bmp-uint8/slice_7.bmp", "late.png"])
  func `is a volume of one layer`(name: String) throws {
    let reader = try Pictures.open(Pictures.path(name))
    expectConformance(
      of: reader, type: .uint8, shape: Shape3(z: 1, y: 7, x: 11), bytes: Pictures.layer, name)
    #expect(reader.volume.format == (name.hasSuffix("png") ? "PNG" : "BMP"))
    #expect(reader.fingerprint.hasPrefix(fileName(ofPath: name)))
  }

  @Test func `that says how large its pixels are is no voxel size yet`() throws {
    let volume = try Pictures.open(Pictures.path("resolution.png")).volume
    #expect(volume.spacing == nil)
    #expect(
      volume.remarks == [
        "its pixels are 5.0 x 10.0 um by its own word, and it says nothing of the distance of "
          + "layers: give --voxel-size"
      ])
    var hints = OpeningHints()
    hints.spacing = VoxelSpacing(z: 3, y: 5, x: 10)
    let reader = try PictureStackFormat().reader(Pictures.path("resolution.png"), hints: hints)
    #expect(reader.volume.spacing == VoxelSpacing(z: 3, y: 5, x: 10))
    #expect(reader.volume.remarks == [])
  }
}
