import CHDF5
import VolumeCore

/// A dataset kept open for reading, with a cache of its chunks.
public final class HDF5Reading {
  /// The dataset's path in its file.
  public let name: String
  private let handle: HDF5Handle
  private let element: HDF5Element

  /// Opens the dataset at `name`, whose way has been looked at, with `cacheByteCount` bytes of cache.
  public init(
    _ file: borrowing HDF5File, _ name: String, cacheByteCount: Int
  ) throws(HDF5Error) {
    let (id, path) = (file.id, file.path)
    self.name = name
    guard try HDF5File.resolve(id, path, name) != nil else { throw .missing(object: name) }
    chdf5_silence()
    handle = try HDF5Handle(
      "H5Dopen", name, unsafe chdf5_open_cached_dataset(id, name, cacheByteCount))
    let type = try HDF5Handle("H5Dget_type", name, H5Dget_type(handle.id))
    element = try HDF5File.element(type, name)
  }

  /// Bytes of a number as it is read; 1 where it is no number.
  public var byteCountOfNumber: Int { element.voxelType?.byteCount ?? 1 }

  /// Reads a box as voxels of the type that the element has, or as single precision.
  public func read(
    start: [Int], count: [Int], asFloats: Bool, into destination: inout MutableRawSpan
  ) throws(HDF5Error) {
    let extents = try HDF5File.extents(handle, name)
    guard start.count == extents.count, count.count == extents.count, !extents.isEmpty else {
      throw .callFailed(call: "reading a box of \(count.count) axes", object: name)
    }
    guard asFloats || element.voxelType != nil else { throw .notNumbers(dataset: name) }
    if asFloats, element.kind != .float { throw .notFloatingPoint(dataset: name) }
    var numbers = asFloats ? 4 : element.voxelType?.byteCount ?? 8
    for axis in extents.indices {
      let (end, overflows) = start[axis].addingReportingOverflow(count[axis])
      guard !overflows, start[axis] >= 0, count[axis] > 0, end <= extents[axis] else {
        throw .callFailed(call: "reading outside of \(extents)", object: name)
      }
      let (product, tooMany) = numbers.multipliedReportingOverflow(by: count[axis])
      guard !tooMany else { throw .tooLarge(object: name, count: .max, limit: .max) }
      numbers = product
    }
    guard numbers == destination.byteCount else {
      throw .tooLarge(object: name, count: numbers, limit: destination.byteCount)
    }
    let type = asFloats ? chdf5_native(2, 4) : HDF5File.memoryType(element)
    let from = start.map { hsize_t($0) }
    let extent = count.map { hsize_t($0) }
    let status = unsafe destination.withUnsafeMutableBytes { bytes in
      unsafe chdf5_read_box(
        handle.id, type, Int32(extents.count), from, extent, bytes.baseAddress)
    }
    _ = try check("H5Dread", name, status)
  }

  /// Where the chunks in a box of chunks lie, in C order.
  public func chunks(
    first: [Int], count: [Int], edges: [Int]
  ) throws(HDF5Error) -> [HDF5Chunk] {
    let extents = try HDF5File.extents(handle, name)
    guard first.count == extents.count, count.count == first.count, edges.count == first.count,
      !extents.isEmpty, count.allSatisfy({ $0 > 0 }), edges.allSatisfy({ $0 > 0 })
    else { throw .callFailed(call: "H5Dget_chunk_info", object: name) }
    var chunks: [HDF5Chunk] = []
    var place = first
    while true {
      let corner = zip(place, edges).map { hsize_t(clamping: $0.multipliedFullWidth(by: $1).low) }
      var mask: UInt32 = 0
      var address: haddr_t = 0
      var size: hsize_t = 0
      let status = unsafe H5Dget_chunk_info_by_coord(
        handle.id, corner, &mask, &address, &size)
      _ = try check("H5Dget_chunk_info", name, status)
      chunks.append(
        HDF5Chunk(
          offset: address == .max ? nil : Int(clamping: address), byteCount: Int(clamping: size),
          skippedFilters: mask))
      var axis = place.count - 1
      while axis >= 0 {
        place[axis] += 1
        if place[axis] < first[axis] + count[axis] { break }
        place[axis] = first[axis]
        axis -= 1
      }
      if axis < 0 { return chunks }
    }
  }
}
