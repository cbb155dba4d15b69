import NeuralGraph
import VolumeCore

/// Everything an engine must know to train one network.
public struct TrainingPlan: Sendable {
  /// The network with the weights to begin with.
  public var graph: Graph
  /// Crops in a batch.
  public var samples: Int
  /// The extent of each crop; for a 2.5D network z are the layers it looks at.
  public var shape: Shape3
  /// What is to become small.
  public var loss: LossOptions
  /// How gradients change the weights.
  public var optimiser: OptimiserOptions
  /// The numbers that values are computed in; weights, their gradients and sums are in f32.
  public var precision: Precision
  /// Processor cores that the engine may keep busy.
  public var threads: Int

  /// A plan for batches of `samples` crops of `shape`.
  public init(
    graph: Graph, samples: Int, shape: Shape3, loss: LossOptions = LossOptions(),
    optimiser: OptimiserOptions = OptimiserOptions(), precision: Precision = .f32, threads: Int = 1
  ) {
    self.graph = graph
    self.samples = samples
    self.shape = shape
    self.loss = loss
    self.optimiser = optimiser
    self.precision = precision
    self.threads = threads
  }

  /// The extent of each crop's result and labels: smaller than `shape` where the network pads with
  /// nothing or looks at layers that it does not label.
  public func outputShape() throws(GraphError) -> Shape3 {
    try graph.shapes(forInput: shape)[graph.output]
  }
}
