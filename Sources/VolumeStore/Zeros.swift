import Glibc

extension RawSpan {
  /// Whether no bit is set; stops soon after the first that is.
  var isAllZero: Bool {
    unsafe withUnsafeBytes { bytes in
      let blockByteCount = 4096
      var offset = 0
      while offset + blockByteCount <= bytes.count {
        var bits = SIMD64<UInt8>.zero
        for place in stride(from: offset, to: offset + blockByteCount, by: 64) {
          bits |= unsafe bytes.loadUnaligned(fromByteOffset: place, as: SIMD64<UInt8>.self)
        }
        if bits != .zero { return false }
        offset += blockByteCount
      }
      while offset < bytes.count {
        if unsafe bytes[offset] != 0 { return false }
        offset += 1
      }
      return true
    }
  }
}

extension MutableRawSpan {
  /// Makes every byte zero.
  mutating func clear() {
    unsafe withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress { unsafe memset(base, 0, bytes.count) }
    }
  }
}
