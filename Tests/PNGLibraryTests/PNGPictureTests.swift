import PNGLibrary
import Testing

@Suite struct `A PNG picture` {
  @Test func `comes back from its bytes`() throws {
    let picture = PNGPicture(width: 2, height: 3, rgb: (0..<18).map { UInt8($0 * 13) })
    #expect(PNGPicture(decoding: try picture.encoded()) == picture)
  }

  @Test func `is not in other bytes, nor in a part of its own`() throws {
    let bytes = try PNGPicture(width: 2, height: 1, rgb: [1, 2, 3, 4, 5, 6]).encoded()
    #expect(PNGPicture(decoding: []) == nil)
    #expect(PNGPicture(decoding: Array(bytes.prefix(20))) == nil)
  }

  @Test func `of no pixels is refused`() {
    #expect(throws: PNGError(message: "it is empty")) {
      try PNGPicture(width: 0, height: 0, rgb: []).encoded()
    }
  }
}
