import HDF5Format
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

/// The fixtures, made by `Tools/fixtures/make_hdf5_fixtures.py`.
func open(
  _ name: String, isOurs: Bool = true, _ change: (inout OpeningHints) -> Void = { _ in }
) throws -> any VolumeReader {
  var hints = OpeningHints()
  change(&hints)
  return try HDF5Format(leavesAllToLibrary: !isOurs).reader(fixture(name), hints: hints)
}

@Suite struct `An HDF5 dataset` {
  @Test(arguments: VoxelType.allCases, ["little", "big"])
  func `is read in every type and byte order, in one piece and in chunks`(
    type: VoxelType, order: String
  ) throws {
    for way in ["plain", "chunked", "gzip"] {
      let place = "\(order)/\(type.rawValue)/\(way)"
      let reader = try open("types.h5:/\(place)")
      expectConformance(of: reader, type: type, place)
      #expect(reader.volume.format == "HDF5")
    }
    // The library itself reads the same.
    let place = "types.h5:/\(order)/\(type.rawValue)/gzip"
    let whole = try open(place, isOurs: false).bytes(of: Region(CasePhantom.shape))
    #expect(whole == CasePhantom.bytes(type))
  }

  @Test(arguments: [
    "gzip", "lzf", "fletcher32", "all", "skipped", "lz4", "lz4-blocks", "zstd", "bitshuffle",
    "bitshuffle-lz4", "bitshuffle-zstd", "bitshuffle-blocks", "scaleoffset",
  ])
  func `is read through every filter`(name: String) throws {
    expectConformance(of: try open("filters.h5:/\(name)"), type: .uint16, name)
  }

  @Test(arguments: ["blosclz", "lz4", "lz4hc", "zlib", "zstd"], 0..<3)
  func `is read through Blosc`(codec: String, shuffle: Int) throws {
    let name = "blosc-\(codec)-\(shuffle)"
    expectConformance(of: try open("filters.h5:/\(name)"), type: .uint16, name)
  }

  @Test(arguments: ["gzip", "fletcher32", "all", "skipped"])
  func `is read as the library does it`(name: String) throws {
    expectConformance(of: try open("filters.h5:/\(name)", isOurs: false), type: .uint16, name)
  }

  @Test func `of equal numbers is read through LZF's back references`() throws {
    let found = try open("filters.h5:/lzf-flat").bytes(of: Region(CasePhantom.shape))
    #expect(found == (0..<385).flatMap { _ in [UInt8(7), 0] })
  }

  @Test(arguments: ["blosc2", "zfp"])
  func `with a filter that nobody has is refused by name`(name: String) throws {
    let error = #expect(throws: HDF5FormatError.self) { try open("filters.h5:/\(name)") }
    guard case .filterIsMissing(_, let dataset, let filter, let words) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(dataset == "/\(name)")
    #expect(filter == (name == "zfp" ? 32013 : 32026))
    #expect(words == name)
    #expect(error?.explanation.remedy.contains("HDF5_PLUGIN_PATH") == true)
  }

  @Test(arguments: [
    "single.h5", "axes.h5:/compact", "axes.h5:/single", "axes.h5:/soft", "virtual.h5",
    "external.h5", "user-block.h5:/plain", "user-block.h5:/chunked", "fiji.h5",
  ])
  func `is found wherever it lies`(name: String) throws {
    expectConformance(of: try open(name), type: .uint16, name)
  }

  @Test func `is followed through a link to another file of the folder`() throws {
    let shape = Shape3(z: 3, y: 7, x: 11)
    expectConformance(
      of: try open("linked.h5"), type: .uint16, shape: shape,
      bytes: Array(CasePhantom.bytes(.uint16).prefix(shape.voxelCount * 2)))
  }

  @Test func `of one layer is a volume of one`() throws {
    let shape = Shape3(z: 1, y: 7, x: 11)
    expectConformance(
      of: try open("axes.h5:/plane"), type: .uint16, shape: shape,
      bytes: Array(CasePhantom.bytes(.uint16).prefix(154)))
  }

  @Test(arguments: ["channels-first", "channels-last", "channels-last-plain"])
  func `of several channels is read one by one`(name: String) throws {
    let path = fixture("axes.h5")
    let shape = Shape3(z: 17, y: 18, x: 19)
    let extents = name == "channels-first" ? [2, 17, 18, 19] : [17, 18, 19, 2]
    #expect(
      throws: HDF5FormatError.severalChannels(
        file: path, dataset: "/\(name)", extents: extents, channels: 2)
    ) { try open("axes.h5:/\(name)") }
    #expect(
      throws: HDF5FormatError.channelIsMissing(file: path, channel: 2, channels: 2)
    ) { try open("axes.h5:/\(name)") { $0.channel = 2 } }
    expectConformance(
      of: try open("axes.h5:/\(name)") { $0.channel = 1 }, type: .uint16, shape: shape, name)
  }

  @Test func `never written in places has the file's own value there`() throws {
    var expected = [UInt8](repeating: 0, count: 770)
    for place in 0..<385 { (expected[2 * place], expected[2 * place + 1]) = (9, 3) }
    expected[308..<616] = CasePhantom.bytes(.uint16)[308..<616]
    let reader = try open("axes.h5:/holes")
    expectConformance(of: reader, type: .uint16, bytes: expected, "holes")
    #expect(
      reader.volume.remarks.contains(
        "2 of 3 chunks were never written, and are read as the value that the file gives such"))
    let flat = try open("axes.h5:/fill").bytes(of: Region(CasePhantom.shape))
    #expect(flat == (0..<385).flatMap { _ in [UInt8(2), 1] })
  }

  @Test func `of half precision, of bool and of names is read as what holds it`() throws {
    let half = try open("types.h5:/half")
    #expect(half.volume.voxelType == .float32)
    let bool = try open("types.h5:/bool")
    expectConformance(
      of: bool, type: .uint8, bytes: CasePhantom.labels().map { $0 > 1 ? 1 : 0 }, "bool")
    #expect(bool.volume.remarks.contains("false and true are read as 0 and 1"))
    let named = try open("types.h5:/enum")
    expectConformance(of: named, type: .uint8, bytes: CasePhantom.labels(), "enum")
    #expect(named.volume.classes?.map(\.name) == ["matrix", "fibre", "porosity", "crack"])
  }
}

@Suite struct `An HDF5 file of another program` {
  @Test(
    arguments: [
      ("nabu.h5", "HDF5 (nabu)", VoxelType.float32, VoxelSpacing(cube: 1.3)),
      ("exchange.h5", "HDF5 (DataExchange)", .float32, nil),
      ("nexus.nxs", "HDF5 (NeXus)", .uint16, VoxelSpacing(z: 2.6, y: 1.3, x: 1.3)),
      ("bdv.h5", "HDF5 (BigDataViewer)", .uint16, VoxelSpacing(z: 2.6, y: 1.3, x: 0.65)),
      (
        "cells.dream3d:/DataContainers/Image/CellData/Grey", "HDF5 (DREAM3D)", .uint16,
        VoxelSpacing(z: 2.6, y: 1.3, x: 0.65)
      ),
      ("pa66.h5:/pa66/data", "HDF5 (PA66)", .uint8, VoxelSpacing(cube: 1.3)),
      ("fiji.h5", "HDF5", .uint16, VoxelSpacing(z: 2.6, y: 1.3, x: 0.65)),
    ] as [(String, String, VoxelType, VoxelSpacing?)])
  func `is known, with its voxel size`(
    name: String, format: String, type: VoxelType, spacing: VoxelSpacing?
  ) throws {
    let reader = try open(name)
    expectConformance(of: reader, type: type, name)
    #expect(reader.volume.format == format)
    let found = reader.volume.spacing
    #expect((found == nil) == (spacing == nil))
    if let found, let spacing {
      for (a, b) in [(found.z, spacing.z), (found.y, spacing.y), (found.x, spacing.x)] {
        #expect(abs(a - b) < 1e-6)
      }
    }
  }

  @Test func `tells where its first voxel lies`() throws {
    #expect(
      try open("nexus.nxs").volume.position == PhysicalPosition(z: 1000, y: 2000, x: 3000))
    let cells = try open("cells.dream3d:/DataContainers/Image/CellData/Grey").volume.position
    #expect(abs((cells?.z ?? 0) - 4.3) < 1e-6 && abs((cells?.x ?? 0) - 1.325) < 1e-6)
  }

  @Test func `names the classes of its labels`() throws {
    let reader = try open("pa66.h5:/pa66/ground_truth")
    #expect(
      reader.volume.classes?.map { "\($0.value) \($0.name)" }
        == ["0 matrix", "1 fiber", "2 porosity"])
  }

  @Test func `has levels and channels, and padding that is left out`() throws {
    for channel in 0..<2 {
      let reader = try open("imaris.ims") { $0.channel = channel }
      let bytes = CasePhantom.bytes(.uint16)
      let expected = stride(from: 0, to: bytes.count, by: 2).flatMap { place -> [UInt8] in
        let value = UInt16(bytes[place]) &+ UInt16(bytes[place + 1]) << 8 &+ UInt16(channel)
        return [UInt8(value & 255), UInt8(value >> 8)]
      }
      expectConformance(of: reader, type: .uint16, bytes: expected, "channel \(channel)")
      let spacing = try #require(reader.volume.spacing)
      #expect(abs(spacing.z - 2.6) < 1e-9 && abs(spacing.y - 1.3) < 1e-9)
      #expect(abs(spacing.x - 0.65) < 1e-9)
      #expect(
        reader.volume.remarks.first == "Imaris has padded it to (8, 8, 16), which is left out")
    }
    #expect(
      throws: HDF5FormatError.channelNotChosen(file: fixture("imaris.ims"), channels: 2)
    ) { try open("imaris.ims") }
    for name in ["imaris.ims", "bdv.h5"] {
      let coarse = try open(name) {
        $0.channel = 0
        $0.level = "1"
      }
      #expect(coarse.volume.shape == Shape3(z: 3, y: 4, x: 6))
      #expect(
        throws: HDF5FormatError.levelIsMissing(
          file: fixture(name), level: "7", levels: ["0", "1"])
      ) {
        try open(name) {
          $0.channel = 0
          $0.level = "7"
        }
      }
    }
  }
}
