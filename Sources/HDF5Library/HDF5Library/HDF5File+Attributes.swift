import CHDF5

extension HDF5File {
  /// No attribute that is read here is longer, in bytes or in texts.
  static var largestAttribute: Int { 64 << 20 }

  /// The texts of an attribute of `object` ("/" for the file's own), of fixed or variable length;
  /// `nil` where there is no such attribute. An attribute without elements has no texts.
  public func strings(
    ofAttribute name: String, at object: String = "/"
  ) throws(HDF5Error) -> [String]? {
    let id = id
    return try calling { () throws(HDF5Error) in
      guard try Self.contains(id, object) else {
        throw .missing(object: object)
      }
      guard unsafe chdf5_has_attribute(id, object, name) > 0 else { return nil }
      let attribute = try HDF5Handle(
        "H5Aopen_by_name", object, unsafe chdf5_open_attribute(id, object, name))
      let space = try HDF5Handle("H5Aget_space", object, H5Aget_space(attribute.id))
      let count = Int(
        try check("H5Sget_simple_extent_npoints", object, H5Sget_simple_extent_npoints(space.id)))
      if count == 0 { return [] }
      guard count <= Self.largestAttribute else {
        throw .tooLarge(object: name, count: count, limit: Self.largestAttribute)
      }
      let type = try HDF5Handle("H5Aget_type", object, H5Aget_type(attribute.id))
      guard H5Tget_class(type.id) == H5T_STRING else {
        throw .notText(attribute: name, object: object)
      }
      return H5Tis_variable_str(type.id) > 0
        ? try Self.variableStrings(attribute, type, space, count, name)
        : try Self.fixedStrings(attribute, type, count, name)
    }
  }

  private static func variableStrings(
    _ attribute: borrowing HDF5Handle, _ type: borrowing HDF5Handle,
    _ space: borrowing HDF5Handle, _ count: Int, _ name: String
  ) throws(HDF5Error) -> [String] {
    var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    _ = try check("H5Aread", name, unsafe H5Aread(attribute.id, type.id, &pointers))
    let texts = unsafe pointers.map { text in
      unsafe text.map { unsafe String(cString: $0) } ?? ""
    }
    _ = try check("H5Dvlen_reclaim", name, unsafe chdf5_reclaim(type.id, space.id, &pointers))
    return texts
  }

  private static func fixedStrings(
    _ attribute: borrowing HDF5Handle, _ type: borrowing HDF5Handle, _ count: Int, _ name: String
  ) throws(HDF5Error) -> [String] {
    let width = H5Tget_size(type.id)
    let (total, overflow) = width.multipliedReportingOverflow(by: count)
    guard width > 0, !overflow, total <= largestAttribute else {
      throw .tooLarge(object: name, count: overflow ? Int.max : total, limit: largestAttribute)
    }
    var bytes = [UInt8](repeating: 0, count: total)
    _ = try check("H5Aread", name, unsafe H5Aread(attribute.id, type.id, &bytes))
    let padded = H5Tget_strpad(type.id) == H5T_STR_SPACEPAD
    return (0..<count).map { index in
      var text = bytes[(index * width)..<((index + 1) * width)].prefix { $0 != 0 }
      if padded, let last = text.lastIndex(where: { $0 != 0x20 }) { text = text[...last] }
      return String(decoding: text, as: UTF8.self)
    }
  }
}
