import HDF5Format
import HDF5Library

extension FuzzTarget {
  /// Chunks of HDF5: what is decoded in the tool's own process. The first byte chooses the filters.
  static let hdf5: [FuzzTarget] = [
    FuzzTarget(
      "hdf5-chunk", seeds: "Tests/HDF5FormatTests/Fixtures/filters.h5", feed: feedChunk)
  ]
}

private func filter(_ number: Int, _ values: [Int] = []) -> HDF5Filter {
  HDF5Filter(number: number, name: "", values: values, isAvailable: true)
}

@Sendable private func feedChunk(_ bytes: [UInt8]) throws {
  guard let first = bytes.first else { return }
  let pipelines: [[HDF5Filter]] = [
    [filter(1, [4])], [filter(2, [2]), filter(1, [4]), filter(3)], [filter(2, [4]), filter(32000)],
    [filter(32001, [2, 2, 2, 80, 5, 1, 5])], [filter(32004, [0])],
    [filter(32008, [0, 4, 4, 0, 0])],
    [filter(32008, [0, 4, 2, 16, 2])], [filter(32008, [0, 4, 8, 0, 3])], [filter(32015, [3])],
  ]
  let filters = pipelines[Int(first & 15) % pipelines.count]
  guard let decoding = ChunkDecoding(filters, count: 128, width: 8) else { return }
  _ = decoding.decode(Array(bytes.dropFirst()), skipping: UInt32(first >> 6))
}
