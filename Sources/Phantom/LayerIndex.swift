/// Things sorted by the layers that they touch.
struct LayerIndex<Item: Sendable>: Sendable {
  private static var thickness: Int { 16 }
  private let items: [Item]
  /// For each run of layers, the places in `items` of what touches it.
  private let runs: [[Int32]]
  private let reach: @Sendable (Item) -> ClosedRange<Double>

  /// Sorts `items` into runs of layers by their `reach`.
  init(_ items: [Item], layers: Int, reach: @escaping @Sendable (Item) -> ClosedRange<Double>) {
    var runs = [[Int32]](repeating: [], count: (layers + Self.thickness - 1) / Self.thickness)
    for (index, item) in items.enumerated() {
      let range = reach(item)
      guard range.upperBound >= 0, range.lowerBound <= Double(layers - 1) else { continue }
      let first = max(0, Int(range.lowerBound)) / Self.thickness
      let last = min(layers - 1, Int(range.upperBound)) / Self.thickness
      for run in first...last { runs[run].append(Int32(index)) }
    }
    self.items = items
    self.runs = runs
    self.reach = reach
  }

  /// All of them, in the order in which they were given.
  var all: [Item] { items }

  /// The things that touch layer `z`, in the order in which they were given.
  func items(at z: Int) -> [Item] {
    runs[z / Self.thickness].compactMap { index in
      let item = items[Int(index)]
      return reach(item).contains(Double(z)) ? item : nil
    }
  }
}
