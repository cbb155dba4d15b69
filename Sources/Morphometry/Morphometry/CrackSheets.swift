import Synchronization
import VolumeCore
import VolumePasses

/// Cracks as sheets: along the axis nearest to a crack's normal, how thick it is and where its middle
/// lies, column by column.
///
/// A pore that touches a crack is part of its component. It sticks out of the sheet: what lies farther
/// from the middle than half the thickness and half a voxel, both medians over 11 x 11 columns, is no crack.
/// Columns that the crack crosses more than once are left as they are. Takes 20 bytes for each column
/// of a crack's box.
public struct CrackSheets: Sendable {
  /// A crack.
  public struct Crack: Sendable {
    /// The number of its component.
    public var number: Int
    /// Its box, in the voxels of the numbered volume.
    public var box: Region
    /// The axis along which columns run: 0 z, 1 y, 2 x.
    public var axis: Int

    /// The crack of a component.
    public init(number: Int, box: Region, axis: Int) {
      self.number = number
      self.box = box
      self.axis = axis
    }

    /// Columns along the two other axes.
    fileprivate var extent: (Int, Int) {
      switch axis {
      case 0: (box.y.count, box.x.count)
      case 1: (box.z.count, box.x.count)
      default: (box.z.count, box.y.count)
      }
    }

    /// The column of a voxel, and its place in it.
    fileprivate func column(_ z: Int, _ y: Int, _ x: Int) -> (column: Int, place: Int) {
      let (a, b) = (z - box.z.lowerBound, y - box.y.lowerBound)
      let c = x - box.x.lowerBound
      let width = extent.1
      switch axis {
      case 0: return (b * width + c, a)
      case 1: return (a * width + c, b)
      default: return (a * width + b, c)
      }
    }
  }

  private struct Columns: Sendable {
    var count: [Int32]
    var sum: [Int64]
    var least: [Int32]
    var most: [Int32]
    var middle: [Float] = []
    var thickness: [Float] = []
  }

  private let cracks: [Crack]
  private let indexOf: [UInt32: Int]
  private var columns: [Columns]

  /// Half the edge of the square of columns whose median is taken.
  private static let reach = 5

  /// The pass over the `numbers` of components.
  public static func pass(_ numbers: any VolumeReader) -> BlockPass {
    var pass = BlockPass([PassInput(numbers, as: .asStored)])
    pass.block = Shape3(z: 32, y: 512, x: 512)
    // A block that is all crack lists every voxel with its column.
    pass.workBytesPerVoxel = MemoryLayout<(Int, Int, Int)>.stride
    return pass
  }

  /// Measures `cracks` with a prepared pass.
  public init(
    _ pass: PreparedPass, _ cracks: [Crack], isStopped: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) {
    self.cracks = cracks
    var indexOf: [UInt32: Int] = [:]
    for (index, crack) in cracks.enumerated() { indexOf[UInt32(crack.number)] = index }
    self.indexOf = indexOf
    let start = cracks.map { crack -> Columns in
      let count = crack.extent.0 * crack.extent.1
      return Columns(
        count: Array(repeating: 0, count: count), sum: Array(repeating: 0, count: count),
        least: Array(repeating: .max, count: count), most: Array(repeating: -1, count: count))
    }
    let sums = Mutex(start)
    let known = indexOf
    if !cracks.isEmpty {
      _ = try pass.run(isStopped: isStopped, progress: progress, gather: { 0 }) {
        (_: inout Int, block) throws(Explanation) in
        var found: [(crack: Int, column: Int, place: Int)] = []
        block.withVoxels { voxels in
          unsafe voxels.withUnsafeBytes { bytes in
            let numbers = unsafe bytes.assumingMemoryBound(to: UInt32.self)
            var at = 0
            for z in block.core.z {
              for y in block.core.y {
                for x in block.core.x {
                  let number = unsafe numbers[at]
                  at += 1
                  guard number > 0, let crack = known[number] else { continue }
                  let (column, place) = cracks[crack].column(z, y, x)
                  found.append((crack, column, place))
                }
              }
            }
          }
        }
        let voxels = found
        sums.withLock { sums in
          for voxel in voxels {
            let (crack, column, place) = (voxel.crack, voxel.column, Int32(voxel.place))
            sums[crack].count[column] += 1
            sums[crack].sum[column] += Int64(place)
            sums[crack].least[column] = min(sums[crack].least[column], place)
            sums[crack].most[column] = max(sums[crack].most[column], place)
          }
        }
      }
    }
    columns = sums.withLock { $0 }
    for index in columns.indices { smooth(index) }
  }

  private mutating func smooth(_ index: Int) {
    let (rows, width) = cracks[index].extent
    var own = columns[index]
    own.middle = Array(repeating: 0, count: own.count.count)
    own.thickness = own.middle
    var middles: [Float] = []
    var counts: [Float] = []
    func median(_ values: inout [Float]) -> Float {
      values.sort()
      let half = values.count / 2
      return values.count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2
    }
    for row in 0..<rows {
      for column in 0..<width where own.count[row * width + column] > 0 {
        middles.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        for r in max(0, row - Self.reach)..<min(rows, row + Self.reach + 1) {
          for c in max(0, column - Self.reach)..<min(width, column + Self.reach + 1) {
            let place = r * width + c
            guard own.count[place] > 0 else { continue }
            middles.append(Float(own.sum[place]) / Float(own.count[place]))
            counts.append(Float(own.count[place]))
          }
        }
        own.middle[row * width + column] = median(&middles)
        own.thickness[row * width + column] = median(&counts)
      }
    }
    columns[index] = own
  }

  /// Whether a voxel of component `number` lies in the sheet of its crack; `false` where that is none.
  public func holds(_ number: UInt32, _ z: Int, _ y: Int, _ x: Int) -> Bool {
    guard let index = indexOf[number] else { return false }
    let (column, place) = cracks[index].column(z, y, x)
    let own = columns[index]
    let span = own.most[column] - own.least[column] + 1
    if span > 2 * own.count[column] + 2 { return true }
    return abs(Float(place) - own.middle[column]) <= own.thickness[column] / 2 + 0.5
  }

  /// The median thickness of a crack's columns, along its axis, in voxels, and how many columns it has.
  public func thickness(of index: Int) -> (median: Double, columns: Int) {
    let values = columns[index].thickness.filter { $0 > 0 }.sorted()
    return (values.isEmpty ? 0 : Double(values[values.count / 2]), values.count)
  }
}
