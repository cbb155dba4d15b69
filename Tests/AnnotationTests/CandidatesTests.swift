import Annotation
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Blob candidates` {
  static let (height, width) = (300, 400)

  /// Round pores, as a clean layer has them.
  private func clean(_ seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var pixels = [UInt8](repeating: 0, count: Self.height * Self.width)
    for _ in 0..<60 {
      let (row, column) = (
        Int.random(in: 0..<Self.height, using: &random),
        Int.random(in: 0..<Self.width, using: &random)
      )
      let radius = Int.random(in: 1...7, using: &random)
      for y in max(0, row - radius)...min(Self.height - 1, row + radius) {
        for x in max(0, column - radius)...min(Self.width - 1, column + radius)
        where (y - row) * (y - row) + (x - column) * (x - column) <= radius * radius {
          pixels[y * Self.width + x] = 2
        }
      }
    }
    return pixels
  }

  /// A part of a ring about (-400, 200), `thick` pixels wide.
  private func paintArc(_ pixels: inout [UInt8], radius: Int, thick: Int) {
    for y in 0..<Self.height {
      for x in 20..<380 {
        let square = (y + 400) * (y + 400) + (x - 200) * (x - 200)
        if square >= radius * radius, square < (radius + thick) * (radius + thick) {
          pixels[y * Self.width + x] = 2
        }
      }
    }
  }

  @Test(arguments: 0..<10)
  func `invent none in a clean layer`(seed: UInt64) {
    #expect(
      BlobCandidate.find(
        clean(seed), width: Self.width, value: 2, layer: 0, lines: [.largeAndLong]
      ).isEmpty)
  }

  @Test(arguments: 0..<20)
  func `find an arc that was planted`(place: Int) throws {
    var pixels = clean(UInt64(place))
    paintArc(&pixels, radius: 443 + 9 * place, thick: 1 + place % 3)
    let found = BlobCandidate.find(
      pixels, width: Self.width, value: 2, layer: 7, lines: [.largeAndLong])
    let item = try #require(found.max { $0.excess < $1.excess })
    #expect(item.columns.count >= 350 && item.layer == 7 && item.excess > 0)
    #expect(item.major > 300)
    // Pores that touch the arc belong to it; nothing else is found.
    #expect(found.count == 1)
  }

  @Test func `of next layers are one group where they meet`() {
    var pixels = [UInt8](repeating: 0, count: Self.height * Self.width)
    paintArc(&pixels, radius: 500, thick: 2)
    var other = [UInt8](repeating: 0, count: Self.height * Self.width)
    paintArc(&other, radius: 640, thick: 2)
    var all: [BlobCandidate] = []
    for (layer, picture) in [(3, pixels), (4, pixels), (4, other), (6, pixels)] {
      all += BlobCandidate.find(
        picture, width: Self.width, value: 2, layer: layer, lines: [.largeAndLong])
    }
    BlobCandidate.group(&all)
    #expect(all.map(\.layer) == [3, 4, 4, 6])
    #expect(all.map(\.group) == [1, 1, 2, 3])
  }

  @Test func `lie above the line by so much`() {
    // A row of 100 pixels is an ellipse of 4 sqrt((100 * 100 - 1) / 12 + 1 / 12) by 4 sqrt(1 / 12).
    let pixels = (0..<300).map { i -> UInt8 in i / 100 == 1 ? 5 : 0 }
    let found = BlobCandidate.find(
      pixels, width: 100, value: 5, layer: 0, lines: [CandidateLine(slope: 10, intercept: 3)])
    #expect(found.count == 1 && abs(found[0].aspect - 100) < 1e-9)
    #expect(abs(found[0].excess - (100 - 20 - 3)) < 1e-9)
  }
}

@Suite struct `Edits of blobs` {
  static let pixels: [UInt8] = [
    0, 2, 2, 0, 0,
    0, 0, 2, 0, 2,
    1, 0, 0, 2, 0,
  ]

  @Test func `change a blob, and are taken back`() throws {
    let edit = try #require(
      BlobEdit(blobAt: 0, 1, area: 5, in: Self.pixels, width: 5, layer: 3, from: 2, to: 1))
    #expect(edit.area == 5)
    var pixels = Self.pixels
    #expect(edit.apply(to: &pixels, width: 5) == nil)
    #expect(pixels == [0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0])
    #expect(edit.apply(to: &pixels, width: 5)?.row == 0)
    let runs = try #require(BlobEdit.runs(edit.runText))
    #expect(runs == edit.runs)
    let back = BlobEdit(layer: 3, from: 2, to: 1, runs: runs).undone
    #expect(back.apply(to: &pixels, width: 5) == nil)
    #expect(pixels == Self.pixels)
  }

  @Test func `need the blob to be where it was, of its size`() {
    for (row, column, area) in [(0, 1, 4), (0, 2, 5), (1, 4, 1)] {
      #expect(
        BlobEdit(
          blobAt: row, column, area: area, in: Self.pixels, width: 5, layer: 3, from: 2, to: 1)
          == nil)
    }
    for text in ["", "1", "1:5-4", "1:-3-4", "a:1-2", "1:2-3;"] {
      #expect(BlobEdit.runs(text) == nil)
    }
  }
}
