import NeuralGraph
import VolumeCore

extension ONNXNetwork {
  mutating func convolution(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    var feature = try call.feature()
    try requireChannelsFirst(feature, call)
    let kernel = try call.weights(1, "weights")
    let inputs = channels[feature.node]
    let groups = call.integer("group", 1)
    guard kernel.extents.count == dimensions + 2, groups > 0, inputs % groups == 0,
      kernel.extents[1] == inputs / groups, kernel.extents[0] > 0,
      kernel.extents[0] % groups == 0
    else { throw .cannotFold(node: call.title, kind: call.kind) }
    let taps = Array(kernel.extents[2...])
    if let said = call.node.attributes["kernel_shape"]?.integers, said != taps {
      throw call.malformed("kernel_shape")
    }
    let window = try ONNXWindow(call, taps: taps, dimensions: dimensions)
    let outputs = kernel.extents[0]
    let (bias, hasBias) = try bias(call, outputs)
    feature.extents = try window.extents(feature, channels: outputs, call)
    let padding = feature.padding + window.padding
    let array = WeightArray(
      values: kernel.floats, taps: ONNXWindow.shape(taps, 1), dilation: window.dilation,
      inputs: inputs, outputs: outputs, groups: groups)
    let operation: Operation
    if groups == inputs && groups > 1 {
      try folding.spend(array.depthwiseCount, call.node)
      operation = .depthwiseConvolution(
        DepthwiseConvolution(
          kernel: window.kernel, stride: window.stride, padding: padding, inputs: inputs,
          multiplier: outputs / groups, weights: array.depthwise(), bias: bias, hasBias: hasBias))
    } else {
      try folding.spend(array.denseCount, call.node)
      operation = .convolution(
        Convolution(
          kernel: window.kernel, stride: window.stride, padding: padding, inputs: inputs,
          outputs: outputs, weights: array.dense(), bias: bias, hasBias: hasBias))
    }
    return made(feature, call, operation, outputs: outputs)
  }

  mutating func transposedConvolution(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    var feature = try call.feature()
    try requireChannelsFirst(feature, call)
    try requireNoPadding(feature, call.title, call.kind)
    let kernel = try call.weights(1, "weights")
    let inputs = channels[feature.node]
    let groups = call.integer("group", 1)
    guard kernel.extents.count == dimensions + 2, groups > 0, inputs % groups == 0,
      kernel.extents[0] == inputs, kernel.extents[1] > 0
    else { throw .cannotFold(node: call.title, kind: call.kind) }
    let taps = Array(kernel.extents[2...])
    let (outputs, overflow) = kernel.extents[1].multipliedReportingOverflow(by: groups)
    guard !overflow, outputs <= 1 << 16 else { throw .tooLarge(node: call.title) }
    let window = try ONNXWindow(call, taps: taps, dimensions: dimensions)
    let crop = try crop(call, window, feature)
    let (bias, hasBias) = try bias(call, outputs)
    let array = WeightArray(
      values: kernel.floats, taps: ONNXWindow.shape(taps, 1), dilation: window.dilation,
      inputs: inputs, outputs: outputs, groups: groups)
    try folding.spend(array.denseCount, call.node)
    let operation = TransposedConvolution(
      kernel: window.kernel, stride: window.stride, crop: crop, inputs: inputs, outputs: outputs,
      weights: array.transposed(), bias: bias, hasBias: hasBias)
    for (place, axis) in feature.axes.enumerated() {
      if axis == .channel { feature.extents[place] = outputs }
      guard let along = axis.spatial else { continue }
      let (distance, overflow) =
        (feature.extents[place] - 1).multipliedReportingOverflow(by: window.stride[along])
      let extent = distance + window.kernel[along] - crop.before[along] - crop.after[along]
      guard !overflow, extent > 0, extent < 1 << 40 else {
        throw .graph(.doesNotFit(node: call.title, input: Shape3 { feature[$0] }))
      }
      feature.extents[place] = extent
    }
    return made(feature, call, .transposedConvolution(operation), outputs: outputs)
  }

  /// What a transposed convolution cuts off its full result.
  private func crop(
    _ call: ONNXCall, _ window: ONNXWindow, _ feature: Feature
  ) throws(ONNXModelError) -> Padding {
    func list(_ name: String) throws(ONNXModelError) -> Shape3? {
      guard let list = call.node.attributes[name]?.integers, !list.isEmpty else { return nil }
      guard list.count == dimensions, list.allSatisfy({ (0...(1 << 40)).contains($0) }) else {
        throw call.malformed(name)
      }
      return ONNXWindow.shape(list, name == "output_shape" ? 1 : 0)
    }
    let extra = try list("output_padding") ?? Shape3(cube: 0)
    var crop = window.padding
    let isLower = call.text("auto_pad", "NOTSET") == "SAME_LOWER"
    if let wanted = try list("output_shape") {
      // The padding follows from the extent: of an odd number, the larger half is at the end, or for
      // SAME_LOWER at the beginning.
      for axis in Axis.allCases where axis != .z || dimensions == 3 {
        let (distance, overflow) =
          (feature[axis] - 1).multipliedReportingOverflow(by: window.stride[axis])
        guard !overflow, distance < 1 << 40 else { throw .tooLarge(node: call.title) }
        let total = distance + extra[axis] + window.kernel[axis] - wanted[axis]
        guard (0...ONNXWindow.largest).contains(total) else {
          throw call.unsupported("output_shape", wanted[axis])
        }
        crop.before[axis] = isLower ? total - total / 2 : total / 2
        crop.after[axis] = total - crop.before[axis]
      }
    }
    for axis in Axis.allCases {
      crop.after[axis] -= extra[axis]
      guard crop.after[axis] >= 0 else { throw call.unsupported("output_padding", extra[axis]) }
      // ONNX fills up where the kernel does not cover the stride, and "same" wants it so.
      if call.text("auto_pad", "NOTSET").hasPrefix("SAME"),
        window.kernel[axis] < window.stride[axis]
      {
        throw call.unsupported("strides", window.stride[axis])
      }
    }
    return crop
  }

  /// The result of an operator that is one node.
  mutating func made(
    _ feature: Feature, _ call: ONNXCall, _ operation: Operation, outputs: Int? = nil
  ) -> Feature {
    var result = feature
    result.node = add(call.title, operation, outputs: outputs, of: [feature.node])
    result.padding = .none
    result.isShared = false
    result.isNonNegative = false
    result.end = .none
    return result
  }

  func requireChannelsFirst(_ feature: Feature, _ call: ONNXCall) throws(ONNXModelError) {
    guard feature.isChannelsFirst, feature.ungrouped == nil else {
      throw .axesDisagree(node: call.title, kind: call.kind)
    }
  }

  private func bias(
    _ call: ONNXCall, _ outputs: Int
  ) throws(ONNXModelError) -> (values: [Float], isThere: Bool) {
    guard call.inputs.count > 2, call.inputs[2] != nil else {
      return ([Float](repeating: 0, count: outputs), false)
    }
    return (try call.list(2, "a bias", count: outputs), true)
  }
}

/// A kernel's weights as the file has them, put into the order of the network's operations.
///
/// The file's order is (out, in of a group, z, y, x), that of a transposed convolution (in, out of a
/// group, z, y, x). A group sees some of the channels only; but for one channel a group, it becomes a
/// dense kernel with zeros. So do the gaps of a dilation.
struct WeightArray {
  let values: [Float]
  let taps: Shape3
  let dilation: Shape3
  let inputs: Int
  let outputs: Int
  let groups: Int

  private var kernel: Shape3 { Shape3 { (taps[$0] - 1) * dilation[$0] + 1 } }

  /// Numbers of `dense()` and `transposed()`; `nil` where they are too many.
  var denseCount: Int? { product([kernel.z, kernel.y, kernel.x, inputs, outputs], limit: 1 << 28) }
  /// Numbers of `depthwise()`.
  var depthwiseCount: Int? { product([kernel.z, kernel.y, kernel.x, outputs], limit: 1 << 28) }

  /// Order (z, y, x, in, out).
  func dense() -> [Float] {
    let (ins, outs) = (inputs / groups, outputs / groups)
    var result = [Float](repeating: 0, count: kernel.voxelCount * inputs * outputs)
    let count = taps.voxelCount
    for (tap, place) in places.enumerated() {
      for output in 0..<outputs {
        let first = output / outs * ins
        for input in 0..<ins {
          result[(place * inputs + first + input) * outputs + output] =
            values[(output * ins + input) * count + tap]
        }
      }
    }
    return result
  }

  /// Order (z, y, x, in, multiplier): the file's outputs are in that order already.
  func depthwise() -> [Float] {
    var result = [Float](repeating: 0, count: kernel.voxelCount * outputs)
    let count = taps.voxelCount
    for (tap, place) in places.enumerated() {
      for output in 0..<outputs { result[place * outputs + output] = values[output * count + tap] }
    }
    return result
  }

  /// Order (z, y, x, out, in), of a transposed convolution.
  func transposed() -> [Float] {
    let (ins, outs) = (inputs / groups, outputs / groups)
    var result = [Float](repeating: 0, count: kernel.voxelCount * inputs * outputs)
    let count = taps.voxelCount
    for (tap, place) in places.enumerated() {
      for input in 0..<inputs {
        let first = input / ins * outs
        for output in 0..<outs {
          result[(place * outputs + first + output) * inputs + input] =
            values[(input * outs + output) * count + tap]
        }
      }
    }
    return result
  }

  /// Where each weight lies in the kernel with its gaps.
  private var places: [Int] {
    let kernel = kernel
    return Region(taps).indices.map {
      ($0.z * dilation.z * kernel.y + $0.y * dilation.y) * kernel.x + $0.x * dilation.x
    }
  }
}
