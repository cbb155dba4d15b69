import VolumeCore
import VoxelFiles

/// The `NAME.ini` that the Core Imaging Library writes beside `NAME.raw`: `[MINIMAL INFO]` with
/// `data_type`, `shape` (z, y, x) and `isfortran`, and `[COMPRESSION]` with `scale` and `offset`.
enum CILSidecar {
  /// What the text `bytes`, called `name`, says; `nil` where it is an `.ini` of something else.
  static func claim(_ bytes: [UInt8], name: String) throws(RawError) -> RawClaim? {
    let sections = try sections(String(decoding: bytes, as: UTF8.self), name: name)
    guard let info = sections["MINIMAL INFO"] else { return nil }
    var claim = RawClaim(source: .sidecar(name, .cil))

    guard let shape = info["shape"], let type = info["data_type"] else {
      throw .sidecarLacks(sidecar: name, what: "shape and data_type under [MINIMAL INFO]")
    }
    let extents = shape.split { "(), ".contains($0) }.map { Int($0) ?? 0 }
    guard extents.count == 3, extents.allSatisfy({ $0 > 0 }) else {
      throw .sidecarIsMalformed(sidecar: name, line: "shape = \(shape)")
    }
    claim.shape = Shape3(z: extents[0], y: extents[1], x: extents[2])

    // Python's name of a class where it was compressed: <class 'numpy.uint8'>.
    var word = type
    if type.hasPrefix("<class '"), let dot = type.lastIndex(of: ".") {
      word = String(type[type.index(after: dot)...].prefix { $0 != "'" })
    }
    claim.type = RawTypeName(word) ?? .foreign(word)
    claim.byteOrder = RawTypeName.byteOrder(in: word)

    if let order = info["isfortran"] ?? info["is_fortran"] {
      switch order.lowercased() {
      case "false": claim.isColumnMajor = false
      case "true": claim.isColumnMajor = true
      default: throw .sidecarIsMalformed(sidecar: name, line: "isfortran = \(order)")
      }
    }
    if let compression = sections["COMPRESSION"], let scale = compression["scale"],
      let offset = compression["offset"]
    {
      claim.remark =
        "\(name): the values were compressed when they were written; those before were "
        + "(value - \(offset)) / \(scale)"
    }
    return claim
  }

  /// The sections of an `.ini`, each with its keys in lower case.
  private static func sections(
    _ text: String, name: String
  ) throws(RawError) -> [String: [String: String]] {
    var sections: [String: [String: String]] = [:]
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let line = trimmed(line)
      guard let first = line.first, first != "#", first != ";" else { continue }
      if first == "[", line.last == "]" {
        section = trimmed(line.dropFirst().dropLast()).uppercased()
        if sections[section] == nil { sections[section] = [:] }
        continue
      }
      guard let sign = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { continue }
      let key = trimmed(line[..<sign]).lowercased()
      let value = trimmed(line[line.index(after: sign)...])
      if section == "MINIMAL INFO", let earlier = sections[section]?[key], earlier != value {
        throw .sidecarIsMalformed(sidecar: name, line: "\(key) = \(earlier), and again \(value)")
      }
      sections[section, default: [:]][key] = value
    }
    return sections
  }
}
