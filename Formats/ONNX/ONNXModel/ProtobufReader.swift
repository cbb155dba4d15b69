/// Bytes that are no message of Protocol Buffers.
public enum ProtobufError: Error, Hashable {
  /// A field's key, number or length goes beyond the message's end; `offset` from the file's start.
  case endsEarly(offset: Int)
  /// A number of more than ten bytes, a field 0, or a wire type that is no longer in use.
  case malformed(offset: Int)
}

/// One field of a message.
struct ProtobufField {
  /// What it holds, as its wire type says; what that means, the schema knows.
  enum Payload {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  /// Its number in the schema.
  var number: Int
  /// What it holds.
  var payload: Payload
}

/// Takes the fields of one message one after the other; nothing is copied.
///
/// The whole of the wire format is here: a key (number and type) and a value for each field, in any
/// order, each as often as it likes.
struct ProtobufReader {
  private let bytes: ArraySlice<UInt8>
  private var place: Int

  /// The fields of a message that takes up all of `bytes`.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  /// Whether all bytes are taken.
  var isAtEnd: Bool { place == bytes.endIndex }

  /// The next field; `nil` at the end.
  mutating func next() throws(ProtobufError) -> ProtobufField? {
    guard !isAtEnd else { return nil }
    let start = place
    let key = try varint()
    guard let number = Int(exactly: key >> 3), number > 0, number < 1 << 29 else {
      throw .malformed(offset: start)
    }
    switch key & 7 {
    case 0: return ProtobufField(number: number, payload: .varint(try varint()))
    case 1: return ProtobufField(number: number, payload: .fixed64(try fixed(8)))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.endIndex - place) else { throw .endsEarly(offset: start) }
      let end = place + Int(length)
      defer { place = end }
      return ProtobufField(number: number, payload: .bytes(bytes[place..<end]))
    case 5: return ProtobufField(number: number, payload: .fixed32(UInt32(try fixed(4))))
    default: throw .malformed(offset: start)
    }
  }

  /// A number of seven bits a byte, the lowest first.
  mutating func varint() throws(ProtobufError) -> UInt64 {
    let start = place
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard place < bytes.endIndex else { throw .endsEarly(offset: start) }
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed(offset: start)
  }

  /// A little-endian number of `count` bytes.
  mutating func fixed(_ count: Int) throws(ProtobufError) -> UInt64 {
    guard bytes.endIndex - place >= count else { throw .endsEarly(offset: place) }
    var value: UInt64 = 0
    for i in 0..<count { value |= UInt64(bytes[place + i]) << UInt64(8 * i) }
    place += count
    return value
  }
}

extension ProtobufField {
  /// The number of a field of type `int32`, `int64` or an enumeration.
  var integer: Int? {
    if case .varint(let value) = payload { Int(Int64(bitPattern: value)) } else { nil }
  }

  /// The number of a field of type `float`.
  var float: Float? {
    if case .fixed32(let bits) = payload { Float(bitPattern: bits) } else { nil }
  }

  /// The bytes of a field that holds a message, a text or packed numbers.
  var bytes: ArraySlice<UInt8>? {
    if case .bytes(let bytes) = payload { bytes } else { nil }
  }

  /// The text of a field of type `string`.
  var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  /// Adds the integers of a repeated field, packed or one by one.
  func append(to list: inout [Int], limit: Int) throws(ProtobufError) {
    switch payload {
    case .varint(let value): list.append(Int(Int64(bitPattern: value)))
    case .bytes(let packed):
      var reader = ProtobufReader(packed)
      while !reader.isAtEnd {
        list.append(Int(Int64(bitPattern: try reader.varint())))
        guard list.count <= limit else { throw .malformed(offset: packed.startIndex) }
      }
    case .fixed32, .fixed64: break
    }
    guard list.count <= limit else { throw .malformed(offset: 0) }
  }

  /// Adds the floats of a repeated field, packed or one by one.
  func append(to list: inout [Float]) throws(ProtobufError) {
    switch payload {
    case .fixed32(let bits): list.append(Float(bitPattern: bits))
    case .bytes(let packed):
      var reader = ProtobufReader(packed)
      list.reserveCapacity(list.count + packed.count / 4)
      while !reader.isAtEnd { list.append(Float(bitPattern: UInt32(try reader.fixed(4)))) }
    case .varint, .fixed64: break
    }
  }

  /// Adds the doubles of a repeated field, packed or one by one, in single precision.
  func appendDoubles(to list: inout [Float]) throws(ProtobufError) {
    switch payload {
    case .fixed64(let bits): list.append(Float(Double(bitPattern: bits)))
    case .bytes(let packed):
      var reader = ProtobufReader(packed)
      list.reserveCapacity(list.count + packed.count / 8)
      while !reader.isAtEnd { list.append(Float(Double(bitPattern: try reader.fixed(8)))) }
    case .varint, .fixed32: break
    }
  }
}
