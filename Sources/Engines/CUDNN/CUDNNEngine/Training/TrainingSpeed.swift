import EngineCore
import NeuralGraph
import VolumeCore

/// How long a card takes for a step of a training, all and call by call.
package struct TrainingSpeed: Sendable {
  /// Milliseconds of a step, from the batch on the host to the weights on the card: the least of several.
  package private(set) var milliseconds = Double.infinity
  /// What the card does, by the name of the call.
  package private(set) var calls: [(name: String, count: Int, milliseconds: Float)] = []

  /// Measures steps on batches of `samples` crops of `shape`.
  package init(
    _ session: GPUSession, _ graph: Graph, _ shape: Shape3, samples: Int
  ) throws(GPUError) {
    guard !session.card.isEmulated else { throw .emulated(card: session.card.name) }
    var plan = TrainingPlan(graph: graph, samples: samples, shape: shape)
    plan.optimiser.averaging = 0.99
    do {
      let engine = try CUDNNTraining(plan, session)
      let (voxels, labels) = try TrainingSelfCheck.batch(plan, 1)
      func step() throws {
        _ = try engine.accumulate(voxels: voxels.span, labels: labels.span, weight: 1, key: 1)
        _ = try engine.step(rate: 1e-4)
      }
      for _ in 0..<3 { try step() }
      let clock = ContinuousClock()
      for _ in 0..<5 {
        let start = clock.now
        for _ in 0..<4 { try step() }
        milliseconds = min(milliseconds, (clock.now - start) / .milliseconds(4))
      }
      calls = try engine.timed(step)
    } catch let error as GPUError {
      throw error
    } catch {
      throw .networkRefuses("\(error)")
    }
  }
}
