import Glibc

extension RawSpan {
  /// Whether no bit is set; stops soon after the first that is.
  var isAllZero: Bool {
    unsafe withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, bytes.count > 0 else { return true }
      // Zero at the start, and each byte as the one before it: the C library compares in vectors.
      return unsafe bytes[0] == 0 && memcmp(base, base + 1, bytes.count - 1) == 0
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
