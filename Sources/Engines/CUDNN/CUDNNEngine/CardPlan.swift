import EngineCore
import NeuralGraph
import VolumeCore

/// How a tile is computed on the card, and where each value lies in its memory, so that values share it
/// when their lives do not overlap; pure data.
///
/// A tile is computed at once, or, where a deep one takes less memory so, a few layers at a time
/// (`StreamSchedule`). Either way it is a list of calls, and each says which layers of which window it
/// reads and writes.
package struct CardPlan: Hashable, Sendable {
  /// The extents of the nodes' values for what is computed at once.
  package let extents: [Shape3]
  /// What is done, in order.
  package let calls: [CardCall]
  /// Layers of each buffer that there is room for.
  package let layers: [Int]
  /// The offset of each buffer in bytes.
  package let offsets: [Int]
  /// Bytes of all.
  package let byteCount: Int
  /// Numbers of the largest value.
  package let largestCount: Int
  /// Whether the tile goes through a few layers at a time.
  package let isStream: Bool

  /// Plans a tile of `shape`; throws where the network does not take it.
  ///
  /// - Parameter streams: whether deep tiles may be computed a few layers at a time, which takes values
  ///   with the channels last.
  package init(
    _ lowering: GPULowering, _ shape: Shape3, _ format: NumberFormat,
    streams: StreamChoice = .automatic
  ) throws(GraphError) {
    let extents = try lowering.graph.shapes(
      forInput: lowering.graph.shapeComputedAtOnce(of: shape))
    let whole = CardPlan(
      lowering, extents, format, calls: lowering.callsForAll(extents),
      layers: lowering.buffers.map { extents[$0.extentOfNode].z }, isKept: nil)
    if let stream = CardPlan(streaming: lowering, shape, extents, format, streams),
      streams == .always || stream.byteCount < whole.byteCount
    {
      self = stream
    } else {
      self = whole
    }
  }

  private init(
    _ lowering: GPULowering, _ extents: [Shape3], _ format: NumberFormat, calls: [CardCall],
    layers: [Int], isKept: [Bool]?
  ) {
    let counts = zip(lowering.buffers, layers).map { buffer, layers in
      let extent = extents[buffer.extentOfNode]
      return (
        voxels: layers * extent.y * extent.x, channels: buffer.channels, blocks: buffer.blocks
      )
    }
    let steps = lowering.steps
    // What no round leaves anything in lives within each round; all others live for the whole tile.
    let lives = ArenaPlan.lives(
      of: layers.count, steps.map { $0.sources + [$0.destination].compactMap { $0 } }
    ).enumerated().map { buffer, life in
      life.map { isKept?[buffer] == true ? 0...(steps.count - 1) : $0 }
    }
    let places = ArenaPlan(
      counts.map { DeviceMemory.aligned($0.blocks * format.byteCount($0.voxels, $0.channels)) },
      lives: lives)
    self.extents = extents
    self.calls = calls
    self.layers = layers
    offsets = places.offsets
    byteCount = places.byteCount
    largestCount =
      counts.map { $0.blocks * $0.voxels * format.padded($0.channels) }.max() ?? 0
    isStream = isKept != nil
  }

  /// `nil` where the network or the format does not allow it.
  private init?(
    streaming lowering: GPULowering, _ shape: Shape3, _ extents: [Shape3], _ format: NumberFormat,
    _ streams: StreamChoice
  ) {
    guard streams != .never, !format.isPlanes else { return nil }
    // Layers of a window must lie where cuDNN takes values to begin.
    let isAligned = lowering.buffers.allSatisfy { buffer in
      let extent = extents[buffer.extentOfNode]
      return format.byteCount(extent.y * extent.x, buffer.channels) % 16 == 0
    }
    guard isAligned, let chunk = lowering.graph.streamChunk(shape, streams) else { return nil }
    // Cards that are used in single precision have less memory to spare than time for copies.
    let key = StreamCache.Key(
      depth: shape.z, chunk: chunk, copies: format.precision == .f16 ? 1 : 3)
    let windows = lowering.streams.windows(key) {
      CardWindows(
        StreamSchedule(
          lowering.steps.dropLast(lowering.endsInSoftmax ? 1 : 0).map(\.move),
          extents: lowering.buffers.map { extents[$0.extentOfNode].z }, depth: shape.z,
          chunk: chunk), lowering, copies: key.copies)
    }
    self.init(
      lowering, extents, format, calls: windows.calls, layers: windows.layers,
      isKept: windows.isKept)
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

  /// Layers of a tile that come in at a time on a card, where it can be computed so.
  fileprivate func streamChunk(_ shape: Shape3, _ streams: StreamChoice) -> Int? {
    // Statistics of all of a value cannot be taken of a part.
    guard !isLayerwise, !normalisesOverVolume else { return nil }
    let stride = totalStride.z
    // A network that joins what it made of layers keeps that for the next ones: a layer at a time. Others
    // take as many as keep a card busy.
    let wanted = streams == .always ? 4 : min(max(Self.busy / (shape.y * shape.x), 8), 64)
    let chunk = isPlanar ? 1 : (wanted + stride - 1) / stride * stride
    return shape.z > chunk + 2 * layerMargin ? chunk : nil
  }

  /// Voxels that a card is given at once, where layers are small.
  private static var busy: Int { 1 << 20 }
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
    let format = try NumberFormat(lowering, plan.shapes, plan.precision)
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
