import VolumeCore

/// Voxel values brought to at most 127 levels by their rank among all values of a file: what is
/// counted is then the same for every type and every scanner, and a few wild values count for no
/// more than others.
struct VoxelLevels {
  /// The highest level.
  static let highest = 126

  let type: VoxelType
  let order: ByteOrder
  /// Rising, without repeats: the 64-quantiles of the values.
  private let cuts: [Double]
  /// The level of each bit pattern, for types of one and two bytes and where that is worth its while.
  private let table: [UInt8]
  /// The part of the values that no scan has: no number, or beyond all measure.
  let nonsense: Double

  /// Levels for values of which `stretches`, bytes of whole voxels, are a sample.
  init(_ type: VoxelType, _ order: ByteOrder, of stretches: [[UInt8]]) {
    self.type = type
    self.order = order
    var sample: [Double] = []
    // Every seventh: no row is that short, and no pattern of bytes has this period.
    for bytes in stretches { sample += type.numbers(in: bytes, order, step: 7) }
    nonsense = type.shareOfNonsense(in: sample)
    let sorted = sample.filter(\.isFinite).sorted()
    var cuts: [Double] = []
    for part in 1..<64 where !sorted.isEmpty {
      let cut = sorted[part * (sorted.count - 1) / 64]
      if cuts.last != cut { cuts.append(cut) }
    }
    self.cuts = cuts
    guard type.byteCount == 1 || type.byteCount == 2 && sample.count > 16_384 else {
      table = []
      return
    }
    var patterns: [UInt8] = []
    if type.byteCount == 1 {
      patterns = Array(0...255)
    } else {
      for pattern in UInt16.min...UInt16.max {
        patterns += [UInt8(truncatingIfNeeded: pattern), UInt8(truncatingIfNeeded: pattern >> 8)]
      }
    }
    table = type.numbers(in: patterns, .little, step: 1).map { Self.level(of: $0, among: cuts) }
  }

  /// The levels of whole voxels.
  func levels(of bytes: [UInt8]) -> [UInt8] {
    switch type.byteCount {
    case 1: return bytes.map { table[Int($0)] }
    case 2 where !table.isEmpty:
      let low = order == .little ? 0 : 1
      return (0..<(bytes.count / 2)).map { voxel in
        table[Int(bytes[2 * voxel + low]) | Int(bytes[2 * voxel + 1 - low]) << 8]
      }
    default: return type.numbers(in: bytes, order, step: 1).map { Self.level(of: $0, among: cuts) }
    }
  }

  /// Twice the number of cuts below `value`, and one more where it is a cut itself.
  private static func level(of value: Double, among cuts: [Double]) -> UInt8 {
    let value = value.isNaN ? 0 : value
    var low = 0
    var high = cuts.count
    while low < high {
      let middle = (low + high) / 2
      if cuts[middle] < value { low = middle + 1 } else { high = middle }
    }
    return UInt8(2 * low + (low < cuts.count && cuts[low] == value ? 1 : 0))
  }
}

extension VoxelType {
  /// Every `step`-th voxel of `bytes` as a number.
  func numbers(in bytes: [UInt8], _ order: ByteOrder, step: Int) -> [Double] {
    switch self {
    case .uint8: whole(UInt8.self, bytes, order, step)
    case .int8: whole(Int8.self, bytes, order, step)
    case .uint16: whole(UInt16.self, bytes, order, step)
    case .int16: whole(Int16.self, bytes, order, step)
    case .uint32: whole(UInt32.self, bytes, order, step)
    case .int32: whole(Int32.self, bytes, order, step)
    case .uint64: whole(UInt64.self, bytes, order, step)
    case .int64: whole(Int64.self, bytes, order, step)
    case .float32:
      patterns(UInt32.self, bytes, order, step) { Double(Float(bitPattern: $0)) }
    case .float64: patterns(UInt64.self, bytes, order, step) { Double(bitPattern: $0) }
    }
  }

  private func whole<Value: FixedWidthInteger>(
    _ type: Value.Type, _ bytes: [UInt8], _ order: ByteOrder, _ step: Int
  ) -> [Double] {
    patterns(type, bytes, order, step) { Double($0) }
  }

  private func patterns<Value: FixedWidthInteger>(
    _ type: Value.Type, _ bytes: [UInt8], _ order: ByteOrder, _ step: Int,
    _ number: (Value) -> Double
  ) -> [Double] {
    let width = Value.bitWidth / 8
    return unsafe bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - width + 1, by: step * width).map { place in
        let value = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Value.self)
        return number(order == .little ? Value(littleEndian: value) : Value(bigEndian: value))
      }
    }
  }

  /// The part of `values` that speaks against this type.
  fileprivate func shareOfNonsense(in values: [Double]) -> Double {
    guard !values.isEmpty, byteCount >= 4 else { return 0 }
    let all = Double(values.count)
    guard isFloatingPoint else {
      // Counts and labels are small; floating-point numbers taken for whole ones are huge.
      return 0.15 * Double(values.count { $0.magnitude > 0x1p28 }) / all
    }
    let odd = values.count {
      !$0.isFinite || $0.magnitude > 1e12 || ($0 != 0 && $0.magnitude < 1e-12)
    }
    return Double(odd) / all
  }
}
