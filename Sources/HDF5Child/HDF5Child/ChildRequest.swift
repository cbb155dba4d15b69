/// What the tool asks of its child.
package enum ChildRequest: Hashable, Sendable {
  /// Open the file at the path that was given at the start.
  case open(path: String)
  /// List groups and datasets.
  case inventory
  /// Describe one dataset.
  case dataset(String)
  /// Read an attribute of an object.
  case attribute(String, object: String)
  /// Read a small dataset.
  case value(String)
  /// Read the texts of an attribute, following no link to another file.
  case strings(String, object: String)
  /// Whether something is there, in the file itself.
  case contains(String)
  /// The extents of a dataset that must lie in the file itself.
  case shape(String)
  /// Read a box of a dataset into the shared memory.
  case read(String, start: [Int], count: [Int], asFloats: Bool, seconds: Int)
  /// Say where chunks lie.
  case chunks(String, first: [Int], count: [Int], edges: [Int])
  /// Break in a way that tests want to see: 0 a crash, 1 a loop without end, 2 all memory,
  /// 3 an answer without sense, 4 silence without work.
  case misbehave(Int)

  /// For people: what the child was at.
  package var doing: String {
    switch self {
    case .open: "opening the file"
    case .inventory: "listing what is in the file"
    case .dataset(let name), .value(let name), .contains(let name), .shape(let name):
      "looking at \(name)"
    case .attribute(let name, let object), .strings(let name, let object):
      "reading attribute '\(name)' of \(object)"
    case .read(let name, _, _, _, _), .chunks(let name, _, _, _): "reading \(name)"
    case .misbehave: "being tested"
    }
  }

  /// Whether it looks at what is in the file, and reads no voxels.
  package var isLook: Bool {
    if case .read = self { false } else { true }
  }

  /// The processor time that it may take at most, in seconds.
  package var processorSeconds: Int {
    switch self {
    case .read(_, _, _, _, let seconds): seconds
    // Thousands of datasets may be there.
    case .inventory: 3
    default: 2
    }
  }

  /// The time that it may take at most by the clock: disks may be slow, but not for ever.
  package var clockSeconds: Int { max(120, 30 * processorSeconds) }

  package var bytes: [UInt8] {
    var wire = WireWriter()
    switch self {
    case .open(let path):
      wire.put(byte: 0)
      wire.put(path)
    case .inventory: wire.put(byte: 1)
    case .dataset(let name):
      wire.put(byte: 2)
      wire.put(name)
    case .attribute(let name, let object):
      wire.put(byte: 3)
      wire.put(name)
      wire.put(object)
    case .value(let name):
      wire.put(byte: 4)
      wire.put(name)
    case .strings(let name, let object):
      wire.put(byte: 5)
      wire.put(name)
      wire.put(object)
    case .contains(let name):
      wire.put(byte: 6)
      wire.put(name)
    case .shape(let name):
      wire.put(byte: 7)
      wire.put(name)
    case .read(let name, let start, let count, let asFloats, let seconds):
      wire.put(byte: 8)
      wire.put(name)
      wire.put(start)
      wire.put(count)
      wire.put(asFloats)
      wire.put(seconds)
    case .chunks(let name, let first, let count, let edges):
      wire.put(byte: 9)
      wire.put(name)
      wire.put(first)
      wire.put(count)
      wire.put(edges)
    case .misbehave(let how):
      wire.put(byte: 10)
      wire.put(how)
    }
    return wire.bytes
  }

  package init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    switch try wire.byte() {
    case 0: self = .open(path: try wire.text())
    case 1: self = .inventory
    case 2: self = .dataset(try wire.text())
    case 3: self = .attribute(try wire.text(), object: try wire.text())
    case 4: self = .value(try wire.text())
    case 5: self = .strings(try wire.text(), object: try wire.text())
    case 6: self = .contains(try wire.text())
    case 7: self = .shape(try wire.text())
    case 8:
      self = .read(
        try wire.text(), start: try wire.ints(), count: try wire.ints(),
        asFloats: try wire.bool(), seconds: try wire.int())
    case 9:
      self = .chunks(
        try wire.text(), first: try wire.ints(), count: try wire.ints(), edges: try wire.ints())
    case 10: self = .misbehave(try wire.int())
    default: throw WireError()
    }
    guard wire.isAtEnd else { throw WireError() }
  }
}
