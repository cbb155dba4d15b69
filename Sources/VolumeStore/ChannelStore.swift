import SystemIO
import VolumeCore
import ZarrFormat

extension StoreFormat: ChannelJoining {
  /// What attributes say of a store that was joined.
  static let joinedAttribute = "joined"

  /// Looks for what `join` leaves.
  public func isJoined(_ path: String) throws(Explanation) -> Bool {
    let path = withoutTrailingSlashes(path)
    do throws(StoreError) {
      let (kind, names) = try system { () throws(SystemError) in
        (try certainKind(ofPath: path), try joinedNames(path))
      }
      if kind == .missing { return false }
      guard let names else { throw .isNotOurs(path: path, what: "is a file, not a store") }
      return names.contains("zarr.json") ? try checkJoined(path) : false
    } catch {
      throw error.explanation
    }
  }

  /// The names in the folder `path`; `nil` where it is none.
  private func joinedNames(_ path: String) throws(SystemError) -> [String]? {
    guard try certainKind(ofPath: path) == .folder else { return nil }
    return try names(inFolder: path)
  }

  /// Throws where the finished store at `path` was not joined by us.
  private func checkJoined(_ path: String) throws(StoreError) -> Bool {
    let bytes: [UInt8] = try system { () throws(SystemError) in
      try contents(ofFile: "\(path)/zarr.json")
    }
    guard let group = try? GroupMetadata(decoding: bytes),
      group.attributes["t2s"]?[Self.joinedAttribute] != nil
    else { throw .isNotOurs(path: path, what: "is a store that this tool did not make") }
    return true
  }

  /// Reads what `join` wrote of the channels for viewers.
  public func channelNames(_ path: String) throws(Explanation) -> [String] {
    let path = withoutTrailingSlashes(path)
    guard try isJoined(path) else {
      throw Explanation(
        .input, "\(path): there is no store of channels",
        remedy: "give a store that segment --probabilities wrote")
    }
    do throws(StoreError) {
      let bytes: [UInt8] = try system { () throws(SystemError) in
        try contents(ofFile: "\(path)/zarr.json")
      }
      let ome = (try? GroupMetadata(decoding: bytes))?.attributes["ome"]
      return (ome?["omero"]?["channels"]?.array ?? []).compactMap { $0["label"]?.string }
    } catch {
      throw error.explanation
    }
  }

  /// Moves the parts' shards below those of one array, level by level, and describes that.
  public func join(
    _ parts: [ChannelPart], at path: String, record: [String: JSONValue]
  ) throws(Explanation) {
    do throws(StoreError) {
      try ChannelStore(path: withoutTrailingSlashes(path), parts: parts).make(record)
    } catch {
      throw error.explanation
    }
  }

  /// Removes what `join` made, and nothing else.
  public func removeJoined(_ path: String) throws(Explanation) {
    let path = withoutTrailingSlashes(path)
    do throws(StoreError) {
      let names: [String]? = try system { () throws(SystemError) in try joinedNames(path) }
      guard let names else { return }
      if names.contains("zarr.json") { _ = try checkJoined(path) }
      if let other = names.first(where: { $0 != "zarr.json" && StorePaths.level(called: $0) == nil }
      ) {
        throw StoreError.isNotOurs(
          path: path, what: "holds \(other), which this tool did not put there")
      }
      try system { () throws(SystemError) in
        // Without its description it is no store any more, whatever a crash leaves.
        if names.contains("zarr.json") { try removeFile("\(path)/zarr.json") }
        try removeFolder(path)
      }
    } catch {
      throw error.explanation
    }
  }
}

/// A store of several channels, (channel, z, y, x), made of finished stores of one channel each.
///
/// A shard of an array with a channel axis lies at `c/CHANNEL/z/y/x`, and its bytes are those of a shard
/// without; so a part's folder `c` only gets another name.
struct ChannelStore {
  let path: String
  let parts: [ChannelPart]

  func make(_ record: [String: JSONValue]) throws(StoreError) {
    guard let first = parts.first else { return }
    let (group, levels) = try documents(of: first)
    for part in parts.dropFirst() {
      guard try documents(of: part).levels == levels else {
        throw .isNotOurs(path: part.path, what: "is cut otherwise than \(first.path)")
      }
    }
    try system { () throws(SystemError) in
      for (level, document) in levels.enumerated() {
        let folder = "\(path)/\(level)/c"
        try makeFolder(folder)
        for (channel, part) in parts.enumerated() {
          let shards = "\(part.path)/\(level)/c"
          // Volumes of zeros have none, and those moved before an interruption none any more.
          guard try certainKind(ofPath: shards) == .folder else { continue }
          try rename(shards, to: "\(folder)/\(channel)")
        }
        try synchroniseFolder(folder)
        try synchroniseFolder("\(path)/\(level)")
        try writeFileAtomically(
          "\(path)/\(level)/zarr.json", Self.encoded(Self.array(document, parts.count)))
      }
      try synchroniseFolder(path)
      try writeFileAtomically(
        "\(path)/zarr.json", Self.encoded(Self.group(group, parts, record)))
      try synchroniseFolder(folderAndName(of: path).folder)
      for part in parts { try removeFolder(part.path) }
    }
  }

  /// What a part says of itself and of its levels.
  private func documents(
    of part: ChannelPart
  ) throws(StoreError) -> (group: JSONValue, levels: [JSONValue]) {
    let paths = StorePaths(group: withoutTrailingSlashes(part.path))
    func document(_ file: String) throws(StoreError) -> JSONValue {
      let bytes: [UInt8] = try system { () throws(SystemError) in try contents(ofFile: file) }
      guard let value = JSONValue(parsing: bytes) else {
        throw .isNotOurs(path: file, what: "is no description of a store")
      }
      return value
    }
    let group = try document(paths.groupMetadata)
    let count = group["attributes"]?["ome"]?["multiscales"]?.array?.first?["datasets"]?.array?.count
    var levels: [JSONValue] = []
    for level in 0..<(count ?? 1) { levels.append(try document(paths.levelMetadata(level))) }
    return (group, levels)
  }

  /// The array's description with an axis of `count` channels, each in shards of its own.
  private static func array(_ document: JSONValue, _ count: Int) -> JSONValue {
    var array = document.object ?? [:]
    array["shape"] = leading(.integer(count), array["shape"])
    array["dimension_names"] = leading("c", array["dimension_names"])
    array["chunk_grid"] = changing(array["chunk_grid"]) { $0 = leading(1, $0) }
    array["codecs"] = .array(
      (array["codecs"]?.array ?? []).map { codec in changing(codec) { $0 = leading(1, $0) } })
    return .object(array)
  }

  /// `value` with its `configuration.chunk_shape` changed.
  private static func changing(
    _ value: JSONValue?, _ change: (inout JSONValue?) -> Void
  ) -> JSONValue {
    var object = value?.object ?? [:]
    var configuration = object["configuration"]?.object ?? [:]
    change(&configuration["chunk_shape"])
    object["configuration"] = .object(configuration)
    return .object(object)
  }

  private static func leading(_ first: JSONValue, _ rest: JSONValue?) -> JSONValue {
    .array([first] + (rest?.array ?? []))
  }

  /// The image's description, with a channel axis and what viewers show of each channel.
  private static func group(
    _ document: JSONValue, _ parts: [ChannelPart], _ record: [String: JSONValue]
  ) -> JSONValue {
    var attributes = document["attributes"]?.object ?? [:]
    var ome = attributes["ome"]?.object ?? [:]
    ome["multiscales"] = .array(
      (ome["multiscales"]?.array ?? []).map { scale in
        var scale = scale.object ?? [:]
        scale["axes"] = leading(["name": "c", "type": "channel"], scale["axes"])
        scale["datasets"] = .array((scale["datasets"]?.array ?? []).map(dataset))
        return .object(scale)
      })
    ome["omero"] = [
      "channels": .array(
        parts.map { part in
          [
            "label": .string(part.name), "active": true,
            "color": .string(
              part.colour.prefix(3).map { hexadecimal($0) }.joined()),
            "window": ["min": 0, "max": 255, "start": 0, "end": 255],
          ]
        })
    ]
    attributes["ome"] = .object(ome)
    var made = (attributes["t2s"]?.object ?? [:]).merging(record) { $1 }
    // The parts' seal was of documents that are no more.
    made["seal"] = nil
    made[StoreFormat.joinedAttribute] = .array(parts.map { .string($0.name) })
    attributes["t2s"] = .object(made)
    return ["zarr_format": 3, "node_type": "group", "attributes": .object(attributes)]
  }

  private static func hexadecimal(_ value: Int) -> String {
    let digits = String(min(max(value, 0), 255), radix: 16, uppercase: true)
    return digits.count < 2 ? "0" + digits : digits
  }

  /// A level's place in space; channels are not scaled.
  private static func dataset(_ dataset: JSONValue) -> JSONValue {
    var result = dataset.object ?? [:]
    result["coordinateTransformations"] = .array(
      (result["coordinateTransformations"]?.array ?? []).map { transformation in
        var transformation = transformation.object ?? [:]
        if let scale = transformation["scale"] { transformation["scale"] = leading(1, scale) }
        if let start = transformation["translation"] {
          transformation["translation"] = leading(0, start)
        }
        return .object(transformation)
      })
    return .object(result)
  }

  private static func encoded(_ document: JSONValue) -> [UInt8] {
    Array(document.text(pretty: true).utf8) + [0x0A]
  }
}
