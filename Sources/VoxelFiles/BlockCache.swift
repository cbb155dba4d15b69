import Synchronization
import VolumeCore

/// Decoded blocks (strips, tiles, chunks) of which a part may be wanted again; the least recently used go first.
///
/// Two threads that want the same block decode it once: whoever comes first holds the place's lock
/// while it decodes.
package final class BlockCache: Sendable {
  /// Which block of which layer or file.
  package struct Key: Hashable {
    /// The layer, or 0 where there is no such thing.
    package var slice: Int
    /// The block in it.
    package var block: Int

    /// The block `block` of `slice`.
    package init(slice: Int, block: Int) {
      self.slice = slice
      self.block = block
    }
  }

  /// Decoded voxels; several readers may look at them at once.
  package final class Block: Sendable {
    /// The voxels.
    package let bytes: [UInt8]
    /// A block of these.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  /// Where a block lies once it is decoded.
  package final class Place: Sendable {
    fileprivate let block = Mutex<Block?>(nil)

    /// The block, made by `decode` where it is not there yet; `nil` where another thread is at it.
    package func ifFree<Failure: Error>(
      _ decode: () throws(Failure) -> Block
    ) throws(Failure) -> Block? {
      try block.withLockIfAvailable { (block) throws(Failure) in
        try Self.filled(&block, decode)
      }
    }

    /// The same, but waits for the other thread.
    package func wait<Failure: Error>(
      _ decode: () throws(Failure) -> Block
    ) throws(Failure) -> Block {
      try block.withLock { (block) throws(Failure) in try Self.filled(&block, decode) }
    }

    private static func filled<Failure: Error>(
      _ block: inout Block?, _ decode: () throws(Failure) -> Block
    ) throws(Failure) -> Block {
      if let block { return block }
      let made = try decode()
      block = made
      return made
    }
  }

  private struct State {
    var places: [Key: (place: Place, byteCount: Int, lastUse: Int)] = [:]
    var byteCount = 0
    var limit: Int
    var uses = 0
  }

  private let state: Mutex<State>

  /// An empty cache.
  package init(limit: Int) { state = Mutex(State(limit: limit)) }

  /// The place of a block of `byteCount` bytes, which is kept while there is room.
  package func place(_ key: Key, byteCount: Int) -> Place {
    state.withLock { state in
      state.uses += 1
      if let found = state.places[key] {
        state.places[key]?.lastUse = state.uses
        return found.place
      }
      let place = Place()
      // What alone is more than the limit is kept by whoever is at it, and by nobody else.
      guard byteCount <= state.limit else { return place }
      state.byteCount += byteCount
      state.places[key] = (place, byteCount, state.uses)
      if state.byteCount > state.limit { Self.shrink(&state, to: state.limit / 4 * 3, not: key) }
      return place
    }
  }

  /// Keeps at most `byteCount` bytes from now on.
  package func limit(to byteCount: Int) {
    state.withLock { state in
      state.limit = max(0, byteCount)
      if state.byteCount > state.limit { Self.shrink(&state, to: state.limit, not: nil) }
    }
  }

  /// Lets the oldest go, many at a time so that sorting them costs little.
  private static func shrink(_ state: inout State, to byteCount: Int, not key: Key?) {
    for (old, value) in state.places.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
      guard state.byteCount > byteCount else { return }
      if old == key, state.byteCount <= state.limit { continue }
      state.byteCount -= value.byteCount
      state.places[old] = nil
    }
  }
}
