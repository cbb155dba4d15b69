import CHDF5

extension HDF5File {
  /// No attribute that is read here is longer, in bytes or in texts.
  static var largestAttribute: Int { 64 << 20 }
  /// The most numbers of a small value.
  static var mostNumbers: Int { 65_536 }

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
      let count = try Self.count(space, name)
      if count == 0 { return [] }
      let type = try HDF5Handle("H5Aget_type", object, H5Aget_type(attribute.id))
      guard H5Tget_class(type.id) == H5T_STRING else {
        throw .notText(attribute: name, object: object)
      }
      return unsafe try Self.texts(type, space, count, name) {
        unsafe H5Aread(attribute.id, $0, $1)
      }
    }
  }

  /// An attribute of `object`, whatever it is; `nil` where there is none. The way to the object
  /// may lead through files beside this one.
  public func attribute(_ name: String, at object: String) throws(HDF5Error) -> HDF5Value? {
    let (id, path) = (id, path)
    return try calling { () throws(HDF5Error) in
      guard try Self.resolve(id, path, object) != nil,
        unsafe chdf5_has_attribute(id, object, name) > 0
      else { return nil }
      let attribute = try HDF5Handle(
        "H5Aopen_by_name", object, unsafe chdf5_open_attribute(id, object, name))
      let space = try HDF5Handle("H5Aget_space", object, H5Aget_space(attribute.id))
      let type = try HDF5Handle("H5Aget_type", object, H5Aget_type(attribute.id))
      return unsafe try Self.value(type, space, name) { unsafe H5Aread(attribute.id, $0, $1) }
    }
  }

  /// A dataset of a few numbers or texts; `nil` where there is none.
  public func value(ofDataset name: String) throws(HDF5Error) -> HDF5Value? {
    let (id, path) = (id, path)
    return try calling { () throws(HDF5Error) in
      var address: UInt64 = 0
      guard try Self.resolve(id, path, name) != nil,
        unsafe chdf5_object_kind(id, name, &address) == 1
      else { return nil }
      let dataset = try HDF5Handle("H5Dopen", name, unsafe chdf5_open_dataset(id, name))
      let space = try HDF5Handle("H5Dget_space", name, H5Dget_space(dataset.id))
      let type = try HDF5Handle("H5Dget_type", name, H5Dget_type(dataset.id))
      return unsafe try Self.value(type, space, name) { unsafe chdf5_read_all(dataset.id, $0, $1) }
    }
  }

  /// Reads everything that an attribute or a dataset holds, as the type that is given, to an address.
  private typealias Reading = (hid_t, UnsafeMutableRawPointer) -> herr_t

  private static func count(
    _ space: borrowing HDF5Handle, _ name: String
  ) throws(HDF5Error) -> Int {
    let count = Int(
      try check("H5Sget_simple_extent_npoints", name, H5Sget_simple_extent_npoints(space.id)))
    guard count <= largestAttribute else {
      throw .tooLarge(object: name, count: count, limit: largestAttribute)
    }
    return count
  }

  private static func value(
    _ type: borrowing HDF5Handle, _ space: borrowing HDF5Handle, _ name: String, _ read: Reading
  ) throws(HDF5Error) -> HDF5Value {
    let count = try count(space, name)
    switch H5Tget_class(type.id) {
    case H5T_STRING:
      return .texts(count == 0 ? [] : unsafe try texts(type, space, count, name, read))
    case H5T_INTEGER, H5T_FLOAT, H5T_ENUM:
      guard count <= mostNumbers else { return .other }
      var numbers = [Double](repeating: 0, count: count)
      if count == 0 { return .numbers(numbers) }
      let status = unsafe numbers.withUnsafeMutableBytes { bytes in
        unsafe bytes.baseAddress.map { unsafe read(chdf5_native(2, 8), $0) } ?? -1
      }
      _ = try check("reading numbers", name, status)
      return .numbers(numbers)
    default: return .other
    }
  }

  private static func texts(
    _ type: borrowing HDF5Handle, _ space: borrowing HDF5Handle, _ count: Int, _ name: String,
    _ read: Reading
  ) throws(HDF5Error) -> [String] {
    H5Tis_variable_str(type.id) > 0
      ? unsafe try variableTexts(type, space, count, name, read)
      : unsafe try fixedTexts(type, count, name, read)
  }

  private static func variableTexts(
    _ type: borrowing HDF5Handle, _ space: borrowing HDF5Handle, _ count: Int, _ name: String,
    _ read: Reading
  ) throws(HDF5Error) -> [String] {
    var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let status = unsafe pointers.withUnsafeMutableBytes { bytes in
      unsafe bytes.baseAddress.map { unsafe read(type.id, $0) } ?? -1
    }
    _ = try check("reading text", name, status)
    let texts = unsafe pointers.map { text in
      unsafe text.map { unsafe String(cString: $0) } ?? ""
    }
    _ = try check("H5Dvlen_reclaim", name, unsafe chdf5_reclaim(type.id, space.id, &pointers))
    return texts
  }

  private static func fixedTexts(
    _ type: borrowing HDF5Handle, _ count: Int, _ name: String, _ read: Reading
  ) throws(HDF5Error) -> [String] {
    let width = H5Tget_size(type.id)
    let (total, overflow) = width.multipliedReportingOverflow(by: count)
    guard width > 0, !overflow, total <= largestAttribute else {
      throw .tooLarge(object: name, count: overflow ? Int.max : total, limit: largestAttribute)
    }
    var bytes = [UInt8](repeating: 0, count: total)
    let status = unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe bytes.baseAddress.map { unsafe read(type.id, $0) } ?? -1
    }
    _ = try check("reading text", name, status)
    let padded = H5Tget_strpad(type.id) == H5T_STR_SPACEPAD
    return (0..<count).map { index in
      var text = bytes[(index * width)..<((index + 1) * width)].prefix { $0 != 0 }
      if padded, let last = text.lastIndex(where: { $0 != 0x20 }) { text = text[...last] }
      return String(decoding: text, as: UTF8.self)
    }
  }
}
