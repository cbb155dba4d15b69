import Pictures
import Testing
import VolumeCore

@Suite struct `The strip below a picture` {
  private func isBlack(_ picture: Picture, _ row: Int, _ column: Int) -> Bool {
    picture[row, column] == .black
  }

  @Test func `has a bar of the part that was asked for, and its text beside it`() {
    var footer = PictureFooter()
    footer.scale = (part: 0.25, text: "10 µm")
    let strip = footer.drawn(width: 200)
    // Letters of 7 dots between margins of 4.
    #expect((strip.width, strip.height) == (200, 15))
    let black = (0..<200).filter { isBlack(strip, 7, $0) }
    #expect(Array(black.prefix(50)) == Array(4..<54))
    #expect(black.dropFirst(50).allSatisfy { $0 >= 58 })
    #expect((0..<15).contains { isBlack(strip, $0, 60) })
  }

  @Test func `has one size for all captions of a film`() {
    func size(_ caption: String, _ length: Int) -> [Int] {
      var footer = PictureFooter()
      footer.scale = (part: 0.2, text: "1 voxel")
      (footer.caption, footer.captionLength) = (caption, length)
      let strip = footer.drawn(width: 100)
      return [strip.width, strip.height]
    }
    #expect(size("z", 1) == [100, 15])
    #expect(size("z = 1234567", 11) == [100, 26])
    #expect(size("z", 11) == [100, 26])
  }

  @Test func `names colours in lines of their own, and is nothing where nothing is said`() {
    #expect(PictureFooter().drawn(width: 50).height == 0)
    var footer = PictureFooter()
    footer.caption = "z = 1"
    footer.legend = [LegendEntry(LabelClass(value: 1, name: "fibre", colour: [1, 2, 3]))]
    let strip = footer.drawn(width: 80)
    #expect(strip.height == 15 + 13)
    #expect((15..<28).contains { strip[$0, 6] == Picture.Colour([1, 2, 3]) })
    // The caption ends at the right margin.
    #expect(
      (0..<15).contains { isBlack(strip, $0, 74) } && !(0..<15).contains { isBlack(strip, $0, 77) })
  }
}

@Suite struct `A chart of bars` {
  @Test func `has bars as long as their values, with intervals and names`() {
    let (red, blue) = (Picture.Colour([255, 0, 0]), Picture.Colour([0, 0, 255]))
    let chart = LineChart([
      LineChart.Panel(
        title: "mean", xLabel: "", series: [],
        bars: [
          BarPanel.Bar(name: "a", value: 0.8, reach: 0.1, colour: red),
          BarPanel.Bar(name: "bb", value: 0.4, colour: blue),
        ])
    ])
    let picture = chart.drawn()
    func count(_ row: Int, _ colour: Picture.Colour) -> Int {
      (0..<picture.width).filter { picture[row, $0] == colour }.count
    }
    #expect((picture.width, picture.height) == (520, 30 + 2 * 18 + 12))
    let (first, second) = (count(31, red), count(49, blue))
    #expect(first > 200 && abs(first - 2 * second) <= 1)
    // The interval is a quarter as wide as the bar is long.
    var (run, longest) = (0, 0)
    for column in 0..<520 {
      run = picture[35, column] == .black ? run + 1 : 0
      longest = max(longest, run)
    }
    #expect(abs(longest - 1 - first / 4) <= 2, "\(longest) of \(first)")
  }
}
