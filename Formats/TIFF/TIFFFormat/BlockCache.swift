import Synchronization
import VolumeCore

/// Decoded strips and tiles of which a part may be wanted again; the least recently used go first.
final class BlockCache: Sendable {
  struct Key: Hashable {
    var slice: Int
    var block: Int
  }

  /// Decoded voxels; several readers may look at them at once.
  final class Block: Sendable {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  private struct State {
    var blocks: [Key: (block: Block, lastUse: Int)] = [:]
    var byteCount = 0
    var limit: Int
    var uses = 0
  }

  private let state: Mutex<State>

  init(limit: Int) { state = Mutex(State(limit: limit)) }

  /// The block, where it is kept.
  subscript(key: Key) -> Block? {
    state.withLock { state in
      state.uses += 1
      guard let found = state.blocks[key] else { return nil }
      state.blocks[key] = (found.block, state.uses)
      return found.block
    }
  }

  /// Keeps `block` unless it alone is more than the limit.
  func keep(_ block: Block, _ key: Key) {
    state.withLock { state in
      guard block.bytes.count <= state.limit, state.blocks[key] == nil else { return }
      state.byteCount += block.bytes.count
      state.blocks[key] = (block, state.uses)
      if state.byteCount > state.limit { Self.shrink(&state, to: state.limit / 4 * 3, not: key) }
    }
  }

  /// Keeps at most `byteCount` bytes from now on.
  func limit(to byteCount: Int) {
    state.withLock { state in
      state.limit = max(0, byteCount)
      if state.byteCount > state.limit { Self.shrink(&state, to: state.limit, not: nil) }
    }
  }

  /// Lets the oldest go, many at a time so that sorting them costs little.
  private static func shrink(_ state: inout State, to byteCount: Int, not key: Key?) {
    for (old, value) in state.blocks.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
      guard state.byteCount > byteCount else { return }
      if old == key, state.byteCount <= state.limit { continue }
      state.byteCount -= value.block.bytes.count
      state.blocks[old] = nil
    }
  }
}
