import VolumeCore

extension TypeConversion {
  /// Values that are held as double precision at a time.
  private static let batch = 512

  /// Converts all voxels of `source` to `destination`, and counts what lay beside the window.
  ///
  /// Both may share memory, where no voxel of `destination` ends behind the beginning of the same
  /// voxel of `source`: `destination` is written from its first byte on, behind what is read.
  @unsafe func convert(
    _ source: UnsafeRawBufferPointer, to destination: UnsafeMutableRawBufferPointer
  ) -> WindowCounts {
    let count = source.count / self.source.byteCount
    precondition(source.count == count * self.source.byteCount)
    precondition(destination.count == count * target.byteCount)
    var counts = WindowCounts()
    if isExactOnly {
      for index in 0..<count { unsafe convertExactly(index, source, destination, &counts) }
      return counts
    }
    let scaling = window.map { Scaling($0, target: target) }
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.batch) { values in
      for first in stride(from: 0, to: count, by: Self.batch) {
        let number = min(Self.batch, count - first)
        let part = unsafe UnsafeMutableBufferPointer(rebasing: values[..<number])
        unsafe load(source, from: first, into: part)
        if let scaling { unsafe counts.add(scaling.apply(to: part)) }
        unsafe store(part, to: destination, from: first)
      }
    }
    return counts
  }

  /// Whether double precision could round what must stay as it is.
  private var isExactOnly: Bool {
    let isWide = source.byteCount == 8 || target.byteCount == 8
    return isWide && keepsValues && !source.isFloatingPoint && !target.isFloatingPoint
  }

  private func convertExactly(
    _ index: Int, _ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableRawBufferPointer,
    _ counts: inout WindowCounts
  ) {
    let at = index * self.source.byteCount
    let value: Int128 =
      switch self.source {
      case .uint8: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: UInt8.self))
      case .int8: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: Int8.self))
      case .uint16: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: UInt16.self))
      case .int16: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: Int16.self))
      case .uint32: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      case .int32: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: Int32.self))
      case .uint64: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      case .int64: Int128(unsafe source.loadUnaligned(fromByteOffset: at, as: Int64.self))
      case .float32, .float64: preconditionFailure("only whole numbers are kept in this way")
      }
    func put<Value: FixedWidthInteger>(_ type: Value.Type) {
      if value < Int128(Value.min) { counts.below += 1 }
      if value > Int128(Value.max) { counts.above += 1 }
      unsafe destination.storeBytes(
        of: Value(clamping: value), toByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
    }
    switch target {
    case .uint8: put(UInt8.self)
    case .int8: put(Int8.self)
    case .uint16: put(UInt16.self)
    case .int16: put(Int16.self)
    case .uint32: put(UInt32.self)
    case .int32: put(Int32.self)
    case .uint64: put(UInt64.self)
    case .int64: put(Int64.self)
    case .float32, .float64: preconditionFailure("only whole numbers are kept in this way")
    }
  }

  private func load(
    _ source: UnsafeRawBufferPointer, from first: Int,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    switch self.source {
    case .uint8: unsafe loadNumbers(UInt8.self, source, first, values)
    case .int8: unsafe loadNumbers(Int8.self, source, first, values)
    case .uint16: unsafe loadNumbers(UInt16.self, source, first, values)
    case .int16: unsafe loadNumbers(Int16.self, source, first, values)
    case .uint32: unsafe loadNumbers(UInt32.self, source, first, values)
    case .int32: unsafe loadNumbers(Int32.self, source, first, values)
    case .uint64: unsafe loadNumbers(UInt64.self, source, first, values)
    case .int64: unsafe loadNumbers(Int64.self, source, first, values)
    case .float32:
      for index in 0..<values.count {
        unsafe values[index] = Double(
          source.loadUnaligned(fromByteOffset: 4 * (first + index), as: Float.self))
      }
    case .float64:
      for index in 0..<values.count {
        unsafe values[index] = source.loadUnaligned(
          fromByteOffset: 8 * (first + index), as: Double.self)
      }
    }
  }

  private func store(
    _ values: UnsafeMutableBufferPointer<Double>, to destination: UnsafeMutableRawBufferPointer,
    from first: Int
  ) {
    switch target {
    case .uint8: unsafe storeNumbers(UInt8.self, values, destination, first)
    case .int8: unsafe storeNumbers(Int8.self, values, destination, first)
    case .uint16: unsafe storeNumbers(UInt16.self, values, destination, first)
    case .int16: unsafe storeNumbers(Int16.self, values, destination, first)
    case .uint32: unsafe storeNumbers(UInt32.self, values, destination, first)
    case .int32: unsafe storeNumbers(Int32.self, values, destination, first)
    case .uint64:
      for index in 0..<values.count {
        unsafe destination.storeBytes(
          of: saturated(values[index]), toByteOffset: 8 * (first + index), as: UInt64.self)
      }
    case .int64:
      for index in 0..<values.count {
        // Counted from the least value, so that the whole range is at hand.
        let distance = saturated(unsafe values[index])
        unsafe destination.storeBytes(
          of: distance ^ (1 << 63), toByteOffset: 8 * (first + index), as: UInt64.self)
      }
    case .float32:
      for index in 0..<values.count {
        unsafe destination.storeBytes(
          of: Float(values[index]), toByteOffset: 4 * (first + index), as: Float.self)
      }
    case .float64:
      for index in 0..<values.count {
        unsafe destination.storeBytes(
          of: values[index], toByteOffset: 8 * (first + index), as: Double.self)
      }
    }
  }
}

@inline(__always)
private func loadNumbers<Value: FixedWidthInteger>(
  _ type: Value.Type, _ source: UnsafeRawBufferPointer, _ first: Int,
  _ values: UnsafeMutableBufferPointer<Double>
) {
  let size = MemoryLayout<Value>.size
  for index in 0..<values.count {
    unsafe values[index] = Double(
      source.loadUnaligned(fromByteOffset: size * (first + index), as: Value.self))
  }
}

/// Stores whole numbers that the type holds.
@inline(__always)
private func storeNumbers<Value: FixedWidthInteger>(
  _ type: Value.Type, _ values: UnsafeMutableBufferPointer<Double>,
  _ destination: UnsafeMutableRawBufferPointer, _ first: Int
) {
  let size = MemoryLayout<Value>.size
  for index in 0..<values.count {
    let value = Value(truncatingIfNeeded: Int64(unsafe values[index]))
    unsafe destination.storeBytes(of: value, toByteOffset: size * (first + index), as: Value.self)
  }
}

/// A whole number from 0 on, held to the type's greatest.
private func saturated(_ value: Double) -> UInt64 { value < 0x1p64 ? UInt64(value) : .max }

/// What a window does to values, in numbers.
private struct Scaling {
  let low: Double
  let high: Double
  /// From the type's least value to its greatest; `nil` where values are kept.
  let span: Double?
  /// What is added after rounding; 64-bit types count from their least value.
  let offset: Double

  init(_ window: ValueWindow, target: VoxelType) {
    low = window.low
    high = window.high
    guard let range = target.range else {
      (span, offset) = (nil, 0)
      return
    }
    // 2^64 - 1 is 2^64 in double precision, and held to the greatest value when it is stored.
    span = range.upperBound - range.lowerBound
    offset = target.byteCount == 8 ? 0 : range.lowerBound
  }

  /// Draws values outside to the ends, counts them, and scales and rounds.
  func apply(to values: UnsafeMutableBufferPointer<Double>) -> WindowCounts {
    var (below, above, odd) = (0, 0, 0)
    for index in 0..<values.count {
      var value = unsafe values[index]
      below &+= value < low ? 1 : 0
      above &+= value > high ? 1 : 0
      odd &+= value == value ? 0 : 1
      value = value > low ? value : low
      value = value < high ? value : high
      unsafe values[index] = value
    }
    if let span {
      let width = high - low
      for index in 0..<values.count {
        // Divided last: a factor would be rounded, and halves with it.
        let scaled = (unsafe values[index] - low) * span / width + 0.5
        unsafe values[index] = scaled.rounded(.down) + offset
      }
    }
    var counts = WindowCounts()
    (counts.below, counts.above, counts.notANumber) = (below, above, odd)
    return counts
  }
}
