import CCounting
import VolumeCore

/// How often each class occurs in a part of a volume: in all, in each layer, row and column, and in
/// each cell of the volume's `CellGrid`.
///
/// Tallies of parts add up to the tally of the whole, in any order.
public struct LabelTally: Hashable, Sendable {
  /// The counts of one class.
  public struct Class: Hashable, Sendable {
    /// The value that voxels of the class have.
    public var value: Int
    /// For each layer of the part.
    public var z: [Int]
    /// For each row: voxels of all layers with that y.
    public var y: [Int]
    /// For each column.
    public var x: [Int]
    /// For each cell that meets the part, in C order.
    public var cells: [Int]

    /// All voxels of the class.
    public var count: Int { z.reduce(0, +) }

    /// These counts of the class `value`.
    public init(value: Int, z: [Int], y: [Int], x: [Int], cells: [Int]) {
      self.value = value
      self.z = z
      self.y = y
      self.x = x
      self.cells = cells
    }
  }

  /// The extent of the whole volume.
  public let volume: Shape3
  /// The part that was counted, in the volume's coordinates.
  public let region: Region
  /// One for each class, in the order in which they were given.
  public private(set) var classes: [Class]

  /// The cells of the whole volume.
  public var grid: CellGrid { CellGrid(volume) }
  /// The cells that meet the part.
  public var cells: Region { grid.grid.indices(meeting: region) }

  /// Nothing counted yet, of the classes `values`.
  public init(of region: Region, in volume: Shape3, classes values: [Int]) {
    precondition(Region(volume).contains(region), "a part of the volume")
    self.volume = volume
    self.region = region
    classes = []
    let count = cells.voxelCount
    classes = values.map {
      Class(
        value: $0, z: Array(repeating: 0, count: region.z.count),
        y: Array(repeating: 0, count: region.y.count),
        x: Array(repeating: 0, count: region.x.count), cells: Array(repeating: 0, count: count))
    }
  }

  /// These counts; `nil` where they are not of this part.
  public init?(of region: Region, in volume: Shape3, classes: [Class]) {
    self.init(of: region, in: volume, classes: classes.map(\.value))
    for (empty, given) in zip(self.classes, classes) {
      guard empty.z.count == given.z.count, empty.y.count == given.y.count,
        empty.x.count == given.x.count, empty.cells.count == given.cells.count
      else { return nil }
    }
    self.classes = classes
  }

  /// Counts `labels`, which are those of the whole part in C order, one byte each.
  public mutating func count(_ labels: RawSpan) {
    precondition(labels.byteCount == region.voxelCount, "labels of the part")
    guard !region.isEmpty else { return }
    let (grid, cells) = (grid, cells)
    let chunk = grid.grid.chunk
    let (rows, width) = (region.y.count, region.x.count)
    // Columns are summed in bytes, over at most so many rows.
    let mostRows = 255
    var columns = [UInt8](repeating: 0, count: width)
    unsafe labels.withUnsafeBytes { labels in
      guard let base = labels.baseAddress else { return }
      for c in classes.indices {
        let value = UInt8(truncatingIfNeeded: classes[c].value)
        var perRow = [Int64](repeating: 0, count: rows)
        for z in 0..<region.z.count {
          for index in perRow.indices { perRow[index] = 0 }
          let cellZ = (region.z.lowerBound + z) / chunk.z - cells.z.lowerBound
          var row = 0
          while row < rows {
            let y = region.y.lowerBound + row
            let end = min((y / chunk.y + 1) * chunk.y, region.y.upperBound, y + mostRows)
            let count = end - y
            for index in columns.indices { columns[index] = 0 }
            unsafe perRow.withUnsafeMutableBufferPointer { perRow in
              unsafe columns.withUnsafeMutableBufferPointer { columns in
                guard let sums = columns.baseAddress, let counts = perRow.baseAddress else {
                  return
                }
                let start = unsafe base + (z * rows + row) * width
                unsafe t2s_count_value(
                  start.assumingMemoryBound(to: UInt8.self), count, width, width, value, sums,
                  counts + row)
              }
            }
            let cellY = y / chunk.y - cells.y.lowerBound
            add(columns, class: c, cell: (cellZ * cells.y.count + cellY) * cells.x.count)
            row += count
          }
          for index in 0..<rows { classes[c].y[index] += Int(perRow[index]) }
          classes[c].z[z] += perRow.reduce(0) { $0 + Int($1) }
        }
      }
    }
  }

  /// Adds the sums of columns to the columns and to the cells from `first` on.
  private mutating func add(_ columns: [UInt8], class c: Int, cell first: Int) {
    let edge = grid.grid.chunk.x
    let begin = region.x.lowerBound
    var x = 0
    var cell = first
    while x < columns.count {
      let end = min(((begin + x) / edge + 1) * edge - begin, columns.count)
      var sum = 0
      for index in x..<end {
        sum += Int(columns[index])
        classes[c].x[index] += Int(columns[index])
      }
      classes[c].cells[cell] += sum
      cell += 1
      x = end
    }
  }

  /// Adds the counts of a part of this part.
  public mutating func add(_ part: LabelTally) {
    precondition(
      part.volume == volume && region.contains(part.region)
        && part.classes.map(\.value) == classes.map(\.value), "a part of the same counts")
    let (all, some) = (cells, part.cells)
    for c in classes.indices {
      let from = part.classes[c]
      for (i, count) in from.z.enumerated() {
        classes[c].z[part.region.z.lowerBound - region.z.lowerBound + i] += count
      }
      for (i, count) in from.y.enumerated() {
        classes[c].y[part.region.y.lowerBound - region.y.lowerBound + i] += count
      }
      for (i, count) in from.x.enumerated() {
        classes[c].x[part.region.x.lowerBound - region.x.lowerBound + i] += count
      }
      for (i, index) in some.indices.enumerated() {
        let z = index.z - all.z.lowerBound
        let place = (z * all.y.count + index.y - all.y.lowerBound) * all.x.count
        classes[c].cells[place + index.x - all.x.lowerBound] += from.cells[i]
      }
    }
  }
}

/// The same counts by plain loops: what `LabelTally.count` is compared with.
package func referenceTally(
  _ labels: [UInt8], of region: Region, in volume: Shape3, classes: [Int]
) -> LabelTally {
  let chunk = CellGrid(volume).grid.chunk
  let empty = LabelTally(of: region, in: volume, classes: classes)
  let cells = empty.cells
  var result = empty.classes
  for c in result.indices {
    for z in 0..<region.z.count {
      for y in 0..<region.y.count {
        for x in 0..<region.x.count
        where labels[(z * region.y.count + y) * region.x.count + x] == result[c].value {
          result[c].z[z] += 1
          result[c].y[y] += 1
          result[c].x[x] += 1
          let cell = Index3(
            z: (region.z.lowerBound + z) / chunk.z - cells.z.lowerBound,
            y: (region.y.lowerBound + y) / chunk.y - cells.y.lowerBound,
            x: (region.x.lowerBound + x) / chunk.x - cells.x.lowerBound)
          result[c].cells[(cell.z * cells.y.count + cell.y) * cells.x.count + cell.x] += 1
        }
      }
    }
  }
  return LabelTally(of: region, in: volume, classes: result) ?? empty
}
