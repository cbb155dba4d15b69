import VolumeCore
import VolumePasses

extension LabelPairing {
  /// Hands out the labels of the region block by block; what does not count is 255 in both.
  ///
  /// - Parameters:
  ///   - workBytesPerVoxel: what `body` takes for each voxel of a block.
  ///   - gather: makes what one thread gathers in.
  ///   - body: called on several threads with the block's place and its labels, a byte a voxel.
  /// - Returns: what each thread has gathered.
  public func walk<Gathered: Sendable>(
    _ control: WalkControl, workBytesPerVoxel: Int = 0,
    gather: @escaping @Sendable () -> Gathered,
    _ body:
      @escaping @Sendable (
        inout Gathered, _ core: Region, _ prediction: RawSpan, _ truth: RawSpan
      ) -> Void
  ) throws(Explanation) -> [Gathered] {
    var pass = pass()
    pass.workBytesPerVoxel += 2 + workBytesPerVoxel
    let prepared = try pass.prepared(memory: control.memory, threads: control.threads)
    let pairing = self
    return try prepared.run(
      isStopped: control.isStopped, progress: control.progress,
      gather: { (own: gather(), scratch: [UInt8](), predictions: [UInt8]()) }
    ) { gathered, block in
      let count = block.core.voxelCount
      var (scratch, predictions) = ([UInt8](), [UInt8]())
      swap(&scratch, &gathered.scratch)
      swap(&predictions, &gathered.predictions)
      if predictions.count < count { predictions = [UInt8](repeating: 0, count: count) }
      pairing.withLabels(of: block, &scratch) { prediction, truth in
        unsafe predictions.withUnsafeMutableBytes { target in
          unsafe prediction.withUnsafeBytes { prediction in
            unsafe truth.withUnsafeBytes { truth in
              for i in 0..<count {
                unsafe target[i] =
                  truth[i] == UInt8(LabelClass.unannotatedValue) ? truth[i] : prediction[i]
              }
            }
          }
        }
        body(
          &gathered.own, block.core,
          unsafe predictions.span.bytes.extracting(first: count), truth)
      }
      swap(&scratch, &gathered.scratch)
      swap(&predictions, &gathered.predictions)
    }.map(\.own)
  }
}
