import Compression
import Halving
import VolumeCore
import ZarrFormat

/// What a store is to hold and how it is cut: two writers with equal plans make equal bytes.
struct StorePlan: Hashable {
  /// The whole plan as it lies in `.t2s/plan.json`, spelled as JSON spells it.
  let json: JSONValue

  /// The plan of `output`, cut and compressed as `levels` say, each made of the one before by
  /// `halving`.
  init(_ output: OutputDescription, _ levels: [ArrayMetadata], _ halving: Halving?) {
    let layout = levels[0].layout
    let volume = output.volume
    var described: [String: JSONValue] = [
      "shape": .string(volume.shape.description),
      "type": .string(volume.voxelType.rawValue),
      "origin": .string(volume.origin.description),
      "chunk": .string(layout.chunk.description),
      "shard": .string(layout.shards.chunk.description),
      "compression": .string(levels[0].codecs.compression.words),
      "pyramid": .string(
        halving.map { "\(levels.count) levels by \($0.rule.rawValue)" } ?? "none"),
    ]
    if let position = volume.position {
      described["position"] = .string("\(position.z) \(position.y) \(position.x) um")
    }
    if let spacing = volume.spacing {
      described["voxel size"] = .string(spacing.words)
    }
    if let classes = volume.classes {
      described["classes"] = .array(
        classes.map {
          .string("\($0.value) \($0.name) \($0.colour.map(String.init).joined(separator: ","))")
        })
    }
    let json: JSONValue = [
      "version": .integer(Self.version), "volume": .object(described), "plan": .object(output.plan),
    ]
    // Through its text, because 1.0 and 1 are one number there.
    self.json = JSONValue(parsing: json.text()) ?? json
  }

  /// The form of the document that this version writes.
  static let version = 1

  /// The version of a plan that a newer tool wrote; `nil` where `bytes` are none.
  static func newerVersion(_ bytes: [UInt8]) -> Int? {
    let version = JSONValue(parsing: bytes)?["version"]?.integer
    return version.flatMap { $0 > Self.version ? $0 : nil }
  }

  /// The member that holds the CRC32C of the rest: a digit that flips in a window or a region would
  /// make other voxels, and while a store is not finished no seal tells.
  private static let checksumMember = "crc32c"

  /// Reads a plan; `nil` where it is none, or is not what was written.
  init?(decoding bytes: [UInt8]) {
    guard var members = JSONValue(parsing: bytes)?.object,
      members["version"] == .integer(Self.version),
      members["volume"]?.object != nil, members["plan"]?.object != nil
    else { return nil }
    // Versions before had none; a name that flipped is not one of ours.
    let checksum = members.removeValue(forKey: Self.checksumMember)
    guard members.count == 3 else { return nil }
    json = .object(members)
    if let checksum, checksum != .string(self.checksum) { return nil }
  }

  private var checksum: String { CRC32C.checksum(of: Array(json.text().utf8)).hexadecimal }

  /// The document.
  func encoded() -> [UInt8] {
    var members = json.object ?? [:]
    members[Self.checksumMember] = .string(checksum)
    return Array(JSONValue.object(members).text(pretty: true).utf8) + [0x0A]
  }

  /// Where this plan is not `other`, in words: "tile is 256, was 333".
  func differences(from other: StorePlan) -> [String] {
    var differences: [String] = []
    for part in ["volume", "plan"] {
      let new = json[part]?.object ?? [:]
      let old = other.json[part]?.object ?? [:]
      for key in Set(new.keys).union(old.keys).sorted() where new[key] != old[key] {
        let now = new[key].map { $0.text() } ?? "not given"
        let was = old[key].map { $0.text() } ?? "not given"
        differences.append("\(key) is \(now), was \(was)")
      }
    }
    return differences
  }

  /// What made it and from what.
  var made: [String: JSONValue] { json["plan"]?.object ?? [:] }

  /// The shards of the volume, where the plan says them as this version writes it.
  var shards: ChunkGrid? { levels?.arrays.first?.layout.shards }
}
