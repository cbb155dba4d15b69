import CHDF5
import VoxelFiles

extension HDF5File {
  /// Links may lead to links this often.
  private static var mostLinks: Int { 16 }
  /// The longest text of a link.
  private static var longestLink: Int { 4096 }

  /// Looks at every link on the way to `object`, since the library would follow them anywhere.
  ///
  /// Returns the file that the object lies in, or `nil` where there is no such object. Throws where
  /// the way leaves the folder of the file at `path`.
  static func resolve(
    _ id: hid_t, _ path: String, _ object: String, depth: Int = 0
  ) throws(HDF5Error) -> String? {
    guard depth < mostLinks else { throw .leadsOutside(object: object) }
    var walked = ""
    let parts = object.split(separator: "/").filter { $0 != "." }
    for (number, part) in parts.enumerated() {
      let parent = walked
      walked += "/" + part
      guard unsafe chdf5_has_link(id, walked) > 0 else { return nil }
      let rest = parts[(number + 1)...].joined(separator: "/")
      switch unsafe try check("H5Lget_info", walked, chdf5_link_kind(id, walked)) {
      case 0: continue
      case 1:
        let target = try linkText(id, walked).split(separator: 0, omittingEmptySubsequences: false)
        let text = String(decoding: target.first ?? [], as: UTF8.self)
        let place = text.hasPrefix("/") ? text : "\(parent)/\(text)"
        return try resolve(id, path, "\(place)/\(rest)", depth: depth + 1)
      case 64:
        let (file, target) = try external(id, walked)
        let other = try inside(file, of: path, object: walked)
        return try opening(other) { (otherId) throws(HDF5Error) in
          try resolve(otherId, other, "\(target)/\(rest)", depth: depth + 1)
        }
      default: throw .leadsOutside(object: walked)
      }
    }
    return path
  }

  /// The path of the file that `name`, written in the file at `path`, stands for.
  static func inside(
    _ name: String, of path: String, object: String
  ) throws(HDF5Error) -> String {
    guard let place = insidePath(name, besideHeader: path) else {
      throw .outsideFolder(object: object, file: name)
    }
    guard unsafe H5Fis_hdf5(place) > 0 else { throw .fileMissing(object: object, file: name) }
    return place
  }

  /// Opens another file for as long as `body` takes; the library is held already.
  static func opening<Value>(
    _ other: String, _ body: (hid_t) throws(HDF5Error) -> Value
  ) throws(HDF5Error) -> Value {
    let id = unsafe chdf5_open(other)
    guard id >= 0 else { throw .cannotOpen(path: other) }
    defer { H5Fclose(id) }
    return try body(id)
  }

  private static func linkText(_ id: hid_t, _ object: String) throws(HDF5Error) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: longestLink)
    let size = bytes.count
    let count = unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe chdf5_link_value(id, object, bytes.baseAddress, size)
    }
    return Array(bytes.prefix(Int(try check("H5Lget_val", object, count))))
  }

  /// The file and the object that a link to another file names: a byte of flags, then two texts.
  private static func external(
    _ id: hid_t, _ object: String
  ) throws(HDF5Error) -> (file: String, object: String) {
    let texts = try linkText(id, object).dropFirst()
      .split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard texts.count >= 2 else { throw .leadsOutside(object: object) }
    return (texts[0], texts[1])
  }
}
