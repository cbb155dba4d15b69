import Synchronization
import VolumeCore
import VolumePasses

/// Cracks as sheets: along the axis nearest to a crack's normal, where its two faces lie, column by
/// column.
///
/// A pore that touches a crack is part of its component, and hides one face of the crack or both. The
/// sheet begins with medians of columns that are no thicker than most around; see `CrackColumns` for how
/// faces are told from pores, and how the sheet is carried on where they are hidden. Columns that the
/// crack crosses more than once are left as they are.
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

  private let cracks: [Crack]
  private let indexOf: [UInt32: Int]
  private var columns: [CrackColumns]

  /// Bytes that `cracks` take until their labels are written.
  public static func byteCount(_ cracks: [Crack]) -> Int {
    cracks.reduce(0) { $0 + $1.extent.0 * $1.extent.1 * CrackColumns.bytesPerColumn }
  }

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
    let start = cracks.map { CrackColumns(extent: $0.extent) }
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
            sums[voxel.crack].add(voxel.column, Int32(voxel.place))
          }
        }
      }
    }
    columns = sums.withLock { $0 }
    for index in columns.indices where !isStopped() { columns[index].findFaces() }
  }

  /// Whether a voxel of component `number` lies in the sheet of its crack; `false` where that is none.
  public func holds(_ number: UInt32, _ z: Int, _ y: Int, _ x: Int) -> Bool {
    guard let index = indexOf[number] else { return false }
    let (column, place) = cracks[index].column(z, y, x)
    return columns[index].holds(column, place)
  }

  /// The median thickness of a crack along its axis, in voxels, and how many columns it has.
  public func thickness(of index: Int) -> (median: Double, columns: Int) {
    (
      columns[index].medianOpening,
      columns[index].count.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
    )
  }
}
