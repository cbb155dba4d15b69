import CHDF5

/// An HDF5 file that is made in memory and taken as bytes: groups, whole datasets, texts.
///
///     let image = try HDF5Image()
///     try image.put("keras_version", text: "2.15.0", at: "/")
///     try image.put("weights/kernel", [1, 2, 3], extents: [3])
///     let bytes = try image.bytes()
///
/// Whoever writes the bytes does so as it does other files: under another name until they are there,
/// and with an error that says what the disk had to say. Equal contents are equal bytes.
public final class HDF5Image: Sendable {
  private let file: hid_t

  /// A file with nothing in it.
  public init() throws(HDF5Error) {
    file = try calling { () throws(HDF5Error) in
      let name = "memory-\(UInt64.random(in: 0 ... .max))"
      return try check("H5Fcreate", name, unsafe chdf5_create_in_memory(name))
    }
  }

  deinit { closeFile(file) }

  /// Makes a group, with those that lead to it.
  public func makeGroup(_ path: String) throws(HDF5Error) {
    try calling { () throws(HDF5Error) in
      _ = try check("H5Gcreate", path, unsafe chdf5_make_group(file, path))
    }
  }

  /// Writes a dataset of numbers in C order, with the groups that lead to it.
  public func put(_ path: String, _ values: [Float], extents: [Int]) throws(HDF5Error) {
    precondition(values.count == extents.reduce(1, *))
    try calling { () throws(HDF5Error) in
      let status = unsafe values.withUnsafeBytes { bytes in
        unsafe chdf5_put_dataset(
          file, path, chdf5_native(2, 4), Int32(extents.count), extents.map { hsize_t($0) },
          bytes.baseAddress)
      }
      _ = try check("H5Dwrite", path, status)
    }
  }

  /// Writes a dataset of one whole number, with the groups that lead to it.
  public func put(_ path: String, _ value: Int) throws(HDF5Error) {
    try calling { () throws(HDF5Error) in
      var value = Int64(value)
      let status = unsafe chdf5_put_dataset(file, path, chdf5_native(1, 8), 0, [], &value)
      _ = try check("H5Dwrite", path, status)
    }
  }

  /// Gives the object at `path` ("/" for the file itself) a text.
  public func put(_ name: String, text: String, at path: String) throws(HDF5Error) {
    try put(name, [text], isList: false, path)
  }

  /// Gives the object at `path` a list of texts.
  public func put(_ name: String, texts: [String], at path: String) throws(HDF5Error) {
    try put(name, texts, isList: true, path)
  }

  private func put(
    _ name: String, _ texts: [String], isList: Bool, _ path: String
  ) throws(HDF5Error) {
    try calling { () throws(HDF5Error) in
      // A zero would end a text.
      var bytes: [UInt8] = []
      for text in texts {
        for byte in text.utf8 where byte != 0 { bytes.append(byte) }
        bytes.append(0)
      }
      let status = unsafe bytes.withUnsafeBytes { bytes in
        unsafe chdf5_put_texts(
          file, path, name, isList ? 1 : 0, hsize_t(texts.count),
          bytes.assumingMemoryBound(to: CChar.self).baseAddress)
      }
      _ = try check("H5Awrite", "\(path)/\(name)", status)
    }
  }

  /// The file's bytes.
  public func bytes() throws(HDF5Error) -> [UInt8] {
    try calling { () throws(HDF5Error) in
      let size = try check("H5Fget_file_image", "the file", chdf5_image(file, nil, 0))
      var bytes = [UInt8](repeating: 0, count: size)
      let status = unsafe bytes.withUnsafeMutableBytes { bytes in
        unsafe chdf5_image(file, bytes.baseAddress, bytes.count)
      }
      _ = try check("H5Fget_file_image", "the file", status)
      return bytes
    }
  }
}
