/// Why a `zarr.json` is not one that this tool reads.
public enum MetadataError: Error, Hashable {
  /// The text is no JSON object.
  case notJSON
  /// Another version of Zarr.
  case wrongZarrFormat(found: String, expected: Int)
  /// An array where a group is wanted, or the reverse.
  case wrongNodeType(found: String, expected: String)
  /// A member that must be there is not.
  case missing(member: String)
  /// A member that this tool does not know, and that does not say that it may be passed over.
  case unknown(member: String)
  /// A member whose value is of the wrong kind or out of bounds.
  case invalid(member: String, found: String)
  /// A member that is right, but not read by this tool.
  case unsupported(member: String, found: String, supported: String)
}

extension MetadataError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .notJSON: "not a JSON object"
    case .wrongZarrFormat(let found, let expected): "zarr_format is \(found), not \(expected)"
    case .wrongNodeType(let found, let expected): "node_type is \(found), not \(expected)"
    case .missing(let member): "\(member) is missing"
    case .unknown(let member): "\(member) is not known to this tool"
    case .invalid(let member, let found): "\(member) is \(found)"
    case .unsupported(let member, let found, let supported):
      "\(member) is \(found); this tool reads \(supported)"
    }
  }
}
