import Compression
import HDF5Library
import Synchronization
import SystemIO
import VolumeCore
import VoxelFiles

/// Writes `X.h5`: one dataset of chunks, compressed by deflate (after a shuffle where a voxel has
/// several bytes), and `X.xdmf` beside it, by which ParaView reads it.
///
/// Threads encode their chunks themselves; the library is only told where they lie. All goes to
/// `.X.h5.tmp`, which gets its name when everything is there.
final class HDF5Writer: VolumeWriter {
  let grid: ChunkGrid
  let writesInOrder = false

  private let place: HDF5Place
  private let dataset: String
  private let volume: VolumeDescription
  private let temporary: String
  private let output: HDF5Output
  private let edges: Shape3
  private let state = Mutex(State())

  private struct State {
    var committed: Set<Index3> = []
    var isFinished = false
    var isClosed = false
  }

  /// The name of a dataset where the output's path says none.
  static let usualDataset = "/volume"
  /// A chunk has 256 KiB of bytes: more than the 1 MiB that libraries keep would be decoded anew for
  /// each layer, and much less would be slow.
  private static let chunk = Shape3(z: 16, y: 128, x: 128)
  /// About this many bytes are encoded by one thread at once.
  private static let blockByteCount = 16 << 20
  /// Noise does not get shorter from more than this.
  private static let level = 1

  init(_ place: HDF5Place, _ description: OutputDescription) throws(HDF5FormatError) {
    volume = description.volume
    let shape = volume.shape
    guard shape.z > 0, shape.y > 0, shape.x > 0, volume.voxelType.byteCount > 0 else {
      throw .cannotWrite(path: place.file, shape: shape)
    }
    for path in [place.file, HDF5Writer.companion(place.file)] {
      switch kind(ofPath: path) {
      case .missing: break
      case .file: guard description.overwrites else { throw .outputExists(path: path) }
      case .folder, .other: throw .outputExists(path: path)
      }
    }
    self.place = place
    dataset = place.dataset ?? Self.usualDataset
    let width = volume.voxelType.byteCount
    let rows = width == 8 ? Self.chunk.y / 2 : Self.chunk.y
    edges = Shape3(
      z: min(Self.chunk.z, shape.z), y: min(rows, shape.y), x: min(Self.chunk.x, shape.x))
    let band = edges.z * edges.y * shape.x * width
    grid = ChunkGrid(
      volume: shape,
      chunk: Shape3(
        z: edges.z, y: min(shape.y, edges.y * max(1, Self.blockByteCount / band)), x: shape.x))
    temporary = "\(folder(ofPath: place.file))/.\(fileName(ofPath: place.file)).tmp"
    do {
      // Says what is wrong with the place better than the library does.
      _ = try FileHandle(creating: temporary)
    } catch {
      throw .system(error)
    }
    do {
      output = try HDF5Output(
        temporary, dataset: dataset, type: volume.voxelType, extents: [shape.z, shape.y, shape.x],
        edges: [edges.z, edges.y, edges.x], shuffles: width > 1, level: Self.level)
    } catch {
      try? removeFile(temporary)
      throw Self.failure(error, place.file)
    }
  }

  deinit {
    let (isFinished, isClosed) = state.withLock { ($0.isFinished, $0.isClosed) }
    if !isClosed { output.abandon() }
    if !isFinished { try? removeFile(temporary) }
  }

  /// Where the description for ParaView lies: "X.xdmf" beside "X.h5".
  static func companion(_ path: String) -> String {
    let name = fileName(ofPath: path)
    guard let dot = name.lastIndex(of: ".") else { return path + ".xdmf" }
    return "\(folder(ofPath: path))/\(name[..<dot]).xdmf"
  }

  private static func failure(_ error: HDF5Error, _ path: String) -> HDF5FormatError {
    guard case .callFailed(let call, _) = error else { return .hdf5(.library(error)) }
    return .writingFailed(path: path, call: call)
  }

  func isCommitted(_ block: Index3) -> Bool { state.withLock { $0.committed.contains(block) } }

  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    let region = grid.region(of: block)
    precondition(voxels.byteCount == region.voxelCount * volume.voxelType.byteCount)
    var written = 0
    do throws(HDF5FormatError) {
      var encoder = ChunkEncoder(
        edges, width: volume.voxelType.byteCount, level: Self.level)
      let chunks = ChunkGrid(volume: volume.shape, chunk: edges)
      for index in chunks.indices(meeting: region).indices {
        guard let count = encoder.encode(chunks.region(of: index), of: region, voxels) else {
          throw .writingFailed(path: place.file, call: "deflate")
        }
        do throws(HDF5Error) {
          try encoder.withEncoded(count) { (bytes) throws(HDF5Error) in
            try output.writeChunk(
              at: [index.z * edges.z, index.y * edges.y, index.x * edges.x], bytes)
          }
        } catch {
          throw Self.failure(error, place.file)
        }
        written += count
      }
    } catch {
      throw VolumeWriteError(block: block, reason: error.explanation)
    }
    state.withLock { _ = $0.committed.insert(block) }
    return written
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    do throws(HDF5FormatError) {
      let blocks = grid.count.voxelCount
      let committed = state.withLock { $0.committed.count }
      guard committed == blocks else {
        throw .isIncomplete(path: place.file, missing: blocks - committed, of: blocks)
      }
      try describe(record)
      do throws(SystemError) {
        try FileHandle(appendingTo: temporary).synchronise()
        let xdmf = XDMF(volume, file: fileName(ofPath: place.file), dataset: dataset).text
        try writeFileAtomically(Self.companion(place.file), Array(xdmf.utf8))
        try rename(temporary, to: place.file)
        state.withLock { $0.isFinished = true }
        try synchroniseFolder(folder(ofPath: place.file))
      } catch {
        throw .system(error)
      }
    } catch {
      throw VolumeWriteError(block: nil, reason: error.explanation)
    }
  }

  /// Writes the attributes, and closes the file.
  private func describe(_ record: [String: JSONValue]) throws(HDF5FormatError) {
    do throws(HDF5Error) {
      if let spacing = volume.spacing {
        try output.put(PlainLayout.edges, [spacing.z, spacing.y, spacing.x])
      }
      if let position = volume.position {
        try output.put(PlainLayout.position, [position.z, position.y, position.x])
      }
      let origin = volume.origin
      if origin != Index3(z: 0, y: 0, x: 0) {
        try output.put(PlainLayout.origin, [origin.z, origin.y, origin.x].map(Double.init))
      }
      if let classes = volume.classes {
        let list = classes.map { each -> JSONValue in
          [
            "value": .integer(each.value), "name": .string(each.name),
            "colour": .array(each.colour.map { .integer($0) }),
          ]
        }
        try output.put(PlainLayout.classes, JSONValue.array(list).text())
      }
      if !record.isEmpty { try output.put("t2s", JSONValue.object(record).text()) }
      try output.close()
      state.withLock { $0.isClosed = true }
    } catch {
      throw Self.failure(error, place.file)
    }
  }
}
