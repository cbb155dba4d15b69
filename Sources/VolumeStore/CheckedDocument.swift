import Compression
import VolumeCore

/// A JSON object in a file of its own, with a member that holds the CRC32C of the rest: a digit that
/// flips in a hash or a count is seen.
struct CheckedDocument: Hashable {
  /// The member that holds the checksum.
  static let checksumMember = "crc32c"

  /// The object, without its checksum.
  let value: JSONValue

  /// `value`, which is an object without a member of the checksum's name.
  init(_ value: JSONValue) {
    precondition(value.object != nil && value[Self.checksumMember] == nil)
    // Through its text, because 1.0 and 1 are one number there.
    self.value = JSONValue(parsing: value.text()) ?? value
  }

  /// Reads a document; `nil` where it is not what was written.
  init?(decoding bytes: [UInt8]) {
    guard var members = JSONValue(parsing: bytes)?.object,
      let checksum = members.removeValue(forKey: Self.checksumMember)
    else { return nil }
    value = .object(members)
    // All bytes count, also those between the members.
    guard checksum == .string(self.checksum), encoded() == bytes else { return nil }
  }

  private var checksum: String { CRC32C.checksum(of: Array(value.text().utf8)).hexadecimal }

  /// The document, for people too.
  func encoded() -> [UInt8] {
    var members = value.object ?? [:]
    members[Self.checksumMember] = .string(checksum)
    return Array(JSONValue.object(members).text(pretty: true).utf8) + [0x0A]
  }
}
