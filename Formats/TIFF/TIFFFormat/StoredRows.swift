import SystemIO
import VolumeCore

extension PageLayout {
  /// Takes voxels out of rows of a block as they are stored.
  ///
  /// - Parameters:
  ///   - columns: which columns of the block.
  ///   - source: `rows` whole rows.
  ///   - isNative: whether the bytes of a sample are in the machine's order already.
  ///   - destination: where the first row's voxels go.
  ///   - stride: bytes from row to row of the destination.
  func takeVoxels(
    _ columns: Range<Int>, rows: Int, from source: UnsafeRawBufferPointer, isNative: Bool,
    to destination: UnsafeMutableRawBufferPointer, stride: Int
  ) {
    let width = voxelType.byteCount
    let rowBytes = rowByteCount
    for row in 0..<rows {
      let from = unsafe UnsafeRawBufferPointer(
        rebasing: source[(row * rowBytes)..<((row + 1) * rowBytes)])
      let to = unsafe UnsafeMutableRawBufferPointer(
        rebasing: destination[(row * stride)..<(row * stride + columns.count * width)])
      if bits % 8 != 0 {
        unsafe unpack(columns, from: from, to: to)
      } else {
        unsafe pick(columns, from: from, to: to)
        if width > 1, !isNative, order != .native {
          var span = unsafe to.mutableBytes
          swapBytes(of: &span, width: width)
        }
      }
    }
  }

  /// Takes whole bytes.
  private func pick(
    _ columns: Range<Int>, from: UnsafeRawBufferPointer, to: UnsafeMutableRawBufferPointer
  ) {
    let width = voxelType.byteCount
    if blockSamples == 1 {
      let start = columns.lowerBound * width
      unsafe to.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: from[start..<(start + to.count)]))
      return
    }
    let step = blockSamples * width
    var place = columns.lowerBound * step + sample * width
    for start in Swift.stride(from: 0, to: to.count, by: width) {
      for byte in 0..<width { unsafe to[start + byte] = from[place + byte] }
      place += step
    }
  }

  /// Takes samples of 9 to 15 bits, the most significant bit first.
  private func unpack(
    _ columns: Range<Int>, from: UnsafeRawBufferPointer, to: UnsafeMutableRawBufferPointer
  ) {
    let mask = UInt32(1) << UInt32(bits) - 1
    let sign = voxelType.isSigned ? UInt32(1) << UInt32(bits - 1) : 0
    let last = from.count - 1
    for (index, column) in columns.enumerated() {
      let bit = (column * blockSamples + sample) * bits
      let byte = bit >> 3
      // Fifteen bits reach into three bytes at most.
      let a = UInt32(unsafe from[byte])
      let b = byte < last ? UInt32(unsafe from[byte + 1]) : 0
      let c = byte + 1 < last ? UInt32(unsafe from[byte + 2]) : 0
      var value = (a << 16 | b << 8 | c) >> UInt32(24 - (bit & 7) - bits) & mask
      if value & sign != 0 { value |= ~mask }
      unsafe to.storeBytes(
        of: UInt16(truncatingIfNeeded: value), toByteOffset: 2 * index, as: UInt16.self)
    }
  }
}

/// Puts the bits of every byte in the order of FillOrder 1.
func reverseBits(_ bytes: UnsafeMutableRawBufferPointer) {
  for index in bytes.indices {
    var byte = unsafe bytes[index]
    byte = (byte & 0xF0) >> 4 | (byte & 0x0F) << 4
    byte = (byte & 0xCC) >> 2 | (byte & 0x33) << 2
    unsafe bytes[index] = (byte & 0xAA) >> 1 | (byte & 0x55) << 1
  }
}
