import Synchronization
import SystemIO
import VolumeCore

/// The voxels of one decoded chunk.
final class DecodedChunk: @unchecked Sendable {
  // Written by the thread that decodes it, and only read once it is in the cache.
  var voxels: PageBuffer

  init(byteCount: Int) { voxels = PageBuffer(byteCount: byteCount) }
}

/// Decoded chunks, those used last, within a limit of bytes; safe to use from several threads.
final class ChunkCache: Sendable {
  private struct State {
    var limit: Int
    var chunks: [Index3: (chunk: DecodedChunk, stamp: Int)] = [:]
    /// Uses in their order, of which only a chunk's latest counts; the oldest that counts goes
    /// first.
    var uses: [(index: Index3, stamp: Int)] = []
    var firstUse = 0
    var stamp = 0
    /// Chunks that were let go, whose memory the next ones are decoded into: fresh pages cost about as
    /// much as decoding into them. One, as a rule: who inserts a chunk lets one go, and takes it next.
    var spare: [DecodedChunk] = []
  }

  private let chunkByteCount: Int
  private let state: Mutex<State>

  /// A cache of chunks of `chunkByteCount` bytes.
  init(chunkByteCount: Int, limit: Int) {
    self.chunkByteCount = chunkByteCount
    state = Mutex(State(limit: limit))
  }

  /// Whether there is room for a single chunk.
  var holdsAny: Bool { state.withLock { $0.limit >= chunkByteCount } }

  /// The chunk, where it is there.
  func chunk(_ index: Index3) -> DecodedChunk? {
    state.withLock { state in
      guard let chunk = state.chunks[index]?.chunk else { return nil }
      Self.use(&state, index, chunk)
      return chunk
    }
  }

  /// A chunk to be decoded into, whatever it holds.
  func blank() -> DecodedChunk {
    let spare = state.withLock { state -> DecodedChunk? in
      while var chunk = state.spare.popLast() {
        // Another thread may still be copying from it.
        if isKnownUniquelyReferenced(&chunk) { return chunk }
      }
      return nil
    }
    return spare ?? DecodedChunk(byteCount: chunkByteCount)
  }

  /// Keeps `chunk` as the one used last.
  func insert(_ index: Index3, _ chunk: DecodedChunk) {
    state.withLock { state in
      Self.use(&state, index, chunk)
      evict(&state)
    }
  }

  /// Keeps at most `byteCount` bytes from now on.
  func limit(to byteCount: Int) {
    state.withLock { state in
      state.limit = max(0, byteCount)
      evict(&state)
      state.spare = []
    }
  }

  private static func use(_ state: inout State, _ index: Index3, _ chunk: DecodedChunk) {
    state.stamp += 1
    state.chunks[index] = (chunk, state.stamp)
    state.uses.append((index, state.stamp))
    // Uses that no longer count are swept out before they outweigh the others.
    guard state.uses.count > 2 * state.chunks.count + 64 else { return }
    let chunks = state.chunks
    state.uses = state.uses[state.firstUse...].filter { chunks[$0.index]?.stamp == $0.stamp }
    state.firstUse = 0
  }

  private func evict(_ state: inout State) {
    while state.chunks.count * chunkByteCount > state.limit {
      let oldest = state.uses[state.firstUse]
      state.firstUse += 1
      guard let (chunk, stamp) = state.chunks[oldest.index], stamp == oldest.stamp else { continue }
      state.chunks[oldest.index] = nil
      if (state.chunks.count + state.spare.count) * chunkByteCount <= state.limit {
        state.spare.append(chunk)
      }
    }
  }
}
