import VolumeCore

/// Being built.
public struct MRCFormat: VolumeFormat {
  /// The format's name.
  public let name = "MRC"

  /// The format.
  public init() {}

  /// Nothing yet.
  public func recognises(_ path: String) -> Bool { false }

  /// Refuses.
  public func open(
    _ path: String, hints: OpeningHints
  ) throws(Explanation) -> any VolumeReader {
    throw Explanation(.input, "\(path): not read yet", remedy: "convert it to another format")
  }
}
