import VolumeCore

extension FileHandle {
  /// Between two wanted parts, this many unwanted bytes are cheaper to read than to jump over.
  public static let cheapGap = 16 << 10
  /// The most that is read at once of rows with something between them.
  public static let cropByteCount = 512 << 10
  /// The longest read at once; the next is announced to the system meanwhile.
  public static let pieceByteCount = 16 << 20

  /// Reads `count` rows of `wanted` bytes each, whose first bytes lie `stride` bytes apart from
  /// `offset` on, close together into `destination`.
  ///
  /// Returns whether all were there; `false` means that the file ends too early.
  public func readRows(
    count: Int, wanted: Int, stride: Int, at offset: Int,
    into destination: inout MutableRawSpan
  ) throws(SystemError) -> Bool {
    precondition(destination.byteCount == count * wanted && stride >= wanted)
    guard count > 0, wanted > 0 else { return true }
    if stride == wanted || count == 1 {
      return try readRun(at: offset, into: &destination)
    }
    if stride - wanted <= Self.cheapGap, stride <= Self.cropByteCount {
      return try readAndCrop(
        count: count, wanted: wanted, stride: stride, at: offset, into: &destination)
    }
    return try unsafe destination.withUnsafeMutableBytes { (bytes) throws(SystemError) in
      for row in 0..<count {
        let part = (row * wanted)..<(row * wanted + wanted)
        var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[part]).mutableBytes
        guard try readRun(at: offset + row * stride, into: &span) else { return false }
      }
      return true
    }
  }

  /// Fills `destination` from `offset`, piece by piece.
  private func readRun(
    at offset: Int, into destination: inout MutableRawSpan
  ) throws(SystemError) -> Bool {
    let count = destination.byteCount
    return try unsafe destination.withUnsafeMutableBytes { (bytes) throws(SystemError) in
      var done = 0
      while done < count {
        let end = min(done + Self.pieceByteCount, count)
        if end < count {
          willRead(at: offset + end, count: min(count - end, Self.pieceByteCount))
        }
        var span = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done..<end]).mutableBytes
        guard try read(at: offset + done, into: &span) == end - done else { return false }
        done = end
      }
      return true
    }
  }

  /// Reads runs of rows, and passes over what lies between them.
  private func readAndCrop(
    count: Int, wanted: Int, stride: Int, at offset: Int,
    into destination: inout MutableRawSpan
  ) throws(SystemError) -> Bool {
    let rowsAtOnce = max(1, Self.cropByteCount / stride)
    return try unsafe destination.withUnsafeMutableBytes { (bytes) throws(SystemError) in
      var row = 0
      while row < count {
        let rows = min(rowsAtOnce, count - row)
        let part = unsafe UnsafeMutableRawBufferPointer(
          rebasing: bytes[(row * wanted)..<((row + rows) * wanted)])
        let passed = try Timeline.work("disk read", byteCount: rows * stride) {
          () throws(SystemError) in
          try checked("read", path) {
            unsafe operations.readRows(
              descriptor, wanted: wanted, stride: stride, at: offset + row * stride, into: part)
          }
        }
        // The last row ends before the bytes that part it from the next.
        let done = min(rows, (passed + stride - wanted) / stride)
        row += done
        guard done == 0 else { continue }
        // The file ends here, or the system gave less than a row.
        var one = unsafe UnsafeMutableRawBufferPointer(rebasing: part[..<wanted]).mutableBytes
        guard try readRun(at: offset + row * stride, into: &one) else { return false }
        row += 1
      }
      return true
    }
  }
}

/// Reverses the bytes of every voxel of `width` bytes: 2, 4 or 8, nothing for others.
public func swapBytes(of voxels: inout MutableRawSpan, width: Int) {
  guard width == 2 || width == 4 || width == 8 else { return }
  unsafe voxels.withUnsafeMutableBytes { bytes in
    guard let first = bytes.baseAddress else { return }
    // Eight bytes at a time: fast without any help from the compiler's vectors.
    let words = bytes.count / 8
    for index in 0..<words {
      let word = unsafe first.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
      let swapped =
        switch width {
        case 2: (word & 0x00FF_00FF_00FF_00FF) << 8 | (word >> 8) & 0x00FF_00FF_00FF_00FF
        case 4: word.byteSwapped << 32 | word.byteSwapped >> 32
        default: word.byteSwapped
        }
      unsafe first.storeBytes(of: swapped, toByteOffset: 8 * index, as: UInt64.self)
    }
    for start in stride(from: 8 * words, to: bytes.count, by: width) {
      for byte in 0..<(width / 2) {
        unsafe bytes.swapAt(start + byte, start + width - 1 - byte)
      }
    }
  }
}
