import NeuralGraph

/// A transposed convolution as an ordinary one at the lower resolution that computes all output
/// phases of a voxel as channels, which depth-to-space then spreads.
///
/// Output voxel s·q + r (r the phase, 0 to s - 1) takes tap t of input i where i·s + t = s·q + r + c,
/// with c voxels cropped before. So i = q + d with t = r + c - s·d, and d runs over the few values
/// for which a tap exists. oneDNN 2.6's own transposed convolution is 20 to 100 times slower.
struct Phases {
  /// How the phases lie among the channels of a voxel.
  enum Order {
    /// (row phase, column phase, channel).
    case phaseFirst
    /// (channel pair, row phase, column phase, channel of the pair).
    case pairFirst
  }

  var spec: ConvolutionSpec
  var factorY: Int
  var factorX: Int

  /// `nil` where the result is not exactly stride times as large as the input.
  init?(_ layer: TransposedConvolution, relu: Bool, order: Order) {
    let (ky, kx) = (layer.kernel.y, layer.kernel.x)
    let (sy, sx) = (layer.stride.y, layer.stride.x)
    let (cy, cx) = (layer.crop.before.y, layer.crop.before.x)
    guard layer.kernel.z == 1, layer.stride.z == 1,
      cy + layer.crop.after.y == ky - sy, cx + layer.crop.after.x == kx - sx
    else { return nil }
    let rows = Self.offsets(kernel: ky, stride: sy, crop: cy)
    let columns = Self.offsets(kernel: kx, stride: sx, crop: cx)
    let outputs = sy * sx * layer.outputs
    let (height, width) = (rows.count, columns.count)
    var weights = [Float](repeating: 0, count: outputs * layer.inputs * height * width)
    var bias = [Float](repeating: 0, count: outputs)
    for ry in 0..<sy {
      for rx in 0..<sx {
        for o in 0..<layer.outputs {
          let channel =
            switch order {
            case .phaseFirst: (ry * sx + rx) * layer.outputs + o
            case .pairFirst: ((o / 2 * sy + ry) * sx + rx) * 2 + o % 2
            }
          bias[channel] = layer.bias[o]
          for (j, dy) in rows.enumerated() {
            for (k, dx) in columns.enumerated() {
              let (ty, tx) = (ry + cy - sy * dy, rx + cx - sx * dx)
              guard ty >= 0, ty < ky, tx >= 0, tx < kx else { continue }
              for i in 0..<layer.inputs {
                weights[((channel * layer.inputs + i) * height + j) * width + k] =
                  layer.weights[((ty * kx + tx) * layer.outputs + o) * layer.inputs + i]
              }
            }
          }
        }
      }
    }
    spec = ConvolutionSpec(
      kernelY: height, kernelX: width, strideY: 1, strideX: 1,
      padding: (
        top: -rows.lowerBound, left: -columns.lowerBound, bottom: rows.upperBound,
        right: columns.upperBound
      ), inputs: layer.inputs, outputs: outputs, groups: 1, weights: weights, bias: bias, relu: relu
    )
    factorY = sy
    factorX = sx
  }

  /// The offsets d of inputs, over all phases, for which a tap exists.
  private static func offsets(kernel: Int, stride: Int, crop: Int) -> ClosedRange<Int> {
    var first = 0
    var last = 0
    for phase in 0..<stride {
      for d in -kernel...kernel where (0..<kernel).contains(phase + crop - stride * d) {
        first = min(first, d)
        last = max(last, d)
      }
    }
    return first...last
  }
}
