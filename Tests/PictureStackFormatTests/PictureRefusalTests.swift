import PictureStackFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Pictures that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let coloured: [(String, PictureChannels)] = [
    ("png-rgb", .colour), ("bmp-rgb", .colour), ("png-rgba", .colourAlpha),
    ("bmp-rgba", .colourAlpha), ("png-alpha", .greyAlpha), ("png-colours", .palette),
    ("bmp-colours", .palette),
  ]

  @Test(arguments: coloured)
  func `for want of a channel name it`(name: String, channels: PictureChannels) throws {
    // The numbers are one digit and two long: the first slice is that of the least number.
    let ending = name.prefix(3)
    let error = PictureError.hasChannels(file: "slice_7.\(ending)", channels: channels)
    #expect(throws: error) { try Pictures.open(Pictures.path(name)) }
    #expect(error.explanation.remedy.contains("--channel"))
    #expect(
      throws: PictureError.channelIsMissing(
        file: "slice_7.\(ending)", channel: channels.count, channels: channels.count)
    ) { try Pictures.open(Pictures.path(name), channel: channels.count) }
  }

  @Test func `because a plain grey has one channel only`() {
    #expect(
      throws: PictureError.channelIsMissing(file: "slice_7.png", channel: 1, channels: 1)
    ) { try Pictures.open(Pictures.path("png-uint8"), channel: 1) }
    #expect(throws: Never.self) { try Pictures.open(Pictures.path("png-uint8"), channel: 0) }
  }

  @Test func `because they are of a kind that is not read`() {
    #expect(throws: PictureError.kindIsNotRead(file: "jpeg.jpg", kind: .lossy("JPEG"))) {
      try Pictures.open(Pictures.path("jpeg.jpg"))
    }
    #expect(throws: PictureError.kindIsNotRead(file: "rle8.bmp", kind: .runLengths)) {
      try Pictures.open(Pictures.path("rle8.bmp"))
    }
  }

  @Test func `because a pixel has a colour that the table has not`() throws {
    let reader = try Pictures.open(Pictures.path("short-table.bmp"))
    let first = try #require(Pictures.layer.first { $0 >= 200 })
    let error = #expect(throws: VolumeReadError.self) {
      try reader.bytes(of: Region(reader.volume.shape))
    }
    #expect(
      error?.reason
        == PictureError.colourIsMissing(file: "short-table.bmp", number: Int(first), colours: 200)
        .explanation)
  }

  @Test func `because a slice is of another size or type name the first that is`() throws {
    for number in 7...8 {
      let name = "slice_\(number).png"
      try write(try Pictures.bytes("png-uint8/\(name)"), to: folder.file(name))
    }
    try write(try Pictures.bytes("png-uint16/slice_9.png"), to: folder.file("slice_9.png"))
    try write(try Pictures.bytes("png-4bit/slice_10.png"), to: folder.file("slice_10.png"))
    #expect(
      throws: PictureError.sliceDiffers(
        folder: fileName(ofPath: folder.path), slice: "slice_9.png",
        is: "7 rows x 11 columns of 16-bit grey", first: "slice_7.png",
        was: "7 rows x 11 columns of 8-bit grey")
    ) { try Pictures.open(folder.path) }
  }

  @Test func `because slices have tables of different colours`() throws {
    try write(try Pictures.bytes("bmp-colours/slice_7.bmp"), to: folder.file("a_1.bmp"))
    var other = try Pictures.bytes("bmp-colours/slice_8.bmp")
    other[54 + 4 * 9] ^= 1
    try write(other, to: folder.file("a_2.bmp"))
    #expect(
      throws: PictureError.sliceDiffers(
        folder: fileName(ofPath: folder.path), slice: "a_2.bmp", is: "another table of colours",
        first: "a_1.bmp", was: "one of its own")
    ) { try Pictures.open(folder.path, channel: 3) }
  }

  @Test func `because they are none say so`() throws {
    try write(Array("no picture".utf8), to: folder.file("a.png"))
    #expect(throws: PictureError.isNoPicture(file: "a.png", byteCount: 10)) {
      try Pictures.open(folder.file("a.png"))
    }
    #expect(throws: PictureError.isNothing(path: folder.file("b.png"))) {
      try Pictures.open(folder.file("b.png"))
    }
    try write([1], to: folder.file("notes.txt"))
    #expect(
      throws: PictureError.folder(.hasStrangers(folder: folder.path, names: ["notes.txt"]))
    ) { try Pictures.open(folder.path) }
  }

  @Test func `because options contradict them give both numbers`() throws {
    func error(_ change: (inout OpeningHints) -> Void) -> PictureError? {
      var hints = OpeningHints()
      change(&hints)
      do throws(PictureError) {
        _ = try PictureStackFormat().reader(Pictures.path("png-uint16"), hints: hints)
        return nil
      } catch { return error }
    }
    #expect(
      error { $0.shape = Shape3(z: 5, y: 11, x: 7) }
        == .optionDisagrees(
          file: "png-uint16", option: "--shape", said: "5x11x7 (5 layers of 11 rows x 7 columns)",
          is: "5x7x11 (5 layers of 7 rows x 11 columns)"))
    #expect(
      error { $0.voxelType = .int16 }
        == .optionDisagrees(file: "png-uint16", option: "--type", said: "int16", is: "uint16"))
    #expect(
      error { $0.byteOrder = .little }
        == .optionDisagrees(
          file: "png-uint16", option: "--byte-order", said: "little", is: "big"))
    #expect(
      error { $0.offset = 8 }
        == .optionDisagrees(
          file: "png-uint16", option: "--offset", said: "8", is: "where its pixels begin"))
    #expect(error { $0.byteOrder = .big } == nil)
  }

  @Test func `because they claim more than they could hold ask for no memory`() throws {
    // The claim of 2^24 x 2^24 pixels, in a header whose checksum is right.
    var png = try Pictures.bytes("png-uint8/slice_7.png")
    png.replaceSubrange(16..<33, with: [1, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0x6E, 0x6F, 0, 0])
    try write(png, to: folder.file("sum.png"))
    #expect(throws: PictureError.checksumDisagrees(file: "sum.png", chunk: "IHDR")) {
      try Pictures.open(folder.file("sum.png"))
    }
    let sum = crc32(Array(png[12..<29]))
    png.replaceSubrange(
      29..<33, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) })
    try write(png, to: folder.file("huge.png"))
    #expect(
      throws: PictureError.sizeIsImplausible(
        file: "huge.png", width: 1 << 24, height: 1 << 24, byteCount: png.count)
    ) { try Pictures.open(folder.file("huge.png")) }
    var bmp = try Pictures.bytes("bmp-uint8/slice_7.bmp")
    bmp.replaceSubrange(18..<26, with: [0, 0, 0, 1, 0, 0, 0, 1])
    try write(bmp, to: folder.file("huge.bmp"))
    #expect(
      throws: PictureError.isTruncated(
        file: "huge.bmp", needed: 1078 + 1 << 48, byteCount: bmp.count)
    ) { try Pictures.open(folder.file("huge.bmp")) }
  }

  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
