import Compression
import Synchronization
import SystemIO
import VolumeCore

/// Writes a header and plain voxels behind it as one gzip stream, from the first layer to the last.
///
/// All goes to `.NAME.tmp`, which gets its name when everything is there, as with `FlatVolumeWriter`.
public final class GzipVolumeWriter: VolumeWriter {
  /// zlib's own choice between speed and size.
  private static let level = 6

  /// Runs of whole layers.
  public let grid: ChunkGrid
  /// A stream grows at its end only.
  public let writesInOrder = true
  private let parts: FlatVolumeWriter.Parts
  private let voxelType: VoxelType
  private let output: NewFile
  private let state: Mutex<State>

  private final class State {
    let encoder: GzipEncoder
    var byteCount = 0
    var committed = 0
    /// Whether a call failed on the way: what the stream has then taken in cannot be taken back.
    var isBroken = false

    init() throws(StreamError) { encoder = try GzipEncoder(level: GzipVolumeWriter.level) }
  }

  /// Begins the file at `path`, whose header is known from the first.
  public init(
    _ path: String, _ output: OutputDescription, _ parts: FlatVolumeWriter.Parts
  ) throws(Explanation) {
    precondition(parts.finalHeader == nil, "a stream's beginning cannot be replaced")
    self.parts = parts
    voxelType = output.volume.voxelType
    grid = FlatVolumeWriter.grid(of: output.volume)
    let file = try NewFile(path, output)
    self.output = file
    do throws(StreamError) {
      state = Mutex(try State())
    } catch {
      throw Explanation(.failed, "\(path): \(error)", remedy: "free memory, and try again")
    }
    do throws(SystemError) {
      try state.withLock { (state) throws(SystemError) in
        _ = try Self.append(unsafe parts.header.span.bytes, state, to: file)
      }
    } catch {
      throw error.explanation
    }
  }

  /// Puts `bytes` into the stream, or, where there are none, ends it; returns what it grew by.
  private static func append(
    _ bytes: RawSpan?, _ state: State, to output: NewFile
  ) throws(SystemError) -> Int {
    let before = state.byteCount
    state.isBroken = true
    let sink = { (piece: RawSpan) throws(SystemError) in
      try output.file.write(piece, at: state.byteCount)
      state.byteCount += piece.byteCount
    }
    if let bytes {
      try state.encoder.write(bytes, to: sink)
    } else {
      try state.encoder.finish(to: sink)
    }
    state.isBroken = false
    return state.byteCount - before
  }

  /// Nothing of an earlier run is kept.
  public func isCommitted(_ block: Index3) -> Bool {
    state.withLock { block.z < $0.committed }
  }

  /// Compresses one run of layers, the one behind the last.
  @discardableResult
  public func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let width = voxelType.byteCount
    guard !state.withLock({ $0.isBroken }) else { throw isBroken(block) }
    precondition(voxels.byteCount == grid.region(of: block).voxelCount * width)
    do throws(SystemError) {
      return try state.withLock { (state) throws(SystemError) in
        precondition(block == Index3(z: state.committed, y: 0, x: 0), "blocks come in order")
        let count: Int
        if width > 1, parts.byteOrder != .native {
          var copy = PageBuffer(byteCount: voxels.byteCount)
          count = try copy.withMutableBytes { (bytes) throws(SystemError) in
            unsafe voxels.withUnsafeBytes { source in
              unsafe bytes.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
            }
            swapBytes(of: &bytes, width: width)
            return try Self.append(bytes.bytes, state, to: output)
          }
        } else {
          count = try Self.append(voxels, state, to: output)
        }
        state.committed += 1
        return count
      }
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
  }

  /// Ends the stream, gives the file its name and lays its companions beside it.
  public func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    let total = grid.count.voxelCount
    let (committed, hasFailed) = state.withLock { ($0.committed, $0.isBroken) }
    guard !hasFailed else { throw isBroken(nil) }
    guard committed == total else { throw output.isUnfinished(total - committed, of: total) }
    do throws(SystemError) {
      _ = try state.withLock { (state) throws(SystemError) in
        try Self.append(nil, state, to: output)
      }
      try output.publish(with: parts.companions)
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }

  private func isBroken(_ block: Index3?) -> VolumeWriteError {
    VolumeWriteError(
      block: block,
      reason: Explanation(
        .failed, "the compressed stream cannot be gone on with after a write that failed",
        remedy: "give the same command again"))
  }
}
