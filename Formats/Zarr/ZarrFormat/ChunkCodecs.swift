import VolumeCore

/// How the voxels of one inner chunk become bytes: little-endian, then these in turn.
public struct ChunkCodecs: Hashable, Sendable {
  /// The settings of zstd.
  public struct Zstd: Hashable, Sendable {
    /// The level, as it was asked for; reading does not depend on it.
    public var level: Int
    /// Whether the frame carries a checksum of its own content.
    public var hasChecksum: Bool

    /// zstd of `level`, without a checksum of its own.
    public init(level: Int, hasChecksum: Bool = false) {
      self.level = level
      self.hasChecksum = hasChecksum
    }
  }

  /// The compression, or `nil` where chunks lie as they are.
  public var zstd: Zstd?
  /// Whether a CRC32C of the (compressed) bytes follows them.
  public var hasChecksum: Bool

  /// Chunks compressed by `zstd`, followed by a checksum where `hasChecksum` says so.
  public init(zstd: Zstd?, hasChecksum: Bool) {
    self.zstd = zstd
    self.hasChecksum = hasChecksum
  }

  /// What this tool writes: zstd 1, and a checksum that is tested without decompressing.
  public static let standard = ChunkCodecs(zstd: Zstd(level: 1), hasChecksum: true)

  /// What this tool writes where `compression` was asked for.
  public init(_ compression: StoreCompression) {
    switch compression {
    case .none: self.init(zstd: nil, hasChecksum: true)
    case .zstd(let level): self.init(zstd: Zstd(level: level), hasChecksum: true)
    }
  }

  /// The compression, as options name it.
  public var compression: StoreCompression { zstd.map { .zstd(level: $0.level) } ?? .none }
}
