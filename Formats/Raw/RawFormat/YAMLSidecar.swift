import VolumeCore
import YAMLReading

/// The `NAME.yml` of the system that this one follows: `shape` (x, y, z), `dtype` and
/// `byte_encoding`; and its elder sister `NAME.metadata.yml`: `dimensions` (x, y, z) and `dtype`.
enum YAMLSidecar {
  /// What the document `bytes`, called `name`, says; `nil` where it speaks of something else.
  static func claim(
    _ bytes: [UInt8], name: String, kind: SidecarKind
  ) throws(RawError) -> RawClaim? {
    let document: YAMLValue
    do {
      document = try YAMLValue(parsing: bytes)
    } catch {
      throw .sidecarCannotBeParsed(sidecar: name, why: "\(error)")
    }
    let isMetadata = kind == .metadata
    let shapeKey = isMetadata ? "dimensions" : "shape"
    let keys = isMetadata ? [shapeKey, "dtype"] : [shapeKey, "dtype", "byte_encoding"]
    // A file of options may well have the scan's name.
    guard keys.contains(where: { document[$0] != nil }) else { return nil }
    for key in keys where document[key] == nil {
      throw .sidecarLacks(sidecar: name, what: keys.joined(separator: ", ") + " (\(key))")
    }

    var claim = RawClaim(source: .sidecar(name, kind))
    let extents = document[shapeKey]?.list?.map { $0.text.flatMap { Int($0) } ?? 0 } ?? []
    guard extents.count == 3, extents.allSatisfy({ $0 > 0 }) else {
      throw .sidecarIsMalformed(
        sidecar: name, line: "\(shapeKey): \(words(document[shapeKey]))")
    }
    claim.shape = Shape3(z: extents[2], y: extents[1], x: extents[0])
    guard let type = document["dtype"]?.text, !type.isEmpty else {
      throw .sidecarIsMalformed(sidecar: name, line: "dtype: \(words(document["dtype"]))")
    }
    claim.type = RawTypeName(type) ?? .foreign(type)
    claim.byteOrder = RawTypeName.byteOrder(in: type)
    if !isMetadata {
      let said: ByteOrder
      switch document["byte_encoding"]?.text {
      case "littleendian": said = .little
      case "bigendian": said = .big
      default:
        throw .sidecarIsMalformed(
          sidecar: name, line: "byte_encoding: \(words(document["byte_encoding"]))")
      }
      guard claim.byteOrder == nil || claim.byteOrder == said else {
        throw .sidecarIsMalformed(
          sidecar: name, line: "dtype: \(type), and byte_encoding: \(said.rawValue)endian")
      }
      claim.byteOrder = said
    }
    return claim
  }

  /// A value as it might stand in the file, in short.
  private static func words(_ value: YAMLValue?) -> String {
    switch value {
    case nil: "nothing"
    case .text(let text): text
    case .list(let values): "[\(values.prefix(8).map { $0.text ?? "..." }.joined(separator: ", "))]"
    case .mapping: "{...}"
    }
  }
}
