import CUDNNEngine
import EngineCore
import NeuralGraph
import VolumeCore

/// Runs the calls for the card on the processor: every value in one array, at the place that the plan
/// gives it, so that two that should not share memory and do are found, and layers of a stream that are not
/// where the next call looks for them.
struct StepInterpreter {
  let lowering: GPULowering
  let card: CardPlan
  private var arena: [Float]
  private let device = ReferenceDevice()
  private let format = NumberFormat(.f32, isPlanes: false)

  init(
    _ lowering: GPULowering, _ shape: Shape3, streams: StreamChoice = .never
  ) throws {
    self.lowering = lowering
    card = try CardPlan(lowering, shape, format, streams: streams)
    arena = Array(repeating: .nan, count: card.byteCount / 4)
  }

  /// The network's scores for the grey values in `input`.
  mutating func run(_ input: FeatureMap) -> FeatureMap {
    var output = FeatureMap(
      shape: card.extents[lowering.graph.output], channels: lowering.graph.classCount)
    for call in card.calls {
      switch call.work {
      case .step(let step): run(lowering.steps[step], call, input, &output)
      case .move(let buffer):
        for block in 0..<lowering.buffers[buffer].blocks {
          put(get(buffer, call.sources[0], block), buffer, call.destination, block)
        }
      }
    }
    return output
  }

  private mutating func run(
    _ step: GPUStep, _ call: CardCall, _ input: FeatureMap, _ output: inout FeatureMap
  ) {
    let taken = zip(step.sources, call.sources).map { get($0, $1) }
    func put(_ map: FeatureMap) {
      guard let to = step.destination else { preconditionFailure("the step makes no value") }
      var block = 0
      if case .convolution(let fused, _, _, _) = step { block = fused.block }
      self.put(map, to, call.destination, block)
    }
    switch step {
    case .normalise(let to):
      let channels = lowering.buffers[to].channels
      // A layer of several channels takes as many layers of the scan.
      let (first, last) = (call.layers.lowerBound, call.layers.upperBound + channels - 1)
      let part = layers(of: input, first..<last)
      put(channels == 1 ? part : device.compute(.layersToChannels(count: channels), [part]))
    case .convolution(let fused, _, _, _):
      var layer = fused.layer
      (layer.padding.before.z, layer.padding.after.z) = (call.before, call.after)
      if !fused.addsBias { layer.bias = layer.bias.map { _ in 0 } }
      var value = device.compute(.convolution(layer), [taken[0]])
      if taken.count > 1 { value = device.compute(.add, [value, taken[1]]) }
      put(fused.relu ? device.compute(.relu, [value]) : value)
    case .depthwise(var layer, _, _, let relu):
      (layer.padding.before.z, layer.padding.after.z) = (call.before, call.after)
      let value = device.compute(.depthwiseConvolution(layer), [taken[0]])
      put(relu ? device.compute(.relu, [value]) : value)
    case .spread(let from, let to, let factor, let phases, let offset, let isLast):
      let blocks = (0..<lowering.buffers[from].blocks).map { get(from, call.sources[0], $0) }
      let all = blocks.count == 1 ? taken[0] : device.compute(.concatenate, blocks)
      spread(all, to, call.destination, factor, phases, offset, isLast)
    case .join(let layers, _, _):
      put(device.compute(.layersToChannels(count: layers), [taken[0]]))
    case .pool(_, _, let window): put(device.compute(.maxPool(window: window), [taken[0]]))
    case .combine(_, _, _, let relu):
      let value = taken.count > 1 ? device.compute(.add, taken) : taken[0]
      put(relu ? device.compute(.relu, [value]) : value)
    case .affine(let scale, let shift, _, _, let relu):
      var value = taken[0]
      for place in value.values.indices {
        let channel = place % value.channels
        value.values[place] = value.values[place] * scale[channel] + shift[channel]
      }
      put(relu ? device.compute(.relu, [value]) : value)
    case .softmax: put(device.compute(.softmax, [taken[0]]))
    case .result: write(taken[0], call.layers, &output)
    case .head(let layer, _):
      write(device.compute(.convolution(layer), [taken[0]]), call.layers, &output)
    case .softmaxOfScores:
      write(
        device.compute(.softmax, [layers(of: output, call.layers)]), call.layers, &output)
    }
  }

  private func layers(of map: FeatureMap, _ layers: Range<Int>) -> FeatureMap {
    let count = map.shape.y * map.shape.x * map.channels
    return FeatureMap(
      shape: Shape3(z: layers.count, y: map.shape.y, x: map.shape.x), channels: map.channels,
      values: Array(map.values[layers.lowerBound * count..<layers.upperBound * count]))
  }

  private func write(_ map: FeatureMap, _ layers: Range<Int>, _ output: inout FeatureMap) {
    precondition(map.shape.z == layers.count, "the plan has another extent")
    let first = layers.lowerBound * map.shape.y * map.shape.x * map.channels
    output.values.replaceSubrange(first..<first + map.values.count, with: map.values)
  }

  private func place(
    _ buffer: Int, _ layers: Range<Int>, _ block: Int
  ) -> (Range<Int>, Shape3, Int) {
    precondition(layers.upperBound <= card.layers[buffer], "beyond the window")
    let of = lowering.buffers[buffer]
    var shape = card.extents[of.extentOfNode]
    let first = block * card.layers[buffer] + layers.lowerBound
    let start = card.offsets[buffer] / 4 + first * shape.y * shape.x * of.channels
    shape.z = layers.count
    return (start..<(start + shape.voxelCount * of.channels), shape, of.channels)
  }

  private func get(_ buffer: Int, _ layers: Range<Int>, _ block: Int = 0) -> FeatureMap {
    let (range, shape, channels) = place(buffer, layers, block)
    return FeatureMap(shape: shape, channels: channels, values: Array(arena[range]))
  }

  private mutating func put(
    _ map: FeatureMap, _ buffer: Int, _ layers: Range<Int>, _ block: Int
  ) {
    let (range, shape, channels) = place(buffer, layers, block)
    precondition(map.shape == shape && map.channels == channels, "the plan has another extent")
    arena.replaceSubrange(range, with: map.values)
  }

  private mutating func spread(
    _ from: FeatureMap, _ buffer: Int, _ layers: Range<Int>, _ factor: Shape3, _ phases: Bool,
    _ offset: Int, _ isLast: Bool
  ) {
    let (range, shape, channels) = place(buffer, layers, 0)
    let count = phases ? from.channels / factor.voxelCount : from.channels
    precondition(!isLast || offset + count == channels, "channels are left unwritten")
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        for x in 0..<shape.x {
          let phase = ((z % factor.z) * factor.y + y % factor.y) * factor.x + x % factor.x
          for channel in 0..<count {
            let at = range.lowerBound + ((z * shape.y + y) * shape.x + x) * channels
            arena[at + offset + channel] =
              from[
                z / factor.z, y / factor.y, x / factor.x, phases ? phase * count + channel : channel
              ]
          }
        }
      }
    }
  }
}
