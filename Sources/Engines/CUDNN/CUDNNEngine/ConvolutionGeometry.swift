import EngineCore
import NeuralGraph
import VolumeCore

/// All that decides how cuDNN computes a convolution; those that are equal share a plan.
package struct ConvolutionGeometry: Hashable, Sendable {
  /// The input's extent.
  package var input: Shape3
  /// The output's.
  package var output: Shape3
  /// Channels in, with those that pad.
  package var inputs: Int
  /// Channels out, with those that pad.
  package var outputs: Int
  /// The kernel.
  package var kernel: Shape3
  /// Distance of two outputs in the input.
  package var stride: Shape3
  /// Zeros around the input.
  package var padding: Padding
  /// Whether nothing extends along z: two dimensions are said to cuDNN, else three.
  package var isPlanar: Bool
  /// Numbers and their order.
  package var format: NumberFormat
  /// What is computed beside the convolution.
  package var epilogue: Epilogue
  /// How many values are computed at once.
  package var samples = 1
  /// What is computed.
  package var pass = Pass.forward

  /// Which of the three (input, weights, output) is computed from the other two. The way back has
  /// gradients in the places of the values that they belong to.
  package enum Pass: String, Hashable, Sendable, CaseIterable {
    /// The output.
    case forward
    /// The input's gradient.
    case data
    /// The weights' gradient.
    case weights
  }

  /// What is computed beside the convolution.
  package struct Epilogue: Hashable, Sendable {
    /// Another value is added first.
    package var adds: Bool
    /// Then an offset for each channel.
    package var hasBias: Bool
    /// Then max(_, 0).
    package var relu: Bool

    /// Nothing.
    package static let none = Epilogue(adds: false, hasBias: false, relu: false)
  }

  /// The geometry of `fused` from a value of `input` to one of `output`.
  package init(
    _ fused: FusedConvolution, adds: Bool, input: Shape3, output: Shape3, isPlanar: Bool,
    format: NumberFormat
  ) {
    self.input = input
    self.output = output
    inputs = format.padded(fused.layer.inputs)
    outputs = format.padded(fused.layer.outputs)
    kernel = fused.layer.kernel
    stride = fused.layer.stride
    padding = fused.layer.padding
    self.isPlanar = isPlanar
    self.format = format
    epilogue = Epilogue(adds: adds, hasBias: fused.addsBias, relu: fused.relu)
  }

  /// A pass of a training, between a fine value, which is the input whatever is computed, and a coarse
  /// one, the output.
  ///
  /// A transposed convolution is the same read backwards: its pass forward is `.data`, and its pass
  /// back to its own input is `.forward` without a bias. A bias is added by `.forward` alone.
  package init(
    training kernel: Shape3, stride: Shape3, padding: Padding, fineChannels: Int,
    coarseChannels: Int, fine: Shape3, coarse: Shape3, samples: Int, pass: Pass, hasBias: Bool,
    format: NumberFormat
  ) {
    input = fine
    output = coarse
    inputs = format.padded(fineChannels)
    outputs = format.padded(coarseChannels)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    isPlanar =
      [kernel.z, stride.z, fine.z, coarse.z].allSatisfy { $0 == 1 }
      && padding.before.z == 0 && padding.after.z == 0
    self.format = format
    epilogue = Epilogue(adds: false, hasBias: hasBias && pass == .forward, relu: false)
    self.samples = samples
    self.pass = pass
  }

  /// The axes' numbers as cuDNN takes them, of a shape.
  func axes(_ shape: Shape3) -> [Int] {
    isPlanar ? [shape.y, shape.x] : [shape.z, shape.y, shape.x]
  }

  /// Dimensions (samples, channels, axes) and the distance of neighbours along each.
  func tensor(_ shape: Shape3, _ channels: Int) -> (dimensions: [Int], strides: [Int]) {
    Self.tensor([samples, channels] + axes(shape), isPlanes: format.isPlanes)
  }

  /// One number for each output, for all voxels of all samples.
  var offsets: (dimensions: [Int], strides: [Int]) {
    let one = axes(Shape3(z: 1, y: 1, x: 1))
    return Self.tensor([1, outputs] + one, isPlanes: format.isPlanes)
  }

  /// Dimensions (outputs, inputs, axes) of the weights, and distances.
  package var weights: (dimensions: [Int], strides: [Int]) {
    Self.tensor([outputs, inputs] + axes(kernel), isPlanes: format.isPlanes)
  }

  /// Distances of neighbours in an array without gaps, with the second dimension first or last.
  package static func tensor(
    _ dimensions: [Int], isPlanes: Bool
  ) -> (dimensions: [Int], strides: [Int]) {
    var strides = [Int](repeating: 1, count: dimensions.count)
    let order = isPlanes ? Array(dimensions.indices) : [0] + Array(2..<dimensions.count) + [1]
    var distance = 1
    for place in order.reversed() {
      strides[place] = distance
      distance *= dimensions[place]
    }
    return (dimensions, strides)
  }

  /// For people: "3x3 stride 2x2, 16 to 32 channels of 1024x1024, f16", and for a pass of a training
  /// "weights' gradient of 3x3, 16 to 32 channels of 5 times 96x96, f32".
  package var words: String {
    func words(_ shape: Shape3) -> String { axes(shape).map { "\($0)" }.joined(separator: "x") }
    let step = stride.voxelCount == 1 ? "" : " stride \(words(stride))"
    let times = samples == 1 ? "" : "\(samples) times "
    let what =
      switch pass {
      case .forward: ""
      case .data: "input's gradient of "
      case .weights: "weights' gradient of "
      }
    return what
      + "\(words(kernel))\(step), \(inputs) to \(outputs) channels of \(times)\(words(input)), "
      + "\(format.precision.rawValue)\(epilogue.adds ? " + sum" : "")"
      + "\(epilogue.hasBias ? " + bias" : "")\(epilogue.relu ? " + ReLU" : "")"
  }
}

extension FusedConvolution {
  /// The weights in the order that the geometry says, with zeros for channels that pad.
  package func packedWeights(_ format: NumberFormat) -> [Float] {
    let (inputs, outputs) = (format.padded(layer.inputs), format.padded(layer.outputs))
    let taps = layer.kernel.voxelCount
    var packed = [Float](repeating: 0, count: outputs * inputs * taps)
    for tap in 0..<taps {
      for i in 0..<layer.inputs {
        let from = (tap * layer.inputs + i) * layer.outputs
        for o in 0..<layer.outputs {
          let place =
            format.isPlanes ? (o * inputs + i) * taps + tap : (o * taps + tap) * inputs + i
          packed[place] = layer.weights[from + o]
        }
      }
    }
    return packed
  }

  /// One offset for each output, zeros for those that pad.
  package func packedBias(_ format: NumberFormat) -> [Float] {
    layer.bias + [Float](repeating: 0, count: format.padded(layer.outputs) - layer.outputs)
  }
}

extension ConvolutionGeometry {
  /// The input's voxel that position `tap` of the kernel joins with one of the output, where it is inside.
  func inputVoxel(of voxel: Int, tap: Int) -> Int? {
    let (at, k) = (Self.place(voxel, output), Self.place(tap, kernel))
    let before = padding.before
    let z = at.z * stride.z - before.z + k.z
    let y = at.y * stride.y - before.y + k.y
    let x = at.x * stride.x - before.x + k.x
    guard z >= 0, z < input.z, y >= 0, y < input.y, x >= 0, x < input.x else { return nil }
    return (z * input.y + y) * input.x + x
  }

  /// The output's voxel that position `tap` of the kernel joins with one of the input, where there is one.
  func outputVoxel(of voxel: Int, tap: Int) -> Int? {
    let (at, k) = (Self.place(voxel, input), Self.place(tap, kernel))
    let before = padding.before
    let z = at.z + before.z - k.z
    let y = at.y + before.y - k.y
    let x = at.x + before.x - k.x
    guard z >= 0, y >= 0, x >= 0, z % stride.z == 0, y % stride.y == 0, x % stride.x == 0,
      z / stride.z < output.z, y / stride.y < output.y, x / stride.x < output.x
    else { return nil }
    return (z / stride.z * output.y + y / stride.y) * output.x + x / stride.x
  }

  private static func place(_ voxel: Int, _ shape: Shape3) -> Index3 {
    Index3(
      z: voxel / (shape.x * shape.y), y: voxel / shape.x % shape.y, x: voxel % shape.x)
  }
}
