import CHDF5

extension HDF5File {
  /// The extents of a dataset, slowest first; empty for a single number.
  public func shape(ofDataset name: String) throws(HDF5Error) -> [Int] {
    let id = id
    return try calling { () throws(HDF5Error) in
      let dataset = try Self.open(id, name)
      return try Self.extents(dataset, name)
    }
  }

  /// The numbers of a floating-point dataset, C order, in single precision.
  ///
  /// - Parameter limit: the most elements to be read; a larger dataset is an error.
  public func floats(ofDataset name: String, limit: Int) throws(HDF5Error) -> [Float] {
    let id = id
    return try calling { () throws(HDF5Error) in
      let dataset = try Self.open(id, name)
      let type = try HDF5Handle("H5Dget_type", name, H5Dget_type(dataset.id))
      guard H5Tget_class(type.id) == H5T_FLOAT else { throw .notFloatingPoint(dataset: name) }
      let count = try Self.extents(dataset, name).reduce(1) { product, extent in
        let (result, overflow) = product.multipliedReportingOverflow(by: extent)
        return overflow ? Int.max : result
      }
      guard count <= limit else { throw .tooLarge(object: name, count: count, limit: limit) }
      if count == 0 { return [] }
      guard H5Dget_storage_size(dataset.id) > 0 else { throw .notWritten(dataset: name) }
      var values = [Float](repeating: 0, count: count)
      _ = try check("H5Dread", name, unsafe chdf5_read_floats(dataset.id, &values))
      return values
    }
  }

  private static func open(_ id: hid_t, _ name: String) throws(HDF5Error) -> HDF5Handle {
    guard try contains(id, name) else { throw .missing(object: name) }
    return try HDF5Handle("H5Dopen", name, unsafe chdf5_open_dataset(id, name))
  }
}
