import Compression

/// The bitshuffle filter: in each block all first bits of the numbers, then all second bits, and so on,
/// each block compressed or not.
struct Bitshuffle: Hashable, Sendable {
  /// How blocks are compressed.
  enum Codec: Hashable, Sendable {
    case none
    case lz4
    case zstd
  }

  /// Bytes of a number.
  let width: Int
  /// Numbers in a block, where the filter's parameters say so; 0 for its own choice.
  let block: Int
  let codec: Codec

  /// The filter's parameters: two of version, bytes of a number, numbers in a block, codec.
  init?(_ values: [Int]) {
    guard values.count >= 3, values[2] > 0, values[2] <= 4096 else { return nil }
    width = values[2]
    block = values.count > 3 ? values[3] : 0
    guard block >= 0, block % 8 == 0, block < 1 << 28 else { return nil }
    switch values.count > 4 ? values[4] : 0 {
    case 0: codec = .none
    case 2: codec = .lz4
    case 3: codec = .zstd
    default: return nil
    }
  }

  /// The filter's own choice: about 8 KiB.
  private var usualBlock: Int { max(8192 / width / 8 * 8, 128) }

  /// Fills exactly `target` from `source`; returns whether it could.
  func undo(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
    _ scratch: DecodeScratch
  ) -> Bool {
    let count = target.count / width
    guard target.count == count * width else { return false }
    var place = 0
    var size = block == 0 ? usualBlock : block
    if codec != .none {
      guard source.count >= 12, unsafe LZ4Frames.number(source, 0, 8) == target.count else {
        return false
      }
      let bytes = unsafe LZ4Frames.number(source, 8, 4)
      guard bytes > 0, bytes % width == 0, bytes / width % 8 == 0 else { return false }
      size = bytes / width
      place = 12
    }
    var done = 0
    while count - done >= 8 {
      let numbers = min(size, (count - done) / 8 * 8)
      let bytes = numbers * width
      let to = unsafe UnsafeMutableRawBufferPointer(
        rebasing: target[(done * width)..<(done * width + bytes)])
      if codec == .none {
        guard source.count - place >= bytes else { return false }
        unsafe Self.transpose(
          UnsafeRawBufferPointer(rebasing: source[place..<(place + bytes)]), numbers, width, to)
        place += bytes
      } else {
        guard source.count - place >= 4 else { return false }
        let stored = unsafe LZ4Frames.number(source, place, 4)
        place += 4
        guard stored > 0, stored <= source.count - place else { return false }
        let from = unsafe UnsafeRawBufferPointer(rebasing: source[place..<(place + stored)])
        let plain = unsafe scratch.buffer(4, bytes)
        guard unsafe decompress(from, into: plain) else { return false }
        unsafe Self.transpose(UnsafeRawBufferPointer(plain), numbers, width, to)
        place += stored
      }
      done += numbers
    }
    // What is less than eight numbers is left as it is.
    let rest = (count - done) * width
    guard source.count - place == rest else { return false }
    unsafe UnsafeMutableRawBufferPointer(rebasing: target[(done * width)...])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[place...]))
    return true
  }

  private func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var span = unsafe target.mutableBytes
    if codec == .lz4 { return LZ4Block.decompress(unsafe source.bytes, into: &span) }
    guard var decompressor = try? ZstdDecompressor() else { return false }
    return (try? decompressor.decompress(unsafe source.bytes, into: &span)) != nil
  }

  /// Puts the bits of `numbers` numbers back; a multiple of eight.
  private static func transpose(
    _ source: UnsafeRawBufferPointer, _ numbers: Int, _ width: Int,
    _ target: UnsafeMutableRawBufferPointer
  ) {
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    let row = numbers / 8
    for byte in 0..<width {
      let rows = unsafe from + 8 * byte * row
      for group in 0..<row {
        var bits: UInt64 = 0
        for bit in 0..<8 {
          let value = unsafe rows.load(fromByteOffset: bit * row + group, as: UInt8.self)
          bits |= UInt64(value) << UInt64(8 * bit)
        }
        // The transpose of a matrix of 8 x 8 bits (Warren, Hacker's Delight, 7-3).
        var swap = (bits ^ (bits >> 7)) & 0x00AA_00AA_00AA_00AA
        bits ^= swap ^ (swap << 7)
        swap = (bits ^ (bits >> 14)) & 0x0000_CCCC_0000_CCCC
        bits ^= swap ^ (swap << 14)
        swap = (bits ^ (bits >> 28)) & 0x0000_0000_F0F0_F0F0
        bits ^= swap ^ (swap << 28)
        for number in 0..<8 {
          unsafe to.storeBytes(
            of: UInt8(truncatingIfNeeded: bits >> UInt64(8 * number)),
            toByteOffset: (8 * group + number) * width + byte, as: UInt8.self)
        }
      }
    }
  }
}
