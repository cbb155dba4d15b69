/// A checksum that names a file's content: FNV-1a of 64 bits.
///
/// It tells two files apart that are not meant to deceive; it is no proof against forgery.
public struct Fingerprint: Hashable, Sendable {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The fingerprint of no bytes.
  public init() {}

  /// Goes on with more bytes.
  public mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      var hash = state
      for place in bytes.indices {
        hash = (hash ^ UInt64(unsafe bytes[place])) &* 0x0000_0100_0000_01B3
      }
      state = hash
    }
  }

  /// The same as a number.
  public var word: Int { Int(bitPattern: UInt(state)) }

  /// Sixteen hexadecimal digits.
  public var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
