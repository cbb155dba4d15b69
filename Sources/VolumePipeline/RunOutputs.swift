import EngineCore
import VolumeCore

/// The outputs of a run: labels, and what is kept beside them, one writer for each plane.
///
/// The first is committed last, so that a block of labels is there only where all its siblings are.
struct RunOutputs: Sendable {
  private let planes: [ResultPlane]
  private let writers: [any VolumeWriter]
  /// Commits to the first of them, with the facts of the block.
  private let keeping: FactKeeping

  init(_ planes: [ResultPlane], _ writers: [any VolumeWriter], _ keeping: FactKeeping) {
    precondition(planes.count == writers.count, "one writer for each plane")
    precondition(writers.allSatisfy { $0.grid == writers[0].grid }, "siblings have equal blocks")
    self.planes = planes
    self.writers = writers
    self.keeping = keeping
  }

  /// Whether nothing of the block is missing.
  func isCommitted(_ block: Index3) -> Bool {
    keeping.isCommitted(block) && writers.dropFirst().allSatisfy { $0.isCommitted(block) }
  }

  /// Lets all of them together keep `byteCount`.
  func limitCache(to byteCount: Int) {
    for writer in writers { writer.limitCache(to: byteCount / writers.count) }
  }

  /// Writes what is missing of a block whose planes lie in `results`; returns the bytes on disk.
  func commit(_ block: OpenBlock, _ results: RawSpan) throws(VolumeWriteError) -> Int {
    var end = results.byteCount
    var written = 0
    for (number, (plane, writer)) in zip(planes, writers).enumerated().reversed() {
      let begin = end - block.region.voxelCount * plane.byteCount
      if number == 0 {
        if !keeping.isCommitted(block.index) {
          written += try keeping.commit(block, results.extracting(begin..<end))
        }
      } else if !writer.isCommitted(block.index) {
        written += try writer.commit(block.index, results.extracting(begin..<end))
      }
      end = begin
    }
    return written
  }
}
