import SystemIO
import Testing
import VolumeTesting

@Suite struct `Rows of a file` {
  let folder: TemporaryFolder
  let path: String
  static let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a")
    try writeFileAtomically(path, Self.bytes)
  }

  private func rows(
    _ count: Int, of wanted: Int, every stride: Int, at offset: Int
  ) throws -> [UInt8]? {
    let file = try FileHandle(readingFrom: path)
    var rows = [UInt8](repeating: 7, count: count * wanted)
    var span = rows.mutableSpan
    var raw = unsafe span.mutableBytes
    let isWhole = try file.readRows(
      count: count, wanted: wanted, stride: stride, at: offset, into: &raw)
    return isWhole ? rows : nil
  }

  private static func expected(
    _ count: Int, of wanted: Int, every stride: Int, at offset: Int
  ) -> [UInt8] {
    (0..<count).flatMap { (row: Int) -> ArraySlice<UInt8> in
      let start = offset + row * stride
      return bytes[start..<(start + wanted)]
    }
  }

  /// More rows than one call takes, none between, gaps of every cost, one row alone.
  static let cases: [(count: Int, wanted: Int, stride: Int)] = [
    (1_500, wanted: 3, stride: 64), (1_500, 63, 64), (700, 100, 100), (40, 4_000, 4_900),
    (5, 1_000, 30_000), (1, 500, 501), (9, 1, 20_000), (0, 5, 6), (99, 1_999, 2_000),
  ]

  @Test(arguments: cases)
  func `are read close together`(count: Int, wanted: Int, stride: Int) throws {
    let expected = Self.expected(count, of: wanted, every: stride, at: 17)
    #expect(try rows(count, of: wanted, every: stride, at: 17) == expected)
    // The same by operations that know single reads alone.
    let same = try withFileOperations(FailingFiles(), below: folder.path) {
      try rows(count, of: wanted, every: stride, at: 17)
    }
    #expect(same == expected)
  }

  @Test(arguments: cases.filter { $0.count > 0 })
  func `are all there, or it is said that they are not`(
    count: Int, wanted: Int, stride: Int
  ) throws {
    // The last row ends where the file does: what parts it from a next one need not be there.
    let last = Self.bytes.count - ((count - 1) * stride + wanted)
    let expected = Self.expected(count, of: wanted, every: stride, at: last)
    #expect(try rows(count, of: wanted, every: stride, at: last) == expected)
    #expect(try rows(count, of: wanted, every: stride, at: last + 1) == nil)
    #expect(try rows(count, of: wanted, every: stride, at: Self.bytes.count) == nil)
  }

  @Test func `are gone on with where a call gives less`() throws {
    for number in 0..<3 {
      let files = FailingFiles(.read, number, .short)
      let read = try withFileOperations(files, below: folder.path) {
        try rows(1_500, of: 63, every: 64, at: 5)
      }
      #expect(read == Self.expected(1_500, of: 63, every: 64, at: 5))
    }
  }
}
