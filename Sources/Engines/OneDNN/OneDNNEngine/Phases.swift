import NeuralGraph
import VolumeCore

/// A transposed convolution as an ordinary one at the lower resolution that computes all output
/// phases of a voxel as channels, which depth-to-space then spreads.
///
/// Output voxel s·q + r (r the phase, 0 to s - 1) takes tap t of input i where i·s + t = s·q + r + c,
/// with c voxels cropped before. So i = q + d with t = r + c - s·d, and d runs over the few values
/// for which a tap exists. oneDNN 2.6's own transposed convolution is 20 to 100 times slower.
struct Phases {
  /// How the phases lie among the channels of a voxel.
  enum Order {
    /// (layer phase, row phase, column phase, channel).
    case phaseFirst
    /// (channel pair, phases as above, channel of the pair).
    case pairFirst
  }

  var spec: ConvolutionSpec
  var factor: Shape3

  /// `nil` where the result is not exactly stride times as large as the input.
  init?(_ layer: TransposedConvolution, relu: Bool, order: Order) {
    let (kernel, stride, crop) = (layer.kernel, layer.stride, layer.crop.before)
    let z = Taps(kernel: kernel.z, stride: stride.z, before: crop.z, after: layer.crop.after.z)
    let y = Taps(kernel: kernel.y, stride: stride.y, before: crop.y, after: layer.crop.after.y)
    let x = Taps(kernel: kernel.x, stride: stride.x, before: crop.x, after: layer.crop.after.x)
    guard let z, let y, let x else { return nil }
    let outputs = stride.voxelCount * layer.outputs
    let extent = Shape3(z: z.offsets.count, y: y.offsets.count, x: x.offsets.count)
    var weights = [Float](repeating: 0, count: outputs * layer.inputs * extent.voxelCount)
    var bias = [Float](repeating: 0, count: outputs)
    for (phase, of) in Self.positions(stride).enumerated() {
      for o in 0..<layer.outputs {
        let channel =
          switch order {
          case .phaseFirst: phase * layer.outputs + o
          case .pairFirst: (o / 2 * stride.voxelCount + phase) * 2 + o % 2
          }
        bias[channel] = layer.bias[o]
        for (place, at) in Self.positions(extent).enumerated() {
          guard let tz = z.tap(of.z, at.z), let ty = y.tap(of.y, at.y), let tx = x.tap(of.x, at.x)
          else { continue }
          let tap = (tz * kernel.y + ty) * kernel.x + tx
          for i in 0..<layer.inputs {
            weights[(channel * layer.inputs + i) * extent.voxelCount + place] =
              layer.weights[(tap * layer.outputs + o) * layer.inputs + i]
          }
        }
      }
    }
    let padding = Padding(
      before: Shape3(z: z.before, y: y.before, x: x.before),
      after: Shape3(z: z.after, y: y.after, x: x.after))
    spec = ConvolutionSpec(
      kernel: extent, stride: Shape3(z: 1, y: 1, x: 1), padding: padding, inputs: layer.inputs,
      outputs: outputs, groups: 1, weights: weights, bias: bias, relu: relu)
    factor = stride
  }

  private static func positions(_ shape: Shape3) -> [Index3] {
    (0..<shape.voxelCount).map {
      Index3(z: $0 / (shape.y * shape.x), y: $0 / shape.x % shape.y, x: $0 % shape.x)
    }
  }
}

/// Which tap of a transposed convolution joins an output phase and an input, along one axis.
private struct Taps {
  let kernel: Int
  let stride: Int
  let crop: Int
  /// The offsets d of inputs, over all phases, for which a tap exists.
  let offsets: ClosedRange<Int>

  init?(kernel: Int, stride: Int, before: Int, after: Int) {
    guard before + after == kernel - stride else { return nil }
    self.kernel = kernel
    self.stride = stride
    crop = before
    var first = 0
    var last = 0
    for phase in 0..<stride {
      for d in -kernel...kernel where (0..<kernel).contains(phase + before - stride * d) {
        first = min(first, d)
        last = max(last, d)
      }
    }
    offsets = first...last
  }

  /// Zeros that the convolution needs before and after its input.
  var before: Int { -offsets.lowerBound }
  var after: Int { offsets.upperBound }

  /// The tap of output phase `phase` on the input at place `place` of the offsets.
  func tap(_ phase: Int, _ place: Int) -> Int? {
    let tap = phase + crop - stride * (offsets.lowerBound + place)
    return (0..<kernel).contains(tap) ? tap : nil
  }
}
