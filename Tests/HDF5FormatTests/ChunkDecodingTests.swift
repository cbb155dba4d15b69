import HDF5Format
import HDF5Library
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

/// Chunks as they lie in `filters.h5`, with what they are of: found by what the library itself decodes.
@Suite struct `A damaged chunk of HDF5` {
  private static func filter(_ number: Int, _ values: [Int] = []) -> HDF5Filter {
    HDF5Filter(number: number, name: "", values: values, isAvailable: true)
  }

  /// The parameters that the fixtures' filters have, for numbers of two bytes.
  static let pipelines: [[HDF5Filter]] = [
    [filter(1, [4])], [filter(2, [2]), filter(1, [4]), filter(3)], [filter(2, [2]), filter(32000)],
    [filter(32001, [2, 2, 2, 80, 5, 1, 5])], [filter(32004, [0])],
    [filter(32008, [0, 4, 2, 0, 0])],
    [filter(32008, [0, 4, 2, 16, 2])], [filter(32008, [0, 4, 2, 0, 3])], [filter(32015, [3])],
  ]

  @Test func `is refused by every filter, and does no harm`() throws {
    let decodings = Self.pipelines.compactMap { ChunkDecoding($0, count: 40, width: 2) }
    #expect(decodings.count == Self.pipelines.count)
    let file = try contents(ofFile: fixture("filters.h5"))
    // Pieces of the file from anywhere: some of them are chunks.
    let seeds = stride(from: 0, to: file.count - 200, by: 40).map { Array(file[$0..<($0 + 98)]) }
    var decoded = 0
    Mutations(of: seeds).expectSurvival { bytes in
      for decoding in decodings {
        for mask: UInt32 in [0, 1, 2] where decoding.decode(bytes, skipping: mask) != nil {
          decoded += 1
        }
      }
    }
    #expect(decoded > 0, "some are chunks of plain numbers")
  }

  @Test func `of sizes that cannot be is no chunk`() {
    #expect(ChunkDecoding([Self.filter(32013)], count: 40, width: 2) == nil)
    #expect(ChunkDecoding([Self.filter(1), Self.filter(32015)], count: 40, width: 2) == nil)
    let large = ChunkDecoding([Self.filter(1, [4])], count: 1 << 20, width: 2)
    #expect(large?.decode([UInt8](repeating: 0x78, count: 20)) == nil)
  }
}
