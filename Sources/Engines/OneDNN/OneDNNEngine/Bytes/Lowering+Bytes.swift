import EngineCore
import NeuralGraph
import VolumeCore

/// How the values of a network become bytes: what they reach at most, and the voxels they begin with.
package struct ByteRanges: Hashable {
  var quantisation: Quantisation
  var normalisation: Normalisation
  var voxelType: VoxelType

  package init(
    quantisation: Quantisation, normalisation: Normalisation, voxelType: VoxelType
  ) {
    self.quantisation = quantisation
    self.normalisation = normalisation
    self.voxelType = voxelType
  }

  /// The largest value that the network's input can have, where that is known; and the byte's steps
  /// then. Voxels of a window of at most 255 steps lie in bytes as they are.
  package var inputLimit: Float? {
    guard isInputNonNegative else { return nil }
    let width = normalisation.high - normalisation.low
    let end = voxelType.range.map { (Float($0.upperBound) - normalisation.low) / width }
    guard let largest = normalisation.clips ? 1 : end else { return nil }
    // (voxel - low) / width in steps of 1 / width.
    let isWhole = width.rounded() == width && normalisation.low.rounded() == normalisation.low
    return isWhole && voxelType != .float32 && largest * width <= 255 ? 255 / width : largest
  }

  /// Whether no voxel becomes a negative number.
  var isInputNonNegative: Bool {
    normalisation.clips
      || voxelType.range.map { Float($0.lowerBound) >= normalisation.low } ?? false
  }
}

/// Networks in bytes: what there is a kernel for lies in planes of quads, all else in single precision,
/// with a conversion where one meets the other.
extension Lowering {
  /// Lowers node `index` to a step in bytes; `false` where there is none for it.
  mutating func lowerToBytes(_ index: Int) throws(EngineError) -> Bool {
    let node = graph.nodes[index]
    switch node.operation {
    case .input(let channels):
      guard channels == 1 else { return false }
      if !takesLayers(of: index) { try addInput(index) }
      return true
    case .layersToChannels:
      guard takesLayers(of: node.inputs[0]) else { return false }
      try addInput(index)
    case .convolution(let layer):
      if isFloat[index] { return try lowerHead(layer, index, node) }
      let spec = ConvolutionSpec(layer, relu: false)
      guard ByteConvolution.isPossible(spec) else { return false }
      let scale = try scale(of: index)
      try addConvolution(spec, from: node.inputs[0], scale, extentOf: index, value: index)
    case .transposedConvolution(let layer):
      guard let phases = Phases(layer, relu: false, order: .phaseFirst),
        ByteConvolution.isPossible(phases.spec), layer.outputs % 4 == 0
      else { return false }
      let scale = try scale(of: index)
      let middle = try addConvolution(
        phases.spec, from: node.inputs[0], scale, extentOf: node.inputs[0], value: nil)
      let to = addBytes(layer.outputs, index, scale)
      steps.append(.quads(.spread(factor: phases.factor, isPhases: true), from: [middle], to: to))
      values[index] = .planes([to])
    case .relu:
      guard layouts.isFusedRelu[index] else { return false }
      values[index] = values[node.inputs[0]]
    case .maxPool(let window):
      guard window.y == 2, window.x == 2, window.z <= 2 else { return false }
      try addUnchanged(.maxPool(window: window), index)
    case .upsampleNearest(let factor):
      try addUnchanged(.spread(factor: factor, isPhases: false), index)
    case .concatenate:
      guard node.inputs.dropLast().allSatisfy({ channels[$0] % 4 == 0 }) else { return false }
      var parts: [Int] = []
      for input in node.inputs { parts += try byteSources(input) }
      values[index] = .planes(parts)
    case .add:
      // Planes of the same place meet, so each value must be one buffer.
      guard node.inputs.count <= 8, !isFloat[index], node.inputs.allSatisfy({ isOneBuffer($0) })
      else { return false }
      try lowerSum(index, node)
    default: return false
    }
    return true
  }

  private mutating func addInput(_ index: Int) throws(EngineError) {
    let scale =
      if let limit = ranges?.inputLimit {
        ByteScale(limits: Array(repeating: limit, count: channels[index]), isNonNegative: true)
      } else {
        try scale(of: index)
      }
    let to = addBytes(channels[index], index, scale)
    steps.append(.quads(.normalise(scale: 1 / scale.steps[0]), from: [], to: to))
    values[index] = .planes([to])
  }

  /// The network's scores of its last value in bytes; `false` where there is no kernel for it.
  private mutating func lowerHead(
    _ layer: Convolution, _ index: Int, _ node: Node
  ) throws(EngineError) -> Bool {
    guard layer.kernel.voxelCount == 1, layer.stride.voxelCount == 1, layer.padding == .none,
      layer.outputs <= 8, !layouts.hasFusedRelu[index]
    else { return false }
    let from = try byteSources(node.inputs[0])
    var layer = layer
    if let offsets = ranges?.quantisation.offsets, offsets.count == layer.outputs {
      for (output, offset) in offsets.enumerated() { layer.bias[output] += offset }
    }
    let head = HeadWeights(layer, source: channelScales(from))
    if isScores(index) {
      values[index] = .head(head, from)
    } else {
      let to = add(.channelsLast(.f32), layer.outputs, index)
      steps.append(.quads(.scores(head), from: from, to: to))
      values[index] = .buffer(to)
    }
    return true
  }

  @discardableResult
  private mutating func addConvolution(
    _ spec: ConvolutionSpec, from node: Int, _ scale: ByteScale, extentOf extent: Int, value: Int?
  ) throws(EngineError) -> Int {
    guard spec.weights.allSatisfy(\.isFinite), spec.bias.allSatisfy(\.isFinite) else {
      throw unsupported(graph.nodes[value ?? extent], "its weights are not all numbers")
    }
    let from = try byteSources(node)
    let layer = ByteConvolution(spec, source: channelScales(from), target: scale)
    let steps = (0..<spec.outputs).map { scale.steps[$0 % scale.steps.count] }
    let to = addBytes(spec.outputs, extent, ByteScale(zero: scale.zero, steps: steps))
    self.steps.append(.quads(.convolution(layer), from: from, to: to))
    if let value { values[value] = .planes([to]) }
    return to
  }

  /// A step whose bytes stand for what its sources' do, part by part.
  private mutating func addUnchanged(_ step: QuadsStep, _ index: Int) throws(EngineError) {
    var parts: [Int] = []
    for source in try byteSources(graph.nodes[index].inputs[0]) {
      let to = addBytes(buffers[source].channels, index, byteScales[source] ?? .unknown)
      steps.append(.quads(step, from: [source], to: to))
      parts.append(to)
    }
    values[index] = .planes(parts)
  }

  private func isOneBuffer(_ node: Int) -> Bool {
    if case .planes(let parts)? = values[node] { parts.count == 1 } else { true }
  }

  private mutating func lowerSum(_ index: Int, _ node: Node) throws(EngineError) {
    let target = try scale(of: index)
    var from: [Int] = []
    var scales: [[Float]] = []
    var shift = [Float](repeating: Float(target.zero), count: channels[index])
    for input in node.inputs {
      let parts = try byteSources(input)
      from += parts
      let source = channelScales(parts)
      scales.append(source.enumerated().map { $1.step / target.steps[$0] })
      for (channel, one) in source.enumerated() {
        shift[channel] -= Float(one.zero) * one.step / target.steps[channel]
      }
    }
    let to = addBytes(channels[index], index, target)
    steps.append(.quads(.add(scales: scales, shift: shift), from: from, to: to))
    values[index] = .planes([to])
  }

  // MARK: - Values

  /// The buffers of the value of `node` in bytes, converted where it is in single precision.
  mutating func byteSources(_ node: Int) throws(EngineError) -> [Int] {
    switch values[node] {
    case .planes(let buffers): return buffers
    case .buffer(let buffer):
      if let copy = byteCopies[buffer] { return [copy] }
      let scale = try scale(of: node)
      let to = addBytes(channels[node], node, scale)
      steps.append(
        .quads(.fromFloat(scale: scale.steps.map { 1 / $0 }), from: [buffer], to: to))
      byteCopies[buffer] = to
      return [to]
    case .head, nil: preconditionFailure("a node is lowered after its inputs")
    }
  }

  /// A copy in single precision, channels last, of a value in bytes.
  mutating func floatCopy(of parts: [Int], _ node: Int) -> Int {
    if let copy = floatCopies[parts] { return copy }
    let source = channelScales(parts)
    let to = add(.channelsLast(.f32), channels[node], node)
    steps.append(
      .quads(
        .toFloat(scale: source.map(\.step), shift: source.map { -Float($0.zero) * $0.step }),
        from: parts, to: to))
    floatCopies[parts] = to
    return to
  }

  private mutating func addBytes(_ channels: Int, _ node: Int, _ scale: ByteScale) -> Int {
    let buffer = add(.quads(zero: scale.zero), channels, node)
    byteScales[buffer] = scale
    return buffer
  }

  /// What a byte of each channel of `parts` stands for.
  private func channelScales(_ parts: [Int]) -> [(zero: UInt8, step: Float)] {
    parts.flatMap { part in
      let scale = byteScales[part] ?? .unknown
      return scale.steps.map { (scale.zero, $0) }
    }
  }

  /// How the value of `node` becomes bytes.
  private func scale(of node: Int) throws(EngineError) -> ByteScale {
    let maker = layouts.isFusedRelu[node] ? graph.nodes[node].inputs[0] : node
    let name = graph.nodes[maker].name
    guard let limits = ranges?.quantisation.limits[name], limits.count == channels[maker] else {
      throw unsupported(
        graph.nodes[maker], "the calibration does not say how large its values are")
    }
    return ByteScale(limits: limits, isNonNegative: isNonNegative(node))
  }

  private func isNonNegative(_ node: Int) -> Bool {
    let inputs = graph.nodes[node].inputs
    switch graph.nodes[node].operation {
    case .input: return ranges?.isInputNonNegative ?? false
    case .relu, .softmax: return true
    case .layersToChannels, .maxPool, .upsampleNearest, .crop, .concatenate:
      return inputs.allSatisfy { isNonNegative($0) }
    default: return layouts.hasFusedRelu[node]
    }
  }
}

extension ByteScale {
  /// Of a buffer that has none: never met.
  fileprivate static let unknown = ByteScale(zero: 0, steps: [])
}
