extension VoxelType {
  /// The value of voxel `index` in `bytes`, which are in the machine's order; 64-bit whole numbers
  /// beyond 2^53 are rounded.
  public func value(_ bytes: RawSpan, at index: Int) -> Double {
    let place = index * byteCount
    return switch self {
    case .uint8: Double(unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
    case .int8: Double(unsafe bytes.unsafeLoad(fromByteOffset: place, as: Int8.self))
    case .uint16: Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt16.self))
    case .int16: Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Int16.self))
    case .uint32: Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self))
    case .int32: Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Int32.self))
    case .uint64: Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    case .int64: Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Int64.self))
    case .float32: Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Float.self))
    case .float64: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: Double.self)
    }
  }

  /// The values of `count` voxels from `first` on, for pictures and samples.
  public func values(_ bytes: RawSpan, from first: Int = 0, count: Int) -> [Float] {
    (first..<(first + count)).map { Float(value(bytes, at: $0)) }
  }

  /// The least and the greatest value; `nil` for floating point.
  public var range: ClosedRange<Double>? {
    switch self {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .uint32: 0...4_294_967_295
    case .int32: -2_147_483_648...2_147_483_647
    case .uint64: 0...0x1p64
    case .int64: -0x1p63...0x1p63
    case .float32, .float64: nil
    }
  }
}
