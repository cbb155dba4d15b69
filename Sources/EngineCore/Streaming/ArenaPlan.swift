/// Where each of an engine's values lies in memory, so that values share it when their lives do not
/// overlap; pure data.
package struct ArenaPlan: Hashable, Sendable {
  /// The offset of each value in bytes; 0 for one that nobody uses.
  package let offsets: [Int]
  /// Bytes of all.
  package let byteCount: Int

  /// Places values of `sizes` bytes, each alive from one step to another, both included; `nil` is
  /// for those that nobody uses.
  ///
  /// First fit in the order of the steps: the lowest place that is free for the whole life.
  package init(_ sizes: [Int], lives: [ClosedRange<Int>?]) {
    var offsets = [Int](repeating: 0, count: sizes.count)
    var total = 0
    var placed: [(value: Int, life: ClosedRange<Int>)] = []
    let order = lives.enumerated().compactMap { value, life in life.map { (value, $0) } }
      .sorted { ($0.1.lowerBound, $0.0) < ($1.1.lowerBound, $1.0) }
    for (value, life) in order {
      let living = placed.filter { $0.life.overlaps(life) }.map(\.value)
        .sorted { offsets[$0] < offsets[$1] }
      var place = 0
      for other in living {
        if offsets[other] >= place + sizes[value] { break }
        place = max(place, offsets[other] + sizes[other])
      }
      offsets[value] = place
      total = max(total, place + sizes[value])
      placed.append((value, life))
    }
    self.offsets = offsets
    byteCount = total
  }

  /// The first and the last of the steps that use each of `count` values; each step says which it uses.
  package static func lives(of count: Int, _ uses: [[Int]]) -> [ClosedRange<Int>?] {
    var lives = [ClosedRange<Int>?](repeating: nil, count: count)
    for (index, values) in uses.enumerated() {
      for value in values { lives[value] = (lives[value]?.lowerBound ?? index)...index }
    }
    return lives
  }
}
