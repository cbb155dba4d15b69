import CCounting
import VolumeCore

/// Which of 256 bins a grey value falls into.
public struct GreyBins: Hashable, Sendable {
  /// Bins of a histogram.
  public static let count = 256
  /// What a voxel is: `uint8`, whose values are the bins, `uint16` or `float32`.
  public let voxelType: VoxelType
  /// Where the first bin begins.
  public let low: Float
  /// Where the last bin ends.
  public let high: Float

  /// Bins for voxels of `voxelType`: from `low` to `high`, but for bytes, which need none; what lies
  /// outside is counted in the first and in the last.
  public init(_ voxelType: VoxelType, low: Float, high: Float) {
    self.voxelType = voxelType
    let isByte = voxelType == .uint8
    self.low = isByte ? 0 : low
    self.high = isByte ? 256 : high
  }

  /// Bins in a unit of grey.
  var scale: Float { high == low ? 0 : Float(Self.count) / (high - low) }

  /// The bin of a value; `nil` for what is no number.
  package func bin(_ value: Float) -> Int? {
    let place = (value - low) * scale
    guard !place.isNaN else { return nil }
    return place <= 0 ? 0 : place >= 255 ? 255 : Int(place)
  }

  /// The grey value in the middle of a bin.
  public func middle(of bin: Int) -> Double {
    voxelType == .uint8 ? Double(bin) : Double(low) + (Double(bin) + 0.5) / Double(scale)
  }
}

/// How often each grey value occurs in the voxels of each class.
public struct GreyHistograms: Hashable, Sendable {
  /// The bins.
  public let bins: GreyBins
  /// The classes' values.
  public let classes: [Int]
  /// 256 counts for each class, one after the other, and for all other voxels.
  private var counts: [Int64]
  private let rowOf: [UInt8]

  /// Nothing counted yet.
  public init(_ bins: GreyBins, classes: [Int]) {
    self.bins = bins
    self.classes = classes
    counts = Array(repeating: 0, count: (classes.count + 1) * GreyBins.count)
    var rowOf = [UInt8](repeating: UInt8(truncatingIfNeeded: classes.count), count: 256)
    for (row, value) in classes.enumerated() {
      rowOf[value] = UInt8(truncatingIfNeeded: row)
    }
    self.rowOf = rowOf
  }

  /// The counts of one class, bin by bin.
  public func histogram(of value: Int) -> [Int] {
    guard let row = classes.firstIndex(of: value) else { return [] }
    return counts[(row * GreyBins.count)..<((row + 1) * GreyBins.count)].map { Int($0) }
  }

  /// Adds `counts` to those of the class `value`.
  public mutating func add(_ more: [Int], of value: Int) {
    guard let row = classes.firstIndex(of: value) else { return }
    for (bin, count) in more.prefix(GreyBins.count).enumerated() {
      counts[row * GreyBins.count + bin] += Int64(count)
    }
  }

  /// Adds what another has counted.
  public mutating func add(_ other: GreyHistograms) {
    precondition(other.bins == bins && other.classes == classes, "equal bins and classes")
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// Counts the voxels of `part`, which lies in `labelBox`, whose labels are one byte each, and in
  /// `greyBox`, whose greys are of the bins' type; both in C order.
  public mutating func count(
    _ part: Region, labels: RawSpan, of labelBox: Region, greys: RawSpan, of greyBox: Region
  ) {
    precondition(labelBox.contains(part) && greyBox.contains(part), "a part of both")
    let width = bins.voxelType.byteCount
    precondition(labels.byteCount >= labelBox.voxelCount, "labels of their box")
    precondition(greys.byteCount >= greyBox.voxelCount * width, "greys of their box")
    let type =
      switch bins.voxelType {
      case .uint8: t2s_grey_u8
      case .uint16: t2s_grey_u16
      case .float32: t2s_grey_f32
      default: preconditionFailure("networks are computed on \(VoxelType.computed)")
      }
    guard !part.isEmpty else { return }
    let (low, scale, rowOf, rows) = (bins.low, bins.scale, rowOf, classes.count + 1)
    unsafe labels.withUnsafeBytes { labels in
      unsafe greys.withUnsafeBytes { greys in
        unsafe counts.withUnsafeMutableBufferPointer { counts in
          guard let l = labels.baseAddress, let g = greys.baseAddress, let h = counts.baseAddress
          else { return }
          for z in part.z {
            let label = unsafe l + labelBox.offset(z, part.y.lowerBound, part.x.lowerBound)
            let grey = unsafe g + greyBox.offset(z, part.y.lowerBound, part.x.lowerBound) * width
            unsafe t2s_count_greys(
              type, label.assumingMemoryBound(to: UInt8.self), labelBox.x.count, grey,
              greyBox.x.count * width, part.y.count, part.x.count, low, scale, rowOf, rows, h)
          }
        }
      }
    }
  }
}

extension Region {
  /// Voxels before the voxel (z, y, x) in this box in C order.
  fileprivate func offset(_ z: Int, _ y: Int, _ x: Int) -> Int {
    ((z - self.z.lowerBound) * self.y.count + y - self.y.lowerBound) * self.x.count
      + x - self.x.lowerBound
  }
}
