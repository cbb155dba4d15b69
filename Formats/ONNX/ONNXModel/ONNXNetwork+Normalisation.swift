import NeuralGraph
import VolumeCore

extension ONNXNetwork {
  mutating func batchNormalisation(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    guard feature.axes.count > 1, feature.axes[1] == .channel else {
      throw .axesDisagree(node: call.title, kind: call.kind)
    }
    guard call.integer("training_mode", 0) == 0 else {
      throw call.unsupported("training_mode", 1)
    }
    let count = channels[feature.node]
    let epsilon = try epsilon(call)
    let variance = try call.list(4, "a variance", count: count)
    guard variance.allSatisfy({ $0 >= 0 }) else { throw .weightsOutOfRange(node: call.title) }
    return made(
      feature, call,
      .batchNormalisation(
        BatchNormalisation(
          scale: try call.list(1, "a scale", count: count),
          shift: try call.list(2, "a shift", count: count),
          mean: try call.list(3, "a mean", count: count), variance: variance, epsilon: epsilon,
          momentum: call.float("momentum", 0.9))))
  }

  /// The norm of each channel by itself, or of groups of channels that a Reshape has made.
  mutating func instanceNormalisation(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    let count = channels[feature.node]
    let groups: Int
    if feature.ungrouped != nil {
      groups = feature.extents[1]
    } else {
      guard feature.axes.count > 1, feature.axes[1] == .channel else {
        throw .axesDisagree(node: call.title, kind: call.kind)
      }
      groups = count
    }
    let scale = try call.list(1, "a scale", count: groups)
    let shift = try call.list(2, "a shift", count: groups)
    return made(
      feature, call, norm(groups, scale, shift, try epsilon(call), count), outputs: count)
  }

  mutating func groupNormalisation(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    try requireChannelsFirst(feature, call)
    let count = channels[feature.node]
    let groups = call.integer("num_groups", 0)
    guard groups > 0, count % groups == 0 else { throw call.unsupported("num_groups", groups) }
    // Until opset 21 there was one scale for each group.
    let listed = folding.opset >= 21 ? count : groups
    let scale = try call.list(1, "a scale", count: listed)
    let shift = try call.list(2, "a shift", count: listed)
    return made(feature, call, norm(groups, scale, shift, try epsilon(call), count))
  }

  /// A norm over space; one scale for each group stands for all of its channels.
  private func norm(
    _ groups: Int, _ scale: [Float], _ shift: [Float], _ epsilon: Float, _ count: Int
  ) -> Operation {
    func spread(_ list: [Float]) -> [Float] {
      (0..<count).map { list[$0 / (count / list.count)] }
    }
    return .groupNormalisation(
      GroupNormalisation(
        groups: groups, scale: spread(scale), shift: spread(shift), epsilon: epsilon,
        extent: dimensions == 3 ? .volume : .layer))
  }

  /// The norm over channels, which must be the last axis.
  mutating func layerNormalisation(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    try requireNoPadding(feature, call.title, call.kind)
    let axis = call.integer("axis", -1)
    guard feature.axes.last == .channel, try call.axis(axis, feature) == .channel,
      feature.ungrouped == nil
    else { throw call.unsupported("axis", axis) }
    let count = channels[feature.node]
    let hasShift = call.inputs.count > 2 && call.inputs[2] != nil
    return made(
      feature, call,
      .groupNormalisation(
        GroupNormalisation(
          groups: 1, scale: try call.list(1, "a scale", count: count),
          shift: hasShift
            ? try call.list(2, "a shift", count: count) : [Float](repeating: 0, count: count),
          epsilon: try epsilon(call), extent: .voxel, hasShift: hasShift)))
  }

  private func epsilon(_ call: ONNXCall) throws(ONNXModelError) -> Float {
    let epsilon = call.float("epsilon", 1e-5)
    guard epsilon >= 0, epsilon.isFinite else { throw call.unsupported("epsilon", epsilon) }
    return epsilon
  }
}
