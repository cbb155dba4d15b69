import EDFFormat
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `A folder of EDF slices` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func slice(_ number: Int, _ lines: String = EDFSamples.volume, data: Int = 77) throws {
    try write(EDFSamples.block(lines, data: data), to: folder.file("s_\(number).edf"))
  }

  @Test func `is read in the order of its numbers`() throws {
    let reader = try EDFSamples.open(EDFSamples.path("slices"))
    expectConformance(of: reader, type: .float32)
    #expect(reader.volume.format == "EDF folder")
    #expect(reader.fingerprint.hasPrefix("slices 5 slices fnv1a:"))
  }

  @Test func `with a gap is refused, or filled when asked for`() throws {
    for number in [8, 9, 11] { try slice(number) }
    #expect(
      throws: EDFError.folder(
        .hasGap(
          folder: folder.path, before: "s_9.edf", after: "s_11.edf", missing: 1,
          fillsGaps: false))
    ) { try EDFSamples.open(folder.path) }
    var hints = OpeningHints()
    hints.fillsGaps = true
    let reader = try EDFSamples.open(folder.path, hints)
    #expect(reader.volume.shape == Shape3(z: 4, y: 7, x: 11))
    #expect(
      try reader.bytes(of: Region(z: 1..<4, y: 0..<1, x: 0..<3)) == [0, 1, 2, 0, 0, 0, 0, 1, 2])
  }

  @Test func `whose slices differ names both`() throws {
    try slice(1)
    try slice(2, "DataType = UnsignedByte\nDim_1 = 7\nDim_2 = 11")
    #expect(
      throws: EDFError.sliceDiffers(
        folder: folder.path, slice: "s_2.edf",
        is: EDFError.Form(rows: 11, columns: 7, voxelType: .uint8, byteOrder: .native),
        first: "s_1.edf",
        was: EDFError.Form(rows: 7, columns: 11, voxelType: .uint8, byteOrder: .little))
    ) { try EDFSamples.open(folder.path) }
  }

  @Test func `with a volume among them is refused`() throws {
    try slice(1)
    try slice(2, EDFSamples.volume + "\nDim_3 = 5", data: 385)
    #expect(throws: EDFError.sliceHasLayers(folder: folder.path, slice: "s_2.edf", layers: 5)) {
      try EDFSamples.open(folder.path)
    }
  }

  @Test(arguments: ["refHST0000.edf", "darkend0000.edf", "dark.edf"])
  func `of projections is refused with the reason`(name: String) throws {
    try slice(1)
    try write(EDFSamples.block(EDFSamples.volume, data: 77), to: folder.file(name))
    let error = EDFError.holdsProjections(folder: folder.path, reference: name)
    #expect(throws: error) { try EDFSamples.open(folder.path) }
    #expect(error.explanation.what.contains(name))
  }

  @Test func `with strangers or nothing in it is refused`() throws {
    try write([1], to: folder.file("note.txt"))
    #expect(throws: EDFError.folder(.hasNoSlices(folder: folder.path, kinds: ".edf"))) {
      try EDFSamples.open(folder.path)
    }
    try slice(1)
    #expect(throws: EDFError.folder(.hasStrangers(folder: folder.path, names: ["note.txt"]))) {
      try EDFSamples.open(folder.path)
    }
  }
}
