import SystemIO

/// A binary header: whole numbers, floats and texts at fixed places, in one byte order.
///
/// Places are the format's own and lie in `bytes`, whose count the caller has checked.
public struct HeaderBytes: Hashable, Sendable {
  /// The bytes.
  public var bytes: [UInt8]
  /// The order of the bytes of a number.
  public var isBigEndian: Bool

  /// A header that was read, or zeros to be filled.
  public init(_ bytes: [UInt8], isBigEndian: Bool = false) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
  }

  /// The whole number at `place`.
  public func integer<Value: FixedWidthInteger>(at place: Int, as type: Value.Type) -> Value {
    let value = unsafe bytes.withUnsafeBytes { bytes in
      unsafe bytes.loadUnaligned(fromByteOffset: place, as: type)
    }
    return isBigEndian ? Value(bigEndian: value) : Value(littleEndian: value)
  }

  /// The whole number of four bytes at `place`.
  public func int32(at place: Int) -> Int { Int(integer(at: place, as: Int32.self)) }
  /// The whole number of two bytes at `place`.
  public func int16(at place: Int) -> Int { Int(integer(at: place, as: Int16.self)) }
  /// The single-precision number at `place`, as the shortest decimal that stands for it: 0.65,
  /// where its exact value is 0.64999998.
  public func float32(at place: Int) -> Double {
    shortestDecimal(Float(bitPattern: integer(at: place, as: UInt32.self)))
  }
  /// The double-precision number at `place`.
  public func float64(at place: Int) -> Double {
    Double(bitPattern: integer(at: place, as: UInt64.self))
  }
  /// The text in `range`, to its first zero, without spaces around it.
  public func text(in range: Range<Int>) -> String {
    trimmed(String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self))
  }

  /// Puts a whole number at `place`.
  public mutating func put<Value: FixedWidthInteger>(_ value: Value, at place: Int) {
    let ordered = isBigEndian ? value.bigEndian : value.littleEndian
    unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe bytes.storeBytes(of: ordered, toByteOffset: place, as: Value.self)
    }
  }
  /// Puts a single-precision number at `place`.
  public mutating func put(_ value: Float, at place: Int) { put(value.bitPattern, at: place) }
  /// Puts a double-precision number at `place`.
  public mutating func put(_ value: Double, at place: Int) { put(value.bitPattern, at: place) }
  /// Puts a text at `place`, cut off behind `count` bytes.
  public mutating func put(_ text: String, at place: Int, count: Int) {
    for (index, byte) in text.utf8.prefix(count).enumerated() { bytes[place + index] = byte }
  }
}

/// The shortest decimal that stands for `value`, as a double.
public func shortestDecimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

/// The first bytes of the file at `path`, at most `limit`, and how many it has in all.
public func head(
  ofFile path: String, limit: Int
) throws(SystemError) -> (bytes: [UInt8], fileByteCount: Int) {
  let file = try FileHandle(readingFrom: path)
  let count = try file.byteCount
  var bytes = [UInt8](repeating: 0, count: min(count, limit))
  var span = bytes.mutableSpan
  var raw = unsafe span.mutableBytes
  let got = try file.read(at: 0, into: &raw)
  return (Array(bytes.prefix(got)), count)
}
