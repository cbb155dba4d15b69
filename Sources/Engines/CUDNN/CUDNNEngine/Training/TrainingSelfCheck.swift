import EngineCore
import NeuralGraph
import VolumeCore

/// What a card must show before weights are trusted to it: gradients and steps as the reference makes them,
/// and the same bits when they are made again.
package struct TrainingSelfCheck {
  private let session: GPUSession

  /// For one card.
  package init(_ session: GPUSession) { self.session = session }

  /// What a list of weights may differ by from the reference's after three steps, relative to the largest
  /// change of any: the order of sums, and of some engines the products of transformed tiles.
  package static let largestDifference: Float = 2e-3

  /// What a network's check has shown.
  package struct Result: Hashable, Sendable {
    /// The largest difference of a weight, relative to the largest change.
    package var largest: Float
    /// How cuDNN computes each pass of each convolution.
    package var convolutions: [PlannedConvolution]
  }

  /// Two small networks, in a second: what is asked before a training.
  package func quick() throws(GPUError) {
    for (name, graph) in Self.networks.prefix(2) { _ = try network(name, graph) }
  }

  /// Three steps of a network on a batch of two, twice, and by the reference.
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
      let before = reference.state
      try steps(reference, plan)
      let expected = reference.state
      let engine = try CUDNNTraining(plan, session)
      try steps(engine, plan)
      let first = try engine.state
      try engine.restore(before)
      try steps(engine, plan)
      let second = try engine.state
      var result = Result(largest: 0, convolutions: engine.report)
      // What a step changed; its largest in any list is what differences are measured by.
      var largestChange: Float = 1e-6
      for (list, values) in expected.arrays where list.hasPrefix("weights/") {
        guard let old = before.arrays[list] else { continue }
        for (new, old) in zip(values, old) { largestChange = max(largestChange, abs(new - old)) }
      }
      for (list, values) in expected.arrays.sorted(by: { $0.key < $1.key })
      where list.hasPrefix("weights/") {
        let (one, other) = (first.arrays[list] ?? [], second.arrays[list] ?? [])
        for (place, value) in values.enumerated() {
          guard one[place].bitPattern == other[place].bitPattern else {
            throw GPUError.selfCheckFailed(
              what: "training \(name): the second time \(list)", place: place,
              found: other[place], expected: one[place])
          }
          // Running variances are of the values' size.
          let scale = max(largestChange, list.hasSuffix("/variance") ? abs(value) : 0)
          let difference = abs(one[place] - value) / scale
          guard difference <= Self.largestDifference else {
            throw GPUError.selfCheckFailed(
              what: "training \(name): \(list)", place: place, found: one[place],
              expected: value)
          }
          result.largest = max(result.largest, difference)
        }
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

  private func steps(_ engine: any TrainingEngine, _ plan: TrainingPlan) throws {
    let outputs = plan.samples * (try plan.outputShape()).voxelCount
    for number in 0..<3 {
      let voxels = (0..<(plan.samples * plan.shape.voxelCount * plan.graph.inputChannels)).map {
        TestPattern.number($0, number, seed: 31)
      }
      let labels = (0..<outputs).map { place in
        let number = TestPattern.number(place, number, seed: 32)
        return number < -0.8
          ? unannotated : UInt8(min(2, max(0, Int((number + 0.8) / 1.8 * 3))))
      }
      _ = try engine.accumulate(
        voxels: voxels.span, labels: labels.span, weight: 1, key: UInt64(number))
      _ = try engine.step(rate: 0.1)
    }
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
