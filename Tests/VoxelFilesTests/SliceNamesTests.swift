import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `Names of slices` {
  @Test func `are put in their natural order from whatever number on`() throws {
    let names = try SliceNames(ordering: ["a10.x", "a9.x", "a11.x"], folder: "f")
    #expect(names.names == ["a9.x", "a10.x", "a11.x"])
    #expect(names.numbers == [9, 10, 11])
    #expect(names.remarks.isEmpty)
  }

  @Test func `may rise by a steady step, which is said`() throws {
    let names = try SliceNames(ordering: ["a0", "a4", "a2", "a6"], folder: "f")
    #expect(names.names == ["a0", "a2", "a4", "a6"])
    #expect(names.remarks == ["the slices' numbers rise by 2"])
  }

  @Test func `with a gap are refused, or filled and said`() throws {
    let names = ["a3", "a5", "a7", "a11"]
    #expect(
      throws: SliceError.hasGap(
        folder: "f", before: "a7", after: "a11", missing: 1, fillsGaps: false)
    ) { try SliceNames(ordering: names, folder: "f") }
    let filled = try SliceNames(ordering: names, folder: "f", fillsGaps: true)
    #expect(filled.names == ["a3", "a5", "a7", nil, "a11"])
    #expect(filled.numbers == [3, 5, 7, 9, 11])
    #expect(filled.remarks.last == "WARNING: 1 slice is missing and read as zeros: number 9")
  }

  @Test(arguments: [["a0", "a2", "a5"], ["a0", "a1", "a9223372036854775807"]])
  func `with a gap that no layers fill are refused`(names: [String]) {
    #expect(throws: SliceError.self) {
      try SliceNames(ordering: names, folder: "f", fillsGaps: true)
    }
  }

  @Test func `survive any numbers`() {
    let seeds = ["a_0001.tif\na_0002.tif\na_0003.tif", "s2024_1\ns2025_2\ns2031_4"]
    Mutations(of: seeds.map { Array($0.utf8) }).expectSurvival { bytes in
      let names = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      _ = try SliceNames(ordering: names, folder: "f", fillsGaps: true)
    }
  }

  @Test func `may come from a list`() throws {
    let folder = try TemporaryFolder()
    var hints = OpeningHints()
    hints.slices = ["b", nil, "a"]
    let found = try SliceFolder(folder.path + "/", hints: hints, kinds: "x") { _ in false }
    #expect(found.slices.names == ["b", nil, "a"])
    #expect(found.path == folder.path)
  }

  @Test func `of layers that a folder lacks are zeros in the plain reader`() throws {
    let folder = try TemporaryFolder()
    try writeFileAtomically(folder.file("a"), [1, 2, 3, 4])
    let shape = Shape3(z: 3, y: 1, x: 2)
    let layout = FlatLayout(
      shape: shape, voxelType: .uint8, byteOrder: .native,
      segments: [
        .init(path: folder.file("a"), offset: 0, layers: 1), .zeros(layers: 1),
        .init(path: folder.file("a"), offset: 2, layers: 1),
      ])
    try layout.checkFiles(exactly: false)
    let reader = FlatVolumeReader(
      layout, VolumeDescription(shape: shape, voxelType: .uint8, format: ""), fingerprint: "f")
    expectConformance(of: reader, type: .uint8, shape: shape, bytes: [1, 2, 0, 0, 3, 4])
  }
}
