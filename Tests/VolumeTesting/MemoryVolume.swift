import Synchronization
import VolumeCore

/// A volume in memory, for tests: counts how it is read.
public final class MemoryVolume: VolumeReader {
  /// What it is.
  public let volume: VolumeDescription
  private let bytes: [UInt8]
  private let reads = Mutex<[Region]>([])

  /// A volume of `shape` with these bytes, in C order.
  public init(_ shape: Shape3, _ type: VoxelType = .uint8, _ bytes: [UInt8]) {
    precondition(bytes.count == shape.voxelCount * type.byteCount)
    volume = VolumeDescription(shape: shape, voxelType: type, format: "memory")
    self.bytes = bytes
  }

  /// Grey values as a scan has them: smooth blobs and noise, the same for equal seeds.
  public static func scan(_ shape: Shape3, seed: UInt64) -> MemoryVolume {
    var random = SeededRandom(seed: seed)
    let bytes = Region(shape).indices.map { at -> UInt8 in
      let blob = (at.z / 5 + at.y / 9 + at.x / 7) % 3
      return UInt8(60 * blob + Int.random(in: 0...70, using: &random))
    }
    return MemoryVolume(shape, .uint8, bytes)
  }

  /// The regions read so far.
  public var readRegions: [Region] { reads.withLock { $0 } }

  /// Copies the voxels.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    reads.withLock { $0.append(region) }
    let source = bytes
    copyVoxels(
      region, from: unsafe source.span.bytes, of: Region(volume.shape), to: &destination,
      of: region, width: volume.voxelType.byteCount)
  }

  /// Nothing tells one from another.
  public var fingerprint: String { "memory" }
}

/// A volume that is written to memory, for tests.
public final class MemoryOutput: VolumeWriter {
  /// The blocks.
  public let grid: ChunkGrid
  /// Any order will do.
  public var writesInOrder: Bool { false }
  private struct State {
    var bytes: [UInt8]
    var committed: [Index3] = []
    var isFinished = false
  }
  private let state: Mutex<State>
  private let failingBlock: Index3?

  /// An output of `shape`, all 99 until it is written, in blocks of `block`; committing
  /// `failingBlock` throws.
  public init(
    _ shape: Shape3, block: Shape3, committed: [Index3] = [], failingBlock: Index3? = nil
  ) {
    grid = ChunkGrid(volume: shape, chunk: block)
    var start = State(bytes: Array(repeating: 99, count: shape.voxelCount))
    start.committed = committed
    state = Mutex(start)
    self.failingBlock = failingBlock
  }

  /// What was written.
  public var bytes: [UInt8] { state.withLock { $0.bytes } }
  /// The blocks committed, in order.
  public var committed: [Index3] { state.withLock { $0.committed } }

  /// Whether the block is there.
  public func isCommitted(_ block: Index3) -> Bool {
    state.withLock { $0.committed.contains(block) }
  }

  /// Keeps the voxels.
  public func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    guard block != failingBlock else {
      throw VolumeWriteError(
        block: block, reason: Explanation(.failed, "the disk is full", remedy: "make room"))
    }
    let region = grid.region(of: block)
    var copy = [UInt8](repeating: 0, count: voxels.byteCount)
    for i in copy.indices { copy[i] = unsafe voxels.unsafeLoad(fromByteOffset: i, as: UInt8.self) }
    let whole = Region(grid.volume)
    state.withLock { state in
      precondition(!state.committed.contains(block), "block \(block) was committed twice")
      state.committed.append(block)
      for (i, at) in region.indices.enumerated() {
        let place = (at.z * whole.y.count + at.y) * whole.x.count + at.x
        state.bytes[place] = copy[i]
      }
    }
    return copy.count
  }

  /// Notes it.
  public func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    state.withLock { $0.isFinished = true }
  }
}
