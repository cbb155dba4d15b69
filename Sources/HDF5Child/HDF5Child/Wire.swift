/// Values as bytes, one after another: what goes between the tool and its child.
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func put(_ number: Int) {
    for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
  }

  package mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  package mutating func put(byte: UInt8) { bytes.append(byte) }

  package mutating func put(_ text: String) {
    put(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func put(_ list: [UInt8]) {
    put(list.count)
    bytes.append(contentsOf: list)
  }

  package mutating func put(_ list: [Int]) { put(list) { $0.put($1) } }

  package mutating func put(_ list: [String]) { put(list) { $0.put($1) } }

  package mutating func put<Element>(_ list: [Element], _ each: (inout WireWriter, Element) -> Void)
  {
    put(list.count)
    for element in list { each(&self, element) }
  }

  package mutating func put<Element>(_ value: Element?, _ each: (inout WireWriter, Element) -> Void)
  {
    put(value != nil)
    if let value { each(&self, value) }
  }
}

/// The bytes are not what they should be: the other side is broken.
package struct WireError: Error {}

/// Takes apart what a `WireWriter` made, and trusts none of it.
package struct WireReader {
  private let bytes: [UInt8]
  private var place = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether everything was read.
  package var isAtEnd: Bool { place == bytes.count }

  package mutating func int() throws(WireError) -> Int {
    guard bytes.count - place >= 8 else { throw WireError() }
    var number: UInt64 = 0
    for byte in 0..<8 { number |= UInt64(bytes[place + byte]) << UInt64(8 * byte) }
    place += 8
    return Int(truncatingIfNeeded: number)
  }

  /// A number that counts something, and so is not below zero.
  package mutating func count() throws(WireError) -> Int {
    let count = try int()
    guard count >= 0 else { throw WireError() }
    return count
  }

  package mutating func byte() throws(WireError) -> UInt8 {
    guard place < bytes.count else { throw WireError() }
    place += 1
    return bytes[place - 1]
  }

  package mutating func bool() throws(WireError) -> Bool { try byte() != 0 }

  package mutating func byteList() throws(WireError) -> [UInt8] {
    let count = try count()
    guard count <= bytes.count - place else { throw WireError() }
    place += count
    return Array(bytes[(place - count)..<place])
  }

  package mutating func text() throws(WireError) -> String {
    String(decoding: try byteList(), as: UTF8.self)
  }

  package mutating func list<Element>(
    _ each: (inout WireReader) throws(WireError) -> Element
  ) throws(WireError) -> [Element] {
    let count = try count()
    // Each element is a byte at least, so that a lie about the number costs nothing.
    guard count <= bytes.count - place else { throw WireError() }
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try each(&self)) }
    return list
  }

  package mutating func ints() throws(WireError) -> [Int] {
    try list { (wire) throws(WireError) in try wire.int() }
  }

  package mutating func texts() throws(WireError) -> [String] {
    try list { (wire) throws(WireError) in try wire.text() }
  }

  package mutating func optional<Element>(
    _ each: (inout WireReader) throws(WireError) -> Element
  ) throws(WireError) -> Element? {
    try bool() ? try each(&self) : nil
  }
}
