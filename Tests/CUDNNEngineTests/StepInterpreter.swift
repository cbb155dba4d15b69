import CUDNNEngine
import EngineCore
import NeuralGraph
import VolumeCore

/// Runs the steps for the card on the processor: every value in one array, at the place that the plan
/// gives it, so that two that should not share memory and do are found.
struct StepInterpreter {
  let lowering: GPULowering
  let card: CardPlan
  private var arena: [Float]
  private let device = ReferenceDevice()
  private let format = NumberFormat(.f32, isPlanes: false)

  init(_ lowering: GPULowering, _ shape: Shape3) throws {
    self.lowering = lowering
    card = try CardPlan(lowering, shape, format)
    arena = Array(repeating: .nan, count: card.byteCount / 4)
  }

  /// The network's scores for the grey values in `input`.
  mutating func run(_ input: FeatureMap) -> FeatureMap {
    var output = FeatureMap(shape: input.shape, channels: 0)
    for step in lowering.steps {
      switch step {
      case .normalise(let to):
        let layers = lowering.buffers[to].channels
        put(layers == 1 ? input : device.compute(.layersToChannels(count: layers), [input]), to)
      case .convolution(let fused, let from, let adding, let to):
        var layer = fused.layer
        if !fused.addsBias { layer.bias = layer.bias.map { _ in 0 } }
        var value = device.compute(.convolution(layer), [get(from)])
        if let adding { value = device.compute(.add, [value, get(adding)]) }
        put(fused.relu ? device.compute(.relu, [value]) : value, to)
      case .depthwise(let layer, let from, let to, let relu):
        let value = device.compute(.depthwiseConvolution(layer), [get(from)])
        put(relu ? device.compute(.relu, [value]) : value, to)
      case .spread(let from, let to, let factor, let phases, let offset, let isLast):
        spread(get(from), to, factor, phases, offset, isLast)
      case .join(let layers, let from, let to):
        put(device.compute(.layersToChannels(count: layers), [get(from)]), to)
      case .pool(let from, let to, let window):
        put(device.compute(.maxPool(window: window), [get(from)]), to)
      case .combine(let first, let second, let to, let relu):
        let value =
          second.map { device.compute(.add, [get(first), get($0)]) } ?? get(first)
        put(relu ? device.compute(.relu, [value]) : value, to)
      case .affine(let scale, let shift, let from, let to, let relu):
        var value = get(from)
        for place in value.values.indices {
          let channel = place % value.channels
          value.values[place] = value.values[place] * scale[channel] + shift[channel]
        }
        put(relu ? device.compute(.relu, [value]) : value, to)
      case .softmax(let from, let to):
        put(device.compute(.softmax, [get(from)]), to)
      case .result(let from):
        output = get(from)
      case .head(let layer, let from):
        output = device.compute(.convolution(layer), [get(from)])
      case .softmaxOfScores:
        output = device.compute(.softmax, [output])
      }
    }
    return output
  }

  private func place(_ buffer: Int) -> (Range<Int>, Shape3, Int) {
    let of = lowering.buffers[buffer]
    let shape = card.extents[of.extentOfNode]
    let start = card.offsets[buffer] / 4
    return (start..<(start + shape.voxelCount * of.channels), shape, of.channels)
  }

  private func get(_ buffer: Int) -> FeatureMap {
    let (range, shape, channels) = place(buffer)
    return FeatureMap(shape: shape, channels: channels, values: Array(arena[range]))
  }

  private mutating func put(_ map: FeatureMap, _ buffer: Int) {
    let (range, shape, channels) = place(buffer)
    precondition(map.shape == shape && map.channels == channels, "the plan has another extent")
    arena.replaceSubrange(range, with: map.values)
  }

  private mutating func spread(
    _ from: FeatureMap, _ buffer: Int, _ factor: Shape3, _ phases: Bool, _ offset: Int,
    _ isLast: Bool
  ) {
    let (range, shape, channels) = place(buffer)
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
