import SystemIO
import Testing
import VGStudioFormat
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A VGStudio volume` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let spacing = VoxelSpacing(z: 12, y: 20, x: 10)

  @Test(arguments: VoxelType.allCases)
  func `is read in every type, by its header and by its voxels' name`(type: VoxelType) throws {
    let ctsimu: [VoxelType] = [.uint16, .float32]
    let name = "\(ctsimu.contains(type) ? "ctsimu" : "plain")-\(type.rawValue)"
    for suffix in ["vgi", "vol"] {
      let path = VGStudioSamples.path("\(name).\(suffix)")
      #expect(VGStudioFormat().recognises(path))
      let reader = try VGStudioSamples.open(path)
      expectConformance(of: reader, type: type, name)
      #expect(reader.volume.format == "VGStudio")
      #expect(reader.volume.spacing == Self.spacing)
      #expect(reader.volume.position == nil)
      #expect(reader.volume.remarks.isEmpty)
    }
  }

  @Test func `of a Windows computer is found by the last part of its name`() throws {
    let reader = try VGStudioSamples.open(VGStudioSamples.path("windows.vgi"))
    expectConformance(of: reader, type: .uint16)
    #expect(reader.layout.segments.map(\.offset) == [40])
    #expect(
      reader.volume.remarks == [
        "the header names D:\\Prüfung €\\Würfel.vol; würfel.vol beside it is read"
      ])
  }

  @Test func `may be a part of what its file holds`() throws {
    let reader = try VGStudioSamples.open(VGStudioSamples.path("part.vgi"))
    expectConformance(of: reader, type: .uint16)
    #expect(reader.volume.remarks.count == 1)
    #expect(
      reader.volume.remarks.first?.hasPrefix("the header takes a part of what the file holds: ")
        == true)
  }

  @Test func `may lie in several files`() throws {
    let reader = try VGStudioSamples.open(VGStudioSamples.path("files.vgi"))
    expectConformance(of: reader, type: .uint8)
    #expect(reader.layout.segments.map(\.layers) == [2, 3])
  }

  @Test func `whose files are all elsewhere says so once`() throws {
    let text = try contents(ofFile: VGStudioSamples.path("files.vgi"))
    let header = String(decoding: text, as: UTF8.self)
      .replacing("Name = files", with: "Name = E:\\files")
    try VGStudioSamples.write(Array(header.utf8), to: folder.file("a.vgi"))
    for name in ["files-a.raw", "files-b.raw"] {
      try VGStudioSamples.write(
        contents(ofFile: VGStudioSamples.path(name)), to: folder.file(name))
    }
    let reader = try VGStudioSamples.open(folder.file("a.vgi"))
    expectConformance(of: reader, type: .uint8)
    #expect(
      reader.volume.remarks == [
        "the header names E:\\files-a.raw; files-a.raw beside it is read, and so on for 1 more"
      ])
  }

  @Test func `with the names of other writers' types, and nothing else said, is read`() throws {
    let header = "{volume1}\n[file1]\nSize = 11 7 5\nDatatype = uint16\nName = a.vol\n"
    let path = try VGStudioSamples.write(header, in: folder)
    let reader = try VGStudioSamples.open(path)
    expectConformance(of: reader, type: .uint16)
    #expect(reader.volume.remarks == ["the header gives no voxel size"])
  }

  @Test func `is chosen among several, in a header of UTF-16`() throws {
    let path = VGStudioSamples.path("two.vgi")
    var hints = OpeningHints()
    hints.channel = 0
    expectConformance(of: try VGStudioSamples.open(path, hints), type: .uint8)
    hints.channel = 1
    let reader = try VGStudioSamples.open(path, hints)
    expectConformance(of: reader, type: .uint16)
    #expect(reader.volume.spacing == VoxelSpacing(z: 30, y: 20, x: 10))
  }

  @Test func `is recognised by name, and a .vol by the header beside it`() throws {
    #expect(VGStudioFormat().recognises("/data/A.VGI"))
    #expect(!VGStudioFormat().recognises("/data/a.vol"))
    #expect(!VGStudioFormat().recognises("/data/a.vgl"))
    #expect(!VGStudioFormat().writes("/data/a.vgi"))
    try VGStudioSamples.write(CasePhantom.bytes(.uint16), to: folder.file("b.vol"))
    #expect(!VGStudioFormat().recognises(folder.file("b.vol")))
    let header = VGStudioSamples.header(file: ["Name": "b.vol"])
    for name in ["b.vol.vgi", "b.VGI"] {
      try VGStudioSamples.write(Array(header.utf8), to: folder.file(name))
      #expect(VGStudioFormat().recognises(folder.file("b.vol")))
      expectConformance(of: try VGStudioSamples.open(folder.file("b.vol")), type: .uint16)
      try removeFile(folder.file(name))
    }
    try makeFolder(folder.file("c.vgi"))
    #expect(!VGStudioFormat().recognises(folder.file("c.vgi")))
  }

  static let spacings: [([String: String?], VoxelSpacing?, String?)] = [
    (["unit": "m"], VoxelSpacing(z: 12_000, y: 20_000, x: 10_000), nil),
    (["unit": "µm", "resolution": "0,5"], VoxelSpacing(cube: 0.5), nil),
    (
      ["unit": .none], nil,
      "the voxel size (resolution = 0.01 0.02 0.012) is not used: it has no unit"
    ),
    (
      ["unit": "ell"], nil,
      "the voxel size (resolution = 0.01 0.02 0.012) is not used: ell is no unit that is known"
    ),
    (["resolution": .none], nil, "the header gives no voxel size"),
    (
      ["resolution": "1 x 1"], nil,
      "the voxel size (resolution = 1 x 1) is not used: it is not three numbers"
    ),
    (
      ["resolution": "1 1 0"], nil,
      "the voxel size (resolution = 1 1 0) is not used: it is not positive"
    ),
    (
      ["scale": "2 2 2"], spacing,
      "the header scales the volume in its scene; the voxel size is its resolution, unscaled"
    ),
    (
      ["rotate": "0 1 0 1 0 0 0 0 1"], spacing,
      "the header turns the volume in its scene; the voxels are read as they lie in the file"
    ),
  ]

  @Test(arguments: spacings)
  func `has a voxel size where the header gives a length`(
    geometry: [String: String?], spacing: VoxelSpacing?, remark: String?
  ) throws {
    let path = try VGStudioSamples.write(
      VGStudioSamples.header(geometry: geometry), in: folder)
    let volume = try VGStudioSamples.open(path).volume
    #expect(volume.spacing == spacing)
    #expect(volume.remarks == (remark.map { [$0] } ?? []))
  }

  @Test func `that VGStudio mirrors is read as it lies, with a warning`() throws {
    let path = try VGStudioSamples.write(
      VGStudioSamples.header(file: ["Mirror": "0 0 1"]), in: folder)
    let reader = try VGStudioSamples.open(path)
    expectConformance(of: reader, type: .uint16)
    #expect(
      reader.volume.remarks == [
        "WARNING: the header has VGStudio mirror the volume when it loads it (mirror = 0 0 1); "
          + "the voxels are read as they lie in the file"
      ])
  }

  @Test func `takes its file's type where the representation has another`() throws {
    let path = try VGStudioSamples.write(
      VGStudioSamples.header(representation: ["datatype": "float", "bitsperelement": "32"]),
      in: folder)
    expectConformance(of: try VGStudioSamples.open(path), type: .uint16)
  }

  @Test func `takes the representation's extent and type where its file has none`() throws {
    let path = try VGStudioSamples.write(
      VGStudioSamples.header(
        file: ["Size": .none, "Datatype": .none, "BitsPerElement": .none, "Name": "\"A.VOL\""]),
      in: folder)
    let reader = try VGStudioSamples.open(path)
    expectConformance(of: reader, type: .uint16)
    #expect(
      reader.volume.remarks == ["the header names A.VOL; a.vol beside it is read"])
  }

  @Test func `takes its type from the options where the header leaves it open`() throws {
    for file: [String: String?] in [
      ["Datatype": .none, "BitsPerElement": .none], ["BitsPerElement": .none],
    ] {
      let path = try VGStudioSamples.write(
        VGStudioSamples.header(
          representation: ["datatype": .none, "bitsperelement": .none], file: file), in: folder)
      var hints = OpeningHints()
      hints.voxelType = .uint16
      expectConformance(of: try VGStudioSamples.open(path, hints), type: .uint16)
      #expect(throws: VGStudioError.typeIsNotSaid(file: "a.vgi", bits: nil)) {
        try VGStudioSamples.open(path)
      }
    }
  }

  @Test func `takes options that agree, the order of bytes, and a voxel size`() throws {
    var hints = OpeningHints()
    hints.shape = CasePhantom.shape
    hints.voxelType = .uint16
    hints.offset = 40
    hints.channel = 0
    hints.spacing = VoxelSpacing(cube: 7)
    let volume = try VGStudioSamples.open(VGStudioSamples.path("windows.vgi"), hints).volume
    #expect(volume.spacing == VoxelSpacing(cube: 7))
    #expect(
      volume.remarks.last
        == "the file says a voxel of 12.0 x 20.0 x 10.0 um; the options say 7.0 x 7.0 x 7.0 um, "
        + "which holds")

    let swapped = CasePhantom.bytes(.uint16)
    let path = try VGStudioSamples.write(VGStudioSamples.header(), in: folder)
    let big = stride(from: 0, to: swapped.count, by: 2).flatMap { [swapped[$0 + 1], swapped[$0]] }
    try VGStudioSamples.write(big, to: folder.file("a.vol"))
    hints = OpeningHints()
    hints.byteOrder = .big
    let reader = try VGStudioSamples.open(path, hints)
    expectConformance(of: reader, type: .uint16)
    #expect(
      reader.volume.remarks == ["the voxels are read as big-endian, as --byte-order says"])
  }
}
