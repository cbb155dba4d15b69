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
  private let path: String
  private let temporary: String
  private let file: FileHandle
  private let voxelType: VoxelType
  private let parts: Parts
  private let state = Mutex(State())

  private struct State {
    var committed: Set<Index3> = []
    var isFinished = false
    /// By block, so that the sums do not depend on the order in which blocks came.
    var summaries: [Index3: ValueSummary] = [:]
  }

  /// Begins the file at `path`.
  public init(_ path: String, _ output: OutputDescription, _ parts: Parts) throws(Explanation) {
    let volume = output.volume
    guard FlatLayout.checkedByteCount(volume.shape, volume.voxelType) != nil else {
      throw Explanation(
        .input, "\(path): a volume of \(volume.shape) holds no voxels",
        remedy: "correct what the volume says of itself")
    }
    switch kind(ofPath: path) {
    case .missing: break
    case .file where output.overwrites: break
    case .file:
      throw Explanation(
        .input, "\(path) is there already",
        remedy: "choose another output, or replace it with --overwrite")
    case .folder, .other:
      throw Explanation(.input, "\(path) is no file", remedy: "choose another output")
    }
    let layerBytes = volume.shape.y * volume.shape.x * volume.voxelType.byteCount
    grid = ChunkGrid(
      volume: volume.shape,
      chunk: Shape3(
        z: max(1, min(volume.shape.z, Self.blockByteCount / layerBytes)), y: volume.shape.y,
        x: volume.shape.x))
    self.path = path
    self.parts = parts
    voxelType = volume.voxelType
    let temporary = "\(folder(ofPath: path))/.\(fileName(ofPath: path)).tmp"
    self.temporary = temporary
    do throws(SystemError) {
      file = try FileHandle(creating: temporary)
    } catch {
      throw error.explanation
    }
    do throws(SystemError) {
      unsafe try file.write(parts.header.span.bytes, at: 0)
    } catch {
      try? removeFile(temporary)
      throw error.explanation
    }
  }

  deinit {
    if !state.withLock({ $0.isFinished }) { try? removeFile(temporary) }
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
          try file.write(bytes.bytes, at: place)
        }
      } else {
        try file.write(voxels, at: place)
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
    guard committed == total else {
      throw VolumeWriteError(
        block: nil,
        reason: Explanation(
          .failed, "\(path): \(total - committed) of \(total) blocks are not written",
          remedy: "give the same command again"))
    }
    do throws(SystemError) {
      if let finalHeader = parts.finalHeader {
        var whole = ValueSummary()
        for (_, summary) in summaries.sorted(by: { $0.key < $1.key }) { whole.add(summary) }
        let header = finalHeader(whole)
        precondition(header.count == parts.header.count)
        unsafe try file.write(header.span.bytes, at: 0)
      }
      try file.synchronise()
      // Old companions must not describe the new voxels, not even for a moment.
      for companion in parts.companions { try removeFile(companion.path) }
      try rename(temporary, to: path)
      state.withLock { $0.isFinished = true }
      for companion in parts.companions {
        if let bytes = companion.bytes { try writeFileAtomically(companion.path, bytes) }
      }
      try synchroniseFolder(folder(ofPath: path))
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
