import VolumeCore

/// Why a file is not opened with the options that were given.
public enum HintError: Error, Hashable, Sendable {
  /// An option contradicts what the file says of itself.
  case disagrees(OptionDisagreement)
  /// A voxel has several values, and nobody says which is meant; `kind` is what it is: "colours".
  case needsChannel(file: String, channels: Int, kind: String)
  /// There is no such channel.
  case channelIsMissing(file: String, channel: Int, channels: Int)
}

extension HintError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .disagrees(let error): error.explanation
    case .needsChannel(let file, let channels, let kind):
      Explanation(
        .input, "\(file) holds \(channels) values for each voxel: \(kind)",
        remedy: "say which to read with --channel 0 to --channel \(channels - 1)")
    case .channelIsMissing(let file, let channel, let channels):
      Explanation(
        .input,
        "\(file) has no channel \(channel), but \(channels) "
          + "\(channels == 1 ? "channel" : "channels"), counted from 0",
        remedy: channels == 1
          ? "leave --channel away" : "give --channel 0 to --channel \(channels - 1)")
    }
  }
}

extension OpeningHints {
  /// Refuses options that contradict what a file says of itself; which channel is another matter.
  ///
  /// - Parameter offset: bytes before its first voxel; `nil` where that is no single number.
  public func compare(
    with volume: VolumeDescription, byteOrder: ByteOrder, offset: Int?, file: String
  ) throws(HintError) {
    do {
      try check(
        against: volume, byteOrder: byteOrder, offset: offset, channels: .max, file: file)
    } catch {
      throw .disagrees(error)
    }
    if let said = level, said != "0" {
      throw .disagrees(
        OptionDisagreement(
          file: file, option: "--level", said: said, found: "that it has one level, 0"))
    }
  }

  /// Which of a voxel's `count` values is to be read.
  ///
  /// - Parameter kind: what they are, for people: "red, green, blue".
  public func channel(of count: Int, kind: String, file: String) throws(HintError) -> Int {
    guard let channel else {
      guard count == 1 else { throw .needsChannel(file: file, channels: count, kind: kind) }
      return 0
    }
    guard (0..<count).contains(channel) else {
      throw .channelIsMissing(file: file, channel: channel, channels: count)
    }
    return channel
  }
}
