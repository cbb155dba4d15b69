/// One of N parts that a long command is cut into, for as many processes on as many machines.
///
/// The parts of a volume's blocks, in the order of `ChunkGrid.indices` (z, y, x), follow one another
/// without gaps: so each reads a connected piece of the scan, and no block has two writers.
public struct PartShare: Hashable, Sendable {
  /// More parts than clusters start in one array.
  public static let mostParts = 100_000

  /// Which part, from 1.
  public let number: Int
  /// How many there are.
  public let count: Int

  /// Part `number` of `count`; `nil` where there is none.
  public init?(_ number: Int, of count: Int) {
    guard (1...Self.mostParts).contains(count), (1...count).contains(number) else { return nil }
    self.number = number
    self.count = count
  }

  /// What "3/16" says; `nil` where it says nothing of the kind.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
      "\(number)/\(count)" == text
    else { return nil }
    self.init(number, of: count)
  }

  /// Which of `total` things, counted from 0, are this part's; none where there are fewer than parts.
  public func range(of total: Int) -> Range<Int> {
    (total * (number - 1) / count)..<(total * number / count)
  }

  /// All parts of `count`.
  public static func all(of count: Int) -> [PartShare] {
    (1...max(count, 1)).compactMap { PartShare($0, of: count) }
  }

  /// The part that has thing `place` of `total`.
  public static func share(of count: Int, having place: Int, of total: Int) -> PartShare? {
    // The last part that begins at or before it.
    guard total > 0, (0..<total).contains(place) else { return nil }
    return PartShare((count * (place + 1) - 1) / total + 1, of: count)
  }
}

extension PartShare: CustomStringConvertible {
  /// "3/16".
  public var description: String { "\(number)/\(count)" }
}

extension PartShare {
  /// "3, 7 to 9 of 16".
  public static func words(_ parts: [PartShare]) -> String {
    guard let count = parts.first?.count else { return "none" }
    var runs: [ClosedRange<Int>] = []
    for part in parts {
      if let last = runs.last, last.upperBound + 1 == part.number {
        runs[runs.count - 1] = last.lowerBound...part.number
      } else {
        runs.append(part.number...part.number)
      }
    }
    let words = runs.prefix(20).map { run in
      run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound) to \(run.upperBound)"
    }
    return words.joined(separator: ", ") + (runs.count > 20 ? ", ..." : "") + " (of \(count))"
  }
}
