import Synchronization
import VolumeCore

extension Exterior {
  /// What `mask` says: its voxels that are not zero are outside. It is read once, block by block.
  public init(
    mask: any VolumeReader, of scan: Shape3, _ options: ExteriorOptions,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws(ExteriorError) {
    let volume = mask.volume.shape
    guard volume == scan else { throw .maskHasOtherShape(mask: volume, scan: scan) }
    // Its edge is kept voxel by voxel, so cells are fine however many they are.
    let edge = Self.finestEdge
    let grid = Self.grid(volume, edge)
    let cells = Mutex(CellSet(grid))
    let edges = Mutex<[EdgeCells.Cell]>([])
    let type = mask.volume.voxelType
    try BoxReading(all: mask, edge: edge, options, isStopped: isStopped).forEach { box, bytes in
      MaskCells(box, bytes, type, grid)
    } join: { _, found in
      cells.withLock { cells in for cell in found.whole { cells[cell] = true } }
      edges.withLock { if $0.count <= EdgeCells.most { $0 += found.edge } }
    }
    let found = edges.withLock { $0 }
    guard found.count <= EdgeCells.most else {
      throw .maskIsTooRagged(cells: EdgeCells.most)
    }
    self.init(
      volume: volume, edge: edge, cells: cells.withLock { $0 }, edges: EdgeCells(grid, found))
  }
}

/// The cells of a box of a mask.
private struct MaskCells: Sendable {
  /// Those all of whose voxels are outside.
  var whole: [Index3] = []
  /// Those of which some are.
  var edge: [EdgeCells.Cell] = []

  init(_ box: Region, _ bytes: RawSpan, _ type: VoxelType, _ grid: Shape3) {
    let edge = Exterior.finestEdge
    func up(_ extent: Int) -> Int { (extent + edge - 1) / edge }
    let (rows, width) = (up(box.y.count), up(box.x.count))
    var bits = [UInt64](repeating: 0, count: rows * width)
    for layer in 0..<up(box.z.count) {
      for place in bits.indices { bits[place] = 0 }
      for z in (layer * edge)..<min(box.z.count, (layer + 1) * edge) {
        for y in 0..<box.y.count {
          let line = (z * box.y.count + y) * box.x.count
          let shift = (z % edge * edge + y % edge) * edge
          for x in 0..<box.x.count where Self.isOutside(bytes, type, line + x) {
            bits[y / edge * width + x / edge] |= UInt64(1) << UInt64(shift + x % edge)
          }
        }
      }
      for (place, voxels) in bits.enumerated() where voxels != 0 {
        let (row, column) = (place / width, place % width)
        let cell = Index3(
          z: box.z.lowerBound / edge + layer, y: box.y.lowerBound / edge + row,
          x: box.x.lowerBound / edge + column)
        // At the far faces a cell is whole with fewer.
        let count =
          min(edge, box.z.count - layer * edge) * min(edge, box.y.count - row * edge)
          * min(edge, box.x.count - column * edge)
        if voxels.nonzeroBitCount == count {
          whole.append(cell)
        } else {
          self.edge.append(EdgeCells.Cell(cell, in: grid, voxels: voxels))
        }
      }
    }
  }

  @inline(__always)
  private static func isOutside(_ bytes: RawSpan, _ type: VoxelType, _ place: Int) -> Bool {
    type == .uint8
      ? unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self) != 0
      : type.value(bytes, at: place) != 0
  }
}
