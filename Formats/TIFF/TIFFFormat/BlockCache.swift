import Synchronization
import VolumeCore

/// Decoded strips and tiles of which a part may be wanted again; the least recently used go first.
///
/// Two threads that want the same block decode it once: whoever comes first holds the place's lock
/// while it decodes.
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

  /// Where a block lies once it is decoded.
  final class Place: Sendable {
    fileprivate let block = Mutex<Block?>(nil)

    /// The block, made by `decode` where it is not there yet; `nil` where another thread is at it.
    func ifFree(
      _ decode: () throws(TIFFError) -> Block
    ) throws(TIFFError) -> Block? {
      try block.withLockIfAvailable { (block) throws(TIFFError) in
        try Self.filled(&block, decode)
      }
    }

    /// The same, but waits for the other thread.
    func wait(_ decode: () throws(TIFFError) -> Block) throws(TIFFError) -> Block {
      try block.withLock { (block) throws(TIFFError) in try Self.filled(&block, decode) }
    }

    private static func filled(
      _ block: inout Block?, _ decode: () throws(TIFFError) -> Block
    ) throws(TIFFError) -> Block {
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

  init(limit: Int) { state = Mutex(State(limit: limit)) }

  /// The place of a block of `byteCount` bytes, which is kept while there is room.
  func place(_ key: Key, byteCount: Int) -> Place {
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
  func limit(to byteCount: Int) {
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
