import SystemIO
import VoxelFiles

/// Why no header can be read at a place.
enum EDFHeaderFault: Error {
  /// A system call failed.
  case system(SystemError)
  /// There is something else than `{`.
  case doesNotBegin
  /// There is no `}` with a line's end behind it.
  case doesNotEnd
}

/// The text between `{` and `}` that stands before the voxels of each block.
struct EDFHeader: Hashable {
  /// A header is not longer than this.
  static let limit = 1 << 20

  /// What is said, by key in capitals, since writers differ in the case of `Dim_1` and `DIM_1`.
  ///
  /// Of a key that is there twice, the last counts.
  let values: [String: String]
  /// Bytes from the place it was read at to the first behind its end.
  let byteCount: Int

  /// Reads the header at `offset`; `nil` where there are but blanks up to the end of the file.
  init?(of file: borrowing FileHandle, at offset: Int) throws(EDFHeaderFault) {
    // Most headers are one or two kibibytes long.
    var count = 4096
    while true {
      let bytes: [UInt8]
      do throws(SystemError) {
        bytes = try file.bytes(at: offset, count: count)
      } catch {
        throw .system(error)
      }
      let isAll = bytes.count < count
      guard let begin = bytes.firstIndex(where: { !Self.isBlank($0) }) else {
        guard isAll, bytes.count <= EDFFile.mostBlanks else { throw .doesNotBegin }
        return nil
      }
      guard bytes[begin] == UInt8(ascii: "{") else { throw .doesNotBegin }
      if let (end, next) = Self.end(in: bytes, from: begin + 1) {
        values = Self.values(in: bytes[(begin + 1)..<end])
        byteCount = next
        return
      }
      guard !isAll, count < Self.limit else { throw .doesNotEnd }
      count = min(8 * count, Self.limit)
    }
  }

  /// Where the closing brace is, and the first byte behind its line.
  private static func end(in bytes: [UInt8], from start: Int) -> (end: Int, next: Int)? {
    var at = start
    while let brace = bytes[at...].firstIndex(of: UInt8(ascii: "}")) {
      at = brace + 1
      if at < bytes.count, bytes[at] == 0x0A { return (brace, at + 1) }
      if at + 1 < bytes.count, bytes[at] == 0x0D, bytes[at + 1] == 0x0A { return (brace, at + 2) }
    }
    return nil
  }

  private static func values(in text: ArraySlice<UInt8>) -> [String: String] {
    var values: [String: String] = [:]
    for line in text.split(separator: UInt8(ascii: ";")) {
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let key = trimmed(line[..<equals])
      let value = trimmed(line[(equals + 1)...])
      values[String(decoding: key, as: UTF8.self).uppercased()] =
        String(decoding: value, as: UTF8.self)
    }
    return values
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  /// White space, and the zeros with which some writers fill up.
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0 || (0x09...0x0D).contains(byte)
  }
}
