import CHDF5

extension HDF5File {
  /// Whole chunks are counted where there cannot be more.
  private static var mostChunksCounted: Int { 1 << 20 }

  /// What is known of the dataset at `name`; `nil` where there is none.
  public func dataset(_ name: String) throws(HDF5Error) -> HDF5Dataset? {
    let (id, path) = (id, path)
    return try calling { () throws(HDF5Error) in
      var address: UInt64 = 0
      guard try Self.resolve(id, path, name) != nil,
        unsafe chdf5_object_kind(id, name, &address) == 1
      else { return nil }
      return try Self.describe(id, path, name, follows: true)
    }
  }

  /// - Parameter follows: whether the files that a virtual dataset is made of are looked at too.
  static func describe(
    _ id: hid_t, _ path: String, _ name: String, follows: Bool
  ) throws(HDF5Error) -> HDF5Dataset {
    let handle = try HDF5Handle("H5Dopen", name, unsafe chdf5_open_dataset(id, name))
    let type = try HDF5Handle("H5Dget_type", name, H5Dget_type(handle.id))
    let properties = try HDF5Handle("H5Dget_create_plist", name, H5Dget_create_plist(handle.id))
    var dataset = HDF5Dataset(
      path: name, file: try fileName(handle, name), extents: try extents(handle, name),
      element: try element(type, name), layout: .compact)
    dataset.storedByteCount = Int(clamping: H5Dget_storage_size(handle.id))
    let rank = dataset.extents.count
    switch H5Pget_layout(properties.id) {
    case H5D_COMPACT: dataset.layout = .compact
    case H5D_CONTIGUOUS:
      let files = H5Pget_external_count(properties.id)
      if files > 0 {
        dataset.layout = .external
        dataset.otherFiles = try externalFiles(properties, count: Int(files), name)
      } else {
        // The library's word for "nowhere" has all bits set.
        let offset = H5Dget_offset(handle.id)
        dataset.layout = .contiguous(offset: offset == .max ? nil : Int(exactly: offset))
      }
    case H5D_CHUNKED:
      var chunk = [hsize_t](repeating: 0, count: max(rank, 1))
      let found = unsafe H5Pget_chunk(properties.id, Int32(rank), &chunk)
      guard Int(try check("H5Pget_chunk", name, found)) == rank, rank > 0 else {
        throw .callFailed(call: "H5Pget_chunk", object: name)
      }
      dataset.layout = .chunked(chunk.map { Int(clamping: $0) })
      dataset.writtenChunkCount = countChunks(handle, dataset)
    case H5D_VIRTUAL:
      dataset.layout = .virtual
      if follows { try followSources(id, path, properties, &dataset) }
    default: throw .callFailed(call: "H5Pget_layout", object: name)
    }
    dataset.filters = try filters(properties, name)
    if let voxel = dataset.element.voxelType {
      dataset.fillValue = try fillValue(properties, dataset.element, voxel.byteCount, name)
    }
    dataset.isPlain =
      chdf5_user_block(handle.id) == 0 && chdf5_has_odd_edges(properties.id) == 0
    return dataset
  }

  private static func fileName(
    _ handle: borrowing HDF5Handle, _ name: String
  ) throws(HDF5Error) -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe H5Fget_name(handle.id, &bytes, bytes.count)
    guard count > 0, count < bytes.count else {
      throw .callFailed(call: "H5Fget_name", object: name)
    }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func extents(
    _ dataset: borrowing HDF5Handle, _ name: String
  ) throws(HDF5Error) -> [Int] {
    let space = try HDF5Handle("H5Dget_space", name, H5Dget_space(dataset.id))
    let rank = try check(
      "H5Sget_simple_extent_ndims", name, H5Sget_simple_extent_ndims(space.id))
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    _ = try check(
      "H5Sget_simple_extent_dims", name,
      unsafe H5Sget_simple_extent_dims(space.id, &extents, nil))
    return extents.map { Int(clamping: $0) }
  }

  private static func countChunks(
    _ handle: borrowing HDF5Handle, _ dataset: HDF5Dataset
  ) -> Int? {
    guard case .chunked(let chunk) = dataset.layout else { return nil }
    var count = 1
    for (extent, edge) in zip(dataset.extents, chunk) {
      guard edge > 0, extent > 0 else { return nil }
      let (product, overflows) = count.multipliedReportingOverflow(by: (extent - 1) / edge + 1)
      guard !overflows, product <= mostChunksCounted else { return nil }
      count = product
    }
    guard let space = try? HDF5Handle("H5Dget_space", dataset.path, H5Dget_space(handle.id)) else {
      return nil
    }
    var written: hsize_t = 0
    guard unsafe H5Dget_num_chunks(handle.id, space.id, &written) >= 0 else { return nil }
    return Int(clamping: written)
  }

  private static func filters(
    _ properties: borrowing HDF5Handle, _ name: String
  ) throws(HDF5Error) -> [HDF5Filter] {
    let count = try check("H5Pget_nfilters", name, H5Pget_nfilters(properties.id))
    var filters: [HDF5Filter] = []
    for index in 0..<count {
      var flags: UInt32 = 0
      var valueCount = 64
      var values = [UInt32](repeating: 0, count: valueCount)
      var text = [CChar](repeating: 0, count: 256)
      let number = unsafe H5Pget_filter2(
        properties.id, UInt32(index), &flags, &valueCount, &values, text.count, &text, nil)
      _ = try check("H5Pget_filter", name, number)
      let letters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      filters.append(
        HDF5Filter(
          number: Int(number), name: String(decoding: letters, as: UTF8.self),
          values: values.prefix(max(0, min(valueCount, values.count))).map { Int($0) },
          isAvailable: H5Zfilter_avail(number) > 0))
    }
    return filters
  }

  private static func fillValue(
    _ properties: borrowing HDF5Handle, _ element: HDF5Element, _ width: Int, _ name: String
  ) throws(HDF5Error) -> [UInt8] {
    guard chdf5_has_value(properties.id) == 1, element.kind == .integer || element.kind == .float
    else { return [] }
    var bytes = [UInt8](repeating: 0, count: width)
    let type = memoryType(element)
    let status = unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe H5Pget_fill_value(properties.id, type, bytes.baseAddress)
    }
    _ = try check("H5Pget_fill_value", name, status)
    return bytes.allSatisfy { $0 == 0 } ? [] : bytes
  }

  /// The machine's type that numbers of `element` are read as.
  static func memoryType(_ element: HDF5Element) -> hid_t {
    guard let voxel = element.voxelType else { return -1 }
    let kind: Int32 =
      element.kind == .bits ? 3 : voxel.isFloatingPoint ? 2 : voxel.isSigned ? 1 : 0
    return chdf5_native(kind, Int32(voxel.byteCount))
  }
}
