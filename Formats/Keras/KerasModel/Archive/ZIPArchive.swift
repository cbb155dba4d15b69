import CZIP
import Glibc

/// A zip archive, read entry by entry and made as a whole, in memory.
enum ZIPArchive {
  /// The bytes of `entry` in the archive at `path`; `nil` where it has none of that name.
  static func contents(
    of entry: String, in path: String, limit: Int
  ) throws(ZIPError) -> [UInt8]? {
    var code: Int32 = 0
    guard let archive = unsafe zip_open(path, ZIP_RDONLY, &code) else {
      throw .cannotOpen(path: path)
    }
    defer { unsafe zip_discard(archive) }
    var status = unsafe zip_stat_t()
    unsafe zip_stat_init(&status)
    guard unsafe zip_stat(archive, entry, 0, &status) == 0 else { return nil }
    guard unsafe status.size <= UInt64(limit) else {
      throw .tooLarge(entry: entry, byteCount: unsafe Int(clamping: status.size), limit: limit)
    }
    guard let file = unsafe zip_fopen(archive, entry, 0) else { throw .damaged(entry: entry) }
    defer { unsafe zip_fclose(file) }
    // The size is what the archive says; how much there is, reading tells.
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe part.withUnsafeMutableBytes {
        unsafe zip_fread(file, $0.baseAddress, 1 << 20)
      }
      guard count >= 0, bytes.count + Int(count) <= limit else { throw .damaged(entry: entry) }
      if count == 0 { return bytes }
      bytes += part[..<Int(count)]
    }
  }

  /// An archive of `entries`, stored as they are; equal entries give equal bytes.
  static func bytes(of entries: [(name: String, bytes: [UInt8])]) throws(ZIPError) -> [UInt8] {
    guard let target = unsafe zip_source_buffer_create(nil, 0, 0, nil) else {
      throw .cannotMake(call: "zip_source_buffer_create")
    }
    unsafe zip_source_keep(target)
    defer { unsafe zip_source_free(target) }
    guard let archive = unsafe zip_open_from_source(target, ZIP_TRUNCATE, nil) else {
      throw .cannotMake(call: "zip_open_from_source")
    }
    for entry in entries {
      guard unsafe add(entry.name, entry.bytes, to: archive) else {
        unsafe zip_discard(archive)
        throw .cannotMake(call: "zip_file_add")
      }
    }
    guard unsafe zip_close(archive) == 0 else {
      unsafe zip_discard(archive)
      throw .cannotMake(call: "zip_close")
    }
    return unsafe try contents(of: target)
  }

  private static func add(_ name: String, _ bytes: [UInt8], to archive: OpaquePointer) -> Bool {
    // The library frees the copy when it has written it.
    guard let copy = unsafe malloc(max(1, bytes.count)) else { return false }
    unsafe bytes.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { unsafe memcpy(copy, start, bytes.count) }
    }
    guard let source = unsafe zip_source_buffer(archive, copy, UInt64(bytes.count), 1) else {
      unsafe free(copy)
      return false
    }
    let place = unsafe zip_file_add(archive, name, source, UInt32(ZIP_FL_ENC_UTF_8))
    guard place >= 0 else {
      unsafe zip_source_free(source)
      return false
    }
    // The first day that a zip archive can name: the time of writing is nobody's concern.
    return unsafe zip_set_file_compression(archive, UInt64(place), ZIP_CM_STORE, 0) == 0
      && zip_file_set_dostime(archive, UInt64(place), 0, 0x21, 0) == 0
  }

  private static func contents(of source: OpaquePointer) throws(ZIPError) -> [UInt8] {
    var status = unsafe zip_stat_t()
    unsafe zip_stat_init(&status)
    guard unsafe zip_source_stat(source, &status) == 0, unsafe zip_source_open(source) == 0 else {
      throw .cannotMake(call: "zip_source_open")
    }
    defer { unsafe zip_source_close(source) }
    var bytes = [UInt8](repeating: 0, count: unsafe Int(status.size))
    let count = unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe zip_source_read(source, bytes.baseAddress, UInt64(bytes.count))
    }
    guard count == bytes.count else { throw .cannotMake(call: "zip_source_read") }
    return bytes
  }
}

/// A zip archive that cannot be read or made.
public enum ZIPError: Error, Hashable {
  /// It is no zip archive, or is cut short.
  case cannotOpen(path: String)
  /// An entry cannot be read: damaged, or of a kind that is not known.
  case damaged(entry: String)
  /// An entry is larger than anything that is expected.
  case tooLarge(entry: String, byteCount: Int, limit: Int)
  /// A call of the library failed: there is not enough memory.
  case cannotMake(call: String)
}
