import Synchronization
import VolumeCore

/// The edge of the exterior, drawn by the scan itself.
extension ExteriorSearch {
  /// How many cells from those that are outside with all their voxels its edge may lie.
  static let edgeReach = 3
  /// Around a place where a crack opens nothing is drawn, in cells: the flank of a thin specimen may
  /// bring the exterior near to it from above and below.
  static let openingReach = 4

  /// The cells near `cells` with their voxels that are outside too; `nil` where there are too many to
  /// keep.
  ///
  /// A voxel is outside where it is dark, joined to the cells through the dark, and covered by a cube
  /// of 5 x 5 x 5 dark voxels: so a pore or a crack that is narrower stays inside. Where the dark goes
  /// on beyond what is near, a wider one opens: around there nothing is added.
  func edgeCells(of cells: CellSet, below: Double) throws(ExteriorError) -> [EdgeCells.Cell]? {
    var near = cells
    for _ in 0..<Self.edgeReach { near = near.withNeighbours }
    let volume = scan.volume.shape
    let grid = ChunkGrid(volume: volume, chunk: Shape3(z: 64, y: 64, x: 256))
    var chunks: [Region: Region] = [:]
    var count = 0
    for index in grid.indices {
      let chunk = grid.region(of: index)
      let inside = EdgeBox.cells(of: chunk, in: cells.shape)
      let found = near.count(in: inside) - cells.count(in: inside)
      guard found > 0 else { continue }
      count += found
      chunks[chunk.grown(by: EdgeBox.margin).clamped(to: Region(volume))] = inside
    }
    guard count <= 4 * EdgeCells.most else { return nil }
    let boxes = chunks.keys.sorted {
      ($0.z.lowerBound, $0.y.lowerBound, $0.x.lowerBound)
        < ($1.z.lowerBound, $1.y.lowerBound, $1.x.lowerBound)
    }
    let cores = chunks
    let outside = near
    let result = Mutex<[EdgeCells.Cell]>([])
    let openings = Mutex(CellSet(cells.shape))
    let type = scan.volume.voxelType
    let reading = BoxReading(scan, boxes: boxes, options, isStopped: isStopped)
    try reading.forEach { box, bytes in
      var edge = EdgeBox(box, bytes, type, below: below, cells, outside)
      return edge.find(in: cores[box] ?? Region(z: 0..<0, y: 0..<0, x: 0..<0))
    } join: { _, found in
      result.withLock { if $0.count <= EdgeCells.most { $0 += found.cells } }
      openings.withLock { set in for cell in found.openings { set[cell] = true } }
    }
    let found = result.withLock { $0 }
    guard found.count <= EdgeCells.most else { return nil }
    let closed = openings.withLock { $0 }.grown(by: Self.openingReach)
    return found.filter { !closed[$0.index(in: cells.shape)] }
  }
}

/// A box of the scan with a margin around it, in which the dark is followed from the exterior inwards.
private struct EdgeBox {
  private static let edge = Exterior.finestEdge
  /// What is read around a box, in voxels: whole cells.
  static let margin = 2 * edge

  private static let bright: UInt8 = 0
  /// Dark, in a cell near the exterior.
  private static let dark: UInt8 = 1
  /// Dark, in a cell further in.
  private static let deep: UInt8 = 2
  /// In the exterior, or reached from it.
  private static let reached: UInt8 = 3

  let region: Region
  /// The cells of the region.
  let box: Region
  let outside: CellSet
  let near: CellSet
  private var states: [UInt8]
  /// Cells in which the dark goes on further inwards.
  private var openings: Set<Index3> = []

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
    box = Self.cells(of: region, in: outside.shape)
    // Dark is what a cube of dark voxels covers; what is not read is not looked at.
    states = Self.brightVoxels(voxels, count: region.voxelCount, type, below: below)
      .spreadByTwo(region.shape).inverted.spreadByTwo(region.shape)
    mark()
  }

  /// 1 for each voxel that is not dark.
  private static func brightVoxels(
    _ voxels: RawSpan, count: Int, _ type: VoxelType, below: Double
  ) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { result, initialised in
      guard type == .uint8 else {
        for place in 0..<count {
          unsafe result[place] = type.value(voxels, at: place) < below ? 0 : 1
        }
        return initialised = count
      }
      // Whole numbers lie below a number where they lie below the next whole one.
      let limit = UInt16(max(0, min(256, below.rounded(.up))))
      unsafe voxels.withUnsafeBytes { bytes in
        for place in 0..<count { unsafe result[place] = UInt16(bytes[place]) < limit ? 0 : 1 }
      }
      initialised = count
    }
  }

  /// Makes states of what is 1 where it is dark.
  private mutating func mark() {
    let (region, box, outside, near) = (region, box, outside, near)
    // What the dark, and all, of a cell become: alike in all its rows.
    var dark = [UInt8](repeating: 0, count: region.x.count)
    var all = dark
    unsafe states.withUnsafeMutableBufferPointer { states in
      for cellZ in box.z {
        for cellY in box.y {
          for cell in box.x {
            let index = Index3(z: cellZ, y: cellY, x: cell)
            let isOutside = outside[index]
            let last = min((cell + 1) * Self.edge, region.x.upperBound) - region.x.lowerBound
            for x in (cell * Self.edge - region.x.lowerBound)..<last {
              all[x] = isOutside ? Self.reached : Self.bright
              dark[x] = near[index] ? Self.dark : Self.deep
            }
          }
          for z in (cellZ * Self.edge)..<min((cellZ + 1) * Self.edge, region.z.upperBound) {
            for y in (cellY * Self.edge)..<min((cellY + 1) * Self.edge, region.y.upperBound) {
              let row =
                ((z - region.z.lowerBound) * region.y.count + y - region.y.lowerBound)
                * region.x.count
              for x in 0..<region.x.count {
                unsafe states[row + x] = states[row + x] &* dark[x] | all[x]
              }
            }
          }
        }
      }
    }
  }

  /// The edge cells of `core` that hold voxels that are outside, and those in which a crack opens.
  mutating func find(in core: Region) -> (cells: [EdgeCells.Cell], openings: [Index3]) {
    follow()
    var result: [EdgeCells.Cell] = []
    for z in core.z {
      for y in core.y {
        for x in core.x {
          let cell = Index3(z: z, y: y, x: x)
          guard near[cell], !outside[cell] else { continue }
          let voxels = reachedVoxels(of: cell)
          if voxels != 0 {
            result.append(EdgeCells.Cell(cell, in: outside.shape, voxels: voxels))
          }
        }
      }
    }
    return (result, openings.filter { core.holds($0) })
  }

  /// Follows the dark from the exterior, and notes where it goes on beyond what is near.
  private mutating func follow() {
    let (row, layer) = (region.x.count, region.x.count * region.y.count)
    let shape = region.shape
    var stack: [Int32] = []
    unsafe states.withUnsafeMutableBufferPointer { states in
      for z in 0..<shape.z {
        for y in 0..<shape.y {
          let first = (z * shape.y + y) * row
          for x in 0..<row where unsafe states[first + x] == Self.dark {
            let place = first + x
            if unsafe z > 0 && states[place - layer] == Self.reached
              || z < shape.z - 1 && states[place + layer] == Self.reached
              || y > 0 && states[place - row] == Self.reached
              || y < shape.y - 1 && states[place + row] == Self.reached
              || x > 0 && states[place - 1] == Self.reached
              || x < row - 1 && states[place + 1] == Self.reached
            {
              unsafe states[place] = Self.reached
              stack.append(Int32(place))
            }
          }
        }
      }
    }
    while let next = stack.popLast() {
      let place = Int(next)
      let (z, y, x) = (place / layer, place / row % shape.y, place % row)
      var isOpening = false
      func look(_ other: Int) {
        if states[other] == Self.dark {
          states[other] = Self.reached
          stack.append(Int32(other))
        } else if states[other] == Self.deep {
          isOpening = true
        }
      }
      if z > 0 { look(place - layer) }
      if z < shape.z - 1 { look(place + layer) }
      if y > 0 { look(place - row) }
      if y < shape.y - 1 { look(place + row) }
      if x > 0 { look(place - 1) }
      if x < shape.x - 1 { look(place + 1) }
      if isOpening {
        openings.insert(
          Index3(
            z: (region.z.lowerBound + z) / Self.edge, y: (region.y.lowerBound + y) / Self.edge,
            x: (region.x.lowerBound + x) / Self.edge))
      }
    }
  }

  private func reachedVoxels(of cell: Index3) -> UInt64 {
    let edge = Self.edge
    var bits: UInt64 = 0
    // Cells at the far faces reach over them.
    for z in (cell.z * edge)..<min((cell.z + 1) * edge, region.z.upperBound) {
      for y in (cell.y * edge)..<min((cell.y + 1) * edge, region.y.upperBound) {
        let line =
          ((z - region.z.lowerBound) * region.y.count + y - region.y.lowerBound) * region.x.count
        for x in (cell.x * edge)..<min((cell.x + 1) * edge, region.x.upperBound)
        where states[line + x - region.x.lowerBound] == Self.reached {
          bits |= UInt64(1) << UInt64((z % edge * edge + y % edge) * edge + x % edge)
        }
      }
    }
    return bits
  }
}

extension [UInt8] {
  /// What is not zero, spread by two voxels along each axis, in a box of `shape`.
  fileprivate func spreadByTwo(_ shape: Shape3) -> [UInt8] {
    let row = shape.x
    return spread(step: 1, extent: shape.x).spread(step: row, extent: shape.y)
      .spread(step: row * shape.y, extent: shape.z)
  }

  /// The same along the axis whose neighbours are `step` apart, and `extent` long.
  private func spread(step: Int, extent: Int) -> [UInt8] {
    var result = self
    unsafe withUnsafeBufferPointer { from in
      unsafe result.withUnsafeMutableBufferPointer { to in
        for distance in 1...2 where distance < extent {
          let length = (extent - distance) * step
          let offset = distance * step
          for start in stride(from: 0, to: from.count, by: extent * step) {
            // Each line, or all lines beside each other, moved to and fro.
            for place in start..<(start + length) { unsafe to[place] |= from[place + offset] }
            for place in start..<(start + length) { unsafe to[place + offset] |= from[place] }
          }
        }
      }
    }
    return result
  }

  /// 1 for what is 0.
  fileprivate var inverted: [UInt8] { map { $0 ^ 1 } }
}

extension Region {
  /// Whether `index` lies in it.
  fileprivate func holds(_ index: Index3) -> Bool {
    z.contains(index.z) && y.contains(index.y) && x.contains(index.x)
  }

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
