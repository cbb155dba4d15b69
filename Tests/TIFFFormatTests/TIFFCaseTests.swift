import SystemIO
import TIFFFormat
import Testing
import VolumeCore
import VolumeTesting

/// Fixtures of the one phantom: `case/WAY-TYPE.tif`.
private enum Case {
  static let ways = [
    "strips", "big-endian", "tiles", "lzw", "lzw-predictor", "deflate-big-endian",
    "deflate-predictor-big-endian", "zstd-tiles", "packbits", "lzma-predictor-tiles",
  ]

  static func open(_ name: String, channel: Int? = nil) throws -> TIFFReader {
    var hints = OpeningHints()
    hints.channel = channel
    return try TIFFFormat().reader(TIFFSamples.path("case/\(name)"), hints: hints)
  }

  /// The lowest `bits` of the phantom's 16-bit voxels, with the sign spread where there is one.
  static func low(_ bits: Int, isSigned: Bool = false) -> [UInt8] {
    let all = CasePhantom.bytes(.uint16)
    var result: [UInt8] = []
    for place in stride(from: 0, to: all.count, by: 2) {
      let mask = UInt16(1) << UInt16(bits) - 1
      var value = (UInt16(all[place]) | UInt16(all[place + 1]) << 8) & mask
      if isSigned, value >> UInt16(bits - 1) == 1 { value |= ~mask }
      result += [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
    }
    return result
  }

  /// The phantom with its layers in reverse order.
  static func backwards(_ type: VoxelType) -> [UInt8] {
    let all = CasePhantom.bytes(type)
    let layer = all.count / CasePhantom.shape.z
    return (0..<CasePhantom.shape.z).reversed().flatMap {
      Array(all[($0 * layer)..<(($0 + 1) * layer)])
    }
  }
}

@Suite struct `A TIFF of the phantom` {
  @Test(arguments: VoxelType.allCases, Case.ways)
  func `is read in every voxel type and every way to store it`(
    type: VoxelType, way: String
  ) throws {
    let name = "\(way)-\(type.rawValue).tif"
    expectConformance(of: try Case.open(name), type: type, name)
  }

  @Test(arguments: [VoxelType.uint8, .uint16, .float32])
  func `by ImageJ is read`(type: VoxelType) throws {
    let reader = try Case.open("imagej-\(type.rawValue).tif")
    #expect(reader.volume.format == "TIFF (ImageJ)")
    expectConformance(of: reader, type: type)
  }

  @Test(arguments: VoxelType.allCases.filter { $0 != .uint64 && $0 != .int64 })
  func `with OME-XML is read`(type: VoxelType) throws {
    let reader = try Case.open("ome-\(type.rawValue).ome.tif")
    #expect(reader.volume.format == "TIFF (OME)")
    expectConformance(of: reader, type: type)
  }

  @Test(arguments: [10, 12, 14])
  func `of packed samples is unpacked`(bits: Int) throws {
    for way in ["", "-big-endian"] {
      let name = "packed\(bits)\(way)-uint16.tif"
      expectConformance(of: try Case.open(name), type: .uint16, bytes: Case.low(bits), name)
    }
    for way in ["none", "lzw"] {
      let name = "packed\(bits)-signed-\(way)-int16.tif"
      expectConformance(
        of: try Case.open(name), type: .int16, bytes: Case.low(bits, isSigned: true), name)
    }
  }

  @Test func `of twelve bits in sixteen is read as words, and says so`() throws {
    let reader = try Case.open("packed12-wide-uint16.tif")
    expectConformance(of: reader, type: .uint16, bytes: Case.low(12))
    #expect(reader.volume.remarks.contains("its 12-bit voxels are stored in 16 bits each"))
  }

  @Test(arguments: ["uint8", "uint16", "lzw-uint16"])
  func `whose bits come last first is read`(name: String) throws {
    let type: VoxelType = name == "uint8" ? .uint8 : .uint16
    expectConformance(of: try Case.open("fill-order-\(name).tif"), type: type)
  }

  @Test(
    arguments: ["chunky", "chunky-lzw", "chunky-tiles", "planar", "planar-lzw", "planar-tiles"],
    [VoxelType.uint8, .uint16, .float32])
  func `with samples is refused, and read when one is chosen`(
    way: String, type: VoxelType
  ) throws {
    let name = "\(way)-\(type.rawValue).tif"
    #expect(throws: TIFFError.kindIsNotRead(file: name, page: 1, kind: .channels(3))) {
      try Case.open(name)
    }
    expectConformance(of: try Case.open(name, channel: 1), type: type, name)
    expectConformance(
      of: try Case.open(name, channel: 0), type: type, bytes: Case.backwards(type), name)
    #expect(throws: TIFFError.channelIsMissing(file: name, channel: 3, channels: 3)) {
      try Case.open(name, channel: 3)
    }
  }

  @Test func `with packed samples beside each other is read when one is chosen`() throws {
    expectConformance(
      of: try Case.open("packed12-chunky-uint16.tif", channel: 1), type: .uint16,
      bytes: Case.low(12))
  }

  @Test(arguments: ["ome-czyx.ome.tif", "ome-zcyx.ome.tif", "imagej-zcyx.tif", "shaped-czyx.tif"])
  func `with channels is refused, and read when one is chosen`(name: String) throws {
    #expect(throws: TIFFError.hasSeveralChannels(file: name, channels: 2, frames: 1)) {
      try Case.open(name)
    }
    expectConformance(of: try Case.open(name, channel: 0), type: .uint16, name)
    expectConformance(
      of: try Case.open(name, channel: 1), type: .uint16, bytes: Case.backwards(.uint16), name)
    #expect(throws: TIFFError.channelIsMissing(file: name, channel: 2, channels: 2)) {
      try Case.open(name, channel: 2)
    }
  }

  @Test func `with one channel has channel 0 and no other`() throws {
    expectConformance(of: try Case.open("strips-uint8.tif", channel: 0), type: .uint8)
    let missing = TIFFError.channelIsMissing(file: "strips-uint8.tif", channel: 1, channels: 1)
    #expect(throws: missing) { try Case.open("strips-uint8.tif", channel: 1) }
  }

  @Test(arguments: [
    ("ome-tzyx.ome.tif", 1, 2), ("imagej-tczyx.tif", 2, 2), ("shaped-qzyx.tif", 1, 10),
  ])
  func `with times or axes without a name is refused`(
    name: String, channels: Int, frames: Int
  ) throws {
    #expect(
      throws: TIFFError.hasSeveralChannels(file: name, channels: channels, frames: frames)
    ) { try Case.open(name) }
  }

  @Test func `gives voxel size and place of OME-XML in micrometres`() throws {
    for channel in 0..<2 {
      let volume = try Case.open("ome-czyx.ome.tif", channel: channel).volume
      let spacing = try #require(volume.spacing)
      #expect(abs(spacing.z - 1.3) < 1e-9 && abs(spacing.y - 0.65) < 1e-9)
      #expect(abs(spacing.x - 0.65) < 1e-9)
      let c = Double(channel)
      #expect(volume.position == PhysicalPosition(z: 30 + c, y: 20 + c, x: 10 + c))
    }
  }

  @Test func `whose OME-XML names the pages in another order is read in it`() throws {
    expectConformance(of: try Case.open("ome-backwards-uint16.tif"), type: .uint16)
  }

  @Test func `of which other files hold parts is refused`() {
    #expect(throws: TIFFError.isOneOfSeveralFiles(file: "ome-several-files.tif")) {
      try Case.open("ome-several-files.tif")
    }
  }

  @Test func `whose OME-XML speaks of more pages than there are is damaged`() {
    let error = TIFFError.stackIsTruncated(file: "ome-short.tif", announced: 5, held: 4)
    #expect(throws: error) { try Case.open("ome-short.tif") }
    #expect(error.explanation.kind == .damaged)
  }

  @Test func `that ImageJ calls signed says so`() throws {
    let reader = try Case.open("imagej-signed.tif")
    #expect(reader.volume.remarks.contains { $0.contains("value = stored - 32768") })
    expectConformance(of: reader, type: .uint16)
  }

  @Test func `with a preview among its pages is read without it, and says so`() throws {
    let reader = try Case.open("preview-uint16.tif")
    #expect(reader.volume.remarks.contains("1 page of previews or masks passed over"))
    expectConformance(of: reader, type: .uint16)
  }
}
