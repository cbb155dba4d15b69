import VolumeCore

/// The colours in which labels are given to a paint program, one for each value, no two alike.
public struct LabelPalette: Hashable, Sendable {
  /// One value with its name and its colour.
  public struct Entry: Hashable, Sendable {
    /// The label.
    public var value: UInt8
    /// What it is called.
    public var name: String
    /// Red, green and blue.
    public var colour: [UInt8]
  }

  /// The classes in the order of their values, then what is outside, then what is not annotated.
  public let entries: [Entry]

  /// The colours of `classes`, with black for what is outside the specimen and white for what nobody
  /// annotated; a class whose colour is taken gets another.
  public init(_ classes: [LabelClass]) {
    var entries: [Entry] = []
    let white: [UInt8] = [255, 255, 255]
    let black: [UInt8] = [0, 0, 0]
    var taken: Set<[UInt8]> = [white, black]
    let spare = LabelClass.palette.map { $0.prefix(3).map { UInt8(clamping: $0) } }
    for item in classes.sorted(by: { $0.value < $1.value })
    where item.value >= 0 && item.value < LabelClass.outsideValue {
      var colour = item.colour.prefix(3).map { UInt8(clamping: $0) }
      if colour.count < 3 || taken.contains(colour) {
        colour = spare.first { !taken.contains($0) } ?? Self.unusual(besides: taken)
      }
      taken.insert(colour)
      entries.append(Entry(value: UInt8(item.value), name: item.name, colour: colour))
    }
    entries.append(
      Entry(value: UInt8(LabelClass.outsideValue), name: "outside the specimen", colour: black))
    entries.append(
      Entry(value: LabelClass.unannotated, name: "not annotated", colour: white))
    self.entries = entries
  }

  /// The colour of each value of a byte, for pictures whose values are the labels: what is no label has
  /// a colour that is no label's, so that it is not taken for one.
  public var colourOfEachByte: [[UInt8]] {
    let taken = Set(entries.map(\.colour))
    let spare = Self.unusual(besides: taken)
    var colours = (0..<256).map { value -> [UInt8] in
      let grey = [UInt8](repeating: UInt8(value), count: 3)
      return taken.contains(grey) ? spare : grey
    }
    for entry in entries { colours[Int(entry.value)] = entry.colour }
    return colours
  }

  /// A colour that none of `taken` is; there are more than labels.
  private static func unusual(besides taken: Set<[UInt8]>) -> [UInt8] {
    for number in 1..<4096 {
      let colour = [number >> 8, number >> 4 & 15, number & 15].map { UInt8($0 * 16) }
      if !taken.contains(colour) { return colour }
    }
    return [255, 255, 255]
  }

  /// Why a picture cannot be read as labels.
  public enum Fault: Error, Hashable, Sendable {
    /// A colour of no class; the nearest class is named.
    case unknownColour(row: Int, column: Int, colour: [UInt8], nearest: String)
    /// A pixel that is not opaque.
    case notOpaque(row: Int, column: Int, alpha: UInt8)
    /// A label that has no colour here.
    case unknownLabel(row: Int, column: Int, label: UInt8)
  }

  /// The place of each label's colour, for a picture with this palette.
  public func places(of labels: [UInt8], width: Int) throws(Fault) -> [UInt8] {
    var table = [Int](repeating: -1, count: 256)
    for (place, entry) in entries.enumerated() { table[Int(entry.value)] = place }
    var result = labels
    for i in labels.indices {
      let place = table[Int(labels[i])]
      guard place >= 0 else {
        throw .unknownLabel(row: i / width, column: i % width, label: labels[i])
      }
      result[i] = UInt8(place)
    }
    return result
  }

  /// The labels of pixels of red, green, blue and opacity; every pixel must be of one of the colours,
  /// and opaque.
  public func labels(ofRGBA pixels: [UInt8], width: Int) throws(Fault) -> [UInt8] {
    var byColour: [UInt32: UInt8] = [:]
    for entry in entries {
      byColour[Self.key(entry.colour[0], entry.colour[1], entry.colour[2])] = entry.value
    }
    var labels = [UInt8](repeating: 0, count: pixels.count / 4)
    // Neighbours mostly have one colour.
    var last: (key: UInt32, value: UInt8)?
    for i in labels.indices {
      let p = 4 * i
      guard pixels[p + 3] == 255 else {
        throw .notOpaque(row: i / width, column: i % width, alpha: pixels[p + 3])
      }
      let key = Self.key(pixels[p], pixels[p + 1], pixels[p + 2])
      if let last, last.key == key {
        labels[i] = last.value
        continue
      }
      guard let value = byColour[key] else {
        let colour = Array(pixels[p..<(p + 3)])
        throw .unknownColour(
          row: i / width, column: i % width, colour: colour, nearest: nearest(to: colour).name)
      }
      last = (key, value)
      labels[i] = value
    }
    return labels
  }

  private static func key(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt32 {
    UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
  }

  private func nearest(to colour: [UInt8]) -> Entry {
    func distance(_ entry: Entry) -> Int {
      zip(entry.colour, colour).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
    }
    return entries.min { distance($0) < distance($1) } ?? entries[0]
  }
}
