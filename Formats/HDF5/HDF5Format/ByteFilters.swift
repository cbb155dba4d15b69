import Compression

/// The shuffle filter: all first bytes of the numbers, then all second bytes, and so on.
enum Shuffle {
  /// Puts the bytes back; both have the same size.
  static func undo(
    _ source: UnsafeRawBufferPointer, width: Int, into target: UnsafeMutableRawBufferPointer
  ) {
    guard let from = source.baseAddress, let to = target.baseAddress, width > 1 else {
      return unsafe target.copyMemory(from: source)
    }
    let count = source.count / width
    switch width {
    case 2:
      for index in 0..<count {
        let number =
          unsafe UInt16(from.load(fromByteOffset: index, as: UInt8.self))
          | UInt16(from.load(fromByteOffset: count + index, as: UInt8.self)) << 8
        unsafe to.storeBytes(of: number, toByteOffset: 2 * index, as: UInt16.self)
      }
    case 4:
      for index in 0..<count {
        let low =
          unsafe UInt32(from.load(fromByteOffset: index, as: UInt8.self))
          | UInt32(from.load(fromByteOffset: count + index, as: UInt8.self)) << 8
        let high =
          unsafe UInt32(from.load(fromByteOffset: 2 * count + index, as: UInt8.self))
          | UInt32(from.load(fromByteOffset: 3 * count + index, as: UInt8.self)) << 8
        unsafe to.storeBytes(of: low | high << 16, toByteOffset: 4 * index, as: UInt32.self)
      }
    default:
      for byte in 0..<width {
        for index in 0..<count {
          let value = unsafe from.load(fromByteOffset: byte * count + index, as: UInt8.self)
          unsafe to.storeBytes(of: value, toByteOffset: index * width + byte, as: UInt8.self)
        }
      }
    }
    // What is no whole number is left as it is.
    for place in (count * width)..<source.count { unsafe target[place] = source[place] }
  }

  /// Takes the bytes apart, as `undo` puts them back.
  static func apply(
    _ source: UnsafeRawBufferPointer, width: Int, into target: UnsafeMutableRawBufferPointer
  ) {
    guard let from = source.baseAddress, let to = target.baseAddress, width > 1 else {
      return unsafe target.copyMemory(from: source)
    }
    let count = source.count / width
    for byte in 0..<width {
      for index in 0..<count {
        let value = unsafe from.load(fromByteOffset: index * width + byte, as: UInt8.self)
        unsafe to.storeBytes(of: value, toByteOffset: byte * count + index, as: UInt8.self)
      }
    }
    for place in (count * width)..<source.count { unsafe target[place] = source[place] }
  }
}

/// The checksum that HDF5 lays behind a chunk.
enum Fletcher32 {
  /// The bytes before the checksum; `nil` where it is wrong.
  static func checked(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard bytes.count >= 4 else { return nil }
    let content = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 4)])
    var said: UInt32 = 0
    for byte in 0..<4 { said |= UInt32(unsafe bytes[content.count + byte]) << UInt32(8 * byte) }
    let sum = unsafe checksum(content)
    // Old versions of the library swapped the bytes of each half; it takes both, and so do we.
    let swapped = (sum & 0x00FF_00FF) << 8 | (sum >> 8) & 0x00FF_00FF
    return unsafe said == sum || said == swapped ? content : nil
  }

  /// The sum of words, most significant byte first, as the library counts it.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var first: UInt32 = 0
    var second: UInt32 = 0
    var place = 0
    var left = bytes.count / 2
    while left > 0 {
      // So many words cannot overflow the sums.
      let run = min(left, 360)
      for _ in 0..<run {
        first &+= UInt32(unsafe bytes[place]) << 8 | UInt32(unsafe bytes[place + 1])
        second &+= first
        place += 2
      }
      left -= run
      first = (first & 0xFFFF) &+ (first >> 16)
      second = (second & 0xFFFF) &+ (second >> 16)
    }
    if bytes.count % 2 == 1 {
      first &+= UInt32(unsafe bytes[place]) << 8
      second &+= first
      first = (first & 0xFFFF) &+ (first >> 16)
      second = (second & 0xFFFF) &+ (second >> 16)
    }
    first = (first & 0xFFFF) &+ (first >> 16)
    second = (second & 0xFFFF) &+ (second >> 16)
    return second << 16 | first
  }
}

/// LZF, which h5py brings along: runs of bytes, and copies of what came before.
enum LZF {
  /// Decompresses `source`, which must fill exactly `target`; returns whether it did.
  static func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var place = 0
    var done = 0
    while place < source.count {
      let control = Int(unsafe source[place])
      place += 1
      if control < 32 {
        let run = control + 1
        guard run <= source.count - place, run <= target.count - done else { return false }
        for _ in 0..<run {
          unsafe target[done] = source[place]
          done += 1
          place += 1
        }
        continue
      }
      var length = control >> 5
      if length == 7 {
        guard place < source.count else { return false }
        length += Int(unsafe source[place])
        place += 1
      }
      guard place < source.count else { return false }
      let back = (control & 31) << 8 + Int(unsafe source[place]) + 1
      place += 1
      length += 2
      guard back <= done, length <= target.count - done else { return false }
      for _ in 0..<length {
        unsafe target[done] = target[done - back]
        done += 1
      }
    }
    return done == target.count
  }
}

/// The lz4 filter: the size, the size of a block, and blocks each with its compressed size, all numbers
/// with the most significant byte first.
enum LZ4Frames {
  /// Decompresses `source`, which must fill exactly `target`; returns whether it did.
  static func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard source.count >= 12 else { return false }
    let said = unsafe number(source, 0, 8)
    guard said == target.count else { return false }
    let block = unsafe number(source, 8, 4)
    guard block > 0 else { return target.count == 0 }
    var place = 12
    var done = 0
    while done < target.count {
      guard source.count - place >= 4 else { return false }
      let stored = unsafe number(source, place, 4)
      place += 4
      let count = min(block, target.count - done)
      guard stored > 0, stored <= source.count - place else { return false }
      let from = unsafe UnsafeRawBufferPointer(rebasing: source[place..<(place + stored)])
      let to = unsafe UnsafeMutableRawBufferPointer(rebasing: target[done..<(done + count)])
      if stored == count {
        unsafe to.copyMemory(from: from)
      } else {
        var span = unsafe to.mutableBytes
        guard LZ4Block.decompress(unsafe from.bytes, into: &span) else { return false }
      }
      place += stored
      done += count
    }
    return true
  }

  /// A whole number of `count` bytes, most significant first; -1 where it is too large.
  static func number(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ count: Int) -> Int {
    var number: UInt64 = 0
    for byte in 0..<count { number = number << 8 | UInt64(unsafe bytes[place + byte]) }
    return Int(exactly: number) ?? -1
  }
}
