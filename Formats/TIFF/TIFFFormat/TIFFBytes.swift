import SystemIO
import VolumeCore

/// A TIFF file as bytes in its own order: header, directories, tables. Voxels come another way.
final class TIFFBytes: Sendable {
  let handle: FileHandle
  let path: String
  let byteCount: Int
  /// The order of the file's numbers.
  let order: ByteOrder
  /// Whether offsets have 64 bits (BigTIFF).
  let isBig: Bool
  /// Where the first directory lies.
  let firstDirectory: Int

  var name: String { fileName(ofPath: path) }

  /// Opens `path` and reads its header.
  init(_ path: String) throws(TIFFError) {
    do {
      handle = try FileHandle(readingFrom: path)
      byteCount = try handle.byteCount
    } catch {
      throw .system(error)
    }
    self.path = path
    var head = [UInt8](repeating: 0, count: 16)
    var span = head.mutableSpan
    var raw = unsafe span.mutableBytes
    let read: Int
    do {
      read = try handle.read(at: 0, into: &raw)
    } catch {
      throw .system(error)
    }
    let file = fileName(ofPath: path)
    switch (head[0], head[1]) {
    case (0x49, 0x49): order = .little
    case (0x4D, 0x4D): order = .big
    default: throw .isNoTIFF(file: file, byteCount: byteCount)
    }
    let magic = unsigned(head[2..<4], order)
    switch magic {
    case 42 where read >= 8:
      isBig = false
      firstDirectory = unsigned(head[4..<8], order) ?? 0
    case 43 where read == 16 && unsigned(head[4..<6], order) == 8:
      isBig = true
      guard let offset = unsigned(head[8..<16], order) else {
        throw .isNoTIFF(file: file, byteCount: byteCount)
      }
      firstDirectory = offset
    default: throw .isNoTIFF(file: file, byteCount: byteCount)
    }
  }

  /// `count` bytes from `offset`, or `nil` where the file ends before.
  func bytes(at offset: Int, count: Int) throws(TIFFError) -> [UInt8]? {
    let (end, overflowed) = offset.addingReportingOverflow(count)
    guard !overflowed, offset >= 0, count >= 0, end <= byteCount else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    do {
      guard try handle.read(at: offset, into: &raw) == count else { return nil }
    } catch {
      throw .system(error)
    }
    return bytes
  }
}

/// The unsigned number in `bytes`, or `nil` where an `Int` does not hold it.
func unsigned(_ bytes: ArraySlice<UInt8>, _ order: ByteOrder) -> Int? {
  var value: UInt64 = 0
  for byte in order == .big ? Array(bytes) : bytes.reversed() { value = value << 8 | UInt64(byte) }
  return Int(exactly: value)
}
