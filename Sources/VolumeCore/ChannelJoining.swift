/// One of the volumes that are joined to a volume of several channels.
public struct ChannelPart: Hashable, Sendable {
  /// Where it lies, finished.
  public var path: String
  /// What it is called: a class.
  public var name: String
  /// Red, green, blue, opacity, for viewers.
  public var colour: [Int]

  /// The volume at `path` as the channel `name`.
  public init(path: String, name: String, colour: [Int]) {
    self.path = path
    self.name = name
    self.colour = colour
  }
}

/// A format in which finished volumes of one shape become the channels of one: (channel, z, y, x).
///
/// Each is written by itself, with all that makes writing safe, and nothing is copied at the end.
public protocol ChannelJoining: Sendable {
  /// Whether a volume of channels is at `path` that was joined whole; throws where something else is
  /// there.
  func isJoined(_ path: String) throws(Explanation) -> Bool

  /// Moves the voxels of `parts` to one volume at `path`; the parts are no more afterwards. Where it was
  /// interrupted, the same call goes on.
  ///
  /// - Parameter record: what is to be kept of the run.
  func join(
    _ parts: [ChannelPart], at path: String, record: [String: JSONValue]
  ) throws(Explanation)

  /// The names of the channels of the joined volume at `path`, in their order; throws where it is none.
  func channelNames(_ path: String) throws(Explanation) -> [String]

  /// Removes a volume of channels that was joined at `path`, or was being joined.
  func removeJoined(_ path: String) throws(Explanation)
}
