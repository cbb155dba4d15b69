import VolumeCore

/// What all parts of a run have in common, fixed by the first of them: the command, how it is cut, and
/// what decides about voxels where machines differ.
public struct FrozenRun: Hashable, Sendable {
  /// What follows the tool's name on the command line, without `--part` and `--mixed`.
  public var words: [String]
  /// The folder that relative paths count from.
  public var folder: String
  /// Where the parts' folder is, seen from there.
  public var place: String
  /// How many parts there are.
  public var parts: Int
  /// The tool's version.
  public var toolVersion: String
  /// What must be the same in every part, by name: the hash of the plan, the engine, its instruction
  /// set.
  public var same: [String: String]
  /// What parts take over from here where their own choice might be another: the tile.
  public var chosen: [String: String]
  /// Where and when it was fixed, for people.
  public var origin: String

  /// A run of `parts` parts of the command `words`, given in `folder`.
  public init(
    words: [String], folder: String, place: String, parts: Int, toolVersion: String,
    same: [String: String], chosen: [String: String] = [:], origin: String
  ) {
    self.words = words
    self.folder = folder
    self.place = place
    self.parts = parts
    self.toolVersion = toolVersion
    self.same = same
    self.chosen = chosen
    self.origin = origin
  }

  /// Of the document's form.
  static let version = 1

  private var members: [String: JSONValue] {
    [
      "version": .integer(Self.version), "command": .array(words.map { .string($0) }),
      "folder": .string(folder), "place": .string(place), "parts": .integer(parts),
      "tool_version": .string(toolVersion),
      "same": .object(same.mapValues { .string($0) }),
      "chosen": .object(chosen.mapValues { .string($0) }), "origin": .string(origin),
    ]
  }

  /// `place` as any process may use it.
  public var absolutePlace: String { place.hasPrefix("/") ? place : "\(folder)/\(place)" }

  /// A checksum of everything that decides about the result.
  public var hash: String {
    var members = members
    members["origin"] = nil
    return Self.hash(members)
  }

  private static func hash(_ members: [String: JSONValue]) -> String {
    var fingerprint = Fingerprint()
    let text = Array(JSONValue.object(members).text().utf8)
    fingerprint.update(unsafe text.span.bytes)
    return fingerprint.text
  }

  /// The document, with a checksum of all of it.
  func encoded() -> [UInt8] {
    var members = members
    members["hash"] = .string(Self.hash(members))
    return Array(JSONValue.object(members).text(pretty: true).utf8) + [0x0A]
  }

  /// Reads a document; `nil` where it is not what was written.
  init?(decoding bytes: [UInt8]) {
    guard var members = JSONValue(parsing: bytes)?.object,
      let hash = members.removeValue(forKey: "hash")?.string, hash == Self.hash(members),
      members["version"] == .integer(Self.version),
      let words = members["command"]?.array, let folder = members["folder"]?.string,
      let place = members["place"]?.string,
      let parts = members["parts"]?.integer, let tool = members["tool_version"]?.string,
      let same = members["same"]?.object, let chosen = members["chosen"]?.object,
      let origin = members["origin"]?.string
    else { return nil }
    self.init(
      words: words.compactMap(\.string), folder: folder, place: place, parts: parts,
      toolVersion: tool,
      same: same.compactMapValues(\.string), chosen: chosen.compactMapValues(\.string),
      origin: origin)
  }

  /// Where `other`, which wants to be a part of this run, is another: "engine is A here, was B".
  ///
  /// - Parameter isMixed: whether parts of other machines and engines are welcome.
  public func differences(from other: FrozenRun, isMixed: Bool) -> [String] {
    var found: [String] = []
    if parts != other.parts { found.append("it is cut into \(parts) parts, not \(other.parts)") }
    if toolVersion != other.toolVersion {
      found.append("its tool has the version \(toolVersion), this one \(other.toolVersion)")
    }
    for name in Set(same.keys).union(other.same.keys).sorted() where same[name] != other.same[name]
    {
      if isMixed, Self.mayBeMixed.contains(name) { continue }
      found.append(
        "its \(name.map { $0 == "_" ? " " : "\($0)" }.joined()) is \(same[name] ?? "not given"), here "
          + "\(other.same[name] ?? "not given")")
    }
    return found
  }

  /// What may differ where the user says so, because only ties between classes are decided by it.
  public static let mayBeMixed: Set<String> = ["computed_by"]
}
