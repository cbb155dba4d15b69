import EDFFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `An EDF file that cannot be read` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let volume = EDFSamples.volume + "\nDim_3 = 5\n"

  static let headers: [(String, EDFError)] = [
    ("DataType = UnsignedByte", .lacksExtent(file: "a.edf", block: 1)),
    (
      "DataType = UnsignedByte\nDim_1 = x",
      .valueIsMalformed(file: "a.edf", block: 1, key: "Dim_1", value: "x")
    ),
    (
      "DataType = UnsignedByte\nDim_1 = 0\nDim_2 = 7",
      .extentIsImpossible(file: "a.edf", block: 1, extent: Shape3(z: 1, y: 7, x: 0))
    ),
    (
      "DataType = UnsignedByte\nDim_1 = 4000000000\nDim_2 = 4000000000\nDim_3 = 4000000000",
      .extentIsImpossible(
        file: "a.edf", block: 1,
        extent: Shape3(z: 4_000_000_000, y: 4_000_000_000, x: 4_000_000_000))
    ),
    (volume + "Dim_4 = 2", .hasFurtherAxes(file: "a.edf", block: 1, axis: 4, extent: 2)),
    (
      volume + "DataType = QuadrupleValue",
      .typeIsNotRead(file: "a.edf", block: 1, type: "QuadrupleValue")
    ),
    (
      volume + "ByteOrder = middle",
      .valueIsMalformed(file: "a.edf", block: 1, key: "ByteOrder", value: "middle")
    ),
    (
      "DataType = FloatValue\nDim_1 = 2",
      .byteOrderIsUnknown(file: "a.edf", block: 1)
    ),
    (volume + "Compression = Gzip", .isCompressed(file: "a.edf", block: 1, kind: "Gzip")),
    (volume + "Size = 384", .sizeIsSmall(file: "a.edf", block: 1, size: 384, needed: 385)),
    (
      volume + "Size = 385\nEDF_BinarySize = 386",
      .sizesDisagree(file: "a.edf", block: 1, binary: 386, size: 385)
    ),
    (volume + "Size = -1", .valueIsMalformed(file: "a.edf", block: 1, key: "Size", value: "-1")),
    (volume + "Size = 386", .isCut(file: "a.edf", block: 1, needed: 898, found: 897)),
    (
      volume + "Size = 9223372036854775807",
      .isCut(file: "a.edf", block: 1, needed: .max, found: 897)
    ),
    (
      EDFSamples.volume + "\nDim_3 = 4",
      .hasRest(file: "a.edf", block: 1, offset: 820, byteCount: 897)
    ),
    (
      volume + "EDF_BinaryFileName = ../b.bin",
      .dataIsOutside(file: "a.edf", block: 1, data: "../b.bin")
    ),
    (
      "EDF_DataFormatVersion = 1\nEDF_BinarySize = 385", .hasNoBlocks(file: "a.edf")
    ),
  ]

  @Test(arguments: headers)
  func `is refused with what its header says`(lines: String, error: EDFError) throws {
    let path = folder.file("a.edf")
    try write(EDFSamples.block(lines), to: path)
    #expect(throws: error) { try EDFSamples.open(path) }
    #expect(error.explanation.kind == .input)
    #expect(!error.explanation.what.isEmpty && !error.explanation.remedy.isEmpty)
    #expect(throws: error.explanation) { try EDFFormat().open(path, hints: OpeningHints()) }
  }

  @Test func `because its data file is missing or short names that file`() throws {
    let path = folder.file("a.edf")
    let lines = Self.volume + "EDF_BinaryFileName = b.bin\nEDF_BinaryFilePosition = 8"
    try write(EDFSamples.block(lines, data: 0), to: path)
    let data = folder.file("b.bin")
    #expect(throws: EDFError.dataIsMissing(file: "a.edf", block: 1, data: data)) {
      try EDFSamples.open(path)
    }
    try write(Array(repeating: 1, count: 392), to: data)
    #expect(
      throws: EDFError.dataIsShort(file: "a.edf", block: 1, data: data, needed: 393, found: 392)
    ) { try EDFSamples.open(path) }
    try write(Array(repeating: 1, count: 393), to: data)
    #expect(try EDFSamples.open(path).volume.shape == CasePhantom.shape)
  }

  @Test func `because it is something else says so`() throws {
    let path = folder.file("a.edf")
    #expect(throws: EDFError.isNothing(path: path)) { try EDFSamples.open(path) }
    try write(Array("0       X X X X".utf8), to: path)
    #expect(throws: EDFError.isNoEDF(file: "a.edf")) { try EDFSamples.open(path) }
    try write([], to: path)
    #expect(throws: EDFError.hasNoBlocks(file: "a.edf")) { try EDFSamples.open(path) }
    try write([0x1F, 0x8B], to: folder.file("a.edf.gz"))
    #expect(throws: EDFError.isPacked(file: "a.edf.gz")) {
      try EDFSamples.open(folder.file("a.edf.gz"))
    }
    try write(Array("{ Dim_1 = 3 ;".utf8), to: path)
    #expect(throws: EDFError.headerHasNoEnd(file: "a.edf", block: 1, limit: 1 << 20)) {
      try EDFSamples.open(path)
    }
    try write([0x7B] + Array(repeating: 0x20, count: 3 << 20), to: path)
    #expect(throws: EDFError.headerHasNoEnd(file: "a.edf", block: 1, limit: 1 << 20)) {
      try EDFSamples.open(path)
    }
  }

  @Test func `because an image is of another form names the block`() throws {
    let path = folder.file("a.edf")
    let first = EDFSamples.block(EDFSamples.volume, data: 77)
    let other = EDFSamples.block("DataType = Signed8\nDim_1 = 11\nDim_2 = 7", data: 77)
    try write(first + first + other, to: path)
    #expect(
      throws: EDFError.blockDiffers(
        file: "a.edf", block: 3,
        is: EDFError.Form(rows: 7, columns: 11, voxelType: .int8, byteOrder: .native),
        first: EDFError.Form(rows: 7, columns: 11, voxelType: .uint8, byteOrder: .little))
    ) { try EDFSamples.open(path) }
  }

  @Test func `because an option contradicts it gives both`() throws {
    var hints = OpeningHints()
    hints.offset = 0
    #expect(
      throws: EDFError.option(
        OptionDisagreement(
          file: "volume-uint8.edf", option: "--offset", said: "0",
          found: "that its voxels begin at byte 512"))
    ) { try EDFSamples.open(EDFSamples.path("volume-uint8.edf"), hints) }
    hints = OpeningHints()
    hints.voxelType = .float64
    #expect(
      throws: EDFError.option(
        OptionDisagreement(
          file: "slices", option: "--type", said: "float64", found: "float32"))
    ) { try EDFSamples.open(EDFSamples.path("slices"), hints) }
  }

  static let names = [
    "stack-uint16.edf", "volume-int8.edf", "big-endian-float32.edf",
    "general.edf", "bare.edf",
  ]

  @Test(arguments: names)
  func `since it ends anywhere throws, or holds fewer whole images`(name: String) throws {
    let whole = try contents(ofFile: EDFSamples.path(name))
    let expected = try EDFSamples.open(EDFSamples.path(name))
    let voxels = try expected.bytes(of: Region(expected.volume.shape))
    let path = folder.file("a.edf")
    for count in stride(from: 0, to: whole.count, by: 3) {
      try write(Array(whole[..<count]), to: path)
      guard let reader = try? EDFSamples.open(path) else { continue }
      // A stack that ends behind one of its images is a shorter stack; nothing in it says more.
      let layers = reader.volume.shape.z
      let found = try reader.bytes(of: Region(reader.volume.shape))
      #expect(found == Array(voxels[..<(layers * voxels.count / 5)]), "\(count) bytes of \(name)")
    }
  }

  @Test func `throws or is read when damaged, and never traps`() throws {
    let seeds = try Self.names.map { try contents(ofFile: EDFSamples.path($0)) }
    let path = folder.file("a.edf")
    Mutations(of: seeds).expectSurvival { bytes in
      try write(bytes, to: path)
      let reader = try EDFSamples.open(path)
      _ = try reader.bytes(of: Region(reader.volume.shape))
    }
  }
}
