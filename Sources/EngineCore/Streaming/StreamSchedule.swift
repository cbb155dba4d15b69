/// In which order a deep tile is computed a few layers at a time, each value keeping just the layers that
/// those who take it still need: memory that does not depend on the tile's depth, and no halo along z
/// between the parts.
///
/// Every step of a lowered network moves along z in one of two ways (`DepthStep`), so how far each
/// can go, once its sources have come so far, is a small sum. The whole run is planned in numbers
/// first; that also says how many layers each value's window must hold. What the steps compute, and where
/// the windows lie, is the engine's to know. A single layer streams along y in the same way: its rows are
/// the layers then.
package struct StreamSchedule: Hashable, Sendable {
  /// What a step does along z.
  package struct Move: Hashable, Sendable {
    /// The values that it takes; none where it takes the tile itself.
    package var sources: [Source]
    /// The value that it makes; `nil` where that is the tile's result.
    package var destination: Int?
    /// Whether it adds to what others have made of the destination before.
    package var adds: Bool

    /// A step that makes `destination` from `sources`.
    package init(_ sources: [Source], to destination: Int?, adds: Bool = false) {
      self.sources = sources
      self.destination = destination
      self.adds = adds
    }
  }

  /// A value that a step takes, and how far it looks into it.
  package struct Source: Hashable, Sendable {
    /// The value.
    package var value: Int
    /// Which of its layers a layer needs.
    package var depth: DepthStep

    /// `depth` of `value`.
    package init(_ value: Int, _ depth: DepthStep) {
      self.value = value
      self.depth = depth
    }
  }

  /// One call of a step on some layers.
  package struct Action: Hashable, Sendable {
    /// Its place in the list of steps.
    package var step: Int
    /// The layers of the step's value.
    package var output: Range<Int>
    /// The layers of its first source; what lies outside the value is zeros (`before`, `after`).
    package var input: Range<Int>
    /// Where in each source's window the layers that are needed begin.
    package var sourcePlaces: [Int]
    /// Where in the destination's window the value's layers begin.
    package var place: Int
    /// Zeros before the input, at the beginning of the value alone.
    package var before: Int
    /// Zeros after the input, at the end of the value alone.
    package var after: Int
  }

  /// The layers at the front of a window that nobody needs any more, to be dropped.
  package struct Drop: Hashable, Sendable {
    /// The value.
    package var buffer: Int
    /// How many.
    package var count: Int
    /// Layers that stay, and are the window's first from now on.
    package var kept: Int
  }

  /// What is done once some more layers of the tile are there: actions, then drops.
  package struct Round: Hashable, Sendable {
    /// In order.
    package var actions: [Action] = []
    /// At most one for each value.
    package var drops: [Drop] = []
  }

  /// From the tile's first layers to its last.
  package private(set) var rounds: [Round] = []
  /// Layers that each value's window holds at most.
  package private(set) var capacities: [Int]
  /// Whether a round leaves something in the value's window for the next.
  package private(set) var isKept: [Bool]
  /// Layers that a round leaves in each value's window at most.
  private var mostKept: [Int]

  /// Plans a tile of `depth` layers.
  ///
  /// - Parameters:
  ///   - moves: of the steps, in order.
  ///   - extents: layers of each value, for the whole tile.
  ///   - chunk: layers of the tile that come in at a time.
  ///   - room: how many layers more each window holds, for each that a round leaves in it at most: what is
  ///     kept moves to the window's front once for as many layers, not in each round.
  package init(_ moves: [Move], extents: [Int], depth: Int, chunk: Int, room: Double = 0) {
    self.init(moves, extents, depth, chunk, room: Array(repeating: 0, count: extents.count))
    if room > 0 {
      self.init(moves, extents, depth, chunk, room: mostKept.map { Int(room * Double($0)) })
    }
  }

  /// - Parameter room: of each value, layers that may be left at its window's front though nobody needs them.
  private init(_ moves: [Move], _ extents: [Int], _ depth: Int, _ chunk: Int, room: [Int]) {
    var writers = [[Int]](repeating: [], count: extents.count)
    var readers = [[(step: Int, depth: DepthStep)]](repeating: [], count: extents.count)
    for (index, move) in moves.enumerated() {
      if let to = move.destination { writers[to].append(index) }
      for from in move.sources { readers[from.value].append((index, from.depth)) }
    }
    // Layers that each step has made, and the first that each value's window still has.
    var made = [Int](repeating: 0, count: moves.count)
    var first = [Int](repeating: 0, count: extents.count)
    mostKept = [Int](repeating: 0, count: extents.count)
    capacities = [Int](repeating: 0, count: extents.count)
    isKept = [Bool](repeating: false, count: extents.count)
    func extent(_ step: Int) -> Int {
      moves[step].destination.map { extents[$0] } ?? extents[moves[step].sources[0].value]
    }
    func ready(_ value: Int) -> Int { writers[value].map { made[$0] }.min() ?? 0 }
    func reachable(_ step: Int, arrived: Int) -> Int {
      let sources = moves[step].sources
      guard !sources.isEmpty else { return arrived }
      return sources.map {
        $0.depth.layers(madeOf: ready($0.value), of: extents[$0.value], at: extent(step))
      }.min() ?? 0
    }
    var arrived = 0
    while arrived < depth || moves.indices.contains(where: { made[$0] < extent($0) }) {
      arrived = min(depth, arrived + chunk)
      var round = Round()
      for (index, move) in moves.enumerated() {
        // Those who write one value side by side go on together; who adds to it goes as far as they did.
        let beside = move.destination.map { writers[$0].filter { !moves[$0].adds } } ?? []
        let group = move.adds || beside.isEmpty ? [index] : beside
        let factor = group.flatMap { moves[$0].sources }.reduce(1) { max($0, $1.depth.factor) }
        // At the tile's end all that was waiting for context could be made at once, in windows as
        // deep as the context; at the pace of the rounds before, they stay shallow.
        let pace = max(factor, (chunk * extent(index) + depth - 1) / depth)
        var reachable = group.map { reachable($0, arrived: arrived) }.min() ?? 0
        if move.adds { reachable = min(reachable, beside.map { made[$0] }.min() ?? 0) }
        let last = min(reachable, made[index] + pace) / factor * factor
        guard last > made[index] else { continue }
        let output = made[index]..<last
        let inputs = move.sources.map { $0.depth.input(for: output, of: extents[$0.value]) }
        let input = inputs.first ?? (output, 0, 0)
        round.actions.append(
          Action(
            step: index, output: output, input: input.0,
            sourcePlaces: zip(inputs, move.sources).map { $0.0.lowerBound - first[$1.value] },
            place: output.lowerBound - (move.destination.map { first[$0] } ?? 0),
            before: input.before, after: input.after))
        made[index] = last
        if let to = move.destination { capacities[to] = max(capacities[to], last - first[to]) }
      }
      for value in extents.indices {
        let needed = readers[value].map { reader in
          made[reader.step] >= extent(reader.step)
            ? extents[value] : reader.depth.input(from: made[reader.step])
        }.min()
        let here = writers[value].map { made[$0] }.max() ?? 0
        let keep = min(max(needed ?? here, first[value]), here)
        mostKept[value] = max(mostKept[value], here - keep)
        if keep > first[value], keep == here || keep - first[value] >= room[value] {
          round.drops.append(Drop(buffer: value, count: keep - first[value], kept: here - keep))
          first[value] = keep
        }
        if keep < here { isKept[value] = true }
      }
      precondition(!round.actions.isEmpty, "a stream that does not move")
      rounds.append(round)
    }
  }
}
