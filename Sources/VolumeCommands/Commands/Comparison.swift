import Evaluation
import Pipelines
import Synchronization
import SystemIO
import VolumeCore

/// Counts how the labels of two volumes meet, block by block, so that neither need fit in memory.
struct Comparison: Sendable {
  let prediction: any VolumeReader
  let truth: any VolumeReader
  /// The voxels to compare.
  let region: Region

  /// Edges of the blocks: those of our stores' shards, so that none is decoded twice.
  static let block = Shape3(z: 64, y: 1024, x: 1024)

  func run(_ limits: CopyLimits, _ context: CommandContext) throws(Explanation) -> ConfusionMatrix {
    let grid = ChunkGrid(volume: region.shape, chunk: Self.block)
    let largest = grid.largestBlock
    let widths = [prediction, truth].map { $0.volume.voxelType.byteCount }
    // Each volume's voxels, and one byte of label for each of both.
    let threadBytes = largest.voxelCount * (widths[0] + widths[1] + 2)
    let caches = [prediction, truth].map { $0.cacheByteCount(forBoxesOf: largest) }
    guard threadBytes <= limits.memory else {
      throw Explanation(
        .input,
        "--memory \(Words.memory(limits.memory)) is too small: comparing a block of \(largest) "
          + "takes \(Words.memory(threadBytes))",
        remedy: "give --memory \((threadBytes + (1 << 20) - 1) >> 20)M or more")
    }
    let threads = max(1, min(limits.threads, grid.count.voxelCount, limits.memory / threadBytes))
    let left = max(0, limits.memory - threads * threadBytes)
    let wanted = max(caches[0] + caches[1], 1)
    prediction.limitCache(to: min(caches[0], left * caches[0] / wanted))
    truth.limitCache(to: min(caches[1], left * caches[1] / wanted))

    let blocks = grid.indices
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let sum = Mutex(ConfusionMatrix())
    let progress = Progress(context.console, "comparing", total: region.voxelCount)
    let work: @Sendable () throws(Explanation) -> Void = { () throws(Explanation) in
      var matrix = ConfusionMatrix()
      var first = LabelBlock(prediction, voxels: largest.voxelCount)
      var second = LabelBlock(truth, voxels: largest.voxelCount)
      while !failed.load(ordering: .relaxed), context.stopSignal() == nil {
        let ticket = next.add(1, ordering: .relaxed).oldValue
        guard ticket < blocks.count else { break }
        let part = grid.region(of: blocks[ticket]).moved(by: region.origin)
        do throws(Explanation) {
          try first.read(part)
          try second.read(part)
        } catch {
          failed.store(true, ordering: .relaxed)
          throw error
        }
        first.withLabels(part.voxelCount) { prediction in
          second.withLabels(part.voxelCount) { truth in
            matrix.add(prediction: prediction, truth: truth)
          }
        }
        progress.add(part.voxelCount)
      }
      sum.withLock { $0.add(matrix) }
    }
    let stages = (0..<threads).map { _ in StageThread<Explanation>(work) }
    var failure: Explanation?
    for stage in stages {
      do throws(Explanation) { try stage.join() } catch { failure = failure ?? error }
    }
    progress.end()
    if let failure { throw failure }
    try context.checkForStop(remedy: "give the same command again")
    return sum.withLock { $0 }
  }
}

/// A block of one volume as labels of one byte, whatever the volume's voxels are.
private struct LabelBlock: ~Copyable {
  let reader: any VolumeReader
  var voxels: PageBuffer
  var labels: PageBuffer
  let isWide: Bool

  init(_ reader: any VolumeReader, voxels count: Int) {
    self.reader = reader
    isWide = reader.volume.voxelType != .uint8
    voxels = PageBuffer(byteCount: count * reader.volume.voxelType.byteCount)
    labels = PageBuffer(byteCount: isWide ? count : 0)
  }

  mutating func read(_ region: Region) throws(Explanation) {
    let type = reader.volume.voxelType
    let count = region.voxelCount
    let reader = reader
    try explained { () throws(VolumeReadError) in
      try voxels.withMutableBytes(first: count * type.byteCount) { span throws(VolumeReadError) in
        try reader.read(region, into: &span)
      }
    }
    guard isWide else { return }
    let odd = voxels.withBytes(first: count * type.byteCount) { source in
      labels.withMutableBytes(first: count) { narrow(source, type, into: &$0) }
    }
    if let odd {
      throw Explanation(
        .input, "a voxel in \(region) is \(Words.short(odd)), which is no label",
        remedy: "labels are whole numbers from 0 to 255: is this the grey scan?")
    }
  }

  borrowing func withLabels(_ count: Int, _ body: (RawSpan) -> Void) {
    if isWide {
      labels.withBytes(first: count, body)
    } else {
      voxels.withBytes(first: count, body)
    }
  }
}

/// Makes labels of one byte of wider voxels; returns the first that is none.
private func narrow(
  _ source: RawSpan, _ type: VoxelType, into labels: inout MutableRawSpan
) -> Double? {
  for i in 0..<labels.byteCount {
    let value = type.value(source, at: i)
    guard value >= 0, value <= 255, value == value.rounded() else { return value }
    labels.storeBytes(of: UInt8(value), toByteOffset: i, as: UInt8.self)
  }
  return nil
}
