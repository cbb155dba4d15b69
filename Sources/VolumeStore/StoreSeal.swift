import Compression
import SystemIO
import VolumeCore

/// What each document of a store held when the store was finished: its documents are few, but a bit
/// that flips in one of them may turn all voxels into others.
///
///     zarr.json 1532 1a2b3c4d 99aabbcc
///     end 1 5e6f7a8b
///
/// A line for each document, its bytes and their CRC32C; the last says how many there are. The last
/// word of each is the CRC32C of the words before it.
struct StoreSeal: Hashable, Sendable {
  /// Size and checksum of a document.
  struct Mark: Hashable, Sendable, CustomStringConvertible {
    let byteCount: Int
    let checksum: UInt32

    init(of bytes: [UInt8]) {
      byteCount = bytes.count
      checksum = CRC32C.checksum(of: bytes)
    }

    init(byteCount: Int, checksum: UInt32) {
      self.byteCount = byteCount
      self.checksum = checksum
    }

    var description: String { "\(byteCount) bytes with the checksum \(checksum.hexadecimal)" }
  }

  /// Where the image's attributes say that there is a seal, so that one that is gone is missed.
  static let attribute = "seal"

  /// By the document's path, counted from the store.
  let marks: [String: Mark]

  /// The seal of these documents.
  init(of documents: [String: [UInt8]]) { marks = documents.mapValues(Mark.init(of:)) }

  /// The lines, sorted: equal stores have equal seals.
  func encoded() -> [UInt8] {
    var lines = marks.sorted { $0.key < $1.key }.map { name, mark in
      "\(name) \(mark.byteCount) \(mark.checksum.hexadecimal)"
    }
    lines.append("end \(marks.count)")
    return lines.flatMap { line in
      Array("\(line) \(CRC32C.checksum(of: Array(line.utf8)).hexadecimal)\n".utf8)
    }
  }

  /// Reads a seal, every byte of which counts.
  init(decoding bytes: [UInt8], path: String) throws(StoreError) {
    var marks: [String: Mark] = [:]
    var isEnded = false
    var number = 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
      number += 1
      guard !isEnded, let words = Self.words(line) else {
        throw .sealIsDamaged(path: path, line: number)
      }
      if words.count == 2, words[0] == "end", words[1] == "\(marks.count)" {
        isEnded = true
      } else if words.count == 3, let byteCount = Int(words[1]),
        let checksum = UInt32(words[2], radix: 16)
      {
        marks[String(words[0])] = Mark(byteCount: byteCount, checksum: checksum)
      } else {
        throw .sealIsDamaged(path: path, line: number)
      }
    }
    guard isEnded, bytes.last == 0x0A else { throw .sealIsDamaged(path: path, line: number + 1) }
    self.marks = marks
  }

  private static func words(_ line: ArraySlice<UInt8>) -> [Substring]? {
    guard let space = line.lastIndex(of: 0x20) else { return nil }
    let words = line[..<space]
    guard
      String(decoding: line[(space + 1)...], as: UTF8.self)
        == CRC32C.checksum(of: Array(words)).hexadecimal
    else { return nil }
    return String(decoding: words, as: UTF8.self).split(separator: " ")
  }

  /// Throws where `bytes` are not what the document `name`, which lies at `path`, held.
  func check(_ name: String, _ bytes: [UInt8], at path: String) throws(StoreError) {
    let found = Mark(of: bytes)
    guard let mark = marks[name] else { throw .documentIsNotSealed(path: path) }
    guard mark == found else {
      throw .documentDiffers(path: path, found: found, sealed: mark)
    }
  }

  /// The seal of the store of `paths`; `nil` where there is none.
  static func found(_ paths: StorePaths) throws(StoreError) -> StoreSeal? {
    let bytes: [UInt8]? = try system { () throws(SystemError) in
      guard try certainKind(ofPath: paths.seal) != .missing else { return nil }
      return try contents(ofFile: paths.seal)
    }
    return try bytes.map { bytes throws(StoreError) in
      try StoreSeal(decoding: bytes, path: paths.seal)
    }
  }
}
