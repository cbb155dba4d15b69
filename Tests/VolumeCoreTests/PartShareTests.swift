import Testing
import VolumeCore

@Suite struct `A part of a run` {
  @Test func `is said as which of how many, and nothing else`() {
    #expect(PartShare("3/16") == PartShare(3, of: 16))
    #expect(PartShare("16/16")?.description == "16/16")
    for text in [
      "0/4", "5/4", "-1/4", "1/0", "1", "1/2/3", "01/4", "+1/4", " 1/4", "1/4 ", "a/b", "/",
      "1/100001",
    ] {
      #expect(PartShare(text) == nil, "\(text)")
    }
  }

  @Test func `has a connected share, and all together have everything once`() {
    for total in 0..<40 {
      for count in 1..<50 {
        let parts = PartShare.all(of: count)
        #expect(parts.map(\.number) == Array(1...count))
        var next = 0
        for part in parts {
          let range = part.range(of: total)
          #expect(range.lowerBound == next)
          #expect(range.count <= (total + count - 1) / count)
          for place in range {
            #expect(PartShare.share(of: count, having: place, of: total) == part)
          }
          next = range.upperBound
        }
        #expect(next == total)
      }
    }
    #expect(PartShare.share(of: 4, having: 7, of: 7) == nil)
    #expect(PartShare.share(of: 4, having: 0, of: 0) == nil)
  }

  @Test func `is named in runs`() {
    func words(_ numbers: [Int]) -> String {
      PartShare.words(numbers.compactMap { PartShare($0, of: 16) })
    }
    #expect(words([]) == "none")
    #expect(words([3]) == "3 (of 16)")
    #expect(words([1, 2, 5, 7, 8, 9]) == "1 to 2, 5, 7 to 9 (of 16)")
  }
}
