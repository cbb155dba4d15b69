import VolumeCore

/// A volume cut into at most 32 cells along each axis, whose counts are enough to tell how far its
/// volume fractions vary: so few that they are kept for any volume, and so many that what varies
/// over a quarter of it is seen.
public struct CellGrid: Hashable, Sendable {
  /// Cells along one axis at most.
  public static let most = 32
  /// The volume and the cells' edges, which are powers of two.
  public let grid: ChunkGrid

  /// The cells of a volume of `shape`.
  public init(_ shape: Shape3) {
    func edge(_ extent: Int) -> Int {
      var edge = 1
      while extent > edge * Self.most { edge *= 2 }
      return edge
    }
    grid = ChunkGrid(
      volume: shape, chunk: Shape3(z: edge(shape.z), y: edge(shape.y), x: edge(shape.x)))
  }

  /// Cells along each axis.
  public var count: Shape3 { grid.count }

  /// The place of a cell in the list of all.
  func place(_ z: Int, _ y: Int, _ x: Int) -> Int { (z * count.y + y) * count.x + x }
}
