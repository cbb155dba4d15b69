import NeuralGraph
import VolumeCore

/// What a step on values in bytes computes; see CQuads.h. Values lie in planes of four channels, and a
/// value of several buffers has the planes of all, one after the other.
enum QuadsStep {
  /// The scan's voxels to bytes: normalised, times `scale`.
  case normalise(scale: Float)
  case convolution(ByteConvolution)
  /// 2x2, over one layer or two.
  case maxPool(window: Shape3)
  /// Each pixel repeated; or, of phases as channels, each phase to its place.
  case spread(factor: Shape3, isPhases: Bool)
  /// The sum of the sources' bytes, each times its `scale[channel]`, plus `shift[channel]`.
  case add(scales: [[Float]], shift: [Float])
  /// To the slot's output: 1x1 convolution, then the first largest channel.
  case labels(HeadWeights)
  /// 1x1 convolution in single precision.
  case scores(HeadWeights)
  /// From single precision, channels last: times `scale[channel]`.
  case fromFloat(scale: [Float])
  /// To single precision, channels last: byte * scale[channel] + shift[channel].
  case toFloat(scale: [Float], shift: [Float])
}

/// The weights of a convolution in bytes.
///
/// With x = (b - zero) * step for each input channel and weights w * step = q * t for each output, the
/// sum of (b - zero) * q over channels and taps is one of integers; times t it is the convolution.
struct ByteConvolution {
  var kernel: Shape3
  var stride: Shape3
  var padding: Padding
  var inputs: Int
  var outputs: Int
  /// Bytes, [group of 8 outputs][z][quad of channels][y][x][8][4].
  var weights: AlignedMemory
  /// Bytes of one layer of the kernel in one group.
  var layerByteCount: Int
  /// For each layer of the kernel and output: the sum of -zero * q.
  var compensation: [[Int32]]
  /// From a sum to the output's byte.
  var scale: [Float]
  var shift: [Float]

  /// Bytes of one group.
  var groupByteCount: Int { kernel.z * layerByteCount }
}

/// A byte b of channel c stands for (b - zero) * steps[c].
struct ByteScale: Hashable {
  var zero: UInt8
  var steps: [Float]

  /// The scale whose largest byte stands for `limits[c]`, and, where values may be negative, whose
  /// smallest for -`limits[c]`.
  ///
  /// A channel that was never anything but zero gets the widest scale of all: were it the narrowest,
  /// its first value would be drawn to nothing. One that hardly moves gets no step below a ten-thousandth
  /// of the widest, so that what it is multiplied by stays a number of ordinary size.
  init(limits: [Float], isNonNegative: Bool) {
    zero = isNonNegative ? 0 : 128
    let widest = limits.max() ?? 0
    let fallback = widest > 0 ? widest : 1
    steps = limits.map { limit in
      (limit > 0 ? max(limit, fallback * 1e-4) : fallback) / (isNonNegative ? 255 : 127)
    }
  }

  /// As given.
  init(zero: UInt8, steps: [Float]) {
    self.zero = zero
    self.steps = steps
  }
}

extension ByteConvolution {
  /// A convolution of channels that lie in `source` to `target`.
  ///
  /// - Parameters:
  ///   - weights: order (output, input, z, y, x).
  ///   - source: of each input channel.
  init(
    _ spec: ConvolutionSpec, source: [(zero: UInt8, step: Float)], target: ByteScale
  ) {
    let taps = spec.kernel.voxelCount
    let layerTaps = spec.kernel.y * spec.kernel.x
    let quads = (spec.inputs + 3) / 4
    let groups = (spec.outputs + 7) / 8
    let layerByteCount = quads * layerTaps * 32
    var packed = [Int8](repeating: 0, count: groups * spec.kernel.z * layerByteCount)
    var compensation = [[Int32]](
      repeating: [Int32](repeating: 0, count: 8 * groups), count: spec.kernel.z)
    var scale = [Float](repeating: 0, count: 8 * groups)
    var shift = scale
    for output in 0..<spec.outputs {
      let begin = output * spec.inputs * taps
      var largest: Float = 0
      for input in 0..<spec.inputs {
        for tap in 0..<taps {
          largest = max(
            largest, abs(spec.weights[begin + input * taps + tap] * source[input].step))
        }
      }
      let unit = largest > 0 ? largest / 127 : 1
      for input in 0..<spec.inputs {
        for tap in 0..<taps {
          let weight = spec.weights[begin + input * taps + tap] * source[input].step / unit
          let byte = Int8(weight.rounded())
          let (z, inLayer) = tap.quotientAndRemainder(dividingBy: layerTaps)
          let place = (output / 8 * spec.kernel.z + z) * layerByteCount
          packed[place + (input / 4 * layerTaps + inLayer) * 32 + output % 8 * 4 + input % 4] = byte
          compensation[z][output] -= Int32(byte) * Int32(source[input].zero)
        }
      }
      let step = target.steps[output % target.steps.count]
      scale[output] = unit / step
      shift[output] = spec.bias[output] / step + Float(target.zero)
    }
    self.init(
      kernel: spec.kernel, stride: spec.stride, padding: spec.padding, inputs: spec.inputs,
      outputs: spec.outputs, weights: AlignedMemory(packed), layerByteCount: layerByteCount,
      compensation: compensation, scale: scale, shift: shift)
  }

  /// Whether there is a kernel for such a convolution.
  static func isPossible(_ spec: ConvolutionSpec) -> Bool {
    func isNear(_ kernel: Int, _ stride: Int, _ before: Int, _ after: Int) -> Bool {
      (1...3).contains(kernel) && (1...2).contains(stride) && (0...1).contains(before)
        && (0...1).contains(after)
    }
    let (kernel, stride, padding) = (spec.kernel, spec.stride, spec.padding)
    return spec.groups == 1
      && isNear(kernel.y, stride.y, padding.before.y, padding.after.y)
      && isNear(kernel.x, stride.x, padding.before.x, padding.after.x)
  }
}

extension HeadWeights {
  /// A 1x1 convolution of bytes: weights [channel][class], up to whole quads.
  init(_ layer: Convolution, source: [(zero: UInt8, step: Float)]) {
    classes = layer.outputs
    var weights = [Float](repeating: 0, count: (layer.inputs + 3) / 4 * 4 * layer.outputs)
    var bias = layer.bias
    for input in 0..<layer.inputs {
      for output in 0..<layer.outputs {
        let weight = layer.weights[input * layer.outputs + output] * source[input].step
        weights[input * layer.outputs + output] = weight
        bias[output] -= weight * Float(source[input].zero)
      }
    }
    self.weights = AlignedMemory(weights)
    self.bias = AlignedMemory(bias)
  }
}

extension QuadsStep {
  /// "3x3 convolution in bytes, 8 to 16 channels".
  func words(inputs: Int, outputs: Int) -> String {
    switch self {
    case .normalise: "normalise to bytes"
    case .convolution(let layer):
      "\(Step.edges(layer.kernel)) convolution in bytes, \(inputs) to \(outputs)"
        + (layer.stride.voxelCount > 1 ? ", stride \(layer.stride.y)" : "")
    case .maxPool(let window): "max-pool \(Step.edges(window)) in bytes, \(outputs)"
    case .spread(let factor, true): "phases to voxels in bytes, \(Step.edges(factor)), \(outputs)"
    case .spread(let factor, false): "nearest \(Step.edges(factor)) in bytes, \(outputs)"
    case .add(let scales, _): "add \(scales.count) in bytes, \(outputs)"
    case .labels(let head): "1x1 convolution and largest, bytes, \(inputs) to \(head.classes)"
    case .scores(let head): "1x1 convolution, bytes, \(inputs) to \(head.classes)"
    case .fromFloat: "to bytes, \(outputs)"
    case .toFloat: "from bytes, \(outputs)"
    }
  }
}
