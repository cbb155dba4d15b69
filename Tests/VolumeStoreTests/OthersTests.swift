import SystemIO
import Testing
import VolumeCore
import VolumeStore
import VolumeTesting

/// The arrays and images that `Tools/fixtures/make_zarr_others.py` writes with libraries of others.
struct OthersFixture: Sendable, CustomStringConvertible {
  var name: String
  var type: VoxelType
  var kind: String
  var channel: Int?

  var description: String { name }

  static let folder = ForeignStoreTests.fixture("others")

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// What the script says that it wrote.
  static let all: [OthersFixture] = {
    let list = (try? contents(ofFile: "\(folder)/list.txt")) ?? []
    return list.split(separator: 0x0A).compactMap { line in
      let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
      guard words.count == 4, let type = VoxelType(rawValue: words[1]) else { return nil }
      let channel = words[3].split(separator: "=").last.flatMap { Int($0) }
      return OthersFixture(name: words[0], type: type, kind: words[2], channel: channel)
    }
  }()

  var voxels: [UInt8] {
    switch kind {
    case "bool": CasePhantom.bytes(.uint8).map { $0 & 1 }
    case "labels": CasePhantom.labels()
    default: CasePhantom.bytes(type)
    }
  }

  var hints: OpeningHints {
    var hints = OpeningHints()
    hints.channel = channel
    return hints
  }
}

@Suite struct `Zarr of others` {
  static func open(
    _ name: String, _ hints: OpeningHints = OpeningHints()
  ) throws(Explanation) -> any VolumeReader {
    try StoreFormat(threads: 2).open(OthersFixture.path(name), hints: hints)
  }

  static func complaint(_ name: String, _ hints: OpeningHints = OpeningHints()) -> String {
    do throws(Explanation) {
      _ = try open(name, hints)
      return ""
    } catch {
      return "\(error.what); \(error.remedy)"
    }
  }

  @Test func `comes in every variant`() {
    #expect(OthersFixture.all.count > 100)
    for type in VoxelType.allCases {
      for start in ["v2-", "v3-", "v3-shard-"] {
        #expect(OthersFixture.all.contains { $0.name == start + type.rawValue })
      }
    }
  }

  @Test(arguments: OthersFixture.all)
  func `is read bit for bit`(fixture: OthersFixture) throws {
    let path = OthersFixture.path(fixture.name)
    #expect(StoreFormat().recognises(path))
    let reader = try StoreFormat(threads: 2).open(path, hints: fixture.hints)
    expectConformance(
      of: reader, type: fixture.type, bytes: fixture.voxels, fixture.name)
  }

  @Test(arguments: [
    ("ome04-zyx/scale0/image", nil, 5), ("ome04-zyx/scale1/image", nil, 4),
    ("ome04-zyx", "scale1/image", 4), ("ome04-zyx", "1", 4), ("ome04-tczyx", "0", 5),
    ("ome04-tczyx/1", nil, 4), ("ome05-xyz", "1", 4), ("bf2raw", "1", 4),
  ])
  func `is read at any level, by name, number or path`(
    name: String, level: String?, layers: Int
  ) throws {
    var hints = OpeningHints()
    hints.level = level
    let reader = try Self.open(name, hints)
    let shape = Shape3(z: layers, y: 7, x: 11)
    expectConformance(of: reader, type: .uint16, shape: shape, name)
    let isFirst = layers == 5
    #expect(
      reader.volume.spacing
        == VoxelSpacing(z: isFirst ? 0.5 : 1, y: isFirst ? 0.25 : 0.5, x: isFirst ? 0.25 : 0.5))
    #expect(
      reader.volume.position
        == (isFirst ? nil : PhysicalPosition(z: 0.25, y: 0.125, x: 0.125)))
    #expect(reader.volume.origin == Index3(z: 0, y: 0, x: 0))
    #expect(reader.volume.remarks.contains { $0.contains("level 1") } == !isFirst)
  }

  @Test func `tells its version, and the classes of its labels`() throws {
    #expect(try Self.open("v2-uint8").volume.format == "Zarr v2")
    #expect(try Self.open("v3-uint8").volume.format == "Zarr v3")
    #expect(try Self.open("ome04-zyx").volume.format == "OME-Zarr 0.4")
    let labels = try Self.open("ome05-labels").volume
    #expect(labels.format == "OME-Zarr 0.5")
    #expect(labels.classes?.map(\.value) == [0, 3])
    #expect(labels.classes?.last?.name == "pore")
  }

  @Test func `is taken as z, y, x only with a word`() throws {
    #expect(try Self.open("v2-uint8").volume.remarks.contains { $0.contains("z, y, x") })
    #expect(try Self.open("v3-shard-uint8").volume.remarks.isEmpty)
    #expect(try Self.open("v3-bool").volume.remarks.contains { $0.contains("truth") })
  }

  @Test func `asks for what must be chosen`() {
    #expect(Self.complaint("ome05-czyx").contains("--channel 0 to 2"))
    var hints = OpeningHints()
    hints.channel = 3
    #expect(Self.complaint("ome05-czyx", hints).contains("no channel 3"))
    #expect(Self.complaint("v2-uint8", hints).contains("no channel 3"))
    hints = OpeningHints()
    hints.level = "2"
    #expect(Self.complaint("ome04-zyx", hints).contains("scale0/image, scale1/image"))
    #expect(Self.complaint("v2-uint8", hints).contains("one array"))
    hints = OpeningHints()
    hints.voxelType = .uint16
    #expect(Self.complaint("v2-uint8", hints).contains("--type"))
    #expect(Self.complaint("ome05-czyx/9").contains("no zarr.json"))
  }

  /// A copy of a fixture in a folder of its own, to be changed.
  static func copy(_ name: String, to folder: TemporaryFolder) throws -> String {
    let target = folder.file("copy.zarr")
    try copyFolder(OthersFixture.path(name), to: target)
    return target
  }

  private static func copyFolder(_ from: String, to: String) throws {
    try makeFolder(to)
    for name in try names(inFolder: from) {
      if kind(ofPath: "\(from)/\(name)") == .folder {
        try copyFolder("\(from)/\(name)", to: "\(to)/\(name)")
      } else {
        try write("\(to)/\(name)", contents(ofFile: "\(from)/\(name)"))
      }
    }
  }

  static func write(_ path: String, _ bytes: [UInt8]) throws {
    let file = try FileHandle(creating: path)
    try file.write(unsafe bytes.span.bytes, at: 0)
  }

  static func readAll(_ path: String) throws -> [UInt8] {
    let reader = try StoreFormat(threads: 1).open(path, hints: OpeningHints())
    return try reader.bytes(of: Region(reader.volume.shape))
  }

  @Test func `says how many chunks are absent, and fills them`() throws {
    let folder = try TemporaryFolder()
    let path = try Self.copy("v3-uint8", to: folder)
    try removeFile("\(path)/c/1/1/1")
    let reader = try StoreFormat().open(path, hints: OpeningHints())
    #expect(reader.volume.remarks.contains { $0.contains("1 of 8 chunks have no file") })
    let corner = Region(z: 4..<5, y: 6..<7, x: 10..<11)
    #expect(try reader.bytes(of: corner) == [7])
    let open = try Self.copy("ts2-zstd", to: TemporaryFolder())
    #expect(!open.isEmpty)
  }

  @Test(arguments: ["v3-uint8", "v2-uint16", "v3-shard-uint8", "v3-checked"])
  func `is not read from an empty file, a folder or a torn chunk`(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try Self.copy(name, to: folder)
    let chunk = [
      "c/0/0/0", "0.0.0", "0/0/0", "c.0.0.0",
    ].map { "\(path)/\($0)" }.first { kind(ofPath: $0) != .missing }
    let file = try #require(chunk)
    let whole = try contents(ofFile: file)
    for count in 0..<whole.count {
      try Self.write(file, Array(whole[..<count]))
      let error = #expect(throws: VolumeReadError.self, "\(count)") { try Self.readAll(path) }
      #expect(error?.explanation.kind == .damaged)
    }
    try removeFile(file)
    try makeFolder(file)
    #expect(throws: VolumeReadError.self) { try Self.readAll(path) }
  }

  @Test(arguments: ["v3-checked", "v3-checked-start"])
  func `with checksums is never silently wrong`(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try Self.copy(name, to: folder)
    let expected = CasePhantom.bytes(.uint16)
    #expect(try Self.readAll(path) == expected)
    var harmless = 0
    for shard in ["0/0/0", "1/0/0"] {
      let file = "\(path)/c/\(shard)"
      let whole = try contents(ofFile: file)
      for place in whole.indices {
        for bit in [UInt8(place % 8), UInt8((place + 5) % 8)] {
          var bytes = whole
          bytes[place] ^= 1 << bit
          try Self.write(file, bytes)
          if let found = try? Self.readAll(path) {
            harmless += 1
            #expect(found == expected, "byte \(place) of \(shard)")
          }
        }
      }
      try Self.write(file, whole)
    }
    // Chunks beyond the volume are not read, so what is flipped in them does no harm.
    #expect(harmless < 1000)
  }

  @Test func `survives any damage to its documents`() throws {
    for (name, document) in [
      ("v3-shard-uint16", "zarr.json"), ("v2-int32", ".zarray"), ("ome04-tczyx", ".zattrs"),
      ("ome05-czyx", "zarr.json"), ("ome05-czyx", "0/zarr.json"),
    ] {
      let folder = try TemporaryFolder()
      let path = try Self.copy(name, to: folder)
      let file = "\(path)/\(document)"
      let whole = try contents(ofFile: file)
      var hints = OpeningHints()
      hints.channel = 1
      Mutations(of: [whole], count: 400).expectSurvival { bytes in
        try Self.write(file, bytes)
        let reader = try StoreFormat(threads: 1).open(path, hints: hints)
        let shape = reader.volume.shape
        let part = Region(
          z: 0..<min(shape.z, 20), y: 0..<min(shape.y, 20), x: 0..<min(shape.x, 20))
        _ = try reader.bytes(of: part)
      }
    }
  }

  @Test func `survives any damage to its chunks`() throws {
    for (name, chunk) in [
      ("v3-shard-uint16", "c/0/0/0"), ("v3-checked", "c/0/0/0"), ("ts3-noindexcrc", "c/0/0/0"),
      ("v2-codec-lz4", "0.0.0"), ("v2-codec-gzip", "0.0.0"), ("v2-codec-bz2", "0.0.0"),
      ("v2-codec-zstd", "0.0.0"), ("v2-blosc-blosclz-1", "0.0.0"), ("v2-blosc-zstd-2", "0.0.0"),
      ("ts2-blosc-snappy", "0.0.0"), ("v2-shuffle", "0.0.0"),
    ] {
      let folder = try TemporaryFolder()
      let path = try Self.copy(name, to: folder)
      let file = "\(path)/\(chunk)"
      let whole = try contents(ofFile: file)
      Mutations(of: [whole], count: 200).expectSurvival { bytes in
        try Self.write(file, bytes)
        _ = try Self.readAll(path)
      }
    }
  }
}
