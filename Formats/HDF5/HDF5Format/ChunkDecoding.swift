import HDF5Library

/// A chunk's filters without a file around them: what tests and fuzzing feed.
package struct ChunkDecoding {
  private let pipeline: ChunkPipeline
  private let scratch = DecodeScratch()

  /// Undoes `filters` of chunks of `count` numbers of `width` bytes; `nil` where the library must.
  package init?(_ filters: [HDF5Filter], count: Int, width: Int) {
    var dataset = HDF5Dataset(
      path: "/a", file: "a.h5", extents: [count],
      element: HDF5Element(.integer, byteCount: width), layout: .chunked([count]))
    dataset.filters = filters
    guard let pipeline = ChunkPipeline(dataset, width: width) else { return nil }
    self.pipeline = pipeline
  }

  /// The decoded bytes of a chunk; `nil` where it is none.
  package func decode(_ stored: [UInt8], skipping mask: UInt32 = 0) -> [UInt8]? {
    guard pipeline.complaint(storedByteCount: stored.count, skipping: mask) == nil else {
      return nil
    }
    var decoded = [UInt8](repeating: 0, count: pipeline.chunkByteCount)
    let complaint = unsafe stored.withUnsafeBytes { stored in
      unsafe decoded.withUnsafeMutableBytes { decoded in
        unsafe pipeline.decode(stored, skipping: mask, into: decoded, scratch)
      }
    }
    return complaint == nil ? decoded : nil
  }
}
