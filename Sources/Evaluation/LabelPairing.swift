import VolumeCore
import VolumePasses

/// A prediction and its truth, voxel by voxel, and which voxels count.
///
/// Voxels that nobody annotated (255 in the truth), that lie outside the mask or outside the region
/// count nowhere: all else is computed as if they were not there.
public struct LabelPairing: Sendable {
  /// What is judged.
  public var prediction: any VolumeReader
  /// What it is judged by.
  public var truth: any VolumeReader
  /// Where it is not 0, voxels count; `nil`: everywhere.
  public var mask: (any VolumeReader)?
  /// The voxels that count, but for the mask.
  public var region: Region

  /// `prediction` against `truth`, in `region` (default: all) and where `mask` is not 0; all are of one
  /// extent.
  public init(
    prediction: any VolumeReader, truth: any VolumeReader, mask: (any VolumeReader)? = nil,
    region: Region? = nil
  ) {
    self.prediction = prediction
    self.truth = truth
    self.mask = mask
    self.region = region ?? Region(truth.volume.shape)
  }

  /// A pass over the pair; inputs 0 and 1 are prediction and truth.
  public func pass() -> BlockPass {
    let readers = [prediction, truth] + (mask.map { [$0] } ?? [])
    var pass = BlockPass(readers.map { PassInput($0, as: .labels) }, region: region)
    if mask != nil { pass.workBytesPerVoxel += 1 }
    return pass
  }

  /// Lends the labels of `block` as far as they were read; what does not count is 255 in the truth.
  func withLabels<Value>(
    of block: PassBlock, _ scratch: inout [UInt8],
    _ body: (_ prediction: RawSpan, _ truth: RawSpan) -> Value
  ) -> Value {
    block.withVoxels(of: 0) { prediction in
      block.withVoxels(of: 1) { truth in
        let isCut = !region.contains(block.region)
        guard mask != nil || isCut else { return body(prediction, truth) }
        if scratch.count < truth.byteCount {
          scratch = [UInt8](repeating: 0, count: truth.byteCount)
        }
        let count = truth.byteCount
        unsafe scratch.withUnsafeMutableBytes { target in
          unsafe truth.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        if mask != nil {
          block.withVoxels(of: 2) { mask in
            unsafe scratch.withUnsafeMutableBytes { target in
              unsafe mask.withUnsafeBytes { mask in
                for i in 0..<count where unsafe mask[i] == 0 {
                  unsafe target[i] = UInt8(LabelClass.unannotatedValue)
                }
              }
            }
          }
        }
        if isCut { blank(outside: block.region, &scratch) }
        return body(prediction, unsafe scratch.span.bytes.extracting(first: count))
      }
    }
  }

  /// Makes 255 of what lies in `box` and not in the region.
  private func blank(outside box: Region, _ labels: inout [UInt8]) {
    var place = 0
    for z in box.z {
      for y in box.y {
        let inside = region.z.contains(z) && region.y.contains(y)
        for x in box.x {
          if !inside || !region.x.contains(x) {
            labels[place] = UInt8(LabelClass.unannotatedValue)
          }
          place += 1
        }
      }
    }
  }
}

/// How a walk goes on, and how it is stopped.
public struct WalkControl: Sendable {
  /// Bytes that the walk may take.
  public var memory: Int
  /// Threads that it may use.
  public var threads: Int
  /// Whether to stop before the next block; what is found then is of no use.
  public var isStopped: @Sendable () -> Bool
  /// Called with the number of voxels of each block that is done.
  public var progress: @Sendable (Int) -> Void

  /// These.
  public init(
    memory: Int, threads: Int, isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.memory = memory
    self.threads = threads
    self.isStopped = isStopped
    self.progress = progress
  }
}

extension LabelPairing {
  /// How often each value of the truth met each of the prediction.
  public func confusion(_ control: WalkControl) throws(Explanation) -> ConfusionMatrix {
    let prepared = try pass().prepared(memory: control.memory, threads: control.threads)
    let pairing = self
    let parts = try prepared.run(
      isStopped: control.isStopped, progress: control.progress,
      gather: { (matrix: ConfusionMatrix(), scratch: [UInt8]()) }
    ) { gathered, block in
      pairing.withLabels(of: block, &gathered.scratch) { prediction, truth in
        gathered.matrix.add(prediction: prediction, truth: truth)
      }
    }
    var matrix = ConfusionMatrix()
    for part in parts { matrix.add(part.matrix) }
    return matrix
  }
}
