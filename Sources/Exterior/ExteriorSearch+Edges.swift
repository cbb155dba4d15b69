import Synchronization
import VolumeCore

/// The edge of the exterior, drawn by the scan itself.
extension ExteriorSearch {
  /// The cells beside `cells` with their voxels that are outside too; `nil` where there are too many
  /// to keep.
  ///
  /// A voxel is outside where it is dark and joined to the cells through dark voxels, looked at with
  /// the cells around its own alone. Where the dark goes on to a cell that does not touch the exterior,
  /// a crack or a pore opens: there nothing is added, so that the exterior does not reach into it.
  func edgeCells(of cells: CellSet, below: Double) throws(ExteriorError) -> EdgeCells? {
    let near = cells.withNeighbours
    let chunk = Shape3(z: 64, y: 64, x: 256)
    let volume = scan.volume.shape
    let grid = ChunkGrid(volume: volume, chunk: chunk)
    let edge = Exterior.finestEdge
    var boxes: [Region] = []
    var count = 0
    for index in grid.indices {
      let inside = EdgeBox.cells(of: grid.region(of: index), in: cells.shape)
      let found = near.count(in: inside) - cells.count(in: inside)
      guard found > 0 else { continue }
      count += found
      boxes.append(
        grid.region(of: index).grown(by: edge).clamped(to: Region(volume)))
    }
    guard count <= EdgeCells.most else { return nil }
    let result = Mutex<[EdgeCells.Cell]>([])
    let type = scan.volume.voxelType
    let reading = BoxReading(scan, boxes: boxes, options, isStopped: isStopped)
    try reading.forEach { box, bytes in
      // Without the margin it is the box of the grid.
      let middle = Index3(
        z: (box.z.lowerBound + edge) / chunk.z, y: (box.y.lowerBound + edge) / chunk.y,
        x: (box.x.lowerBound + edge) / chunk.x)
      let core = EdgeBox.cells(of: grid.region(of: middle), in: cells.shape)
      return EdgeBox(box, bytes, type, below: below, cells, near).cells(of: core)
    } join: { _, found in
      result.withLock { $0 += found }
    }
    return EdgeCells(cells.shape, result.withLock { $0 })
  }
}

/// A box of the scan, as dark and bright.
private struct EdgeBox {
  private static let edge = Exterior.finestEdge
  private static let side = 3 * edge

  let region: Region
  let isDark: [Bool]
  let outside: CellSet
  let near: CellSet

  static func cells(of region: Region, in grid: Shape3) -> Region {
    func cells(_ range: Range<Int>) -> Range<Int> {
      (range.lowerBound / edge)..<((range.upperBound + edge - 1) / edge)
    }
    return Region(z: cells(region.z), y: cells(region.y), x: cells(region.x))
      .clamped(to: Region(grid))
  }

  init(
    _ region: Region, _ voxels: RawSpan, _ type: VoxelType, below: Double, _ outside: CellSet,
    _ near: CellSet
  ) {
    self.region = region
    self.outside = outside
    self.near = near
    isDark =
      type == .uint8
      ? (0..<region.voxelCount).map {
        unsafe Double(voxels.unsafeLoad(fromByteOffset: $0, as: UInt8.self)) < below
      } : (0..<region.voxelCount).map { type.value(voxels, at: $0) < below }
  }

  /// What a cell is to the exterior.
  private enum Kind: UInt8 {
    case beyond
    case deep
    case beside
    case outside
  }

  /// The edge cells of `core` that hold voxels that are outside.
  func cells(of core: Region) -> [EdgeCells.Cell] {
    var result: [EdgeCells.Cell] = []
    var state = [UInt8](repeating: 0, count: Self.side * Self.side * Self.side)
    var stack: [Int] = []
    for z in core.z {
      for y in core.y {
        for x in core.x {
          let cell = Index3(z: z, y: y, x: x)
          guard near[cell], !outside[cell] else { continue }
          let voxels = voxels(of: cell, &state, &stack)
          if voxels != 0 { result.append(EdgeCells.Cell(cell, in: outside.shape, voxels: voxels)) }
        }
      }
    }
    return result
  }

  private func kind(_ cell: Index3) -> Kind {
    guard cell.z >= 0, cell.y >= 0, cell.x >= 0, cell.z < outside.shape.z,
      cell.y < outside.shape.y, cell.x < outside.shape.x
    else { return .beyond }
    return outside[cell] ? .outside : near[cell] ? .beside : .deep
  }

  /// States of a voxel: 0 is bright or seen, 1 dark, 2 dark in a deep cell, 3 reached.
  private func voxels(of cell: Index3, _ state: inout [UInt8], _ stack: inout [Int]) -> UInt64 {
    let (edge, side) = (Self.edge, Self.side)
    stack.removeAll(keepingCapacity: true)
    let origin = Index3(
      z: (cell.z - 1) * edge, y: (cell.y - 1) * edge, x: (cell.x - 1) * edge)
    for dz in 0..<3 {
      for dy in 0..<3 {
        for dx in 0..<3 {
          let kind = kind(Index3(z: cell.z + dz - 1, y: cell.y + dy - 1, x: cell.x + dx - 1))
          for z in (dz * edge)..<((dz + 1) * edge) {
            for y in (dy * edge)..<((dy + 1) * edge) {
              let line = (z * side + y) * side
              for x in (dx * edge)..<((dx + 1) * edge) {
                switch kind {
                case .beyond: state[line + x] = 0
                case .outside:
                  state[line + x] = 3
                  stack.append(line + x)
                default:
                  let isDark = isDark(
                    origin.z + z, origin.y + y, origin.x + x)
                  state[line + x] = isDark ? (kind == .deep ? 2 : 1) : 0
                }
              }
            }
          }
        }
      }
    }
    let (row, layer) = (side, side * side)
    while let place = stack.popLast() {
      let (z, y, x) = (place / layer, place / row % side, place % side)
      func reach(_ next: Int) -> Bool {
        if state[next] == 2 { return false }
        if state[next] == 1 {
          state[next] = 3
          stack.append(next)
        }
        return true
      }
      guard z == 0 || reach(place - layer), z == side - 1 || reach(place + layer),
        y == 0 || reach(place - row), y == side - 1 || reach(place + row),
        x == 0 || reach(place - 1), x == side - 1 || reach(place + 1)
      else { return 0 }
    }
    var bits: UInt64 = 0
    for z in 0..<edge {
      for y in 0..<edge {
        for x in 0..<edge {
          let place = ((z + edge) * side + y + edge) * side + x + edge
          if state[place] == 3 { bits |= UInt64(1) << UInt64((z * edge + y) * edge + x) }
        }
      }
    }
    return bits
  }

  private func isDark(_ z: Int, _ y: Int, _ x: Int) -> Bool {
    // Cells at the far faces reach over them.
    guard region.z.contains(z), region.y.contains(y), region.x.contains(x) else { return false }
    return isDark[
      ((z - region.z.lowerBound) * region.y.count + y - region.y.lowerBound) * region.x.count + x
        - region.x.lowerBound]
  }
}

extension Region {
  /// The box with `margin` more on every side.
  fileprivate func grown(by margin: Int) -> Region {
    Region(
      z: (z.lowerBound - margin)..<(z.upperBound + margin),
      y: (y.lowerBound - margin)..<(y.upperBound + margin),
      x: (x.lowerBound - margin)..<(x.upperBound + margin))
  }
}

extension CellSet {
  /// The number of its cells in `box`, whose columns begin at a multiple of 64.
  func count(in box: Region) -> Int {
    var sum = 0
    for z in box.z {
      for y in box.y {
        for word in (box.x.lowerBound / 64)..<((box.x.upperBound + 63) / 64) {
          sum += words[row(z, y) + word].nonzeroBitCount
        }
      }
    }
    return sum
  }
}
