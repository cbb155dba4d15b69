import PNGLibrary
import Testing

@Suite struct `Rows of a PNG` {
  let picture = PNGPicture(width: 3, height: 4, rgb: (0..<36).map { UInt8($0 * 7) })

  private func read(
    _ rows: Range<Int>, sample: Int, of bytes: [UInt8], _ header: PNGHeader
  ) throws -> [UInt8] {
    var found = [UInt8](
      repeating: 0, count: rows.count * header.width * PNGRows.sampleByteCount(header))
    var span = found.mutableSpan
    var raw = unsafe span.mutableBytes
    try PNGRows.read(rows, sample: sample, of: unsafe bytes.span.bytes, header, into: &raw)
    return found
  }

  @Test func `are those asked for, of the sample asked for`() throws {
    let bytes = try picture.encoded()
    let header = try PNGHeader(parsing: bytes)
    #expect(header.width == 3 && header.height == 4 && header.bitDepth == 8)
    #expect(header.kind == .colour && header.palette == [])
    for sample in 0..<3 {
      for first in 0..<4 {
        for end in first...4 {
          let expected = (first..<end).flatMap { y in
            (0..<3).map { x in picture.rgb[(y * 3 + x) * 3 + sample] }
          }
          #expect(try read(first..<end, sample: sample, of: bytes, header) == expected)
        }
      }
    }
  }

  @Test func `of another file than the header says are refused`() throws {
    let header = try PNGHeader(parsing: try picture.encoded())
    let other = PNGPicture(width: 3, height: 3, rgb: Array(repeating: 1, count: 27))
    #expect(throws: PNGError(message: "its header has changed")) {
      try read(0..<2, sample: 0, of: try other.encoded(), header)
    }
  }

  @Test func `of a file that ends in them throw`() throws {
    let bytes = try picture.encoded()
    let header = try PNGHeader(parsing: bytes)
    #expect(throws: PNGError(message: "the file ends too early")) {
      try read(0..<4, sample: 0, of: bytes.dropLast(20), header)
    }
    #expect(throws: PNGError(message: "the file ends too early")) {
      try read(0..<1, sample: 0, of: [], header)
    }
  }

  @Test func `are not in bytes without a header`() throws {
    let bytes = try picture.encoded()
    #expect(throws: PNGHeaderError.isNoPNG) { try PNGHeader(parsing: [1, 2, 3]) }
    #expect(throws: PNGHeaderError.endsBeforePixels) {
      try PNGHeader(parsing: Array(bytes.prefix(30)))
    }
    var damaged = bytes
    damaged[19] = 4
    #expect(throws: PNGHeaderError.checksumDisagrees(chunk: "IHDR")) {
      try PNGHeader(parsing: damaged)
    }
    damaged[12] = 0x4A
    #expect(throws: PNGHeaderError.isMalformed("it begins with JHDR and not with IHDR")) {
      try PNGHeader(parsing: damaged)
    }
  }
}
