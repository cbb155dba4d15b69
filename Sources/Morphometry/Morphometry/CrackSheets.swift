import Synchronization
import VolumeCore
import VolumePasses

/// Cracks as sheets: along the axis nearest to a crack's normal, how thick it is and where its middle
/// lies, column by column.
///
/// A pore that touches a crack is part of its component, and its columns are thicker than those of the
/// crack around. A column is trusted where nothing interrupts it and it is no thicker than one and a half
/// times, and a voxel, what three of ten columns around are not, of 11 x 11 that lie 8 apart. The sheet
/// is medians of the trusted columns alone: over 11 x 11 that lie side by side, or, where fewer than 20
/// of those are trusted, 2, 4 or 8 apart. What lies farther from its middle than half its thickness is
/// no crack; half a voxel more counts where the column is trusted. Columns that the crack crosses
/// more than once are left as they are.
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
    var isTrusted: [Bool] = []
  }

  private let cracks: [Crack]
  private let indexOf: [UInt32: Int]
  private var columns: [Columns]

  /// Half the edge of the square of columns that are looked at.
  private static let reach = 5
  /// How far apart they lie for the sheet, and for what tells a pore's columns.
  private static let steps = [1, 2, 4, 8]
  private static let wideStep = 8
  /// Of these a sheet is made at the smaller steps.
  private static let enough = 20
  /// The share of columns that is taken for no thicker than the crack: pores that touch it may cover
  /// the others.
  private static let plainShare = 0.3

  /// What each column of a crack's box takes.
  static let bytesPerColumn = 20 + 2 * MemoryLayout<Float>.stride + 1

  /// Bytes that `cracks` take until their labels are written.
  public static func byteCount(_ cracks: [Crack]) -> Int {
    cracks.reduce(0) { $0 + $1.extent.0 * $1.extent.1 * bytesPerColumn }
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
    for index in columns.indices where !isStopped() { smooth(index) }
  }

  /// Makes the sheet of a crack from its columns.
  private mutating func smooth(_ index: Int) {
    let extent = cracks[index].extent
    var own = columns[index]
    let count = own.count.count
    own.middle = Array(repeating: 0, count: count)
    own.thickness = own.middle
    own.isTrusted = (0..<count).map { own.count[$0] > 0 }
    var around: [Int] = []
    var values: [Float] = []
    func value(_ share: Double, _ read: (Int) -> Float) -> Float {
      values.removeAll(keepingCapacity: true)
      for place in around { values.append(read(place)) }
      values.sort()
      return values[Int(Double(values.count - 1) * share)]
    }
    let isTrusted = (0..<count).map { place -> Bool in
      guard own.count[place] > 0 else { return false }
      around.removeAll(keepingCapacity: true)
      Self.gather(&around, place, extent, step: Self.wideStep) { own.count[$0] > 0 }
      let plain = value(Self.plainShare) { Float(own.count[$0]) }
      let span = own.most[place] - own.least[place] + 1
      return Float(own.count[place]) <= 1.5 * plain + 1 && span == own.count[place]
    }
    own.isTrusted = isTrusted
    for place in 0..<count where own.count[place] > 0 {
      for step in Self.steps {
        around.removeAll(keepingCapacity: true)
        Self.gather(&around, place, extent, step: step) { isTrusted[$0] }
        if around.count >= Self.enough { break }
      }
      if around.isEmpty { around = [place] }
      own.middle[place] = value(0.5) { Float(own.sum[$0]) / Float(own.count[$0]) }
      own.thickness[place] = value(0.5) { Float(own.count[$0]) }
    }
    columns[index] = own
  }

  /// The columns around `place` that `isWanted`, itself included.
  private static func gather(
    _ around: inout [Int], _ place: Int, _ extent: (Int, Int), step: Int,
    _ isWanted: (Int) -> Bool
  ) {
    let (row, column) = (place / extent.1, place % extent.1)
    for i in -reach...reach {
      let r = row + i * step
      guard r >= 0, r < extent.0 else { continue }
      for j in -reach...reach {
        let c = column + j * step
        guard c >= 0, c < extent.1, isWanted(r * extent.1 + c) else { continue }
        around.append(r * extent.1 + c)
      }
    }
  }

  /// Whether a voxel of component `number` lies in the sheet of its crack; `false` where that is none.
  public func holds(_ number: UInt32, _ z: Int, _ y: Int, _ x: Int) -> Bool {
    guard let index = indexOf[number] else { return false }
    let (column, place) = cracks[index].column(z, y, x)
    let own = columns[index]
    let span = own.most[column] - own.least[column] + 1
    if span > 2 * own.count[column] + 2 { return true }
    let slack: Float = own.isTrusted[column] ? 0.5 : 0
    return abs(Float(place) - own.middle[column]) <= own.thickness[column] / 2 + slack
  }

  /// The median thickness of a crack's columns, along its axis, in voxels, and how many columns it has.
  public func thickness(of index: Int) -> (median: Double, columns: Int) {
    let values = columns[index].thickness.filter { $0 > 0 }.sorted()
    return (values.isEmpty ? 0 : Double(values[values.count / 2]), values.count)
  }
}
