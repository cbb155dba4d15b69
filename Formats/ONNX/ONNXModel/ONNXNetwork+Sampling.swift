import NeuralGraph
import VolumeCore

extension ONNXNetwork {
  mutating func maxPool(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let (feature, window) = try pool(call)
    var result = feature
    if window.kernel == window.stride {
      try requireNoPadding(feature, call.title, call.kind)
      result = made(feature, call, .maxPool(window: window.kernel))
    } else {
      // Zeros stand for what lies outside, which must be no larger than any value.
      guard feature.isNonNegative || (window.padding.isNone && feature.padding.isNone) else {
        throw call.unsupported("pads", "other than 0 of values below zero")
      }
      for axis in Axis.allCases where window.kernel[axis] > 1 || window.stride[axis] > 1 {
        result = try overlappingMaximum(result, window, along: axis, call)
      }
    }
    result.extents = try window.extents(feature, channels: channels[result.node], call)
    result.isNonNegative = feature.isNonNegative
    return result
  }

  mutating func averagePool(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let (feature, window) = try pool(call)
    guard window.padding.isNone, feature.padding.isNone else {
      throw call.unsupported("pads", "other than 0")
    }
    let weight = 1 / Float(window.kernel.voxelCount)
    let count = channels[feature.node]
    try folding.spend(product([window.kernel.voxelCount, count]), call.node)
    var result = made(
      feature, call,
      .depthwiseConvolution(
        DepthwiseConvolution(
          kernel: window.kernel, stride: window.stride, padding: .none, inputs: count,
          multiplier: 1,
          weights: [Float](repeating: weight, count: window.kernel.voxelCount * count),
          bias: [Float](repeating: 0, count: count), hasBias: false)))
    result.extents = try window.extents(feature, channels: count, call)
    result.isNonNegative = feature.isNonNegative
    return result
  }

  private func pool(_ call: ONNXCall) throws(ONNXModelError) -> (Feature, ONNXWindow) {
    let feature = try call.feature()
    try requireChannelsFirst(feature, call)
    guard let taps = call.node.attributes["kernel_shape"]?.integers else {
      throw call.malformed("kernel_shape")
    }
    let window = try ONNXWindow(call, taps: taps, dimensions: dimensions)
    guard window.dilation == Shape3(cube: 1) else {
      throw call.unsupported("dilations", window.dilation)
    }
    guard window.kernel.voxelCount <= 1 << 16 else { throw .tooLarge(node: call.title) }
    return (feature, window)
  }

  /// The largest of windows that overlap, along one axis: each place of the window is picked by a
  /// convolution, and max(a, b) is a + relu(b - a).
  private mutating func overlappingMaximum(
    _ feature: Feature, _ window: ONNXWindow, along axis: Axis, _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature {
    let count = channels[feature.node]
    let taps = window.kernel[axis]
    try folding.spend(product([taps, taps, count]), call.node)
    func one(_ value: Int) -> Shape3 { Shape3 { $0 == axis ? value : 1 } }
    var padding = Padding.none
    padding.before[axis] = window.padding.before[axis] + feature.padding.before[axis]
    padding.after[axis] = window.padding.after[axis] + feature.padding.after[axis]
    let name = "\(call.title)/\(axis)"
    func picked(_ tap: Int) -> Int {
      var weights = [Float](repeating: 0, count: taps * count)
      for channel in 0..<count { weights[tap * count + channel] = 1 }
      return add(
        "\(name)\(tap)",
        .depthwiseConvolution(
          DepthwiseConvolution(
            kernel: one(taps), stride: one(window.stride[axis]), padding: padding, inputs: count,
            multiplier: 1, weights: weights, bias: [Float](repeating: 0, count: count),
            hasBias: false)), of: [feature.node])
    }
    var largest = picked(0)
    for tap in 1..<max(taps, 1) {
      let other = picked(tap)
      let minus = scaled("\(name)\(tap)/minus", largest, [Float](repeating: -1, count: count))
      let difference = add("\(name)\(tap)/difference", .add, of: [other, minus])
      let excess = add("\(name)\(tap)/excess", .relu, of: [difference])
      largest = add("\(name)\(tap)/largest", .add, of: [largest, excess])
    }
    var result = feature
    result.node = largest
    result.padding.before[axis] = 0
    result.padding.after[axis] = 0
    result.isShared = false
    return result
  }

  // MARK: Up

  mutating func resize(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    let factors = try resizeFactors(call, feature)
    var factor = Shape3(cube: 1)
    var result = feature
    for (place, axis) in feature.axes.enumerated() {
      if let along = axis.spatial {
        factor[along] = factors[place]
      } else if factors[place] != 1 {
        throw call.unsupported("scales", factors)
      }
      result.extents[place] = try grown(feature.extents[place], factors[place], call)
    }
    guard factor != Shape3(cube: 1) else { return feature }
    try checkNearest(call, factor)
    let extents = result.extents
    result = made(feature, call, .upsampleNearest(factor: factor))
    result.extents = extents
    result.isNonNegative = feature.isNonNegative
    return result
  }

  /// How much longer each axis of the array becomes; whole numbers.
  private func resizeFactors(
    _ call: ONNXCall, _ feature: Feature
  ) throws(ONNXModelError) -> [Int] {
    let isOld = call.kind == "Upsample" || folding.opset < 11
    let scales =
      isOld
      ? try call.constant(1, "scales")?.floats ?? call.node.attributes["scales"]?.floats
      : try call.constant(2, "scales")?.floats
    let rank = feature.axes.count
    var axes = Array(0..<rank)
    if let chosen = call.node.attributes["axes"]?.integers {
      axes = []
      for axis in chosen {
        guard let axis = folding.normalised(axis, rank, rank) else { throw call.malformed("axes") }
        axes.append(axis)
      }
    }
    var factors = [Int](repeating: 1, count: rank)
    if let scales, !scales.isEmpty {
      guard scales.count == axes.count else { throw call.malformed("scales") }
      for (axis, scale) in zip(axes, scales) {
        guard let factor = Int(exactly: scale), (1...1024).contains(factor) else {
          throw call.unsupported("scales", scales)
        }
        factors[axis] = factor
      }
      return factors
    }
    guard !isOld, let sizes = try call.constant(3, "sizes")?.integers, sizes.count == axes.count
    else { throw call.malformed("scales and sizes") }
    guard call.text("keep_aspect_ratio_policy", "stretch") == "stretch" else {
      throw call.unsupported(
        "keep_aspect_ratio_policy", call.text("keep_aspect_ratio_policy", "stretch"))
    }
    for (axis, size) in zip(axes, sizes) {
      let extent = feature.extents[axis]
      guard extent > 0, size > 0, size % extent == 0, size / extent <= 1024 else {
        throw call.unsupported("sizes", "\(sizes) for \(feature.extents)")
      }
      factors[axis] = size / extent
    }
    return factors
  }

  /// Refuses a mode that is not repetition: each rule is tried on the first voxels.
  private func checkNearest(_ call: ONNXCall, _ factor: Shape3) throws(ONNXModelError) {
    let mode = call.text("mode", "nearest")
    guard mode == "nearest" else { throw call.unsupported("mode", mode) }
    // Before opset 11 there was one rule, that of Upsample: asymmetric, rounded down.
    guard call.kind == "Resize", folding.opset >= 11 else { return }
    let rounding = call.text("nearest_mode", "round_prefer_floor")
    let rule = call.text("coordinate_transformation_mode", "half_pixel")
    for axis in Axis.allCases where factor[axis] > 1 {
      let scale = Double(factor[axis])
      for place in 0..<(8 * factor[axis]) {
        let at: Double? =
          switch rule {
          case "half_pixel", "pytorch_half_pixel", "half_pixel_symmetric":
            (Double(place) + 0.5) / scale - 0.5
          case "tf_half_pixel_for_nn": (Double(place) + 0.5) / scale
          case "asymmetric": Double(place) / scale
          default: nil
          }
        guard let at else { throw call.unsupported("coordinate_transformation_mode", rule) }
        let nearest: Double? =
          switch rounding {
          case "round_prefer_floor": (at - 0.5).rounded(.up)
          case "round_prefer_ceil": (at + 0.5).rounded(.down)
          case "floor": at.rounded(.down)
          case "ceil": at.rounded(.up)
          default: nil
          }
        guard let nearest, Int(max(nearest, 0)) == place / factor[axis] else {
          throw call.unsupported("nearest_mode", "\(rounding) with \(rule)")
        }
      }
    }
  }

  /// Channels become places: a transposed convolution whose windows do not overlap.
  mutating func depthToSpace(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireChannelsFirst(feature, call)
    try requireNoPadding(feature, call.title, call.kind)
    let size = call.integer("blocksize", 0)
    let inputs = channels[feature.node]
    guard dimensions == 2, (1...64).contains(size), inputs % (size * size) == 0 else {
      throw call.unsupported("blocksize", size)
    }
    let outputs = inputs / (size * size)
    let isDepthFirst = call.text("mode", "DCR") == "DCR"
    try folding.spend(product([size * size, inputs, outputs]), call.node)
    var weights = [Float](repeating: 0, count: size * size * inputs * outputs)
    for place in 0..<(size * size) {
      for output in 0..<outputs {
        let input = isDepthFirst ? place * outputs + output : output * size * size + place
        weights[(place * outputs + output) * inputs + input] = 1
      }
    }
    let window = Shape3(z: 1, y: size, x: size)
    var result = made(
      feature, call,
      .transposedConvolution(
        TransposedConvolution(
          kernel: window, stride: window, crop: .none, inputs: inputs, outputs: outputs,
          weights: weights, bias: [Float](repeating: 0, count: outputs), hasBias: false)),
      outputs: outputs)
    result.extents[1] = outputs
    for place in 2...3 { result.extents[place] = try grown(result.extents[place], size, call) }
    return result
  }

  /// An extent times a factor, far from overflow.
  private func grown(_ extent: Int, _ factor: Int, _ call: ONNXCall) throws(ONNXModelError) -> Int {
    guard extent < 1 << 40 else { throw .tooLarge(node: call.title) }
    return extent * factor
  }
}
