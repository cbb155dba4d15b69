import EngineCore
import VolumeCore

/// A batch on its way to the card, and what comes back of it.
@safe final class CardBatch {
  let outputVoxels: Int
  let voxels: DeviceMemory
  let labels: DeviceMemory
  let probabilities: DeviceMemory
  let best: DeviceMemory
  /// The factors of the loss's gradient.
  let factors: DeviceMemory
  private let hostVoxels: PinnedMemory
  private let hostLabels: PinnedMemory
  private let hostBest: PinnedMemory
  private let hostFactors: PinnedMemory
  private let hostSums: PinnedMemory
  private let sumCount: Int

  init(_ plan: TrainingPlan, outputVoxels: Int, _ session: GPUSession) throws(GPUError) {
    let classes = plan.graph.classCount
    let count = plan.samples * outputVoxels
    self.outputVoxels = count
    let inputBytes = 4 * plan.samples * plan.shape.voxelCount * plan.graph.inputChannels
    let factorBytes = 4 * (2 + LossFactors.mostGammas) * classes
    sumCount = TrainingKernels.lossRows * classes
    voxels = try DeviceMemory(inputBytes, session)
    labels = try DeviceMemory(count, session)
    probabilities = try DeviceMemory(4 * count * classes, session)
    best = try DeviceMemory(count, session)
    factors = try DeviceMemory(factorBytes, session)
    hostVoxels = try PinnedMemory(inputBytes, session)
    hostLabels = try PinnedMemory(count, session)
    hostBest = try PinnedMemory(count, session)
    hostFactors = try PinnedMemory(factorBytes, session)
    hostSums = try PinnedMemory(8 * sumCount, session)
  }

  /// Bytes of the host's memory.
  static func hostByteCount(_ plan: TrainingPlan, outputVoxels: Int) -> Int {
    let count = plan.samples * outputVoxels
    let inputs = plan.samples * plan.shape.voxelCount * plan.graph.inputChannels
    return 4 * inputs + 2 * count + 128 * plan.graph.classCount + 5 * 4096
  }

  /// Begins to copy; whoever calls has waited for the copies of the batch before.
  func upload(
    _ numbers: Span<Float>, _ classes: Span<UInt8>?, _ card: CardTraining
  ) throws(GPUError) {
    unsafe hostVoxels.fill(numbers.bytes)
    try unsafe card.stream.copy(
      numbers.bytes.byteCount, from: hostVoxels.base, to: voxels.address)
    guard let classes else { return }
    unsafe hostLabels.fill(classes.bytes)
    try unsafe card.stream.copy(
      classes.bytes.byteCount, from: hostLabels.base, to: labels.address)
  }

  /// Begins to copy the factors of the loss.
  func upload(factors values: [Float], _ card: CardTraining) throws(GPUError) {
    unsafe hostFactors.fill(values.span.bytes)
    try unsafe card.stream.copy(4 * values.count, from: hostFactors.base, to: factors.address)
  }

  /// The sums of the loss, and with them the classes that were predicted; waits for all.
  func download(_ sums: UInt64, _ card: CardTraining) throws(GPUError) -> [Double] {
    try unsafe card.stream.copy(8 * sumCount, from: sums, to: hostSums.base)
    try unsafe card.stream.copy(outputVoxels, from: best.address, to: hostBest.base)
    try card.stream.synchronise()
    return hostSums.withBytes(8 * sumCount) { bytes in
      (0..<sumCount).map { unsafe bytes.unsafeLoad(fromByteOffset: 8 * $0, as: Double.self) }
    }
  }

  /// How the annotated voxels were predicted.
  func counts(_ labels: Span<UInt8>, classes: Int) -> BatchResult {
    var result = BatchResult(
      loss: 0, confusion: [Int](repeating: 0, count: classes * classes), ignored: 0)
    hostBest.withBytes(outputVoxels) { best in
      for voxel in labels.indices {
        let label = labels[voxel]
        guard label != unannotated else {
          result.ignored += 1
          continue
        }
        let found = unsafe best.unsafeLoad(fromByteOffset: voxel, as: UInt8.self)
        result.confusion[Int(label) * classes + Int(found)] += 1
      }
    }
    return result
  }
}
