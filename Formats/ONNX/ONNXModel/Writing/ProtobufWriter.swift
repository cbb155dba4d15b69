/// Makes the bytes of one message, field after field.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func key(_ field: Int, _ type: Int) { varint(UInt64(field << 3 | type)) }

  /// A field of type `int32`, `int64` or an enumeration.
  mutating func put(_ field: Int, _ value: Int) {
    key(field, 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A field of type `float`.
  mutating func put(_ field: Int, _ value: Float) {
    key(field, 5)
    append(value)
  }

  /// A field of type `string`.
  mutating func put(_ field: Int, _ text: String) { put(field, bytes: Array(text.utf8)) }

  /// A field of type `bytes`.
  mutating func put(_ field: Int, bytes content: [UInt8]) {
    key(field, 2)
    varint(UInt64(content.count))
    bytes += content
  }

  /// A field that holds a message, which `body` makes.
  mutating func put(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    body(&message)
    put(field, bytes: message.bytes)
  }

  /// A field that holds floats as raw bytes, little-endian.
  mutating func put(_ field: Int, raw values: [Float]) {
    key(field, 2)
    varint(UInt64(4 * values.count))
    bytes.reserveCapacity(bytes.count + 4 * values.count)
    for value in values { append(value) }
  }

  private mutating func append(_ value: Float) {
    let bits = value.bitPattern
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
  }
}
