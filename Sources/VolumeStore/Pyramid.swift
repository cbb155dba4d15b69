import Halving
import Synchronization
import SystemIO
import VolumeCore

/// Makes every level of a store from the one before, while that is written.
///
/// A shard that is committed leaves its half; when the last shard below a shard of the next level
/// is committed, that one is put together, written, and leaves its own half in turn. Halves that
/// do not fit into the memory are dropped, and made again from the file when they are wanted: so
/// are those that were lost with an earlier run. The files are the same in any case.
final class Pyramid: Sendable {
  private struct State {
    /// For each level but the last, the shards that are safe on disk.
    var committed: [Set<Index3>]
    /// For each of these levels, halves that wait for their neighbours.
    var waiting: [[Index3: ShardHalf]]
    var waitingByteCount = 0
    var limit: Int
  }

  /// What waits before anybody says how much.
  static let defaultByteCount = 64 << 20

  private let plan: StoreLevels
  private let levels: [LevelWriter]
  /// Halves that wait on disk for other processes.
  private let kept: KeptHalves?
  private let state: Mutex<State>
  private let readBack = Atomic<Int>(0)

  /// How many shards have been read back so far: what too little memory costs.
  var readBackCount: Int { readBack.load(ordering: .relaxed) }

  /// The pyramid of `levels`, some of whose shards an earlier run may have written.
  ///
  /// - Parameter kept: where one process writes a part of it.
  init(_ plan: StoreLevels, _ levels: [LevelWriter], kept: KeptHalves? = nil) {
    self.kept = kept
    self.plan = plan
    self.levels = levels
    state = Mutex(
      State(
        committed: levels.dropLast().map { $0.ledger.committed },
        waiting: levels.dropLast().map { _ in [:] }, limit: Self.defaultByteCount))
  }

  /// Memory with which nothing is read back when shards come slowest axis first.
  var byteCount: Int { plan.waitingByteCount }

  /// The same when two layers come at once, on `threads` threads.
  func byteCount(forPairsOn threads: Int) -> Int { plan.waitingByteCount(forPairsOn: threads) }

  /// Lets at most `byteCount` bytes of halves wait from now on.
  func limit(to byteCount: Int) {
    state.withLock { state in
      state.limit = max(0, byteCount)
      for level in state.waiting.indices {
        while state.waitingByteCount > state.limit, let (_, half) = state.waiting[level].popFirst()
        {
          state.waitingByteCount -= half.byteCount
        }
      }
    }
  }

  /// Writes the voxels of `block`, a shard of the first level, and whatever is complete by that;
  /// returns the bytes on disk.
  func commit(_ block: Index3, from source: ShardSource) throws(StoreError) -> Int {
    let (written, half) = try write(block, level: 0, source)
    if let kept, kept.areWanted(block) { return written }
    return written + (try go(on: half, of: block, level: 0))
  }

  /// Writes whatever is complete by a shard whose half is given; returns the bytes on disk.
  private func go(on half: ShardHalf?, of shard: Index3, level: Int) throws(StoreError) -> Int {
    var (half, shard, level, written) = (half, shard, level, 0)
    while level + 1 < levels.count, let halves = add(half, of: shard, level: level) {
      shard = plan.target(of: shard, level: level)
      level += 1
      let built = try build(shard, level: level, of: halves)
      written += built.byteCount
      half = built.half
    }
    return written
  }

  /// Writes what the levels above the first still lack, once the first is whole: two shards at once, since
  /// each waits for the disk at its end. (More would take memory for each, and each has all threads.)
  func complete() throws(StoreError) {
    for level in 1..<max(1, levels.count) {
      let missing = levels[level].grid.indices.filter { levels[level].ledger.state(of: $0) == nil }
      let next = Atomic<Int>(0)
      let failure = Mutex<StoreError?>(nil)
      runOnThreads(min(2, missing.count)) { [self] in
        do throws(StoreError) {
          while true {
            let place = next.add(1, ordering: .relaxed).oldValue
            guard place < missing.count else { return }
            let built = try build(missing[place], level: level, of: [:])
            _ = try go(on: built.half, of: missing[place], level: level)
          }
        } catch {
          next.store(missing.count, ordering: .relaxed)
          failure.withLock { if $0 == nil { $0 = error } }
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
    }
  }

  /// Writes what the levels above the first lack and is made of shards that are there; leaves the rest to
  /// whoever has the others.
  func completeWhatIsWhole() throws(StoreError) {
    for level in 1..<max(1, levels.count) {
      for shard in levels[level].grid.indices where levels[level].ledger.state(of: shard) == nil {
        let sources = plan.sources(of: shard, level: level)
        if sources.allSatisfy({ levels[level - 1].ledger.state(of: $0) != nil }) {
          _ = try build(shard, level: level, of: [:])
        }
      }
    }
  }

  private func write(
    _ shard: Index3, level: Int, _ source: ShardSource
  ) throws(StoreError) -> (byteCount: Int, half: ShardHalf?) {
    let isTop = level + 1 == levels.count
    let isKept = level == 0 && kept?.areWanted(shard) == true
    let half =
      isTop && !isKept
      ? nil
      : plan.halving.map { halving in
        ShardHalf(of: levels[level].grid.region(of: shard), by: halving)
      }
    let state = try levels[level].write(shard, from: source, halving: half)
    guard case .written(let byteCount, _) = state else { return (0, nil) }
    if isKept, let half { kept?.keep(half, of: shard, state) }
    return (byteCount, half)
  }

  /// Keeps the half of a shard that was just committed; where it was the last one that a shard of
  /// the next level waited for, returns those that are at hand.
  private func add(_ half: ShardHalf?, of shard: Index3, level: Int) -> [Index3: ShardHalf]? {
    let target = plan.target(of: shard, level: level)
    // What others will put together waits in vain.
    guard kept?.isMadeHere(target, level: level + 1) != false else { return nil }
    let sources = plan.sources(of: target, level: level + 1)
    let isDone = levels[level + 1].ledger.state(of: target) != nil
    return state.withLock { state -> [Index3: ShardHalf]? in
      let isNew = state.committed[level].insert(shard).inserted
      guard isNew, !isDone else { return nil }
      guard sources.allSatisfy(state.committed[level].contains) else {
        if let half, state.waitingByteCount + half.byteCount <= state.limit {
          state.waiting[level][shard] = half
          state.waitingByteCount += half.byteCount
        }
        return nil
      }
      var halves: [Index3: ShardHalf] = [:]
      for source in sources {
        guard let half = state.waiting[level].removeValue(forKey: source) else { continue }
        state.waitingByteCount -= half.byteCount
        halves[source] = half
      }
      halves[shard] = half
      return halves
    }
  }

  /// Puts a shard of `level` together, from `halves` and for the rest from files, and writes it.
  private func build(
    _ shard: Index3, level: Int, of halves: [Index3: ShardHalf]
  ) throws(StoreError) -> (byteCount: Int, half: ShardHalf?) {
    guard let halving = plan.halving else { return (0, nil) }
    let region = levels[level].grid.region(of: shard)
    var voxels = PageBuffer(byteCount: region.voxelCount * halving.voxelType.byteCount)
    for source in plan.sources(of: shard, level: level) {
      let state = levels[level - 1].ledger.state(of: source)
      if state == .empty { continue }
      var half = halves[source]
      if half == nil, level == 1, let state { half = kept?.half(of: source, state) }
      if half == nil { readBack.add(1, ordering: .relaxed) }
      try voxels.withMutableBytes { bytes throws(StoreError) in
        if let half {
          half.copy(to: &bytes, of: region)
        } else {
          try bytes.withRegionBeingHalved(region, by: halving) { region throws(StoreError) in
            try levels[level - 1].halve(source, into: region)
          }
        }
      }
    }
    return try voxels.withBytes { bytes throws(StoreError) in
      try unsafe bytes.withUnsafeBytes { bytes throws(StoreError) in
        try unsafe write(shard, level: level, .memory(bytes))
      }
    }
  }
}
