import EngineCore
import NeuralGraph
import VolumeCore

/// What a card must show before weights are trusted to it: gradients and steps as the reference makes them,
/// and the same bits when they are made again.
package struct TrainingSelfCheck {
  private let session: GPUSession

  /// For one card.
  package init(_ session: GPUSession) { self.session = session }

  /// What the change of a step may differ by from the reference's, the length of the difference over that of
  /// the change: of all weights, and of one list.
  ///
  /// Sums in another order differ by 1e-6. But where a number next to zero passes a ReLU on the one side and
  /// not on the other, or another of two equals is the largest of a window, the gradient of a voxel is there
  /// or not, and a coarse level has a few hundred voxels. So one step of three may differ by more.
  package static let largestDifference = 1e-4
  package static let largestOfList = 1e-3
  /// And that one by this much.
  package static let largestOfAll = 2e-2

  /// What a network's check has shown.
  package struct Result: Hashable, Sendable {
    /// The difference of all weights, over their change.
    package var difference: Double
    /// The list that differs most, and by what.
    package var worst: String
    package var ofWorst: Double
    /// How cuDNN computes each pass of each convolution.
    package var convolutions: [PlannedConvolution]
    /// Engines that computed wrongly and were passed over.
    package var faults: [String] = []
  }

  /// Two small networks, in a second: what is asked before a training.
  package func quick() throws(GPUError) {
    for (name, graph) in Self.networks.prefix(2) { _ = try network(name, graph) }
  }

  /// Three steps of a network on batches of two, each from the weights of the reference's step before; the first
  /// twice.
  package func network(
    _ name: String, _ graph: Graph, shape given: Shape3? = nil
  ) throws(GPUError) -> Result {
    let shape = given ?? Self.shape(graph)
    var options = OptimiserOptions(.sgd)
    options.beta1 = 0.5
    let plan = TrainingPlan(
      graph: graph, samples: 2, shape: shape,
      loss: LossOptions([.init(.flatJaccard(epsilon: 1)), .init(.crossEntropy)]),
      optimiser: options)
    do {
      let reference = try ReferenceTraining<Float>(plan)
      let engine = try CUDNNTraining(plan, session)
      var results: [Result] = []
      for number in 0..<3 {
        let before = reference.state
        try Self.step(reference, plan, number)
        try engine.restore(before)
        try Self.step(engine, plan, number)
        let found = try engine.state
        if number == 0 {
          try engine.restore(before)
          try Self.step(engine, plan, number)
          try expectEqual(name, found, try engine.state)
        }
        results.append(compared(found, reference.state, before, engine.report))
      }
      results.sort { $0.difference < $1.difference }
      var result = results[1]
      let last = results[2]
      result.faults = engine.faults
      guard result.difference <= Self.largestDifference, result.ofWorst <= Self.largestOfList,
        last.difference <= Self.largestOfAll
      else {
        throw GPUError.trainingDiffers(
          network: name, difference: last.difference, list: result.worst, ofList: result.ofWorst)
      }
      return result
    } catch let error as GPUError {
      throw error
    } catch let error as EngineError {
      throw .networkRefuses("training \(name): \(error.explanation.what)")
    } catch {
      throw .networkRefuses("training \(name): \(error)")
    }
  }

  /// Throws where the second time gave other bits.
  private func expectEqual(
    _ name: String, _ first: TrainingState, _ second: TrainingState
  ) throws(GPUError) {
    for (list, one) in first.arrays {
      let other = second.arrays[list] ?? []
      if let place = one.indices.first(where: { one[$0].bitPattern != other[$0].bitPattern }) {
        throw .selfCheckFailed(
          what: "training \(name): the second time \(list)", place: place, found: other[place],
          expected: one[place])
      }
    }
  }

  /// How far the changes of `found` from `before` are from those that were expected.
  private func compared(
    _ found: TrainingState, _ expected: TrainingState, _ before: TrainingState,
    _ convolutions: [PlannedConvolution]
  ) -> Result {
    var lists: [(name: String, difference: Double, change: Double)] = []
    for (list, values) in expected.arrays where list.hasPrefix("weights/") {
      let (new, old) = (found.arrays[list] ?? [], before.arrays[list] ?? [])
      var (difference, change) = (0.0, 0.0)
      for place in values.indices {
        let wanted = Double(values[place])
        difference += (Double(new[place]) - wanted) * (Double(new[place]) - wanted)
        change += (wanted - Double(old[place])) * (wanted - Double(old[place]))
      }
      lists.append((list, difference, change))
    }
    let difference = lists.reduce(0) { $0 + $1.difference }
    let change = max(lists.reduce(0) { $0 + $1.change }, 1e-30)
    var result = Result(
      difference: (difference / change).squareRoot(), worst: "", ofWorst: 0,
      convolutions: convolutions)
    for list in lists.sorted(by: { $0.name < $1.name }) {
      // A list that hardly changes is measured by a hundredth of the whole.
      let own = (list.difference / max(list.change, 1e-4 * change)).squareRoot()
      if own.isNaN || own > result.ofWorst { (result.worst, result.ofWorst) = (list.name, own) }
    }
    return result
  }

  /// One batch, which follows from its number, and a step.
  package static func step(
    _ engine: any TrainingEngine, _ plan: TrainingPlan, _ number: Int
  ) throws {
    let (voxels, labels) = try batch(plan, number)
    _ = try engine.accumulate(
      voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(number))
    _ = try engine.step(rate: 0.1)
  }

  /// Voxels and labels that follow from their number; a tenth is not annotated.
  static func batch(
    _ plan: TrainingPlan, _ number: Int
  ) throws(GraphError) -> (voxels: [Float], labels: [UInt8]) {
    let outputs = plan.samples * (try plan.outputShape()).voxelCount
    let inputs = plan.samples * plan.shape.voxelCount * plan.graph.inputChannels
    let classes = Float(plan.graph.classCount)
    let labels = (0..<outputs).map { place in
      let number = TestPattern.number(place, number, seed: 32)
      return number < -0.8
        ? unannotated : UInt8(min(classes - 1, max(0, (number + 0.8) / 1.8 * classes)))
    }
    return ((0..<inputs).map { TestPattern.number($0, number, seed: 31) }, labels)
  }

  // MARK: - Networks

  /// The kinds of networks that are trained; the first two are small, in two and three dimensions.
  package static let networks: [(String, Graph)] = {
    func network(_ change: (inout UNetOptions) -> Void) -> Graph {
      var options = UNetOptions()
      (options.filters, options.depth) = (4, 1)
      change(&options)
      return options.graph(seed: 5)
    }
    func learned(_ options: inout UNetOptions) {
      options = .modular
      (options.filters, options.depth) = (4, 1)
    }
    return [
      ("2D, learned", network(learned)),
      ("3D, plain", network { $0.dimension = .volume }),
      (
        "2D, plain, 8 filters",
        network {
          ($0.filters, $0.depth, $0.dropout) = (8, 3, 0.1)
        }
      ),
      (
        "3D, learned",
        network {
          learned(&$0)
          ($0.dimension, $0.depth) = (.volume, 2)
        }
      ),
      ("2D, nearest, separable", network { ($0.up, $0.separable, $0.depth) = (.nearest, true, 2) }),
      (
        "2D, layer norm",
        network {
          $0.norm = .layerOverBoth
          $0.depth = 2
        }
      ),
      ("2D, without padding", network { $0.edge = .valid }),
      (
        "2.5D, shared encoder",
        network {
          learned(&$0)
          $0.dimension = .sharedEncoder(3)
        }
      ),
    ]
  }()

  /// A small batch's crop for a network of `networks`.
  package static func shape(_ graph: Graph) -> Shape3 {
    let depth = graph.isPlanar ? 1 + 2 * graph.layerMargin : 8
    return Shape3(z: depth, y: 40, x: 48)
  }
}
