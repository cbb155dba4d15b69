import VolumeCore

/// One image file directory: which tags a page has, and where their values lie.
struct TIFFDirectory {
  /// A tag's type, how many values it has, and where they lie in the file.
  struct Entry {
    var tag: Int
    var type: Int
    var count: Int
    var offset: Int
  }

  let file: TIFFBytes
  /// Counted from 1, for messages.
  let page: Int
  /// Where the next one lies; 0 at the end of the chain.
  let next: Int
  private let entries: [Entry]
  /// The entries as they lie in the file, with the values that fit into them.
  private let table: [UInt8]
  private let tableOffset: Int

  /// No sane page has more tags; a larger count is read from the wrong place.
  private static let mostTags = 4096
  /// The longest text: the OME-XML of a file with as many pages as a scan may have layers.
  private static let longestText = 64 << 20

  /// Reads the directory at `offset`.
  init(_ file: TIFFBytes, at offset: Int, page: Int) throws(TIFFError) {
    self.file = file
    self.page = page
    let countBytes = file.isBig ? 8 : 2
    let entryBytes = file.isBig ? 20 : 12
    let wordBytes = file.isBig ? 8 : 4
    let truncated = TIFFError.isTruncated(
      file: file.name, page: page, needed: nil, byteCount: file.byteCount)

    guard let head = try file.bytes(at: offset, count: countBytes) else { throw truncated }
    guard let count = unsigned(head, at: 0, countBytes, file.order), count > 0,
      count <= Self.mostTags
    else {
      throw .directoryIsMalformed(file: file.name, page: page, what: "its list of tags is no list")
    }
    let body = count * entryBytes
    tableOffset = offset + countBytes
    guard let table = try file.bytes(at: tableOffset, count: body + wordBytes) else {
      throw truncated
    }
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for index in 0..<count {
      let start = index * entryBytes
      let values = start + entryBytes - wordBytes
      guard let tag = unsigned(table, at: start, 2, file.order),
        let type = unsigned(table, at: start + 2, 2, file.order),
        let number = unsigned(table, at: start + 4, wordBytes, file.order)
      else {
        throw .directoryIsMalformed(file: file.name, page: page, what: "a tag has no sane count")
      }
      let (byteCount, overflowed) = number.multipliedReportingOverflow(by: Self.width(of: type))
      let fits = !overflowed && byteCount <= wordBytes
      let place = fits ? tableOffset + values : unsigned(table, at: values, wordBytes, file.order)
      entries.append(Entry(tag: tag, type: type, count: number, offset: place ?? .max))
    }
    self.entries = entries
    self.table = table
    next = unsigned(table, at: body, wordBytes, file.order) ?? .max
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

  /// The first of equal tags holds, as in libtiff.
  private func entry(_ tag: Int) -> Entry? { entries.first { $0.tag == tag } }

  /// Whether the page has `tag`.
  func has(_ tag: Int) -> Bool { entry(tag) != nil }

  /// How many values `tag` has.
  func count(of tag: Int) -> Int { entry(tag)?.count ?? 0 }

  /// The bytes of a tag's values.
  private func bytes(of entry: Entry) throws(TIFFError) -> [UInt8] {
    let (count, overflowed) = entry.count.multipliedReportingOverflow(
      by: Self.width(of: entry.type))
    if !overflowed, entry.offset >= tableOffset, count <= table.count,
      entry.offset - tableOffset <= table.count - count
    {
      let start = entry.offset - tableOffset
      return Array(table[start..<(start + count)])
    }
    guard !overflowed, let bytes = try file.bytes(at: entry.offset, count: count) else {
      let (end, beyond) = entry.offset.addingReportingOverflow(overflowed ? .max : count)
      throw .isTruncated(
        file: file.name, page: page, needed: beyond ? nil : end, byteCount: file.byteCount)
    }
    return bytes
  }

  /// Where the whole numbers of `tag` lie, for tables that are read piece by piece.
  func numbers(of tag: Int) throws(TIFFError) -> TIFFBytes.Table? {
    guard let entry = entry(tag) else { return nil }
    guard [1, 3, 4, 13, 16, 18].contains(entry.type) else {
      throw .directoryIsMalformed(
        file: file.name, page: page, what: "tag \(tag) is not of an integer type")
    }
    return TIFFBytes.Table(
      offset: entry.offset, width: Self.width(of: entry.type), count: entry.count)
  }

  /// The values of `tag` as integers; empty where it is missing. For tags of few values.
  func integers(_ tag: Int) throws(TIFFError) -> [Int] {
    guard let table = try numbers(of: tag), let entry = entry(tag) else { return [] }
    guard table.count <= 1 << 16 else {
      throw .directoryIsMalformed(
        file: file.name, page: page, what: "tag \(tag) has \(table.count) values")
    }
    let bytes = try bytes(of: entry)
    var values: [Int] = []
    values.reserveCapacity(table.count)
    for place in stride(from: 0, to: bytes.count, by: table.width) {
      guard let value = unsigned(bytes, at: place, table.width, file.order) else {
        throw .directoryIsMalformed(
          file: file.name, page: page, what: "tag \(tag) holds a number beyond counting")
      }
      values.append(value)
    }
    return values
  }

  /// The one value of `tag`.
  func integer(_ tag: Int, default value: Int) throws(TIFFError) -> Int {
    try integers(tag).first ?? value
  }

  /// The one value that `tag` has for every sample; `nil` where they are not alike.
  func common(_ tag: Int, default value: Int) throws(TIFFError) -> Int? {
    let values = try integers(tag)
    guard let first = values.first else { return value }
    return values.allSatisfy { $0 == first } ? first : nil
  }

  /// A text, as Latin-1 where it is no UTF-8.
  func text(_ tag: Int) throws(TIFFError) -> String? {
    guard let entry = entry(tag), [1, 2, 7].contains(entry.type), entry.count <= Self.longestText
    else { return nil }
    let bytes = try bytes(of: entry).prefix { $0 != 0 }
    return String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// The first fraction of a tag of fractions.
  func rational(_ tag: Int) throws(TIFFError) -> Double? {
    guard let entry = entry(tag), entry.type == 5, entry.count >= 1, entry.count <= 16 else {
      return nil
    }
    let bytes = try bytes(of: entry)
    guard let over = unsigned(bytes, at: 0, 4, file.order),
      let under = unsigned(bytes, at: 4, 4, file.order), under > 0
    else { return nil }
    return Double(over) / Double(under)
  }
}
