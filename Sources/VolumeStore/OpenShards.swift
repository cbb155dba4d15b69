import Synchronization
import SystemIO
import VolumeCore
import ZarrFormat

/// The shards of a store, opened when they are first wanted, of which only so many stay open.
final class OpenShards: Sendable {
  private struct State {
    var open: [Index3: (shard: OpenShard, use: Int)] = [:]
    var uses = 0
  }

  /// Two layers of shards of a volume of 8192 x 8192.
  static let mostOpen = 128

  private let folder: String
  private let metadata: ArrayMetadata
  private let ledger: Ledger
  private let state = Mutex(State())

  init(folder: String, metadata: ArrayMetadata, ledger: Ledger) {
    self.folder = folder
    self.metadata = metadata
    self.ledger = ledger
  }

  /// The shard, or `nil` where all of it is fill value.
  func shard(_ index: Index3) throws(StoreError) -> OpenShard? {
    try state.withLock { (state: inout State) throws(StoreError) in
      state.uses += 1
      if let shard = state.open[index]?.shard {
        state.open[index]?.use = state.uses
        return shard
      }
      guard let shard = try open(index) else { return nil }
      if state.open.count >= Self.mostOpen,
        let oldest = state.open.min(by: { $0.value.use < $1.value.use })
      {
        state.open[oldest.key] = nil
      }
      state.open[index] = (shard, state.uses)
      return shard
    }
  }

  private func open(_ index: Index3) throws(StoreError) -> OpenShard? {
    let path = "\(folder)/\(metadata.key(ofShard: index))"
    let isThere = try system { () throws(SystemError) in
      try certainKind(ofPath: path) != .missing
    }
    switch ledger.shards[index] {
    case nil: throw .shardIsNotInLedger(path: path)
    case .empty: return nil
    case .some(let state):
      guard isThere else { throw .shardIsMissing(path: path) }
      return try OpenShard(path, of: metadata, committed: state)
    }
  }
}
