import EngineCore
import NeuralGraph
import VolumeCore

/// The arrays of a training on its card: all of one layout, and what a step does to them.
final class CardParameters {
  private let plan: TrainingPlan
  private let layout: ParameterLayout
  let weights: DeviceMemory
  let first: DeviceMemory
  let second: DeviceMemory
  let gradients: DeviceMemory
  /// Means and variances after the batches since the last step.
  let pending: DeviceMemory
  /// `nil` where nothing is averaged.
  let averages: DeviceMemory?
  /// What a step makes, before it is known to be finite.
  let newWeights: DeviceMemory
  private let newFirst: DeviceMemory
  private let newSecond: DeviceMemory
  private let kinds: DeviceMemory
  private let results: [DeviceMemory]
  private let host: PinnedMemory
  private let card: CardTraining

  init(_ plan: TrainingPlan, _ card: CardTraining) throws(GPUError) {
    self.plan = plan
    self.card = card
    layout = card.layout
    let bytes = 4 * card.layout.count
    let session = card.session
    func array() throws(GPUError) -> DeviceMemory { try DeviceMemory(bytes, session) }
    weights = try array()
    first = try array()
    second = try array()
    gradients = try array()
    pending = try array()
    averages = plan.optimiser.averaging == nil ? nil : try array()
    newWeights = try array()
    newFirst = try array()
    newSecond = try array()
    kinds = try DeviceMemory(layout.count, session)
    let parts = CardTrainingSizes.stepParts
    results = [try DeviceMemory(12 * parts, session), try DeviceMemory(12 * parts, session)]
    host = try PinnedMemory(64, session)
    try card.stream.upload(layout.kinds, to: kinds.address)
    try clearGradients(card)
  }

  // MARK: - From and to the host

  /// Takes everything from `store`.
  func set(_ store: TrainingStore<Float>) throws(GPUError) {
    let zeros = layout.table.entries.map { [Float](repeating: 0, count: $0.count) }
    func filled(_ lists: [[Float]]) -> [[Float]] {
      zip(lists, zeros).map { $0.isEmpty ? $1 : $0 }
    }
    try upload(store.weights, to: weights)
    try upload(filled(store.first), to: first)
    try upload(filled(store.second), to: second)
    if let averages { try upload(store.averages, to: averages) }
  }

  private func upload(_ lists: [[Float]], to memory: DeviceMemory) throws(GPUError) {
    try card.stream.upload(layout.packed(lists), to: memory.address)
  }

  /// Sets one list of the array at `base`.
  func set(
    _ number: Int, _ list: [Float], at base: UInt64, _ card: CardTraining
  ) throws(GPUError) {
    try card.stream.upload(list, to: base + UInt64(4 * layout.offsets[number]))
  }

  /// An array as it is.
  func download(_ memory: DeviceMemory, _ card: CardTraining) throws(GPUError) -> [Float] {
    try card.stream.download(layout.count, Float(0), from: memory.address)
  }

  // MARK: - Steps

  private func copy(_ from: DeviceMemory, _ to: DeviceMemory) throws(GPUError) {
    let shape = Shape3(z: 1, y: 1, x: layout.count)
    try card.launchCommon(
      Kernels.spread(
        from: Kernels.Value(from.address, shape, 1), to: Kernels.Value(to.address, shape, 1),
        factor: Shape3(z: 1, y: 1, x: 1), phases: false, offset: 0, isLast: false,
        NumberFormat(.f32)))
  }

  /// Statistics move from where they are.
  func beginStatistics(_ card: CardTraining) throws(GPUError) { try copy(weights, pending) }

  /// Forgets what has been accumulated.
  func clearGradients(_ card: CardTraining) throws(GPUError) {
    try card.launchCommon(Kernels.fill(gradients.address, byteCount: 4 * layout.count, word: 0))
  }

  /// Adds up the gradients of all cards, in their order.
  func shareGradients(_ card: CardTraining, _ part: CardPart) throws(GPUError) {
    let all = try part.gradients.all(part.card, try download(gradients, card))
    var sum = all[0]
    for other in all.dropFirst() {
      for place in sum.indices { sum[place] += other[place] }
    }
    try card.stream.upload(sum, to: gradients.address)
  }

  /// The sum of the squares of all gradients.
  func squares(_ card: CardTraining) throws(GPUError) -> Double {
    let parts = TrainingKernels.parts(layout.count)
    let folded = try card.reduced(rows: 1, parts: parts) {
      TrainingKernels.squares(
        gradients: gradients.address, kinds: kinds.address, sums: $0, count: layout.count,
        parts: parts)
    }
    try unsafe card.stream.copy(8, from: folded, to: host.base)
    try card.stream.synchronise()
    return host.withBytes(8) { unsafe $0.unsafeLoad(as: Double.self) }
  }

  /// Computes the new weights and moments beside the old.
  func step(
    _ card: CardTraining, _ factors: OptimiserStep, learningRate: Float, clip: Float
  ) throws(GPUError) -> (change: Float, largest: Float, isFinite: Bool) {
    let parts = CardTrainingSizes.stepParts
    let places = TrainingKernels.StepPlaces(
      gradients: gradients.address, pending: pending.address, kinds: kinds.address,
      old: [weights.address, first.address, second.address],
      new: [newWeights.address, newFirst.address, newSecond.address],
      results: results[0].address)
    try card.launch(
      TrainingKernels.step(
        places, count: layout.count, parts: parts, plan.optimiser, factors,
        learningRate: learningRate, clip: clip))
    try card.launch(
      TrainingKernels.largest(
        from: results[0].address, to: results[1].address, rows: 3, parts: parts, width: 64))
    try card.launch(
      TrainingKernels.largest(
        from: results[1].address, to: results[0].address, rows: 3, parts: 64, width: 1))
    try unsafe card.stream.copy(12, from: results[0].address, to: host.base)
    try card.stream.synchronise()
    let found = host.withBytes(12) { bytes in
      (0..<3).map { unsafe bytes.unsafeLoad(fromByteOffset: 4 * $0, as: Float.self) }
    }
    return (found[0], found[1], found[2] == 0)
  }

  /// Takes what `step` made, and moves the averages.
  func take(_ card: CardTraining, averaging: Float) throws(GPUError) {
    try copy(newWeights, weights)
    try copy(newFirst, first)
    try copy(newSecond, second)
    guard let averages else { return }
    try card.launch(
      TrainingKernels.average(
        averages.address, weights: weights.address, count: layout.count, kept: averaging))
  }

  /// The first list, of those that `asks` names, with a number that is not finite.
  func firstNotFinite(
    _ memory: DeviceMemory, _ card: CardTraining, asks: (ParameterTable.Entry) -> Bool
  ) throws(GPUError) -> String {
    let lists = layout.lists(try download(memory, card))
    for (entry, list) in zip(layout.table.entries, lists) where asks(entry) {
      if !list.allSatisfy(\.isFinite) { return entry.name }
    }
    // Their squares are too large to be summed.
    return layout.table.entries.first(where: asks)?.name ?? ""
  }
}
