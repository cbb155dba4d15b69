import VolumeCore

/// The values that become the least and the greatest of another type: `--window LOW:HIGH`.
package struct ValueWindow: Hashable, Sendable {
  /// What becomes the least value.
  package var low: Double
  /// What becomes the greatest value.
  package var high: Double

  /// The values from `low` to `high`.
  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// "0:4095", as `--window` takes it.
  package var words: String { "\(Self.exact(low)):\(Self.exact(high))" }

  /// A number that reads back as the same.
  static func exact(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

/// What lay beside a window, and was drawn to its ends.
package struct WindowCounts: Hashable, Sendable {
  /// Voxels below the window.
  package var below = 0
  /// Voxels above the window.
  package var above = 0
  /// Voxels that are no number, which became the least value.
  package var notANumber = 0

  /// None yet.
  package init() {}

  /// Adds `other`.
  mutating func add(_ other: WindowCounts) {
    below += other.below
    above += other.above
    notANumber += other.notANumber
  }
}

extension OptionText {
  /// Values to be drawn over the range of another type: `LOW:HIGH`.
  package func valueWindow() throws(UsageError) -> ValueWindow {
    let form = "give LOW:HIGH with LOW < HIGH, as in --\(option) 0:4095 or --\(option) -0.1:1.5e3"
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = Self.number(parts[0]), let high = Self.number(parts[1]) else {
      throw wrong("this is no window of values", form)
    }
    guard low < high else { throw wrong("the window is empty", form) }
    // Beyond every scan, and scaling to 64 bits stays finite.
    guard max(abs(low), abs(high)) < 1e280 else { throw wrong("this is out of range", form) }
    return ValueWindow(low: low, high: high)
  }

  /// How a store's chunks are compressed: `none`, `zstd` (level 1), `zstd:N`.
  package func compression() throws(UsageError) -> StoreCompression {
    let form = "give none, or zstd:N with N from 1 (fast) to 22 (small)"
    if text == "none" { return .none }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.first == "zstd", parts.count <= 2 else {
      throw wrong("there is no such compression", form)
    }
    guard parts.count == 2 else { return .zstd(level: 1) }
    guard let level = decimal(parts[1]), (1...22).contains(level) else {
      throw wrong("zstd has no level '\(parts[1])'", form)
    }
    return .zstd(level: level)
  }

  /// Digits with a sign, a point and an exponent; neither `nan` nor `inf` nor `0x10`.
  private static func number(_ text: Substring) -> Double? {
    let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, signedDecimal(first) != nil else { return nil }
    if parts.count == 2 {
      let digits = parts[1].first == "-" || parts[1].first == "+" ? parts[1].dropFirst() : parts[1]
      guard digits.count <= 4, decimal(digits) != nil else { return nil }
    }
    return Double(text)
  }
}
