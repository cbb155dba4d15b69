import HDF5Child
import HDF5Library
import Synchronization
import SystemIO
import VolumeCore
import VoxelFiles

/// Reads a chunked dataset: the library's process says where chunks lie, and they are read and decoded
/// here, by as many threads as ask, without the library's one lock.
final class ChunkedVolumeReader: VolumeReader {
  let volume: VolumeDescription
  let fingerprint: String
  let source: HDF5Source
  let pipeline: ChunkPipeline
  let file: FileHandle
  /// A chunk's extent along the volume's axes.
  let grain: Shape3
  /// A chunk's extent along the dataset's.
  let edges: [Int]
  let cache = BlockCache(limit: 64 << 20)
  private let idle = Mutex<[DecodeScratch]>([])

  /// The volume in chunks.
  var grid: ChunkGrid { ChunkGrid(volume: volume.shape, chunk: grain) }

  init(
    _ volume: VolumeDescription, _ source: HDF5Source, _ pipeline: ChunkPipeline,
    fingerprint: String
  ) throws(HDF5FormatError) {
    guard case .chunked(let edges) = source.dataset.layout else {
      preconditionFailure("a pipeline has chunks")
    }
    guard pipeline.chunkByteCount <= ChunkPipeline.largestChunk else {
      throw .chunkIsTooLarge(
        file: source.file, dataset: source.dataset.path, byteCount: pipeline.chunkByteCount,
        limit: ChunkPipeline.largestChunk)
    }
    self.volume = volume
    self.source = source
    self.pipeline = pipeline
    self.fingerprint = fingerprint
    self.edges = edges
    grain = source.axes.shape(edges)
    do {
      file = try FileHandle(readingFrom: source.dataset.file)
    } catch {
      throw .system(error)
    }
  }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    precondition(Region(volume.shape).contains(region), "\(region) is outside \(volume.shape)")
    precondition(destination.byteCount == region.voxelCount * source.width)
    guard !region.isEmpty else { return }
    let scratch = idle.withLock { $0.popLast() } ?? DecodeScratch()
    defer { idle.withLock { $0.append(scratch) } }
    do {
      try unsafe destination.withUnsafeMutableBytes { (bytes) throws(HDF5FormatError) in
        var reading = unsafe ChunkReading(self, region, scratch, into: bytes)
        try reading.run()
      }
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
  }

  /// What is decoded twice otherwise: the chunks that the faces between boxes cut.
  func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    let extent = volume.shape
    func cuts(_ box: Int, _ edge: Int, _ all: Int) -> Bool { box < all && box % edge != 0 }
    func filled(_ all: Int, _ edge: Int) -> Int { ((all - 1) / edge + 1) * edge }
    func band(_ box: Int, _ edge: Int, _ all: Int) -> Int {
      min(filled(all, edge), ((box - 1) / edge + 2) * edge)
    }
    let columns = filled(extent.x, grain.x)
    // Boxes go through z first: what a face along z cuts is wanted at once, the others a row later.
    if cuts(shape.y, grain.y, extent.y) || cuts(shape.x, grain.x, extent.x) {
      return filled(extent.z, grain.z) * band(shape.y, grain.y, extent.y) * columns * source.width
    }
    guard cuts(shape.z, grain.z, extent.z) else { return 0 }
    return 2 * grain.z * band(shape.y, grain.y, extent.y) * columns * source.width
  }

  var filesRead: [String] { [source.file, source.dataset.file] }

  func limitCache(to byteCount: Int) { cache.limit(to: byteCount) }
}
