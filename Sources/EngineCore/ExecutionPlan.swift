import NeuralGraph
import VolumeCore

/// The numbers that a network is computed in.
public enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
  /// IEEE single precision.
  case f32
  /// Weights and values in bfloat16, sums in single precision.
  case bf16
  /// Weights and values in IEEE half precision, sums in single precision: what GPUs multiply fast.
  case f16
  /// Values in unsigned bytes and weights in signed ones, each with a scale of its channel; sums of
  /// integers. The scales come of a calibration (`Quantisation`); the scores are of single precision.
  case int8

  /// Bytes of one number.
  public var byteCount: Int {
    switch self {
    case .f32: 4
    case .bf16, .f16: 2
    case .int8: 1
    }
  }
}

/// What an engine returns for each voxel.
public enum EngineOutput: Hashable, Sendable {
  /// One byte: the class with the highest score; of equal ones the first.
  case labels
  /// One float32 for each class, in the order (z, y, x, class): the network's output values.
  case scores
}

/// Everything an engine must know to compute tiles of one network.
public struct ExecutionPlan: Sendable {
  /// The network; its shapes have been checked.
  public var graph: Graph
  /// The first operation: grey values to what the network takes.
  public var normalisation: Normalisation
  /// What the tiles' voxels are.
  public var voxelType: VoxelType
  /// The shapes of tile inputs that will come, each a multiple of the network's stride.
  public var shapes: [Shape3]
  /// The numbers to compute in.
  public var precision: Precision
  /// How large the network's values are, which `int8` must know.
  public var quantisation: Quantisation?
  /// What comes out.
  public var output: EngineOutput
  /// Processor cores that the engine may keep busy.
  public var threads: Int

  /// A plan for tiles of `shapes`.
  public init(
    graph: Graph, normalisation: Normalisation, voxelType: VoxelType, shapes: [Shape3],
    precision: Precision, quantisation: Quantisation? = nil, output: EngineOutput = .labels,
    threads: Int
  ) {
    self.graph = graph
    self.normalisation = normalisation
    self.voxelType = voxelType
    self.shapes = shapes
    self.precision = precision
    self.quantisation = quantisation
    self.output = output
    self.threads = threads
  }

  /// The shape of what comes out for a tile of `input`: the same, but for the layers at either end
  /// that a 2.5D network only looks at.
  public func outputShape(for input: Shape3) -> Shape3 {
    Shape3(z: input.z - 2 * graph.layerMargin, y: input.y, x: input.x)
  }

  /// Bytes of one voxel of output.
  public var outputVoxelByteCount: Int {
    switch output {
    case .labels: 1
    case .scores: 4 * graph.classCount
    }
  }
}
