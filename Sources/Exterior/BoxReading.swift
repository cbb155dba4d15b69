import Pipelines
import Synchronization
import SystemIO
import VolumeCore

/// Reads boxes of a volume on several threads, each box once, in an order that suits the format.
struct BoxReading: Sendable {
  let reader: any VolumeReader
  /// The boxes.
  let boxes: [Region]
  let threads: Int
  /// What the reader may keep.
  let cacheByteCount: Int
  let isStopped: @Sendable () -> Bool

  /// These boxes.
  init(
    _ reader: any VolumeReader, boxes: [Region], _ options: ExteriorOptions,
    isStopped: @escaping @Sendable () -> Bool
  ) {
    self.reader = reader
    self.boxes = boxes
    self.isStopped = isStopped
    let largest = boxes.map(\.voxelCount).max() ?? 1
    let bytes = largest * reader.volume.voxelType.byteCount
    threads = max(1, min(options.threads, boxes.count, options.readingByteCount / max(bytes, 1)))
    cacheByteCount = max(0, options.readingByteCount - threads * bytes)
  }

  /// All of a volume, in boxes whose edges are multiples of `edge` and that cut nothing that is
  /// decoded as one, where that is possible.
  init(
    all reader: any VolumeReader, edge: Int, _ options: ExteriorOptions,
    isStopped: @escaping @Sendable () -> Bool
  ) {
    let shape = reader.volume.shape
    func up(_ length: Int) -> Int { (length + edge - 1) / edge * edge }
    // Rows of blocks of a store; a few layers of a file of layers.
    let candidates = [
      Shape3(z: up(64), y: up(64), x: shape.x), Shape3(z: up(8), y: up(shape.y), x: shape.x),
      Shape3(z: edge, y: up(shape.y), x: shape.x),
    ]
    let limit = options.readingByteCount / reader.volume.voxelType.byteCount
    var chunk = candidates.first {
      $0.voxelCount <= limit && reader.cacheByteCount(forSlabsOf: $0) == 0
    }
    if chunk == nil {
      var box = candidates[0]
      while box.voxelCount > limit, box.y > edge || box.z > edge {
        if box.y > edge { box.y = up(box.y / 2) } else { box.z = up(box.z / 2) }
      }
      chunk = box
    }
    let grid = ChunkGrid(volume: shape, chunk: chunk ?? candidates[0])
    self.init(
      reader, boxes: grid.indices.map { grid.region(of: $0) }, options, isStopped: isStopped)
  }

  /// Reads each box and gives it to `body`, on several threads; what `body` returns is given to
  /// `join`, one box at a time.
  func forEach<Value>(
    _ body: @escaping @Sendable (Region, RawSpan) -> Value,
    join: @escaping @Sendable (Region, Value) -> Void
  ) throws(ExteriorError) {
    reader.limitCache(to: cacheByteCount)
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let turn = Mutex(())
    let width = reader.volume.voxelType.byteCount
    let largest = boxes.map(\.voxelCount).max() ?? 0
    let work: @Sendable () throws(ExteriorError) -> Void = { () throws(ExteriorError) in
      var voxels = PageBuffer(byteCount: largest * width)
      while !failed.load(ordering: .relaxed) {
        guard !isStopped() else { throw .stopped }
        let ticket = next.add(1, ordering: .relaxed).oldValue
        guard ticket < boxes.count else { return }
        let box = boxes[ticket]
        do throws(VolumeReadError) {
          try voxels.withMutableBytes(first: box.voxelCount * width) {
            span throws(VolumeReadError) in
            try reader.read(box, into: &span)
          }
        } catch {
          failed.store(true, ordering: .relaxed)
          throw .reading(error.explanation)
        }
        voxels.withBytes(first: box.voxelCount * width) { span in
          let value = body(box, span)
          turn.withLock { _ in join(box, value) }
        }
      }
    }
    let stages = (0..<threads).map { _ in StageThread<ExteriorError>(work) }
    var failure: ExteriorError?
    for stage in stages {
      do throws(ExteriorError) { try stage.join() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}
