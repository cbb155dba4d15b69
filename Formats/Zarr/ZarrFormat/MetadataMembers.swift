import VolumeCore

/// One object of a metadata document, read member by member; what nobody asked for is unknown.
struct MetadataMembers {
  /// Where the object is, for errors: "chunk_grid.configuration".
  let place: String
  private let members: [String: JSONValue]

  init(_ value: JSONValue, at place: String) throws(MetadataError) {
    guard let members = value.object else {
      throw .invalid(member: place, found: value.text())
    }
    self.place = place
    self.members = members
  }

  /// The full name of `member`.
  func name(_ member: String) -> String { place.isEmpty ? member : "\(place).\(member)" }

  /// The value of `member`, where there is one.
  func optional(_ member: String) -> JSONValue? { members[member] }

  /// The value of `member`.
  func required(_ member: String) throws(MetadataError) -> JSONValue {
    guard let value = members[member] else { throw .missing(member: name(member)) }
    return value
  }

  /// The text of `member`.
  func string(_ member: String) throws(MetadataError) -> String {
    let value = try required(member)
    guard let text = value.string else { throw invalid(member, value) }
    return text
  }

  /// The list in `member`.
  func array(_ member: String) throws(MetadataError) -> [JSONValue] {
    let value = try required(member)
    guard let list = value.array else { throw invalid(member, value) }
    return list
  }

  /// The object in `member`.
  func object(_ member: String) throws(MetadataError) -> MetadataMembers {
    try MetadataMembers(try required(member), at: name(member))
  }

  /// Three positive extents, z, y, x, each below 2^40.
  func shape(_ member: String) throws(MetadataError) -> Shape3 {
    let value = try required(member)
    guard let list = value.array else { throw invalid(member, value) }
    guard list.count == 3 else {
      throw .unsupported(
        member: name(member), found: value.text(), supported: "three axes (z, y, x)")
    }
    var extents: [Int] = []
    for item in list {
      guard let extent = item.integer, extent > 0, extent < 1 << 40 else {
        throw invalid(member, value)
      }
      extents.append(extent)
    }
    return Shape3(z: extents[0], y: extents[1], x: extents[2])
  }

  /// Refuses members outside `known`, unless they say that they need not be understood.
  func refuseUnknown(except known: Set<String>) throws(MetadataError) {
    for (member, value) in members.sorted(by: { $0.key < $1.key }) where !known.contains(member) {
      if value["must_understand"]?.bool == false { continue }
      throw .unknown(member: name(member))
    }
  }

  /// The complaint that `member` cannot be `value`.
  func invalid(_ member: String, _ value: JSONValue) -> MetadataError {
    .invalid(member: name(member), found: value.text())
  }
}

/// A `{"name": ..., "configuration": {...}}`, as Zarr spells grids, key encodings and codecs.
struct NamedConfiguration {
  let name: String
  let configuration: MetadataMembers
  /// Where it is, for errors.
  let place: String

  init(_ value: JSONValue, at place: String) throws(MetadataError) {
    self.place = place
    if let name = value.string {
      // The short form of version 3.1, for what has no configuration.
      self.name = name
      configuration = try MetadataMembers(.object([:]), at: "\(place).configuration")
      return
    }
    let members = try MetadataMembers(value, at: place)
    name = try members.string("name")
    try members.refuseUnknown(except: ["name", "configuration", "must_understand"])
    configuration = try MetadataMembers(
      members.optional("configuration") ?? .object([:]), at: "\(place).configuration")
  }
}
