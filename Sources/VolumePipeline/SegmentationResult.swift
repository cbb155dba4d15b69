import VolumeCore

/// What a run did.
public struct SegmentationResult: Hashable, Sendable {
  /// Voxels that this run computed.
  public var voxels: Int
  /// Voxels that an earlier run had committed.
  public var voxelsBefore: Int
  /// Tiles computed.
  public var tiles: Int
  /// Tiles of the whole output that are not computed, because all that they write lies outside the
  /// specimen.
  public var tilesOutside: Int
  /// Wall time.
  public var seconds: Double
  /// The share of that time in which the reader read.
  public var readBusy: Double
  /// The share in which at least one tile was being computed.
  public var inferBusy: Double
  /// The share in which labels were put together, or encoded and written, whichever is more; where
  /// several threads encode, of their time.
  public var writeBusy: Double
  /// Bytes of label blocks on disk.
  public var bytesWritten: Int
  /// Bytes of voxels that were asked of the scan.
  public var bytesRead: Int
  /// Voxels that the network computed, those of the halo included.
  public var voxelsComputed: Int
}

/// A stage of a run failed.
public struct PipelineError: ExplainedError, Hashable {
  /// "reading", "computing", "writing".
  public var stage: String
  /// What was being worked on.
  public var place: Region?
  /// Why it failed.
  public var reason: Explanation

  /// The reason, with the place.
  public var explanation: Explanation {
    Explanation(
      reason.kind, "\(stage)\(place.map { " the tile at \($0)" } ?? ""): \(reason.what)",
      remedy: reason.remedy)
  }
}
