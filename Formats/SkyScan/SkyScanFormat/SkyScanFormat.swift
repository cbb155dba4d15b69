import VolumeCore

/// Being built.
public struct SkyScanFormat: VolumeFormat {
  /// The format's name.
  public let name = "SkyScan"

  /// What reads the slices.
  let slices: [any VolumeFormat]

  /// The format, whose slices `slices` read.
  public init(slices: [any VolumeFormat]) { self.slices = slices }

  /// Nothing yet.
  public func recognises(_ path: String) -> Bool { false }

  /// Refuses.
  public func open(
    _ path: String, hints: OpeningHints
  ) throws(Explanation) -> any VolumeReader {
    throw Explanation(.input, "\(path): not read yet", remedy: "convert it to another format")
  }
}
