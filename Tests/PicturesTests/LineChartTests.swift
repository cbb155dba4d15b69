import Pictures
import Testing

@Suite struct `A chart of dots` {
  static func dot(_ name: String, _ colour: Picture.Colour, x: Double, y: Double)
    -> LineChart.Series
  {
    LineChart.Series(name: name, colour: colour, xs: [x], ys: [y], isScattered: true)
  }

  static func count(_ colour: Picture.Colour, _ picture: Picture) -> Int {
    (0..<picture.height).reduce(0) { sum, row in
      sum + (0..<picture.width).filter { picture[row, $0] == colour }.count
    }
  }

  @Test func `names each where it is, and no name covers another`() {
    let colours = (0..<6).map { Picture.Colour(red: UInt8(10 + $0), green: 90, blue: 200) }
    // Far apart along the axis, and at the same place: the last at the right edge.
    let names = ["reference", "no_dropout", "no_sigma", "no_data_augm", "depth2", "depth4"]
    let places = [(5.0, 0.8), (5, 0.8), (5, 0.8), (5, 0.8), (1, 0.2), (9, 0.6)]
    let series = zip(zip(names, colours), places).map { Self.dot($0.0, $0.1, x: $1.0, y: $1.1) }
    let all = LineChart([LineChart.Panel(title: "t", xLabel: "x", series: series)]).drawn()
    for (number, name) in names.enumerated() {
      var letters = Picture(width: 200, height: 20, filledWith: .white)
      letters.write(name, row: 5, column: 5, colour: colours[number])
      let found = Self.count(colours[number], all)
      let expected = Self.count(colours[number], letters)
      // Every dot of every letter is there; the mark itself may lie below others.
      #expect(found >= expected && found <= expected + 49, "\(name)")
    }
  }
}
