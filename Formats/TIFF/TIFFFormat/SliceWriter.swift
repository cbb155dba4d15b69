import Synchronization
import SystemIO
import VolumeCore

/// Writes a folder with one TIFF for each layer: `slices/slices_0000.tif` and so on.
///
/// All goes to `.slices.tmp`, a folder beside, which gets its name when every slice is on the disk:
/// a part never looks whole.
public final class SliceWriter: VolumeWriter {
  /// Runs of whole layers.
  public let grid: ChunkGrid
  /// Blocks may come in any order.
  public let writesInOrder = false

  private let path: String
  private let temporary: String
  private let prefix: String
  private let layout: TIFFLayout
  private let state = Mutex(State())

  private struct State {
    var committed: Set<Index3> = []
    var isFinished = false
  }

  init(
    _ path: String, _ output: OutputDescription, classicByteCount: Int
  ) throws(TIFFError) {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    self.path = String(path)
    prefix = fileName(ofPath: self.path)
    temporary = "\(folder(ofPath: self.path))/.\(prefix).tmp"
    var slice = output.volume
    slice.shape.z = 1
    layout = TIFFLayout(slice, isBig: slice.byteCount > classicByteCount)
    grid = ChunkGrid(
      volume: output.volume.shape,
      chunk: Shape3(
        z: max(1, min(output.volume.shape.z, TIFFWriter.blockByteCount / layout.pageByteCount)),
        y: slice.shape.y, x: slice.shape.x))
    try checkPlace(overwrites: output.overwrites)
    do {
      try removeFolder(temporary)
      try makeFolder(temporary)
    } catch {
      throw .system(error)
    }
  }

  deinit {
    if !state.withLock({ $0.isFinished }) { try? removeFolder(temporary) }
  }

  /// Only a folder that could be our own is ever replaced.
  private func checkPlace(overwrites: Bool) throws(TIFFError) {
    switch kind(ofPath: path) {
    case .missing: return
    case .folder:
      let names: [String]
      do {
        names = try SystemIO.names(inFolder: path)
      } catch {
        throw .system(error)
      }
      guard !names.isEmpty else { return }
      guard overwrites else { throw .outputExists(path: path) }
      if let other = names.first(where: { !TIFFFormat.isSlice($0) }) {
        throw .outputHoldsOthers(path: path, name: other)
      }
    case .file, .other: throw .outputExists(path: path)
    }
  }

  /// Nothing of an earlier run is kept.
  public func isCommitted(_ block: Index3) -> Bool {
    state.withLock { $0.committed.contains(block) }
  }

  /// The slice of layer `z`: at least four digits, as many as the last layer has.
  private func name(ofLayer z: Int) -> String {
    let digits = String(z)
    let width = max(4, String(grid.volume.z - 1).count)
    return "\(prefix)_\(String(repeating: "0", count: width - digits.count))\(digits).tif"
  }

  /// Writes one run of layers, a file for each.
  @discardableResult
  public func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let region = grid.region(of: block)
    let layerBytes = layout.pageByteCount
    precondition(voxels.byteCount == region.z.count * layerBytes)
    do {
      let head = layout.head
      for (index, z) in region.z.enumerated() {
        let file = try FileHandle(creating: "\(temporary)/\(name(ofLayer: z))")
        try file.write(unsafe head.span.bytes, at: 0)
        try file.write(
          voxels.extracting((index * layerBytes)..<((index + 1) * layerBytes)),
          at: layout.voxels(ofPage: 0))
        try file.synchronise()
      }
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
    state.withLock { _ = $0.committed.insert(block) }
    return voxels.byteCount
  }

  /// Gives the folder its name.
  public func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    let blocks = grid.count.voxelCount
    let committed = state.withLock { $0.committed.count }
    guard committed == blocks else {
      let error = TIFFError.isIncomplete(path: path, missing: blocks - committed, of: blocks)
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
    do throws(SystemError) {
      try synchroniseFolder(temporary)
      let old = "\(folder(ofPath: path))/.\(prefix).old"
      var hasOld = false
      if kind(ofPath: path) == .folder { hasOld = !(try names(inFolder: path).isEmpty) }
      if hasOld {
        try removeFolder(old)
        try rename(path, to: old)
      }
      try rename(temporary, to: path)
      state.withLock { $0.isFinished = true }
      try synchroniseFolder(folder(ofPath: path))
      if hasOld { try removeFolder(old) }
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }
}
