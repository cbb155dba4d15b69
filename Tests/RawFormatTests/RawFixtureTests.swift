import RawFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

/// The files that `Tools/fixtures/make_raw_fixtures.py` makes.
enum Fixtures {
  static let folder: String = {
    let root = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(root)/Fixtures"
  }()

  static func path(_ name: String) -> String { "\(folder)/\(name)" }
}

@Suite struct `A raw file of numpy` {
  static let orders = [ByteOrder.little, .big]

  @Test(arguments: VoxelType.allCases, orders)
  func `is read by its PyHST sidecar in every type and order`(
    type: VoxelType, order: ByteOrder
  ) throws {
    let path = Fixtures.path("info/\(order.rawValue)-\(type.rawValue).raw")
    let reader = try RawFormat().reader(path, hints: .init())
    expectConformance(of: reader, type: type)
    #expect(reader.volume.format == "raw (PyHST)")
    #expect(reader.volume.spacing == nil)
  }

  @Test(arguments: VoxelType.allCases, orders)
  func `is read by its YAML file in every type and order`(
    type: VoxelType, order: ByteOrder
  ) throws {
    let path = Fixtures.path("yml/\(order.rawValue)-\(type.rawValue).raw")
    let reader = try RawFormat().reader(path, hints: .init())
    expectConformance(of: reader, type: type)
    #expect(reader.volume.format == "raw (YAML)")
  }

  static let others: [(String, VoxelType, String)] = [
    ("info/steel.raw", .uint8, "raw (PyHST)"), ("info/tomo.vol", .float32, "raw (PyHST)"),
    ("xml/little.vol", .float32, "raw (ESRF)"), ("xml/big.vol", .float32, "raw (ESRF)"),
    ("xml/second.raw", .uint16, "raw (ESRF)"), ("metadata/PA66.v1.raw", .uint8, "raw (YAML)"),
    ("cil/native.raw", .float32, "raw (CIL)"), ("cil/big.raw", .int16, "raw (CIL)"),
    ("cil/compressed.raw", .uint8, "raw (CIL)"), ("cil/fortran.raw", .uint32, "raw (CIL)"),
    ("name/case_11x7x5_16bit_be.raw", .uint16, "raw"),
    ("name/case-11x7x5-float64-le.bin", .float64, "raw"),
    ("name/case_11x7x5_8bit.vol", .uint8, "raw"),
  ]

  @Test(arguments: others)
  func `is read by whatever describes it`(
    name: String, type: VoxelType, format: String
  ) throws {
    let reader = try RawFormat().reader(Fixtures.path(name), hints: .init())
    expectConformance(of: reader, type: type, name)
    #expect(reader.volume.format == format)
  }

  @Test(arguments: ["info/tomo.vol", "xml/little.vol", "xml/second.raw"])
  func `has its voxel's edge in micrometres`(name: String) throws {
    let reader = try RawFormat().reader(Fixtures.path(name), hints: .init())
    #expect(reader.volume.spacing == VoxelSpacing(cube: 0.65))
    var hints = OpeningHints()
    hints.spacing = VoxelSpacing(cube: 2)
    let other = try RawFormat().reader(Fixtures.path(name), hints: hints)
    #expect(other.volume.spacing == VoxelSpacing(cube: 2))
    #expect(other.volume.remarks.contains { $0.contains("0.65") && $0.contains("which holds") })
  }

  @Test func `behind a header is read with its offset`() throws {
    let reader = try RawFormat().reader(
      Fixtures.path("header512.bin"),
      hints: hints(shape: CasePhantom.shape, type: .int32, order: .big, offset: 512))
    expectConformance(of: reader, type: .int32)
  }

  @Test(arguments: ["info/packed.raw", "info/packed-unsaid.raw"])
  func `of packed bits is read as 0 and 1`(name: String) throws {
    let reader = try RawFormat().reader(Fixtures.path(name), hints: .init())
    expectConformance(
      of: reader, type: .uint8, bytes: CasePhantom.bytes(.uint8).map { $0 & 1 }, name)
    #expect(reader.layout.isPacked)
    #expect(
      reader.volume.remarks.contains { $0.contains("PACKED_BINARY") } == name.contains("unsaid"))
  }

  @Test func `that was compressed on writing says how`() throws {
    let reader = try RawFormat().reader(Fixtures.path("cil/compressed.raw"), hints: .init())
    #expect(
      reader.volume.remarks == [
        "compressed.ini: the values were compressed when they were written; those before were "
          + "(value - -3.0) / 12.5"
      ])
  }

  @Test(arguments: [
    "info/big-int16.raw", "info/packed.raw", "yml/little-float64.raw", "xml/big.vol",
    "cil/fortran.raw", "name/case_11x7x5_8bit.vol",
  ])
  func `cut off anywhere is an error with numbers`(name: String) throws {
    let folder = try TemporaryFolder()
    let whole = try contents(ofFile: Fixtures.path(name))
    let file = fileName(ofPath: name)
    try copySidecars(of: name, to: folder)
    let voxels = CasePhantom.shape.voxelCount
    // Cuts near the ends and near whole numbers of bytes for each voxel, and some between.
    let counts = (0..<whole.count).filter { count in
      count < 20 || count > whole.count - 20 || count % 53 == 0 || count % voxels < 2
    }
    for count in counts {
      try write(Array(whole.prefix(count)), to: folder.file(file))
      if name.hasPrefix("xml"), count == voxels || count == 2 * voxels {
        // The ESRF's document names no type: these many bytes make whole voxels of another.
        let reader = try RawFormat().reader(folder.file(file), hints: .init())
        #expect(reader.volume.remarks.contains { $0.contains("nothing names the voxel type") })
        continue
      }
      let error = #expect(throws: RawError.self) {
        try RawFormat().reader(folder.file(file), hints: .init())
      }
      guard count > 0 else { continue }
      #expect(try #require(error).explanation.what.contains("the file has \(count) bytes"))
    }
  }

  @Test(arguments: [
    ("info/big-int16.raw", "big-int16.raw.info"), ("info/packed.raw", "packed.raw.info"),
    ("yml/little-float64.raw", "little-float64.yml"), ("xml/big.vol", "big.vol.xml"),
    ("cil/fortran.raw", "fortran.ini"), ("metadata/PA66.v1.raw", "PA66.v1.metadata.yml"),
  ])
  func `survives damage to what describes it, and what is cut off`(
    name: String, sidecar: String
  ) throws {
    let folder = try TemporaryFolder()
    let file = fileName(ofPath: name)
    try write(contents(ofFile: Fixtures.path(name)), to: folder.file(file))
    let group = name.split(separator: "/")[0]
    let whole = try contents(ofFile: Fixtures.path("\(group)/\(sidecar)"))
    func open(_ bytes: [UInt8]) throws {
      try write(bytes, to: folder.file(sidecar))
      let reader = try RawFormat().reader(folder.file(file), hints: .init())
      _ = try reader.bytes(of: Region(reader.volume.shape))
    }
    for count in whole.indices { try? open(Array(whole.prefix(count))) }
    Mutations(of: [whole]).expectSurvival { try open($0) }
  }
}

/// Copies what lies beside a fixture, without its voxels.
private func copySidecars(of name: String, to folder: TemporaryFolder) throws {
  let group = String(name.split(separator: "/")[0])
  let file = fileName(ofPath: name)
  let base = file.prefix { $0 != "." }
  for other in try names(inFolder: Fixtures.path(group)) where other != file {
    guard other.hasPrefix(base + ".") else { continue }
    try write(contents(ofFile: Fixtures.path("\(group)/\(other)")), to: folder.file(other))
  }
}
