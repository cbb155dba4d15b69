import Synchronization
import SystemIO
import VolumeCore
import VoxelFiles

/// Writes `X.raw` with its sidecar `X.raw.info`, run of layers by run of layers.
///
/// The voxels go to `.X.raw.tmp`, which gets its name when all are there: a part never looks whole.
public final class RawWriter: VolumeWriter {
  /// Runs of whole layers.
  public let grid: ChunkGrid
  /// Blocks may come in any order.
  public let writesInOrder = false

  private let path: String
  private let temporary: String
  private let file: FileHandle
  private let layout: RawLayout
  private let sidecar: PyHSTSidecar
  private let classes: [LabelClass]?
  private let state: Mutex<State>

  private struct State {
    var committed: Set<Index3> = []
    var isFinished = false
  }

  /// About this many bytes are written at once.
  static let blockByteCount = 16 << 20

  init(_ path: String, _ output: OutputDescription) throws(RawError) {
    let volume = output.volume
    layout = RawLayout(
      shape: volume.shape, voxelType: volume.voxelType, byteOrder: .native)
    guard volume.shape.z > 0, volume.shape.y > 0, volume.shape.x > 0,
      layout.fileByteCount != nil
    else { throw .extentIsImpossible(file: path, claims: []) }
    switch kind(ofPath: path) {
    case .missing: break
    case .file: guard output.overwrites else { throw .outputExists(path: path) }
    case .folder, .other: throw .isNoFile(path: path)
    }
    let name = fileName(ofPath: path)
    let claim = RawFileName(parsing: name).claim
    let agrees =
      (claim.shape ?? layout.shape) == layout.shape
      && (claim.type ?? .known(layout.voxelType)) == .known(layout.voxelType)
      && (layout.voxelType == .uint8 || (claim.byteOrder ?? .native) == .native)
    guard agrees else {
      throw .outputNameDisagrees(file: name, claim: claim, layout: layout)
    }

    let layerBytes = volume.shape.y * volume.shape.x * volume.voxelType.byteCount
    grid = ChunkGrid(
      volume: volume.shape,
      chunk: Shape3(
        z: max(1, min(volume.shape.z, Self.blockByteCount / layerBytes)),
        y: volume.shape.y, x: volume.shape.x))
    self.path = path
    sidecar = PyHSTSidecar(describing: layout, spacing: volume.spacing)
    classes = volume.classes
    state = Mutex(State())
    let temporary = "\(folder(ofPath: path))/.\(name).tmp"
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
    let layerBytes = layout.shape.y * layout.shape.x * layout.voxelType.byteCount
    precondition(voxels.byteCount == region.z.count * layerBytes)
    do {
      try file.write(voxels, at: region.z.lowerBound * layerBytes)
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
    state.withLock { _ = $0.committed.insert(block) }
    return voxels.byteCount
  }

  /// Gives the file its name and lays the sidecar beside it.
  public func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    do {
      try finishFile()
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }

  private func finishFile() throws(RawError) {
    let blocks = grid.count.voxelCount
    let committed = state.withLock { $0.committed.count }
    guard committed == blocks else {
      throw .isIncomplete(path: path, missing: blocks - committed, of: blocks)
    }
    try asRawError { () throws(SystemError) in
      try file.synchronise()
      // An old sidecar must not describe the new voxels, not even for a moment.
      try removeFile(path + ".info")
      let companions = ClassTable.companions(beside: path, of: classes)
      for companion in companions { try removeFile(companion.path) }
      try rename(temporary, to: path)
      state.withLock { $0.isFinished = true }
      for companion in companions {
        if let bytes = companion.bytes { try writeFileAtomically(companion.path, bytes) }
      }
      try writeFileAtomically(path + ".info", Array(sidecar.text.utf8))
    }
  }
}
