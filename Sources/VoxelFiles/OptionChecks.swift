import SystemIO
import VolumeCore

/// An option that contradicts what a file says of itself.
public struct OptionDisagreement: ExplainedError, Hashable {
  /// The file, for people.
  public var file: String
  /// The option: "--shape".
  public var option: String
  /// What the option says.
  public var said: String
  /// What the file says.
  public var found: String

  /// `option` says `said` of `file`, which itself says `found`.
  public init(file: String, option: String, said: String, found: String) {
    self.file = file
    self.option = option
    self.said = said
    self.found = found
  }

  /// The error in words.
  public var explanation: Explanation {
    Explanation(
      .input, "\(file): \(option) says \(said), and the file itself says \(found)",
      remedy: "leave \(option) out, or correct it")
  }
}

extension OpeningHints {
  /// Throws where an option contradicts what the file called `file` says of itself.
  ///
  /// - Parameters:
  ///   - volume: what the file says.
  ///   - byteOrder: the order of its voxels' bytes; `nil` where the option may decide.
  ///   - offset: the bytes before its first voxel; `nil` where it has no such place.
  ///   - channels: how many channels there are to choose from.
  public func check(
    against volume: VolumeDescription, byteOrder: ByteOrder?, offset: Int?, channels: Int = 1,
    file: String
  ) throws(OptionDisagreement) {
    if let shape, shape != volume.shape {
      throw OptionDisagreement(
        file: file, option: "--shape", said: "\(shape) (\(shape.words))",
        found: "\(volume.shape) (\(volume.shape.words))")
    }
    if let voxelType, voxelType != volume.voxelType {
      throw OptionDisagreement(
        file: file, option: "--type", said: voxelType.rawValue, found: volume.voxelType.rawValue)
    }
    if let said = self.byteOrder, let byteOrder, said != byteOrder, volume.voxelType.byteCount > 1 {
      throw OptionDisagreement(
        file: file, option: "--byte-order", said: said.rawValue, found: byteOrder.rawValue)
    }
    if let said = self.offset, said != offset {
      throw OptionDisagreement(
        file: file, option: "--offset", said: "\(said)",
        found: offset.map { "that its voxels begin at byte \($0)" } ?? "where its voxels begin")
    }
    if let channel, !(0..<channels).contains(channel) {
      throw OptionDisagreement(
        file: file, option: "--channel", said: "\(channel)",
        found: channels == 1 ? "that 0 is its only channel" : "that it has 0 to \(channels - 1)")
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
}

extension FileHandle {
  /// At most `count` bytes from `offset` on, fewer only at the end of the file: a header.
  public borrowing func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let got = try read(at: offset, into: &raw)
    return got == count ? bytes : Array(bytes.prefix(got))
  }
}
