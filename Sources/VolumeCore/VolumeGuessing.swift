/// One way to read a file of which nothing is said, with what speaks for it.
public struct VolumeGuess: Hashable, Sendable {
  /// The extent.
  public var shape: Shape3
  /// What a voxel is.
  public var voxelType: VoxelType
  /// The order of a voxel's bytes.
  public var byteOrder: ByteOrder
  /// Bytes before the first voxel.
  public var offset: Int
  /// What ranks it: the higher, the likelier; only differences mean something.
  public var score: Double
  /// The correlation of voxels with those one row further, 0 to 1 in a volume; what is coarser than
  /// a few voxels is left out.
  public var rowCorrelation: Double
  /// The same for voxels one layer further; `nil` where there is one layer.
  public var layerCorrelation: Double?
  /// Bits that a voxel's change from its neighbour holds, of the bits that it could: near 1 in noise,
  /// and where the type or the byte order is wrong.
  public var entropy: Double

  /// The reading of `shape` voxels of `voxelType` from `offset` on, of which nothing is known yet.
  public init(shape: Shape3, voxelType: VoxelType, byteOrder: ByteOrder, offset: Int) {
    self.shape = shape
    self.voxelType = voxelType
    self.byteOrder = byteOrder
    self.offset = offset
    score = 0
    rowCorrelation = 0
    entropy = 1
  }

  /// The options that make a command read the file so.
  public var options: String {
    var options = "--shape \(shape) --type \(voxelType.rawValue)"
    if voxelType.byteCount > 1 { options += " --byte-order \(byteOrder.rawValue)" }
    if offset != 0 { options += " --offset \(offset)" }
    return options
  }
}

/// Suggests how a headerless file may be read; it never decides.
public protocol VolumeGuessing: Sendable {
  /// The likeliest readings of the file at `path`, best first, at most `count`; only those that agree
  /// with `hints`.
  func guesses(
    _ path: String, hints: OpeningHints, count: Int
  ) throws(Explanation) -> [VolumeGuess]

  /// The file at `path` as `guess` says, whatever lies beside it or its name says.
  func open(_ path: String, as guess: VolumeGuess) throws(Explanation) -> any VolumeReader
}
