import SystemIO
import VolumeCore

/// Where the values of an array lie in the file.
struct AmiraSection: Hashable {
  /// The first byte.
  let offset: Int
  /// How many there are: as stored.
  let byteCount: Int

  /// More blanks than these do not stand between arrays.
  private static let mostBlanks = 64

  /// Finds the values of `field` behind the header, array by array.
  init(
    of field: AmiraHeader.Field, in header: AmiraHeader, _ handle: borrowing FileHandle,
    fileByteCount: Int, file: String
  ) throws(AvizoError) {
    var at = header.byteCount
    var line = at
    // Each array stands behind one line, and is passed once.
    for _ in header.fields.indices {
      line = at
      let head = try Self.bytes(handle, at: at)
      guard let marker = AmiraHeader.marker(in: head[...]) else { break }
      at += marker.byteCount
      if header.encoding == .text {
        guard marker.index != field.index else {
          offset = at
          byteCount = fileByteCount - at
          return
        }
        guard let next = try Self.nextMark(handle, from: at) else { break }
        at = next
        continue
      }
      guard let passed = header.fields.first(where: { $0.index == marker.index }) else { break }
      let count = try Self.byteCount(of: passed, header, file: file)
      let (end, overflows) = at.addingReportingOverflow(count)
      guard !overflows, end <= fileByteCount else {
        throw .dataIsCut(
          file: file, index: passed.index, needed: overflows ? .max : end, found: fileByteCount)
      }
      let rest = try Self.bytes(handle, at: end)
      let blanks = rest.prefix { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }.count
      let isLast = end + blanks == fileByteCount
      guard isLast || AmiraHeader.marker(in: rest[blanks...]) != nil else {
        throw .dataGoesOn(file: file, index: passed.index, end: end, found: fileByteCount)
      }
      guard marker.index != field.index else {
        offset = at
        byteCount = count
        return
      }
      at = end + blanks
      line = at
    }
    throw .sectionIsMissing(file: file, index: field.index, offset: line)
  }

  /// Bytes of the values of `field` as they are stored.
  private static func byteCount(
    of field: AmiraHeader.Field, _ header: AmiraHeader, file: String
  ) throws(AvizoError) -> Int {
    if let compression = field.compression {
      guard let count = field.compressedByteCount, count >= 0 else {
        throw .lengthIsMissing(file: file, compression: compression)
      }
      return count
    }
    guard let type = AmiraType(field.type) else {
      throw .typeIsNotRead(file: file, field: field.name, type: field.type)
    }
    var count = type.voxelType.byteCount * type.numbers
    for factor in [field.components] + (header.extents[field.owner] ?? []) {
      let (product, overflows) = count.multipliedReportingOverflow(by: factor)
      guard !overflows, product >= 0, product < 1 << 60 else {
        throw .dataIsCut(file: file, index: field.index, needed: .max, found: 0)
      }
      count = product
    }
    return count
  }

  private static func bytes(
    _ handle: borrowing FileHandle, at offset: Int
  ) throws(AvizoError) -> [UInt8] {
    do throws(SystemError) {
      return try handle.bytes(at: offset, count: mostBlanks)
    } catch {
      throw .system(error)
    }
  }

  /// Where the next `@` stands: none stands in a number.
  private static func nextMark(
    _ handle: borrowing FileHandle, from offset: Int
  ) throws(AvizoError) -> Int? {
    var at = offset
    while true {
      let piece: [UInt8]
      do throws(SystemError) {
        piece = try handle.bytes(at: at, count: 1 << 20)
      } catch {
        throw .system(error)
      }
      if let mark = piece.firstIndex(of: UInt8(ascii: "@")) { return at + mark }
      guard piece.count == 1 << 20 else { return nil }
      at += piece.count
    }
  }
}
