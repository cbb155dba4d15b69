import Synchronization
import SystemIO
import VolumeCore

/// Writes a header and plain voxels behind it, run of layers by run of layers.
///
/// All goes to `.NAME.tmp`, which gets its name when everything is there: a part never looks whole.
public final class FlatVolumeWriter: VolumeWriter {
  /// What a format adds to the plain voxels.
  public struct Parts: Sendable {
    /// The bytes before the first voxel; may be replaced at the end by as many.
    public var header: [UInt8]
    /// The order of a voxel's bytes.
    public var byteOrder = ByteOrder.little
    /// Makes the header's final form, as long as the first, once all voxels are there.
    public var finalHeader: (@Sendable (ValueSummary) -> [UInt8])?
    /// Files to lay beside the output when it is whole, by path; those of `nil` are removed.
    public var companions: [(path: String, bytes: [UInt8]?)] = []

    /// Only a header.
    public init(header: [UInt8]) { self.header = header }
  }

  /// What was seen of the values, for formats whose header says it.
  public struct ValueSummary: Hashable, Sendable {
    /// The least value.
    public var least = Double.infinity
    /// The greatest value.
    public var greatest = -Double.infinity
    /// The sum of all values.
    public var sum = 0.0
    /// The sum of their squares.
    public var squares = 0.0
    /// How many there were.
    public var count = 0
  }

  /// About this many bytes are written at once.
  static let blockByteCount = 16 << 20

  /// Runs of whole layers.
  public let grid: ChunkGrid
  /// Blocks may come in any order.
  public let writesInOrder = false
  private let output: NewFile
  private let voxelType: VoxelType
  private let parts: Parts
  private let state = Mutex(State())

  private struct State {
    var committed: Set<Index3> = []
    /// By block, so that the sums do not depend on the order in which blocks came.
    var summaries: [Index3: ValueSummary] = [:]
  }

  /// Begins the file at `path`.
  public init(_ path: String, _ output: OutputDescription, _ parts: Parts) throws(Explanation) {
    let file = try NewFile(path, output)
    self.output = file
    self.parts = parts
    grid = Self.grid(of: output.volume)
    voxelType = output.volume.voxelType
    do throws(SystemError) {
      unsafe try file.file.write(parts.header.span.bytes, at: 0)
    } catch {
      throw error.explanation
    }
  }

  /// Runs of whole layers of about as many bytes as are written at once.
  static func grid(of volume: VolumeDescription) -> ChunkGrid {
    let layerBytes = volume.shape.y * volume.shape.x * volume.voxelType.byteCount
    return ChunkGrid(
      volume: volume.shape,
      chunk: Shape3(
        z: max(1, min(volume.shape.z, blockByteCount / layerBytes)), y: volume.shape.y,
        x: volume.shape.x))
  }

  /// Nothing of an earlier run is kept.
  public func isCommitted(_ block: Index3) -> Bool {
    state.withLock { $0.committed.contains(block) }
  }

  /// Writes one run of layers.
  @discardableResult
  public func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let region = grid.region(of: block)
    let width = voxelType.byteCount
    let layerBytes = grid.volume.y * grid.volume.x * width
    precondition(voxels.byteCount == region.z.count * layerBytes)
    let place = parts.header.count + region.z.lowerBound * layerBytes
    do throws(SystemError) {
      if width > 1, parts.byteOrder != .native {
        var copy = PageBuffer(byteCount: voxels.byteCount)
        try copy.withMutableBytes { bytes throws(SystemError) in
          unsafe voxels.withUnsafeBytes { source in
            unsafe bytes.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
          }
          swapBytes(of: &bytes, width: width)
          try output.file.write(bytes.bytes, at: place)
        }
      } else {
        try output.file.write(voxels, at: place)
      }
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
    let summary = parts.finalHeader == nil ? nil : ValueSummary(of: voxels, voxelType)
    state.withLock { state in
      state.committed.insert(block)
      state.summaries[block] = summary
    }
    return voxels.byteCount
  }

  /// Gives the file its name and lays its companions beside it.
  public func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    let total = grid.count.voxelCount
    let (committed, summaries) = state.withLock { ($0.committed.count, $0.summaries) }
    guard committed == total else { throw output.isUnfinished(total - committed, of: total) }
    do throws(SystemError) {
      if let finalHeader = parts.finalHeader {
        var whole = ValueSummary()
        for (_, summary) in summaries.sorted(by: { $0.key < $1.key }) { whole.add(summary) }
        let header = finalHeader(whole)
        precondition(header.count == parts.header.count)
        unsafe try output.file.write(header.span.bytes, at: 0)
      }
      try output.publish(with: parts.companions)
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }
}

extension FlatVolumeWriter.ValueSummary {
  init(of voxels: RawSpan, _ type: VoxelType) {
    for index in 0..<(voxels.byteCount / type.byteCount) {
      let value = type.value(voxels, at: index)
      least = min(least, value)
      greatest = max(greatest, value)
      sum += value
      squares += value * value
      count += 1
    }
  }

  mutating func add(_ other: Self) {
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    sum += other.sum
    squares += other.squares
    count += other.count
  }
}
