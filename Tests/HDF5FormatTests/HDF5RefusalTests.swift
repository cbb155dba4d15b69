import Glibc
import HDF5Child
import HDF5Format
import HDF5Library
import SystemIO
import Testing
import VolumeCore
import VolumeTesting
import VoxelFiles

@Suite struct `HDF5 is refused` {
  @Test(arguments: [
    ("exchange-projections.h5", "/exchange/data", "'theta' lies beside it"),
    ("nxtomo.nx", "/entry/instrument/detector/data", "'image_key' lies beside it"),
  ])
  func `where it holds projections`(name: String, dataset: String, sign: String) {
    let error = HDF5FormatError.isProjections(
      file: fixture(name), dataset: dataset, sign: sign)
    #expect(throws: error) { try open(name) }
    #expect(throws: error) { try open("\(name):\(dataset)") }
    #expect(error.explanation.remedy.contains("reconstruct") == true)
  }

  @Test func `where it leads out of its folder, or to nothing`() {
    #expect(
      throws: HDF5FormatError.isOutside(
        file: fixture("external-outside.h5"), dataset: "/volume", other: "../external.bin")
    ) { try open("external-outside.h5") }
    #expect(
      throws: HDF5FormatError.otherIsMissing(
        file: fixture("external-lost.h5"), dataset: "/volume", other: "nothing.bin")
    ) { try open("external-lost.h5") }
    #expect(
      throws: HDF5FormatError.hdf5(.library(.outsideFolder(object: "data", file: "../part-2.h5")))
    ) { try open("virtual-outside.h5") }
    #expect(
      throws: HDF5FormatError.hdf5(.library(.fileMissing(object: "data", file: "part-3.h5")))
    ) { try open("virtual-lost.h5") }
    #expect(
      throws: HDF5FormatError.hdf5(
        .library(.outsideFolder(object: "/volume", file: "../part-1.h5")))
    ) { try open("linked-outside.h5:/volume") }
  }

  @Test func `where a choice is needed, with what there is`() {
    let error = #expect(throws: HDF5FormatError.self) { try open("pa66.h5") }
    #expect(
      error
        == .severalVolumes(
          file: fixture("pa66.h5"),
          datasets: [
            "/pa66/data (5, 7, 11) uint8, chunks (1, 5, 11), shuffle, gzip",
            "/pa66/ground_truth (5, 7, 11) uint8, chunks (1, 5, 11), shuffle, gzip",
          ]))
    #expect(error?.explanation.remedy.hasSuffix("pa66.h5:/pa66/data") == true)
    #expect(
      throws: HDF5FormatError.noSuchDataset(
        file: fixture("fiji.h5"), dataset: "/other", datasets: ["/volume (5, 7, 11) uint16"])
    ) { try open("fiji.h5:/other") }
    #expect(
      throws: HDF5FormatError.noVolume(
        file: fixture("nothing.h5"), datasets: ["/line (5) int64"])
    ) { try open("nothing.h5") }
  }

  @Test func `where it holds no volume of numbers`() {
    let types = fixture("types.h5")
    #expect(throws: HDF5FormatError.isComplex(file: types, dataset: "/complex")) {
      try open("types.h5:/complex")
    }
    #expect(
      throws: HDF5FormatError.notNumbers(
        file: types, dataset: "/compound", what: "compound of a, b")
    ) { try open("types.h5:/compound") }
    #expect(throws: HDF5FormatError.notNumbers(file: types, dataset: "/text", what: "text")) {
      try open("types.h5:/text")
    }
    let axes = fixture("axes.h5")
    #expect(
      throws: HDF5FormatError.wrongRank(
        file: axes, dataset: "/five", extents: [2, 2, 5, 7, 11])
    ) { try open("axes.h5:/five") }
    // Two volumes of five layers, or five of two channels: nobody knows.
    #expect(
      throws: HDF5FormatError.wrongRank(
        file: axes, dataset: "/channels-or-layers", extents: [2, 5, 7, 11])
    ) { try open("axes.h5:/channels-or-layers") }
    #expect(
      throws: HDF5FormatError.impossibleExtents(
        file: axes, dataset: "/empty", extents: [0, 7, 11])
    ) { try open("axes.h5:/empty") }
    for name in ["unwritten", "unwritten-chunks"] {
      #expect(throws: HDF5FormatError.notWritten(file: axes, dataset: "/\(name)")) {
        try open("axes.h5:/\(name)")
      }
    }
  }

  @Test func `where an option contradicts it`() {
    func refused(
      _ option: String, _ said: String, _ truth: String, _ change: (inout OpeningHints) -> Void
    ) {
      #expect(
        throws: HDF5FormatError.optionDisagrees(
          OptionDisagreement(
            file: fixture("fiji.h5"), option: option, said: said, found: truth))
      ) { try open("fiji.h5", change) }
    }
    let (said, truth) = (Shape3(z: 5, y: 7, x: 12), Shape3(z: 5, y: 7, x: 11))
    refused("--shape", "\(said) (\(said.words))", "\(truth) (\(truth.words))") {
      $0.shape = Shape3(z: 5, y: 7, x: 12)
    }
    refused("--type", "uint8", "uint16") { $0.voxelType = .uint8 }
    refused("--byte-order", "big", "little") { $0.byteOrder = .big }
    refused("--offset", "4", "where its voxels begin") { $0.offset = 4 }
  }

  @Test func `where a chunk is damaged, and only that`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("damaged.h5")
    var bytes = try contents(ofFile: fixture("filters.h5"))
    // A chunk of the dataset "all" is found by its zlib header, and its checksum sees any change.
    let reader = try HDF5Format().reader(fixture("filters.h5") + ":/all", hints: OpeningHints())
    let whole = try reader.bytes(of: Region(CasePhantom.shape))
    let places = bytes.indices.dropLast(40).filter { bytes[$0] == 0x78 && bytes[$0 + 1] == 0x5E }
    var refused = 0
    for place in places {
      bytes[place + 20] ^= 0x10
      try put(bytes, at: path)
      bytes[place + 20] ^= 0x10
      let damaged = try HDF5Format().reader("\(path):/all", hints: OpeningHints())
      do throws(VolumeReadError) {
        let found = try damaged.bytes(of: Region(CasePhantom.shape))
        #expect(found == whole)
      } catch {
        refused += 1
        #expect(error.reason.kind == .damaged)
      }
    }
    // 3 x 2 x 3 chunks, of this dataset and of others.
    #expect(refused == 18)
  }

  @Test func `where it is cut short`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("short.h5")
    let bytes = try contents(ofFile: fixture("fiji.h5"))
    for count in stride(from: 0, to: bytes.count, by: 89) {
      try put(Array(bytes.prefix(count)), at: path)
      #expect(throws: HDF5FormatError.self, "\(count) bytes") {
        let reader = try HDF5Format().reader(path, hints: OpeningHints())
        _ = try reader.bytes(of: Region(reader.volume.shape))
      }
    }
  }

  /// Each goes through a process of its own, so a hundredth of what other formats get.
  @Test func `without harm whatever its bytes are`() throws {
    let folder = try TemporaryFolder()
    let names = [
      "fiji.h5", "nabu.h5", "exchange.h5", "part-1.h5", "bdv.h5", "nexus.nxs", "pa66.h5",
    ]
    let seeds = try names.map { try contents(ofFile: fixture($0)) }
    let path = folder.file("a.h5")
    Mutations(of: seeds, count: 100, divisor: 20).expectSurvival { bytes in
      try put(bytes, at: path)
      let reader = try HDF5Format().reader(path, hints: OpeningHints())
      if reader.volume.byteCount < 1 << 22 { _ = try reader.bytes(of: Region(reader.volume.shape)) }
    }
  }
}
