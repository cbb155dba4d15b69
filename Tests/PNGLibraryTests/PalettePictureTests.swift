import PNGLibrary
import Testing

@Suite struct `A picture with a palette` {
  static let colours: [[UInt8]] = [[64, 64, 64], [86, 180, 233], [0, 0, 0], [255, 255, 255]]

  @Test func `keeps every pixel, and has a palette in its file`() throws {
    let places = (0..<35).map { UInt8(($0 * 5) % 4) }
    let bytes = try PNGPalettePicture(width: 7, height: 5, places: places, colours: Self.colours)
      .encoded()
    let header = try PNGHeader(parsing: bytes)
    #expect(header.kind == .palette && header.width == 7 && header.height == 5)
    let back = try #require(PNGOpacityPicture(decoding: bytes))
    #expect(back.width == 7 && back.height == 5)
    #expect(back.rgba == places.flatMap { Self.colours[Int($0)] + [255] })
  }

  @Test func `refuses pixels without a colour, and sizes that do not fit`() {
    for (places, width) in [([0, 1, 4, 0] as [UInt8], 2), ([0, 1, 2], 2), ([], 0)] {
      #expect(throws: PNGError.self) {
        try PNGPalettePicture(width: width, height: 2, places: places, colours: Self.colours)
          .encoded()
      }
    }
  }

  @Test func `is nil for what is no PNG`() {
    #expect(PNGOpacityPicture(decoding: [1, 2, 3]) == nil)
  }
}
