import Synchronization
import SystemIO
import VolumeCore

/// Writes `X.tif`: one file that Fiji opens as a stack, uncompressed, a page for each layer.
///
/// The voxels of all pages lie one after the other, so blocks may come in any order; the first
/// directory lies before them and the others behind, as ImageJ itself lays them. The file is
/// `.X.tif.tmp` until all are there.
public final class TIFFWriter: VolumeWriter {
  /// Runs of whole layers.
  public let grid: ChunkGrid
  /// Blocks may come in any order.
  public let writesInOrder = false

  private let path: String
  private let temporary: String
  private let file: FileHandle
  private let layout: TIFFLayout
  private let state: Mutex<State>

  private struct State {
    var committed: Set<Index3> = []
    var isFinished = false
  }

  /// About this many bytes are written at once.
  static let blockByteCount = 16 << 20

  init(
    _ path: String, _ output: OutputDescription, classicByteCount: Int
  ) throws(TIFFError) {
    let volume = output.volume
    switch kind(ofPath: path) {
    case .missing: break
    case .file: guard output.overwrites else { throw .outputExists(path: path) }
    case .folder, .other: throw .outputExists(path: path)
    }
    layout = TIFFLayout(volume, isBig: volume.byteCount > classicByteCount)
    grid = ChunkGrid(
      volume: volume.shape,
      chunk: Shape3(
        z: max(1, min(volume.shape.z, Self.blockByteCount / layout.pageByteCount)),
        y: volume.shape.y, x: volume.shape.x))
    self.path = path
    state = Mutex(State())
    let temporary = "\(folder(ofPath: path))/.\(fileName(ofPath: path)).tmp"
    self.temporary = temporary
    do {
      file = try FileHandle(creating: temporary)
    } catch {
      throw .system(error)
    }
  }

  deinit {
    let isFinished = state.withLock { $0.isFinished }
    if !isFinished { try? removeFile(temporary) }
  }

  /// Nothing of an earlier run is kept.
  public func isCommitted(_ block: Index3) -> Bool {
    state.withLock { $0.committed.contains(block) }
  }

  /// Writes one run of layers.
  @discardableResult
  public func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let region = grid.region(of: block)
    precondition(voxels.byteCount == region.z.count * layout.pageByteCount)
    do {
      try file.write(voxels, at: layout.voxels(ofPage: region.z.lowerBound))
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
    state.withLock { _ = $0.committed.insert(block) }
    return voxels.byteCount
  }

  /// Writes the directories and gives the file its name.
  public func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    let blocks = grid.count.voxelCount
    let committed = state.withLock { $0.committed.count }
    guard committed == blocks else {
      let error = TIFFError.isIncomplete(path: path, missing: blocks - committed, of: blocks)
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
    do {
      let head = layout.head
      try file.write(unsafe head.span.bytes, at: 0)
      // A few hundred directories at a time: their bytes grow with the number of layers.
      for start in stride(from: 1, to: layout.pageCount, by: 512) {
        let pages = start..<min(start + 512, layout.pageCount)
        let tail = pages.flatMap { layout.directory(ofPage: $0) }
        try file.write(unsafe tail.span.bytes, at: layout.directoryOffset(ofPage: start))
      }
      try file.synchronise()
      try rename(temporary, to: path)
      state.withLock { $0.isFinished = true }
      try synchroniseFolder(folder(ofPath: path))
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }
}
