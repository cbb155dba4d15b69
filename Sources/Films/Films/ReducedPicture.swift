/// A picture in at most 256 colours: those it has where it has no more, else those of a median cut
/// (Heckbert, 1982) of its colours in 32 steps a channel.
struct ReducedPicture {
  /// Each pixel's place in the palette.
  let places: [UInt8]
  /// 256 colours of red, green, blue; what is not needed is black.
  let palette: [UInt8]

  /// Reduces `rgb`: red, green and blue bytes.
  init(_ rgb: [UInt8]) {
    if let exact = Self.exact(rgb) {
      (places, palette) = exact
    } else {
      (places, palette) = Self.cut(rgb)
    }
  }

  private static func filled(_ colours: [UInt8]) -> [UInt8] {
    colours + [UInt8](repeating: 0, count: 768 - colours.count)
  }

  private static func exact(_ rgb: [UInt8]) -> (places: [UInt8], palette: [UInt8])? {
    // A table of open addresses, for speed: never more than half full.
    var keys = [Int32](repeating: -1, count: 1024)
    var values = [UInt8](repeating: 0, count: 1024)
    var colours: [UInt8] = []
    var places = [UInt8](repeating: 0, count: rgb.count / 3)
    for pixel in places.indices {
      let start = 3 * pixel
      let key = Int32(rgb[start]) << 16 | Int32(rgb[start + 1]) << 8 | Int32(rgb[start + 2])
      var slot = Int((UInt32(bitPattern: key) &* 2_654_435_761) >> 22)
      while keys[slot] != key {
        if keys[slot] < 0 {
          guard colours.count < 768 else { return nil }
          keys[slot] = key
          values[slot] = UInt8(colours.count / 3)
          colours += rgb[start..<(start + 3)]
          break
        }
        slot = (slot + 1) & 1023
      }
      places[pixel] = values[slot]
    }
    return (places, filled(colours))
  }

  private static func cell(_ rgb: [UInt8], _ start: Int) -> Int {
    Int(rgb[start] >> 3) << 10 | Int(rgb[start + 1] >> 3) << 5 | Int(rgb[start + 2] >> 3)
  }

  private static func cut(_ rgb: [UInt8]) -> (places: [UInt8], palette: [UInt8]) {
    var counts = [Int](repeating: 0, count: 32768)
    var sums = [Int](repeating: 0, count: 3 * 32768)
    for start in stride(from: 0, to: rgb.count, by: 3) {
      let cell = cell(rgb, start)
      counts[cell] += 1
      for channel in 0..<3 { sums[3 * cell + channel] += Int(rgb[start + channel]) }
    }
    func step(_ cell: Int, _ channel: Int) -> Int { cell >> (10 - 5 * channel) & 31 }
    /// The widest channel of `cells`, and how wide it is.
    func widest(_ cells: [Int]) -> (channel: Int, width: Int) {
      var best = (channel: 0, width: -1)
      for channel in 0..<3 {
        let steps = cells.map { step($0, channel) }
        let width = (steps.max() ?? 0) - (steps.min() ?? 0)
        if width > best.width { best = (channel, width) }
      }
      return best
    }
    struct Box {
      var cells: [Int]
      var channel: Int
      /// How much is gained by cutting it: pixels times width.
      var weight: Int
    }
    func box(_ cells: [Int]) -> Box {
      let (channel, width) = widest(cells)
      return Box(
        cells: cells, channel: channel,
        weight: width * cells.reduce(0) { $0 + counts[$1] })
    }
    var boxes = [box(counts.indices.filter { counts[$0] > 0 })]
    while boxes.count < 256 {
      guard let place = boxes.indices.max(by: { boxes[$0].weight < boxes[$1].weight }),
        boxes[place].weight > 0
      else { break }
      let (channel, all) = (boxes[place].channel, boxes[place].cells)
      let cells = all.sorted { (step($0, channel), $0) < (step($1, channel), $1) }
      let half = cells.reduce(0) { $0 + counts[$1] } / 2
      var (sum, middle) = (0, 0)
      while middle < cells.count - 1, middle == 0 || sum + counts[cells[middle]] <= half {
        sum += counts[cells[middle]]
        middle += 1
      }
      boxes[place] = box(Array(cells[..<middle]))
      boxes.append(box(Array(cells[middle...])))
    }
    var place = [UInt8](repeating: 0, count: 32768)
    var colours: [UInt8] = []
    for (number, box) in boxes.enumerated() {
      let count = max(1, box.cells.reduce(0) { $0 + counts[$1] })
      for channel in 0..<3 {
        let sum = box.cells.reduce(0) { $0 + sums[3 * $1 + channel] }
        colours.append(UInt8((sum + count / 2) / count))
      }
      for cell in box.cells { place[cell] = UInt8(number) }
    }
    let places = stride(from: 0, to: rgb.count, by: 3).map { place[cell(rgb, $0)] }
    return (places, filled(colours))
  }
}
