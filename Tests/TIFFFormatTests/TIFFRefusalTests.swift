import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A TIFF that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let kinds: [(String, UnreadKind)] = [
    ("white-is-zero.tif", .whiteIsZero), ("bilevel.tif", .bits(1)),
    ("rgb.tif", .colour(samples: 3)), ("two-channels.tif", .channels(2)),
    ("case/refused/float16.tif", .float(bits: 16)), ("case/refused/complex64.tif", .complex),
    ("case/refused/jpeg.tif", .compression("JPEG")), ("case/refused/bits4.tif", .bits(4)),
    ("case/refused/bits24.tif", .bits(24)), ("case/refused/orientation.tif", .orientation(4)),
    ("case/refused/predictor.tif", .predictor(2, bits: 8, compression: "none")),
    ("case/refused/metamorph.tif", .metaMorph),
    ("case/refused/volumetric.tif", .volumetric(depth: 16)),
  ]

  @Test(arguments: kinds)
  func `is refused by name, kind and way out`(name: String, unread: UnreadKind) throws {
    let file = fileName(ofPath: name)
    let expected = TIFFError.kindIsNotRead(file: file, page: 1, kind: unread)
    #expect(throws: expected) { try TIFFSamples.open(TIFFSamples.path(name)) }
    #expect(expected.explanation.kind == .input)
    #expect(expected.explanation.what.contains(file))
  }

  @Test func `because it has channels is refused`() {
    #expect(
      throws: TIFFError.hasSeveralChannels(file: "imagej-channels.tif", channels: 2, frames: 1)
    ) { try TIFFSamples.open(TIFFSamples.path("imagej-channels.tif")) }
  }

  @Test func `because its pages have two sizes names the page`() {
    #expect(
      throws: TIFFError.pageDiffers(
        file: "two-sizes.tif", page: 3, is: "30 rows x 53 columns of uint8",
        first: "37 rows x 53 columns of uint8")
    ) { try TIFFSamples.open(TIFFSamples.path("two-sizes.tif")) }
  }

  @Test func `because it is none says so`() throws {
    try write(Array("no picture".utf8), to: folder.file("a.tif"))
    #expect(throws: TIFFError.isNoTIFF(file: "a.tif", byteCount: 10)) {
      try TIFFSamples.open(folder.file("a.tif"))
    }
    try write([], to: folder.file("b.tif"))
    #expect(throws: TIFFError.isNoTIFF(file: "b.tif", byteCount: 0)) {
      try TIFFSamples.open(folder.file("b.tif"))
    }
    #expect(throws: TIFFError.isNothing(path: folder.file("c.tif"))) {
      try TIFFSamples.open(folder.file("c.tif"))
    }
  }

  @Test(arguments: [
    "strips8.tif", "lzw8.tif", "imagej8.tif", "imagej-one-page16.tif", "tiles8.tif",
  ])
  func `because it is truncated anywhere is damaged, and never a shorter volume`(
    name: String
  ) throws {
    let whole = try contents(ofFile: TIFFSamples.path(name))
    let path = folder.file(name)
    for count in stride(from: 8, to: whole.count - 1, by: 97) {
      try write(Array(whole[..<count]), to: path)
      let error = #expect(throws: TIFFError.self) {
        let reader = try TIFFSamples.open(path)
        Issue.record("\(count) bytes of \(name) opened as \(reader.volume.shape)")
      }
      #expect(error?.explanation.kind == .damaged)
    }
  }

  @Test func `because it is truncated names the page`() throws {
    let whole = try contents(ofFile: TIFFSamples.path("strips8.tif"))
    try write(Array(whole[..<(whole.count - 500)]), to: folder.file("cut.tif"))
    let error = #expect(throws: TIFFError.self) { try TIFFSamples.open(folder.file("cut.tif")) }
    #expect(try #require(error).explanation.what.contains("page 5"))
  }

  @Test(arguments: ["strips8.tif", "lzw16-big-endian.tif", "deflate-tiles8.tif", "bigtiff16.tif"])
  func `with any byte of its first page flipped throws or reads, and never traps`(
    name: String
  ) throws {
    var bytes = try contents(ofFile: TIFFSamples.path(name))
    let path = folder.file(name)
    for index in 0..<300 {
      let value = bytes[index]
      bytes[index] = ~value
      try write(bytes, to: path)
      bytes[index] = value
      guard let reader = try? TIFFSamples.open(path) else { continue }
      guard reader.volume.byteCount < 1 << 20 else { continue }
      _ = try? reader.bytes(of: Region(reader.volume.shape))
    }
  }

  @Test func `because damaged strips do not decode names the page`() throws {
    var bytes = try contents(ofFile: TIFFSamples.path("deflate16.tif"))
    let reader = try TIFFSamples.open(TIFFSamples.path("deflate16.tif"))
    let last = bytes.count - 40
    for index in last..<(last + 20) { bytes[index] = 0xA5 }
    try write(bytes, to: folder.file("a.tif"))
    let damaged = try TIFFSamples.open(folder.file("a.tif"))
    let error = #expect(throws: VolumeReadError.self) {
      try damaged.bytes(of: Region(reader.volume.shape))
    }
    #expect(try #require(error).reason.kind == .damaged)
    #expect(try #require(error).reason.what.contains("page 5"))
  }

  @Test func `because its pages go round in a circle says so`() throws {
    var bytes = try contents(ofFile: TIFFSamples.path("strips8.tif"))
    // The first directory's last word is the next directory: let it be the first again.
    let first = Int(bytes[4]) | Int(bytes[5]) << 8
    let count = Int(bytes[first]) | Int(bytes[first + 1]) << 8
    let next = first + 2 + 12 * count
    bytes[next..<(next + 4)] = bytes[4..<8]
    try write(bytes, to: folder.file("loop.tif"))
    #expect(throws: TIFFError.pagesLoop(file: "loop.tif", page: 1)) {
      try TIFFSamples.open(folder.file("loop.tif"))
    }
  }

  @Test func `because it claims more than it could hold is refused before memory is asked for`()
    throws
  {
    // One page of 2^23 x 2^23 voxels, deflate, in 160 bytes.
    var bytes: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 9, 0]
    func entry(_ tag: UInt8, _ high: UInt8, _ value: UInt32) {
      bytes += [tag, high, 4, 0, 1, 0, 0, 0]
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
    entry(0, 1, 1 << 23)
    entry(1, 1, 1 << 23)
    entry(2, 1, 8)
    entry(3, 1, 8)
    entry(6, 1, 1)
    entry(17, 1, 8)
    entry(21, 1, 1)
    entry(22, 1, 1 << 23)
    entry(23, 1, 16)
    bytes += [0, 0, 0, 0]
    try write(bytes, to: folder.file("huge.tif"))
    #expect(
      throws: TIFFError.sizeIsImplausible(
        file: "huge.tif", page: 1, width: 1 << 23, height: 1 << 23, byteCount: bytes.count)
    ) { try TIFFSamples.open(folder.file("huge.tif")) }
  }
}
