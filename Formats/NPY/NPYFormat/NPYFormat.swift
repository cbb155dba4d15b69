import VolumeCore

/// Being built.
public struct NPYFormat: VolumeFormat {
  /// The format's name.
  public let name = "NPY"

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
