import Compression
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A class table` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  static let classes = [
    LabelClass(value: 0, name: "matrix", colour: [64, 64, 64, 255]),
    LabelClass(value: 7, name: "fibre, long", colour: [1, 2, 3, 255]),
  ]

  @Test func `lies beside its volume and is read back`() throws {
    let path = folder.file("labels.npy")
    let companions = ClassTable.companions(beside: path, of: Self.classes)
    #expect(companions.map(\.path) == [path + ".classes.csv", path + ".lut"])
    try writeFileAtomically(companions[0].path, try #require(companions[0].bytes))
    #expect(ClassTable(beside: path)?.classes == Self.classes)
    for classes: [LabelClass]? in [nil, []] {
      #expect(ClassTable.companions(beside: path, of: classes).allSatisfy { $0.bytes == nil })
    }
  }

  @Test func `has its colours as the lookup table that Fiji opens`() throws {
    let bytes = try #require(ClassTable.companions(beside: "a", of: Self.classes)[1].bytes)
    #expect(bytes.count == 768)
    #expect([0, 256, 512].map { bytes[$0] } == [64, 64, 64])
    #expect([7, 263, 519].map { bytes[$0] } == [1, 2, 3])
    #expect([1, 257, 513].map { bytes[$0] } == [255, 255, 255])
    // Colours beyond a byte, or missing, come from other formats and must not trap.
    let odd = ClassTable([
      LabelClass(value: 300, name: "", colour: [1]),
      LabelClass(value: 2, name: "", colour: [999]),
    ])
    #expect([2, 258, 514].map { odd.lookupTable[$0] } == [255, 0, 0])
  }

  @Test(arguments: [
    "", "value,name\n1,a,1,2,3\n", "value,name,red,green,blue\n",
    "value,name,red,green,blue\n1,a,1,2\n", "value,name,red,green,blue\n256,a,1,2,3\n",
    "value,name,red,green,blue\n1,a,1,2,300\n", "value,name,red,green,blue\nx,a,1,2,3\n",
  ])
  func `that is none is not taken for one`(text: String) {
    #expect(ClassTable(parsing: text) == nil)
  }
}

@Suite struct `A name pattern` {
  @Test func `makes the names that printf makes`() {
    #expect(NamePattern("a%d.raw")?.name(7) == "a7.raw")
    #expect(NamePattern("a%03d.raw")?.name(7) == "a007.raw")
    #expect(NamePattern("a%3i")?.name(7) == "a  7")
    #expect(NamePattern("a%03u")?.name(1234) == "a1234")
    #expect(NamePattern("a%04d")?.name(-7) == "a-007")
    #expect(NamePattern("100%%-%02d")?.name(1) == "100%-01")
  }

  @Test(arguments: ["a.raw", "%d%d", "%s", "%", "%f", "%1000d", "%999d", "%-3d"])
  func `that is none is refused`(pattern: String) { #expect(NamePattern(pattern) == nil) }

  @Test func `makes a row of names, as long as it is a row`() throws {
    let pattern = try #require(NamePattern("%02d"))
    #expect(pattern.names(from: 1, to: 7, step: 3, limit: 9) == ["01", "04", "07"])
    #expect(pattern.names(from: 1, to: 8, step: 3, limit: 9) == ["01", "04", "07"])
    #expect(pattern.names(from: 2, to: 1, step: 1, limit: 9) == nil)
    #expect(pattern.names(from: 0, to: 9, step: 1, limit: 9) == nil)
    #expect(pattern.names(from: 0, to: 9, step: 0, limit: 99) == nil)
    #expect(pattern.names(from: .min, to: .max, step: 1, limit: 9) == nil)
  }
}

@Suite struct `A binary header` {
  @Test func `gives back what was put, in either order`() {
    for isBigEndian in [false, true] {
      var header = HeaderBytes([UInt8](repeating: 0, count: 40), isBigEndian: isBigEndian)
      header.put(Int32(-70_000), at: 0)
      header.put(Int16(-7), at: 4)
      header.put(Float(0.65), at: 8)
      header.put(0.1, at: 16)
      header.put("fibre and more", at: 24, count: 8)
      #expect(header.int32(at: 0) == -70_000)
      #expect(header.int16(at: 4) == -7)
      #expect(header.float32(at: 8) == 0.65)
      #expect(header.float64(at: 16) == 0.1)
      #expect(header.text(in: 24..<40) == "fibre an")
      #expect(header.bytes[3] == (isBigEndian ? 0x90 : 0xFF))
    }
  }

  @Test func `is the first bytes of a file`() throws {
    let folder = try TemporaryFolder()
    try writeFileAtomically(folder.file("a"), [1, 2, 3, 4])
    let short = try head(ofFile: folder.file("a"), limit: 3)
    #expect(short.bytes == [1, 2, 3] && short.fileByteCount == 4)
    #expect(try head(ofFile: folder.file("a"), limit: 9).bytes == [1, 2, 3, 4])
  }
}

@Suite struct `A length` {
  @Test func `is scaled without dust`() {
    #expect(scaledLength(0.00065, by: 1000) == 0.65)
    #expect(scaledLength(6500, by: 1e-4) == 0.65)
    #expect(scaledLength(1.3, by: 1) == 1.3)
    #expect(scaledLength(-0.0123, by: 1000) == -12.3)
    #expect(scaledLength(0, by: 1000) == 0)
    #expect(scaledLength(.infinity, by: 1000) == .infinity)
    #expect(scaledLength(1e-300, by: 1000) == 1e-300 * 1000)
  }

  @Test func `of a part's place is counted from the whole`() {
    var volume = VolumeDescription(
      shape: Shape3(z: 9, y: 9, x: 9), voxelType: .uint8, format: "a")
    #expect(volume.positionToWrite == nil)
    volume.spacing = VoxelSpacing(z: 2, y: 3, x: 4)
    #expect(volume.positionToWrite == nil)
    let part = volume.part(Region(z: 1..<3, y: 0..<1, x: 5..<6))
    #expect(part.positionToWrite == PhysicalPosition(z: 2, y: 0, x: 20))
  }
}

@Suite struct `Options beside a file that describes itself` {
  let volume = VolumeDescription(
    shape: Shape3(z: 5, y: 7, x: 11), voxelType: .uint16, format: "a")

  private func check(_ change: (inout OpeningHints) -> Void) throws(HintError) {
    var hints = OpeningHints()
    change(&hints)
    try hints.compare(with: volume, byteOrder: .big, offset: 352, file: "a")
  }

  @Test func `may say the same`() throws {
    try check {
      $0.shape = volume.shape
      $0.voxelType = .uint16
      $0.byteOrder = .big
      $0.offset = 352
      $0.level = "0"
    }
  }

  @Test func `are refused where they say something else`() {
    #expect(
      throws: HintError.disagrees(
        OptionDisagreement(
          file: "a", option: "--shape", said: "11x7x5 (11 layers of 7 rows x 5 columns)",
          found: "5x7x11 (5 layers of 7 rows x 11 columns)"))
    ) { try check { $0.shape = Shape3(z: 11, y: 7, x: 5) } }
    #expect(
      throws: HintError.disagrees(
        OptionDisagreement(file: "a", option: "--type", said: "int16", found: "uint16"))
    ) { try check { $0.voxelType = .int16 } }
    #expect(
      throws: HintError.disagrees(
        OptionDisagreement(file: "a", option: "--byte-order", said: "little", found: "big"))
    ) { try check { $0.byteOrder = .little } }
    #expect(
      throws: HintError.disagrees(
        OptionDisagreement(
          file: "a", option: "--offset", said: "0", found: "that its voxels begin at byte 352"))
    ) { try check { $0.offset = 0 } }
    #expect(
      throws: HintError.disagrees(
        OptionDisagreement(
          file: "a", option: "--level", said: "1", found: "that it has one level, 0"))
    ) { try check { $0.level = "1" } }
  }

  @Test func `choose a channel where there are several`() throws {
    var hints = OpeningHints()
    #expect(try hints.channel(of: 1, kind: "grey", file: "a") == 0)
    #expect(throws: HintError.needsChannel(file: "a", channels: 3, kind: "colours")) {
      try hints.channel(of: 3, kind: "colours", file: "a")
    }
    hints.channel = 2
    #expect(try hints.channel(of: 3, kind: "colours", file: "a") == 2)
    #expect(throws: HintError.channelIsMissing(file: "a", channel: 2, channels: 1)) {
      try hints.channel(of: 1, kind: "grey", file: "a")
    }
    hints.channel = -1
    #expect(throws: HintError.channelIsMissing(file: "a", channel: -1, channels: 3)) {
      try hints.channel(of: 3, kind: "colours", file: "a")
    }
  }

  @Test func `put their voxel size in the place of the file's, with a remark`() {
    var volume = volume
    var hints = OpeningHints()
    hints.spacing = VoxelSpacing(cube: 2)
    hints.applySpacing(to: &volume)
    #expect(volume.spacing == VoxelSpacing(cube: 2) && volume.remarks.isEmpty)
    hints.spacing = VoxelSpacing(cube: 3)
    hints.applySpacing(to: &volume)
    #expect(volume.spacing == VoxelSpacing(cube: 3))
    #expect(
      volume.remarks == [
        "the file says a voxel of 2.0 x 2.0 x 2.0 um; the options say 3.0 x 3.0 x 3.0 um, "
          + "which holds"
      ])
  }
}

@Suite struct `Voxels of several values` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Three channels beside each other, of which the middle one is the phantom.
  private static func interleaved(_ bytes: [UInt8], width: Int) -> [UInt8] {
    var all: [UInt8] = []
    for place in stride(from: 0, to: bytes.count, by: width) {
      let voxel = bytes[place..<(place + width)]
      all += voxel.map { ~$0 } + Array(voxel) + [UInt8](repeating: 9, count: width)
    }
    return all
  }

  @Test(arguments: [VoxelType.uint8, .int16, .float64])
  func `are read channel by channel from several files`(type: VoxelType) throws {
    let width = type.byteCount
    let all = Self.interleaved(CasePhantom.bytes(type), width: width)
    let layer = 3 * 7 * 11 * width
    var segments: [FlatLayout.Segment] = []
    for (index, layers) in [0..<2, 2..<3, 3..<5].enumerated() {
      let path = folder.file("\(index)")
      try writeFileAtomically(
        path, [0, 0] + all[(layers.lowerBound * layer)..<(layers.upperBound * layer)])
      segments.append(.init(path: path, offset: 2 + width, layers: layers.count))
    }
    var layout = FlatLayout(
      shape: CasePhantom.shape, voxelType: type, byteOrder: .native, segments: segments)
    layout.strides = .init(z: layer, y: 3 * 11 * width, x: 3 * width)
    let volume = VolumeDescription(shape: layout.shape, voxelType: type, format: "a")
    expectConformance(
      of: FlatVolumeReader(layout, volume, fingerprint: "a"), type: type)
  }

  @Test(arguments: [VoxelType.uint8, .uint16, .float64])
  func `are read channel by channel from a stream`(type: VoxelType) throws {
    let path = folder.file("a.gz")
    let all = Self.interleaved(CasePhantom.bytes(type), width: type.byteCount)
    try writeFileAtomically(path, storedDeflate(all))
    let volume = VolumeDescription(shape: CasePhantom.shape, voxelType: type, format: "a")
    let reader = StreamVolumeReader(
      volume, byteOrder: .native, path: path, offset: 0, fingerprint: "a"
    ) { () throws(StreamError) in
      ChannelStream(
        try InflateStream(.none, StreamVolumeReader.source(ofFile: path, from: 0)),
        width: type.byteCount, channels: 3, channel: 1)
    }
    expectConformance(of: reader, type: type)
  }

  /// Deflate without compression, in one block after another.
  private func storedDeflate(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      let end = min(place + 1000, bytes.count)
      let count = UInt16(end - place)
      result += [
        end == bytes.count ? 1 : 0, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255),
        UInt8(~count >> 8),
      ]
      result += bytes[place..<end]
      place = end
    }
    return result
  }

  @Test func `of half precision are read in single precision`() throws {
    let values = (0..<CasePhantom.shape.voxelCount).map { Float($0) / 8 - 20 }
    let halves = values.flatMap { value in
      let bits = Float16(value).bitPattern
      return [UInt8(bits & 255), UInt8(bits >> 8)]
    }
    try writeFileAtomically(folder.file("h"), halves)
    let layout = FlatLayout(
      shape: CasePhantom.shape, voxelType: .uint16, byteOrder: .little, path: folder.file("h"),
      offset: 0)
    let stored = FlatVolumeReader(
      layout, VolumeDescription(shape: layout.shape, voxelType: .uint16, format: "a"),
      fingerprint: "a")
    let reader = HalfFloatReader(stored)
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    expectConformance(of: reader, type: .float32, bytes: bytes)
    #expect(reader.volume.remarks.count == 1)
  }
}

@Suite struct `A compressed file` {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0], FileCompression.gzip), ([0x42, 0x5A, 0x68, 0x39], .bzip2),
      ([0x42, 0x5A, 0x68, 0x30], .none), ([0x42, 0x5A, 0x68], .none), ([], .none), ([0x1F], .none),
    ] as [([UInt8], FileCompression)])
  func `is known by its first bytes`(bytes: [UInt8], compression: FileCompression) throws {
    try put(bytes, at: folder.file("a"))
    #expect(try FileCompression(ofFile: folder.file("a")) == compression)
  }

  @Test func `is read from its front, as one that is not`() throws {
    try put([1, 2, 3, 4, 5], at: folder.file("a"))
    #expect(try FileCompression.none.head(ofFile: folder.file("a"), limit: 3) == [1, 2, 3])
    #expect(try FileCompression.none.head(ofFile: folder.file("a"), limit: 9) == [1, 2, 3, 4, 5])
    // gzip of "abc", stored.
    let packed: [UInt8] =
      [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 3, 0, 0xFC, 0xFF, 0x61, 0x62, 0x63]
      + [0xC2, 0x41, 0x24, 0x35, 3, 0, 0, 0]
    try put(packed, at: folder.file("a"))
    #expect(try FileCompression.gzip.head(ofFile: folder.file("a"), limit: 9) == [97, 98, 99])
    try put(Array(packed.dropLast(12)), at: folder.file("a"))
    #expect(throws: StreamError.self) {
      try FileCompression.gzip.head(ofFile: folder.file("a"), limit: 9)
    }
  }
}
