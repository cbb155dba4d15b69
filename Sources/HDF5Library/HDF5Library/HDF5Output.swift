import CHDF5
import VolumeCore

/// A file that is being written, with one dataset of chunks in it.
///
/// What is written is our own, so the library runs in the tool's own process. Chunks come encoded:
/// the library only notes where they lie, which takes little of its one lock.
public final class HDF5Output: Sendable {
  private let path: String
  private let file: hid_t
  private let dataset: hid_t

  /// Makes the file at `path`, over one that may be there, and the dataset at `name` in it.
  ///
  /// - Parameters:
  ///   - level: deflate's, from 1 to 9.
  ///   - shuffles: whether the bytes of numbers are sorted before.
  public init(
    _ path: String, dataset name: String, type: VoxelType, extents: [Int], edges: [Int],
    shuffles: Bool, level: Int
  ) throws(HDF5Error) {
    self.path = path
    (file, dataset) = try calling { () throws(HDF5Error) in
      let file = try check("H5Fcreate", path, unsafe chdf5_create(path))
      let kind: Int32 = type.isFloatingPoint ? 2 : type.isSigned ? 1 : 0
      let dataset = unsafe chdf5_create_chunked(
        file, name, chdf5_native(kind, Int32(type.byteCount)), Int32(extents.count),
        extents.map { hsize_t($0) }, edges.map { hsize_t($0) }, shuffles ? 1 : 0,
        UInt32(level))
      guard dataset >= 0 else {
        H5Fclose(file)
        throw .callFailed(call: "H5Dcreate", object: name)
      }
      return (file, dataset)
    }
  }

  /// Writes the chunk whose first number is at `corner`, encoded.
  public func writeChunk(at corner: [Int], _ bytes: RawSpan) throws(HDF5Error) {
    let place = corner.map { hsize_t($0) }
    try calling { () throws(HDF5Error) in
      let status = unsafe bytes.withUnsafeBytes { bytes in
        unsafe chdf5_write_chunk(dataset, place, bytes.count, bytes.baseAddress)
      }
      _ = try check("H5Dwrite_chunk", path, status)
    }
  }

  /// Gives the dataset an attribute of numbers.
  public func put(_ name: String, _ numbers: [Double]) throws(HDF5Error) {
    try calling { () throws(HDF5Error) in
      let status = unsafe chdf5_put_numbers(dataset, name, hsize_t(numbers.count), numbers)
      _ = try check("H5Awrite", name, status)
    }
  }

  /// Gives the dataset an attribute of text; texts of 64 kB and more have no place in a file.
  public func put(_ name: String, _ text: String) throws(HDF5Error) {
    let count = text.utf8.count
    guard count > 0, count < 64_000 else { return }
    try calling { () throws(HDF5Error) in
      let status = unsafe text.withCString { unsafe chdf5_put_text(dataset, name, count, $0) }
      _ = try check("H5Awrite", name, status)
    }
  }

  /// Ends the dataset and the file; nothing may be written afterwards.
  public func close() throws(HDF5Error) {
    try calling { () throws(HDF5Error) in
      _ = try check("H5Dclose", path, H5Dclose(dataset))
      _ = try check("H5Fflush", path, H5Fflush(file, H5F_SCOPE_GLOBAL))
      _ = try check("H5Fclose", path, H5Fclose(file))
    }
  }

  /// Ends both, however they are.
  public func abandon() {
    try? calling { () throws(HDF5Error) in
      H5Dclose(dataset)
      H5Fclose(file)
    }
  }
}
