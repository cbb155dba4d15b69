import VolumeCore

/// What lies at one place of a store of others, of either version of Zarr.
public enum ZarrNode: Hashable, Sendable {
  /// An array.
  case array(ZarrArray)
  /// A folder of arrays and groups, with its attributes.
  case group([String: JSONValue])

  /// Reads a `zarr.json`; what it says of nodes below (consolidated metadata) is not looked at.
  public init(zarr3 bytes: [UInt8]) throws(MetadataError) {
    guard let document = BoundedJSON(bytes) else { throw .notJSON }
    guard document.value["node_type"] == "group" else {
      self = .array(try ZarrArray(zarr3: bytes))
      return
    }
    let (group, _) = try nodeDocument(decoding: bytes, type: "group")
    try group.refuseUnknown(except: [
      "zarr_format", "node_type", "attributes", "consolidated_metadata",
    ])
    let attributes = group.optional("attributes") ?? .object([:])
    guard let members = attributes.object else { throw group.invalid("attributes", attributes) }
    self = .group(members)
  }

  /// Reads the documents of version 2: a `.zarray`, or else a `.zgroup`, and the `.zattrs` of either.
  public init(
    zarr2Array array: [UInt8]?, group: [UInt8]?, attributes: [UInt8]?
  ) throws(MetadataError) {
    var members: [String: JSONValue] = [:]
    if let attributes {
      guard let found = BoundedJSON(attributes)?.value.object else { throw .notJSON }
      members = found
    }
    if let array {
      self = .array(try ZarrArray(zarr2: array, attributes: members))
      return
    }
    if let group {
      guard let document = BoundedJSON(group), document.value.object != nil else { throw .notJSON }
      let version = try MetadataMembers(document.value, at: "").required("zarr_format")
      guard version == 2 else { throw .wrongZarrFormat(found: version.text(), expected: 2) }
    }
    self = .group(members)
  }
}
