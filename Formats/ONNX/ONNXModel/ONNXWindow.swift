import NeuralGraph
import VolumeCore

/// How an operator moves a kernel or a window over its input: the options that Conv, ConvTranspose and
/// the pools have in common.
struct ONNXWindow {
  /// Extent of the kernel, with the gaps of a dilation.
  var kernel: Shape3
  /// Distance of neighbouring weights.
  var dilation: Shape3
  var stride: Shape3
  /// What is put around the input; of a transposed convolution, what is cut off the result.
  var padding: Padding
  /// Whether windows that are not whole count.
  var roundsUp = false

  /// No kernel, stride or padding is larger.
  static let largest = 1 << 12

  /// Reads the options of `call`.
  ///
  /// - Parameters:
  ///   - taps: how many weights the kernel has along each axis.
  ///   - dimensions: the number of axes in space.
  init(_ call: ONNXCall, taps: [Int], dimensions: Int) throws(ONNXModelError) {
    func list(_ name: String, _ standard: Int, _ least: Int) throws(ONNXModelError) -> Shape3 {
      let list = call.node.attributes[name]?.integers ?? []
      let values = list.isEmpty ? [Int](repeating: standard, count: dimensions) : list
      guard values.count == dimensions else { throw call.malformed(name) }
      for value in values where !(least...Self.largest).contains(value) {
        throw call.unsupported(name, value)
      }
      return Self.shape(values, standard)
    }
    guard taps.count == dimensions, taps.allSatisfy({ (1...Self.largest).contains($0) }) else {
      throw call.malformed("kernel")
    }
    stride = try list("strides", 1, 1)
    dilation = try list("dilations", 1, 1)
    let taps = Self.shape(taps, 1)
    let dilation = dilation
    kernel = Shape3 { (taps[$0] - 1) * dilation[$0] + 1 }
    roundsUp = call.integer("ceil_mode", 0) != 0
    let total = Padding.same(kernel: kernel, stride: stride)
    switch call.text("auto_pad", "NOTSET") {
    case "VALID": padding = .none
    case "SAME_UPPER": padding = total
    case "SAME_LOWER": padding = Padding(before: total.after, after: total.before)
    case "NOTSET", "":
      let pads = call.node.attributes["pads"]?.integers ?? []
      let values = pads.isEmpty ? [Int](repeating: 0, count: 2 * dimensions) : pads
      guard values.count == 2 * dimensions else { throw call.malformed("pads") }
      for value in values where !(0...Self.largest).contains(value) {
        throw call.unsupported("pads", value)
      }
      padding = Padding(
        before: Self.shape(Array(values[..<dimensions]), 0),
        after: Self.shape(Array(values[dimensions...]), 0))
    case let other: throw call.unsupported("auto_pad", other)
    }
  }

  /// Numbers for y and x, or z, y and x; `standard` for an axis that is not there.
  static func shape(_ values: [Int], _ standard: Int) -> Shape3 {
    values.count == 3
      ? Shape3(z: values[0], y: values[1], x: values[2])
      : Shape3(z: standard, y: values[0], x: values[1])
  }

  /// The extents of `feature` after the window has moved over it.
  func extents(_ feature: Feature, channels: Int, _ call: ONNXCall) throws(ONNXModelError) -> [Int]
  {
    var result = feature.extents
    for (place, axis) in feature.axes.enumerated() {
      if axis == .channel { result[place] = channels }
      guard let along = axis.spatial else { continue }
      let extent = feature.extents[place]
      let isSame = call.text("auto_pad", "NOTSET").hasPrefix("SAME")
      let rest = extent + padding.before[along] + padding.after[along] - kernel[along]
      guard isSame || rest >= 0 else {
        throw .graph(.doesNotFit(node: call.title, input: Shape3 { feature[$0] }))
      }
      let rounding = roundsUp ? stride[along] - 1 : 0
      result[place] =
        isSame
        ? (extent + stride[along] - 1) / stride[along] : (rest + rounding) / stride[along] + 1
    }
    return result
  }
}

extension Feature {
  /// The extent along an axis in space; 1 where there is none.
  subscript(_ axis: Axis) -> Int {
    switch axis {
    case .z: self[FeatureAxis.z]
    case .y: self[FeatureAxis.y]
    case .x: self[FeatureAxis.x]
    }
  }
}
