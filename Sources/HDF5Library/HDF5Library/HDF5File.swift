import CHDF5

/// An HDF5 file open for reading, closed when its owner goes.
///
/// Objects are named by their path in the file. The library is not made for hostile files; sizes
/// are checked before memory is asked for, and links to other files are not followed.
public struct HDF5File: ~Copyable {
  let id: hid_t
  /// Where it was opened.
  public let path: String

  /// Opens a file.
  public init(readingFrom path: String) throws(HDF5Error) {
    id = try calling { () throws(HDF5Error) in
      guard unsafe H5Fis_hdf5(path) > 0 else { throw .notHDF5(path: path) }
      let id = unsafe chdf5_open(path)
      guard id >= 0 else { throw .cannotOpen(path: path) }
      return id
    }
    self.path = path
  }

  deinit { closeFile(id) }

  /// Whether there is a group or dataset at `object`.
  public func contains(_ object: String) throws(HDF5Error) -> Bool {
    let id = id
    return try calling { () throws(HDF5Error) in try Self.contains(id, object) }
  }

  /// Looks at each part of the path, because the library fails where the way to it is missing.
  static func contains(_ id: hid_t, _ object: String) throws(HDF5Error) -> Bool {
    var walked = ""
    for part in object.split(separator: "/") {
      walked += walked.isEmpty ? String(part) : "/" + part
      guard unsafe chdf5_has_link(id, walked) > 0 else { return false }
      guard unsafe try check("H5Lget_info", walked, chdf5_link_kind(id, walked)) <= 1 else {
        throw .leadsOutside(object: walked)
      }
    }
    return true
  }
}
