import EngineCore
import NeuralGraph
import VolumeCore

/// Where each value of a tile lies in the card's memory, so that values share it when their lives do
/// not overlap; pure data.
package struct CardPlan: Hashable, Sendable {
  /// The extents of the nodes' values for what is computed at once.
  package let extents: [Shape3]
  /// The offset of each buffer in bytes.
  package let offsets: [Int]
  /// Bytes of all.
  package let byteCount: Int
  /// Numbers of the largest value.
  package let largestCount: Int

  /// Places the buffers of `lowering` for a tile of `shape`; throws where the network does not take it.
  ///
  /// First fit in the order of the steps: the lowest place that is free for the whole life.
  package init(_ lowering: GPULowering, _ shape: Shape3, _ format: NumberFormat) throws(GraphError)
  {
    let extents = try lowering.graph.shapes(
      forInput: lowering.graph.shapeComputedAtOnce(of: shape))
    let buffers = lowering.buffers
    var first = [Int](repeating: .max, count: buffers.count)
    var last = [Int](repeating: -1, count: buffers.count)
    for (index, step) in lowering.steps.enumerated() {
      for buffer in step.sources + [step.destination].compactMap({ $0 }) {
        first[buffer] = min(first[buffer], index)
        last[buffer] = max(last[buffer], index)
      }
    }
    let sizes = buffers.map {
      DeviceMemory.aligned(format.byteCount(extents[$0.extentOfNode].voxelCount, $0.channels))
    }
    var offsets = [Int](repeating: 0, count: buffers.count)
    var total = 0
    var placed: [Int] = []
    for buffer in buffers.indices.sorted(by: { first[$0] < first[$1] }) where last[buffer] >= 0 {
      let living =
        placed
        .filter { first[$0] <= last[buffer] && last[$0] >= first[buffer] }
        .sorted { offsets[$0] < offsets[$1] }
      var place = 0
      for other in living {
        if offsets[other] >= place + sizes[buffer] { break }
        place = max(place, offsets[other] + sizes[other])
      }
      offsets[buffer] = place
      total = max(total, place + sizes[buffer])
      placed.append(buffer)
    }
    self.extents = extents
    self.offsets = offsets
    byteCount = total
    largestCount =
      buffers.map { extents[$0.extentOfNode].voxelCount * format.padded($0.channels) }.max() ?? 0
  }

  /// No value may have as many numbers: cuDNN's fast engines end there, and our kernels count in 32
  /// bits.
  package static let mostNumbers = 1 << 31
}

extension Graph {
  /// What is computed at once of a tile of `shape`: all of it, or, where each layer is computed by itself,
  /// one with what a 2.5D network sees beside it.
  package func shapeComputedAtOnce(of shape: Shape3) -> Shape3 {
    isLayerwise ? Shape3(z: 1 + 2 * layerMargin, y: shape.y, x: shape.x) : shape
  }
}

/// Bytes that a plan takes of the card, part by part.
package struct CardDemand: Hashable, Sendable {
  /// Values of the largest tile.
  package var values: Int
  /// Weights and offsets.
  package var weights: Int
  /// Inputs and outputs of the slots.
  package var slots: Int
  /// What cuDNN may take beside them.
  package var workspace: Int
  /// Numbers of the largest value.
  package var largestCount: Int

  /// All of it.
  package var total: Int { values + weights + slots + workspace }

  /// What `plan` takes with `slots` tiles in flight.
  package init(
    _ plan: ExecutionPlan, _ lowering: GPULowering, slots count: Int, workspace: Int
  ) throws(GraphError) {
    let format = NumberFormat(plan.precision)
    values = 0
    largestCount = 0
    for shape in plan.shapes {
      let card = try CardPlan(lowering, shape, format)
      values = max(values, card.byteCount)
      largestCount = max(largestCount, card.largestCount)
    }
    weights = lowering.steps.reduce(0) { sum, step in
      guard case .convolution(let fused, _, _, _) = step else { return sum + 4096 }
      let taps = fused.layer.kernel.voxelCount
      let channels = format.padded(fused.layer.inputs) * format.padded(fused.layer.outputs)
      return sum + DeviceMemory.aligned(taps * channels * format.precision.byteCount) + 4096
    }
    let slot = SlotBytes(plan)
    slots = count * (slot.input + slot.output + 2 * DeviceMemory.alignment)
    self.workspace = workspace
  }
}

/// Bytes of a slot's input and output, for the largest tile of a plan.
package struct SlotBytes: Hashable, Sendable {
  /// Grey values.
  package var input: Int
  /// Labels or scores.
  package var output: Int

  /// Those of `plan`.
  package init(_ plan: ExecutionPlan) {
    input = (plan.shapes.map(\.voxelCount).max() ?? 0) * plan.voxelType.byteCount
    output =
      (plan.shapes.map { plan.outputShape(for: $0).voxelCount }.max() ?? 0)
      * plan.outputVoxelByteCount
  }
}
