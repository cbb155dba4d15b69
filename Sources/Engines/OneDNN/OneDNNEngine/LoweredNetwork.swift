import EngineCore
import NeuralGraph
import Synchronization
import VolumeCore

/// A network as steps over buffers, whatever the tiles will be.
final class LoweredNetwork: @unchecked Sendable {
  /// The network, simplified; the steps are of its nodes.
  let graph: Graph
  let steps: [Step]
  let buffers: [Buffer]
  /// Where the value of each node can be looked at, by its place in `graph`.
  let places: [Int: ValuePlace]

  /// - Parameter channelsLast: all values lie channels last, for who wants to look at them.
  init(_ plan: ExecutionPlan, channelsLast: Bool = false) throws(EngineError) {
    graph = plan.graph.simplified()
    let lowering = try Lowering(
      graph, precision: plan.precision, output: plan.output, ranges: try plan.byteRanges,
      channelsLast: channelsLast)
    steps = lowering.steps
    buffers = lowering.buffers
    places = lowering.places
  }
}

/// Keeps the network that was lowered last: a plan asks for the memory of many tiles of one network,
/// and lowering it packs all its weights.
final class LoweringCache: Sendable {
  private struct Entry {
    var graph: Graph
    var precision: Precision
    var output: EngineOutput
    var ranges: ByteRanges?
    var network: LoweredNetwork
  }
  private let last = Mutex<Entry?>(nil)

  func network(for plan: ExecutionPlan) throws(EngineError) -> LoweredNetwork {
    let ranges = try plan.byteRanges
    // Graphs that share their weights, as copies do, are compared in no time.
    let known = last.withLock { entry in
      entry.flatMap {
        $0.precision == plan.precision && $0.output == plan.output && $0.ranges == ranges
          && $0.graph == plan.graph ? $0.network : nil
      }
    }
    if let known { return known }
    let network = try LoweredNetwork(plan)
    let entry = Entry(
      graph: plan.graph, precision: plan.precision, output: plan.output, ranges: ranges,
      network: network)
    last.withLock { $0 = entry }
    return network
  }
}

extension ExecutionPlan {
  /// How the network's values become bytes, where it is computed in them.
  fileprivate var byteRanges: ByteRanges? {
    get throws(EngineError) {
      guard precision == .int8 else { return nil }
      guard let quantisation else {
        throw .unsupported(
          engine: "oneDNN", node: "input",
          why: "bytes need a calibration, which says how large the network's values are")
      }
      return ByteRanges(
        quantisation: quantisation, normalisation: normalisation, voxelType: voxelType)
    }
  }
}
