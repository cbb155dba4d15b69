import VolumeCore

/// The `zarr.json` of a group: its attributes, and nothing else.
public struct GroupMetadata: Hashable, Sendable {
  /// What is kept with the group.
  public var attributes: [String: JSONValue]

  /// A group with `attributes`.
  public init(attributes: [String: JSONValue]) { self.attributes = attributes }

  /// The document, with sorted keys: equal groups are equal bytes.
  public func encoded() -> [UInt8] {
    let document: JSONValue = [
      "zarr_format": 3, "node_type": "group", "attributes": .object(attributes),
    ]
    return Array(document.text(pretty: true).utf8) + [0x0A]
  }

  /// Reads a document, and refuses whatever it does not know.
  public init(decoding bytes: [UInt8]) throws(MetadataError) {
    try self.init(try nodeMembers(decoding: bytes, type: "group"))
  }

  init(_ group: MetadataMembers) throws(MetadataError) {
    // Some writers left `"consolidated_metadata": null`, which says nothing.
    var known: Set<String> = ["zarr_format", "node_type", "attributes"]
    if group.optional("consolidated_metadata") == .null { known.insert("consolidated_metadata") }
    try group.refuseUnknown(except: known)
    let attributes = group.optional("attributes") ?? .object([:])
    guard let members = attributes.object else { throw group.invalid("attributes", attributes) }
    self.attributes = members
  }
}

/// What a `zarr.json` describes.
public enum NodeMetadata: Hashable, Sendable {
  /// An array of voxels.
  case array(ArrayMetadata)
  /// A folder of arrays and groups.
  case group(GroupMetadata)

  /// Reads a document, and refuses whatever it does not know.
  public init(decoding bytes: [UInt8]) throws(MetadataError) {
    let (node, _) = try document(decoding: bytes)
    switch try node.string("node_type") {
    case "array": self = .array(try ArrayMetadata(node))
    case "group": self = .group(try GroupMetadata(node))
    case let other: throw .wrongNodeType(found: other, expected: "array or group")
    }
  }
}

/// The members of a document of Zarr v3, and its whole numbers that `JSONValue` rounds.
private func document(
  decoding bytes: [UInt8]
) throws(MetadataError) -> (MetadataMembers, large: [String: UInt64]) {
  guard let document = BoundedJSON(bytes), document.value.object != nil else { throw .notJSON }
  let node = try MetadataMembers(document.value, at: "")
  let version = try node.required("zarr_format")
  guard version == 3 else { throw .wrongZarrFormat(found: version.text(), expected: 3) }
  return (node, document.largeMembers)
}

/// The members of a document of Zarr v3 that describes a node of `type`, and its whole numbers that
/// `JSONValue` rounds.
func nodeDocument(
  decoding bytes: [UInt8], type: String
) throws(MetadataError) -> (MetadataMembers, large: [String: UInt64]) {
  let (node, large) = try document(decoding: bytes)
  let found = try node.string("node_type")
  guard found == type else { throw .wrongNodeType(found: found, expected: type) }
  return (node, large)
}

/// The members of a document of Zarr v3 that describes a node of `type`.
func nodeMembers(decoding bytes: [UInt8], type: String) throws(MetadataError) -> MetadataMembers {
  try nodeDocument(decoding: bytes, type: type).0
}
