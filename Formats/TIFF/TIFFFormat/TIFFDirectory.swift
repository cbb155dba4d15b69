import VolumeCore

/// One image file directory: which tags a page has, and where their values lie.
struct TIFFDirectory {
  /// A tag's type, how many values it has, and their bytes where they fit into the entry.
  struct Entry {
    var type: Int
    var count: Int
    var offset: Int
    var inline: [UInt8]?
  }

  let file: TIFFBytes
  /// Counted from 1, for messages.
  let page: Int
  /// Where it lies.
  let offset: Int
  /// Where the next one lies; 0 at the end of the chain.
  let next: Int
  private let entries: [Int: Entry]

  /// No sane page has more tags; a larger count is read from the wrong place.
  private static let mostTags = 4096

  /// Reads the directory at `offset`.
  init(_ file: TIFFBytes, at offset: Int, page: Int) throws(TIFFError) {
    self.file = file
    self.page = page
    self.offset = offset
    let countBytes = file.isBig ? 8 : 2
    let entryBytes = file.isBig ? 20 : 12
    let wordBytes = file.isBig ? 8 : 4
    let truncated = TIFFError.isTruncated(
      file: file.name, page: page, needed: nil, byteCount: file.byteCount)

    guard let head = try file.bytes(at: offset, count: countBytes) else { throw truncated }
    guard let count = unsigned(head[...], file.order), count > 0, count <= Self.mostTags else {
      throw .directoryIsMalformed(file: file.name, page: page, what: "its list of tags is no list")
    }
    let body = count * entryBytes
    guard let table = try file.bytes(at: offset + countBytes, count: body + wordBytes) else {
      throw truncated
    }
    var entries: [Int: Entry] = [:]
    for index in 0..<count {
      let start = index * entryBytes
      let values = start + entryBytes - wordBytes
      guard let tag = unsigned(table[start..<(start + 2)], file.order),
        let type = unsigned(table[(start + 2)..<(start + 4)], file.order),
        let number = unsigned(table[(start + 4)..<values], file.order)
      else {
        throw .directoryIsMalformed(file: file.name, page: page, what: "a tag has no sane count")
      }
      let inline = Array(table[values..<(values + wordBytes)])
      let (byteCount, overflowed) = number.multipliedReportingOverflow(by: Self.width(of: type))
      let fits = !overflowed && byteCount <= wordBytes
      let entry = Entry(
        type: type, count: number, offset: unsigned(inline[...], file.order) ?? .max,
        inline: fits ? inline : nil)
      // The first of two equal tags holds, as in libtiff.
      if entries[tag] == nil { entries[tag] = entry }
    }
    self.entries = entries
    next = unsigned(table[body...], file.order) ?? .max
  }

  /// Bytes of one value of a tag's type.
  private static func width(of type: Int) -> Int {
    switch type {
    case 3, 8: 2
    case 4, 9, 11, 13: 4
    case 5, 10, 12, 16, 17, 18: 8
    default: 1
    }
  }

  /// Whether the page has `tag`.
  func has(_ tag: Int) -> Bool { entries[tag] != nil }

  /// How many values `tag` has.
  func count(of tag: Int) -> Int { entries[tag]?.count ?? 0 }

  /// The bytes of a tag's values.
  private func bytes(of entry: Entry) throws(TIFFError) -> [UInt8] {
    let (count, overflowed) = entry.count.multipliedReportingOverflow(
      by: Self.width(of: entry.type))
    if let inline = entry.inline, !overflowed { return Array(inline.prefix(count)) }
    guard !overflowed, let bytes = try file.bytes(at: entry.offset, count: count) else {
      let (end, beyond) = entry.offset.addingReportingOverflow(overflowed ? .max : count)
      throw .isTruncated(
        file: file.name, page: page, needed: beyond ? nil : end, byteCount: file.byteCount)
    }
    return bytes
  }

  /// The values of `tag` as integers; empty where it is missing.
  func integers(_ tag: Int) throws(TIFFError) -> [Int] {
    guard let entry = entries[tag] else { return [] }
    guard [1, 3, 4, 13, 16, 18].contains(entry.type) else {
      throw .directoryIsMalformed(
        file: file.name, page: page, what: "tag \(tag) is not of an integer type")
    }
    let bytes = try bytes(of: entry)
    let width = Self.width(of: entry.type)
    var values: [Int] = []
    values.reserveCapacity(entry.count)
    for start in stride(from: 0, to: bytes.count, by: width) {
      guard let value = unsigned(bytes[start..<(start + width)], file.order) else {
        throw .directoryIsMalformed(
          file: file.name, page: page, what: "tag \(tag) holds a number beyond counting")
      }
      values.append(value)
    }
    return values
  }

  /// The one value of `tag`, or the first of several.
  func integer(_ tag: Int, default value: Int) throws(TIFFError) -> Int {
    guard let entry = entries[tag], entry.count > 0 else { return value }
    if entry.count > 16 { return value }
    return try integers(tag).first ?? value
  }

  /// A text, as Latin-1 where it is no UTF-8; at most a mebibyte of it.
  func text(_ tag: Int) throws(TIFFError) -> String? {
    guard let entry = entries[tag], entry.count <= 1 << 20 else { return nil }
    let bytes = try bytes(of: entry).prefix { $0 != 0 }
    return String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The first fraction of a tag of fractions.
  func rational(_ tag: Int) throws(TIFFError) -> Double? {
    guard let entry = entries[tag], entry.type == 5, entry.count >= 1, entry.count <= 16 else {
      return nil
    }
    let bytes = try bytes(of: entry)
    guard let over = unsigned(bytes[0..<4], file.order),
      let under = unsigned(bytes[4..<8], file.order), under > 0
    else { return nil }
    return Double(over) / Double(under)
  }
}
