import VolumeCore

/// An option that contradicts what a file says of itself.
public enum HintError: Error, Hashable, Sendable {
  /// The option and the file say two things.
  case disagrees(file: String, option: String, said: String, is: String)
  /// A voxel has several values, and nobody says which is meant; `kind` is what it is: "colours".
  case needsChannel(file: String, channels: Int, kind: String)
  /// There is no such channel.
  case channelIsMissing(file: String, channel: Int, channels: Int)
}

extension HintError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .disagrees(let file, let option, let said, let value):
      Explanation(
        .input, "\(option) says \(said), and \(file) itself says \(value)",
        remedy: "leave \(option) away: the file describes itself")
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
  /// Refuses options that contradict what a file says of itself.
  ///
  /// - Parameter offset: bytes before its first voxel; `nil` where that is no single number.
  public func check(
    against volume: VolumeDescription, byteOrder: ByteOrder, offset: Int?, file: String
  ) throws(HintError) {
    if let said = shape, said != volume.shape {
      throw .disagrees(
        file: file, option: "--shape", said: "\(said) (\(said.words))",
        is: "\(volume.shape) (\(volume.shape.words))")
    }
    if let said = voxelType, said != volume.voxelType {
      throw .disagrees(
        file: file, option: "--type", said: said.rawValue, is: volume.voxelType.rawValue)
    }
    if let said = self.byteOrder, said != byteOrder, volume.voxelType.byteCount > 1 {
      throw .disagrees(
        file: file, option: "--byte-order", said: said.rawValue, is: byteOrder.rawValue)
    }
    if let said = self.offset, said != offset {
      throw .disagrees(
        file: file, option: "--offset", said: "\(said)",
        is: offset.map { "\($0)" } ?? "where its voxels begin")
    }
    if let said = level, said != "0" {
      throw .disagrees(file: file, option: "--level", said: said, is: "that it has one level, 0")
    }
  }

  /// Puts the voxel size that was asked for in place of the file's, and says so.
  public func applySpacing(to volume: inout VolumeDescription) {
    guard let spacing else { return }
    if let said = volume.spacing, said != spacing {
      volume.remarks.append(
        "the file says a voxel of \(said.z) x \(said.y) x \(said.x) um; the options say "
          + "\(spacing.z) x \(spacing.y) x \(spacing.x) um, which holds")
    }
    volume.spacing = spacing
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
