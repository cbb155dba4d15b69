import NeuralGraph
import VolumeCore

/// The options of one layer; asking for one that is missing or out of range is an error.
struct LayerOptions {
  private let layer: String
  private let config: JSONValue

  /// No kernel or number of channels is larger.
  static let largest = 1 << 16

  init(layer: String, _ config: JSONValue) {
    self.layer = layer
    self.config = config
  }

  subscript(option: String) -> JSONValue {
    config[option] ?? .null
  }

  /// A number of at least 1.
  func count(_ option: String, default standard: Int? = nil) throws(KerasModelError) -> Int {
    if let standard, self[option] == .null { return standard }
    guard let value = self[option].integer else {
      throw .configLacks("'\(option)'", layer: layer)
    }
    guard (1...Self.largest).contains(value) else { throw unsupported(option) }
    return value
  }

  /// Numbers of at least 1, for rows and columns, or for layers, rows and columns; one number
  /// stands for all.
  func extent(
    _ option: String, dimensions: Int, default standard: Int? = nil
  ) throws(KerasModelError) -> Shape3 {
    var value = self[option]
    if let standard, value == .null { value = .integer(standard) }
    let list = value.array?.map(\.integer) ?? Array(repeating: value.integer, count: dimensions)
    var numbers: [Int] = []
    for number in list {
      guard let number else { throw .configLacks("'\(option)'", layer: layer) }
      guard (1...Self.largest).contains(number) else { throw unsupported(option) }
      numbers.append(number)
    }
    guard numbers.count == dimensions, dimensions == 2 || dimensions == 3 else {
      throw .configLacks("'\(option)'", layer: layer)
    }
    return Shape3(
      z: dimensions == 3 ? numbers[0] : 1, y: numbers[dimensions - 2], x: numbers[dimensions - 1])
  }

  /// What is put around a value or cut off it: a pair for each axis, or a number for both ends, or one
  /// number for all.
  func edges(_ option: String, dimensions: Int) throws(KerasModelError) -> Padding {
    let value = self[option]
    let list = value.array ?? Array(repeating: value, count: dimensions)
    guard list.count == dimensions else { throw .configLacks("'\(option)'", layer: layer) }
    var ends: [(Int, Int)] = []
    for item in list {
      let pair = item.array ?? [item, item]
      guard pair.count == 2, let before = pair[0].integer, let after = pair[1].integer else {
        throw .configLacks("'\(option)'", layer: layer)
      }
      guard (0...Self.largest).contains(before), (0...Self.largest).contains(after) else {
        throw unsupported(option)
      }
      ends.append((before, after))
    }
    if dimensions == 2 { ends.insert((0, 0), at: 0) }
    return Padding(
      before: Shape3(z: ends[0].0, y: ends[1].0, x: ends[2].0),
      after: Shape3(z: ends[0].1, y: ends[1].1, x: ends[2].1))
  }

  /// Whether `axis` is that of channels alone.
  func isChannelAxis(_ dimensions: Int) -> Bool {
    let last = JSONValue.integer(dimensions + 1)
    return [-1, last, [-1], [last]].contains(self["axis"])
  }

  /// A truth value.
  func flag(_ option: String, default standard: Bool) throws(KerasModelError) -> Bool {
    if self[option] == .null { return standard }
    guard let value = self[option].bool else { throw .configLacks("'\(option)'", layer: layer) }
    return value
  }

  /// Refuses the option unless it is missing or one of `values`.
  func require(_ option: String, _ values: JSONValue...) throws(KerasModelError) {
    guard self[option] == .null || values.contains(self[option]) else {
      throw unsupported(option)
    }
  }

  /// That the option has a value that is not computed here.
  func unsupported(_ option: String) -> KerasModelError {
    .unsupportedOption(layer: layer, option: option, value: self[option].text())
  }
}
