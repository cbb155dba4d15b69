import VolumeCore

/// Halving in plain loops, one voxel at a time: what `Halving` is to compute, written to be read.
public struct ReferenceHalving: Hashable, Sendable {
  /// How eight voxels become one.
  public let rule: HalvingRule
  /// What a voxel is.
  public let voxelType: VoxelType

  /// Halves voxels of `voxelType`.
  public init(_ rule: HalvingRule, of voxelType: VoxelType) {
    self.rule = rule
    self.voxelType = voxelType
  }

  /// A whole volume of `shape` in C order, halved.
  public func halve(_ voxels: [UInt8], of shape: Shape3) -> [UInt8] {
    switch voxelType {
    case .uint8: integers(voxels, shape, UInt8.self)
    case .int8: integers(voxels, shape, Int8.self)
    case .uint16: integers(voxels, shape, UInt16.self)
    case .int16: integers(voxels, shape, Int16.self)
    case .uint32: integers(voxels, shape, UInt32.self)
    case .int32: integers(voxels, shape, Int32.self)
    case .uint64: integers(voxels, shape, UInt64.self)
    case .int64: integers(voxels, shape, Int64.self)
    case .float32:
      each(voxels, shape, Float.self) { Self.mean($0.map(Double.init)).map(Float.init) ?? .nan }
    case .float64: each(voxels, shape, Double.self) { Self.mean($0) ?? .nan }
    }
  }

  private func integers<Value: FixedWidthInteger & BitwiseCopyable>(
    _ voxels: [UInt8], _ shape: Shape3, _ type: Value.Type
  ) -> [UInt8] {
    each(voxels, shape, type) { rule == .mean ? Self.mean($0) : Self.mode($0) }
  }

  /// The mean of eight whole numbers: to the nearest, halves to even.
  static func mean<Value: FixedWidthInteger>(_ eight: [Value]) -> Value {
    let sum = eight.reduce(Int128(0)) { $0 + Int128($1) }
    let floor = sum >> 3
    let rest = sum & 7
    let isUp = rest > 4 || (rest == 4 && floor & 1 == 1)
    return Value(floor + (isUp ? 1 : 0))
  }

  /// The mean of eight numbers, `nil` where it is none: planes are added first, then rows, then
  /// columns.
  static func mean(_ eight: [Double]) -> Double? {
    let left = (eight[0] + eight[4]) + (eight[2] + eight[6])
    let right = (eight[1] + eight[5]) + (eight[3] + eight[7])
    let mean = (left + right) / 8
    return mean.isNaN ? nil : mean
  }

  /// The value that occurs most often, the smallest of several.
  static func mode<Value: FixedWidthInteger>(_ eight: [Value]) -> Value {
    var best = eight[0]
    var most = 0
    for value in eight.sorted() {
      let count = eight.count { $0 == value }
      if count > most { (best, most) = (value, count) }
    }
    return best
  }

  /// Calls `body` with the eight voxels below each of the result, columns fastest; beyond a far
  /// face the voxel at the face stands in, which leaves mean and mode those of what is there.
  private func each<Value: BitwiseCopyable>(
    _ voxels: [UInt8], _ shape: Shape3, _ type: Value.Type, _ body: ([Value]) -> Value
  ) -> [UInt8] {
    let half = shape.halved
    let source = unsafe voxels.withUnsafeBytes { bytes in
      (0..<shape.voxelCount).map { index in
        unsafe bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: type)
      }
    }
    var result: [Value] = []
    for z in 0..<half.z {
      for y in 0..<half.y {
        for x in 0..<half.x {
          var eight: [Value] = []
          for k in [2 * z, min(2 * z + 1, shape.z - 1)] {
            for j in [2 * y, min(2 * y + 1, shape.y - 1)] {
              for i in [2 * x, min(2 * x + 1, shape.x - 1)] {
                eight.append(source[(k * shape.y + j) * shape.x + i])
              }
            }
          }
          result.append(body(eight))
        }
      }
    }
    return unsafe result.withUnsafeBytes { unsafe Array($0) }
  }
}
