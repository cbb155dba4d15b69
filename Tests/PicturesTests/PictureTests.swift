import Pictures
import SystemIO
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A picture` {
  static func random(width: Int, height: Int) -> Picture {
    var random = SeededRandom(seed: 5)
    return Picture(
      width: width, height: height,
      rgb: (0..<(width * height * 3)).map { _ in UInt8.random(in: 0...255, using: &random) })
  }

  @Test(arguments: [(1, 1), (7, 3), (64, 48)])
  func `is the same after PNG and back`(width: Int, height: Int) throws {
    let picture = Self.random(width: width, height: height)
    #expect(try Picture(decodingPNG: picture.png()) == picture)
    #expect(try picture.png() == picture.png())
  }

  @Test func `is written whole or not at all`() throws {
    let folder = try TemporaryFolder()
    let picture = Self.random(width: 5, height: 4)
    try writePNG(folder.file("a.png"), width: 5, height: 4, rgb: picture.rgb)
    #expect(try Picture(decodingPNG: contents(ofFile: folder.file("a.png"))) == picture)
    #expect(throws: PictureError.self) { try picture.writePNG(to: folder.file("none/a.png")) }
    #expect(try names(inFolder: folder.path) == ["a.png"])
    #expect(throws: PictureError.self) {
      try Picture(width: 0, height: 0).writePNG(to: folder.file("b.png"))
    }
    #expect(throws: PictureError.isNoPNG) { try Picture(decodingPNG: [1, 2, 3]) }
  }

  @Test func `lies beside another with a gap and over it with none`() {
    let black = Picture(width: 2, height: 1)
    let white = Picture(width: 3, height: 2, filledWith: .white)
    let beside = Picture.sideBySide([black, white], gap: 1)
    #expect((beside.width, beside.height) == (6, 2))
    #expect(beside[0, 1] == .black)
    #expect(beside[1, 0] == .white)
    let stacked = Picture.stacked([black, white])
    #expect((stacked.width, stacked.height) == (3, 3))
  }

  @Test func `shows letters of which no two are alike`() {
    let letters = (33...126).map { Character(Unicode.Scalar($0)) }
      .filter {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-+=_/%()".contains($0)
      }
    var seen: Set<Picture> = []
    for letter in letters {
      var picture = Picture(width: 5, height: 7, filledWith: .white)
      picture.write("\(letter)", row: 0, column: 0)
      #expect(picture != Picture(width: 5, height: 7, filledWith: .white))
      #expect(seen.insert(picture).inserted, "\(letter) looks like another letter")
    }
  }
}
