import Glibc
import Testing
import VolumeCore

/// Damaged copies of a file, the same for equal seeds: bits flipped, bytes replaced by the values that
/// break parsers, pieces cut out, doubled, moved, the end cut off.
public struct Mutations: Sendable {
  /// The whole files that are damaged.
  public let seeds: [[UInt8]]
  /// How many copies are made.
  public let count: Int

  /// `T2S_MUTATIONS` copies of `seeds`, or `count` where it is not set.
  ///
  /// - Parameter divisor: what is divided by it is slow, such as what goes through another process.
  public init(of seeds: [[UInt8]], count: Int = 2000, divisor: Int = 1) {
    precondition(!seeds.isEmpty && seeds.allSatisfy { !$0.isEmpty })
    self.seeds = seeds
    let asked = unsafe getenv("T2S_MUTATIONS").flatMap { unsafe Int(String(cString: $0)) }
    self.count = max(1, (asked ?? count * divisor) / divisor)
  }

  /// The `index`-th damaged copy.
  public func copy(_ index: Int) -> [UInt8] {
    var random = SeededRandom(seed: UInt64(index) &* 0x9E37_79B9)
    var bytes = seeds[index % seeds.count]
    for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, &random) }
    return bytes
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    guard !bytes.isEmpty else { return }
    // Headers lie in front: half of all damage is done to the first bytes.
    let reach = Bool.random(using: &random) ? bytes.count : min(bytes.count, 512)
    let place = Int.random(in: 0..<reach, using: &random)
    switch Int.random(in: 0..<9, using: &random) {
    case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
    case 3:
      let value = [0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x2D, 0x30, 0x39].randomElement(using: &random)
      bytes[place] = UInt8(value ?? 0)
    case 4:
      // A whole number of four or eight bytes at one of its ends.
      let count = Bool.random(using: &random) ? 4 : 8
      let value: UInt8 = Bool.random(using: &random) ? 0xFF : 0
      for i in place..<min(place + count, bytes.count) { bytes[i] = value }
      if value == 0xFF, Bool.random(using: &random), place + count <= bytes.count {
        bytes[place + count - 1] = 0x7F
      }
    case 5:
      bytes.removeSubrange(
        place..<min(place + Int.random(in: 1...16, using: &random), bytes.count))
    case 6:
      let piece = bytes[place..<min(place + Int.random(in: 1...16, using: &random), bytes.count)]
      bytes.insert(
        contentsOf: Array(piece), at: Int.random(in: 0...bytes.count, using: &random))
    case 7:
      let other = Int.random(in: 0..<bytes.count, using: &random)
      let count = min(Int.random(in: 1...16, using: &random), bytes.count - max(place, other))
      let piece = Array(bytes[other..<(other + count)])
      bytes.replaceSubrange(place..<(place + count), with: piece)
    default: bytes.removeSubrange(place...)
    }
  }

  /// Calls `body` with every damaged copy; whatever it throws is fine, but it must neither trap, nor
  /// take longer than five seconds, nor let the process grow by more than a gibibyte.
  public func expectSurvival(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: ([UInt8]) throws -> Void
  ) {
    let before = peakKibibytes()
    var slowest = (seconds: 0.0, index: 0)
    for index in 0..<count {
      let bytes = copy(index)
      func time() -> Double {
        let start = ContinuousClock.now
        try? body(bytes)
        return (ContinuousClock.now - start) / .seconds(1)
      }
      var seconds = time()
      // A busy machine may have kept it waiting: what is slow is slow again.
      if seconds >= 5 { seconds = min(seconds, time()) }
      if seconds > slowest.seconds { slowest = (seconds, index) }
    }
    #expect(
      slowest.seconds < 5, "mutation \(slowest.index) took \(slowest.seconds) s",
      sourceLocation: sourceLocation)
    let grown = peakKibibytes() - before
    #expect(grown < 1 << 20, "the process grew by \(grown) KiB", sourceLocation: sourceLocation)
  }
}

private func peakKibibytes() -> Int {
  var usage = rusage()
  // RUSAGE_SELF, which comes to Swift as a type of its own.
  guard unsafe getrusage(0, &usage) == 0 else { return 0 }
  return usage.ru_maxrss
}
