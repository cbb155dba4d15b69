import NeuralGraph
import VolumeCore

/// Operators that move numbers about without changing them.
extension ONNXNetwork {
  mutating func transpose(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    var feature = try call.feature()
    let rank = feature.axes.count
    let order = call.node.attributes["perm"]?.integers ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank), feature.ungrouped == nil else {
      throw call.malformed("perm")
    }
    feature.axes = order.map { feature.axes[$0] }
    feature.extents = order.map { feature.extents[$0] }
    return feature
  }

  /// Reshape, Flatten, Squeeze and Unsqueeze: those that change nothing, that put channels into groups
  /// or back, that put layers into the batch or back, and that drop axes at the network's end.
  mutating func reshape(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    var feature = try call.feature()
    let second = try call.constant(1, "extents")
    guard let wanted = folding.reshaped(call.node, feature.extents, second) else {
      throw call.malformed("extents")
    }
    if wanted == feature.extents { return feature }
    guard product(wanted, limit: .max) == product(feature.extents, limit: .max) else {
      throw .cannotFold(node: call.title, kind: call.kind)
    }
    if let before = feature.ungrouped, before.extents == wanted {
      feature.axes = before.axes
      feature.extents = before.extents
      feature.ungrouped = nil
      return feature
    }
    if let result = try layersInBatch(feature, wanted, call) { return result }
    if let axes = feature.axes(movedTo: wanted) {
      feature.axes = axes
      feature.extents = wanted
      return feature
    }
    if feature.isChannelsFirst, feature.ungrouped == nil, wanted.count == 3,
      wanted[0] == feature.extents[0], wanted[1] > 0, feature.extents[1] % wanted[1] == 0
    {
      try requireNoPadding(feature, call.title, call.kind)
      feature.ungrouped = (feature.axes, feature.extents)
      feature.axes = [.batch, .group, .rest]
      feature.extents = wanted
      return feature
    }
    throw call.unsupported("shape", "\(wanted) of \(feature.extents)")
  }

  /// The layers that a 2.5D network takes as channels, put into the batch so that each goes through
  /// the same encoder; or what the encoder made of them put back, layer after layer.
  private mutating func layersInBatch(
    _ feature: Feature, _ wanted: [Int], _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature? {
    guard feature.axes == [.batch, .channel, .y, .x], wanted.count == 4, feature.ungrouped == nil,
      wanted[2...] == feature.extents[2...]
    else { return nil }
    var result = feature
    result.extents = wanted
    if feature.node == 0, feature.layers == 1, wanted[1] == 1, nodes.count == 1 {
      result.layers = channels[0]
      nodes[0].operation = .input(channels: 1)
      channels[0] = 1
      return result
    }
    guard feature.layers > 1, wanted[0] * feature.layers == feature.extents[0] else { return nil }
    result = made(
      result, call, .layersToChannels(count: feature.layers),
      outputs: channels[feature.node] * feature.layers)
    result.layers = 1
    result.isNonNegative = feature.isNonNegative
    return result
  }

  mutating func dropout(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    let rate = try call.constant(1, "a rate")?.floats.first ?? call.float("ratio", 0.5)
    guard (0..<1).contains(rate) else { throw call.unsupported("ratio", rate) }
    return made(feature, call, .dropout(rate: rate)).keeping(feature)
  }

  mutating func cast(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    let type = call.integer("to", 0)
    let isFloat = ONNXTensor.Element(rawValue: type)?.isFloat == true
    guard isFloat || feature.end == .labels else { throw call.unsupported("to", type) }
    return feature
  }

  mutating func concatenate(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let features = try call.features()
    var result = features[0]
    guard try call.axis(call.integer("axis", 1), result) == .channel, result.ungrouped == nil else {
      throw call.unsupported("axis", call.integer("axis", 1))
    }
    var count = 0
    for feature in features {
      try requireNoPadding(feature, call.title, call.kind)
      try requireAlike(feature, result, call)
      count += channels[feature.node]
      guard count <= 1 << 16 else { throw .tooLarge(node: call.title) }
    }
    result.node = add(call.title, .concatenate, outputs: count, of: features.map(\.node))
    for (place, axis) in result.axes.enumerated() where axis == .channel {
      result.extents[place] = count
    }
    result.isShared = false
    result.isNonNegative = features.allSatisfy(\.isNonNegative)
    result.end = .none
    return result
  }

  /// Refuses values that do not lie alike.
  func requireAlike(_ a: Feature, _ b: Feature, _ call: ONNXCall) throws(ONNXModelError) {
    guard a.axes == b.axes, a.layers == b.layers else {
      throw .axesDisagree(node: call.title, kind: call.kind)
    }
    guard a.spatial.allSatisfy({ a[$0] == b[$0] }) else {
      throw .graph(
        .shapesDisagree(node: call.title, first: Shape3 { a[$0] }, other: Shape3 { b[$0] }))
    }
  }

  // MARK: Parts

  mutating func pad(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    var feature = try call.feature()
    let rank = feature.axes.count
    guard
      let pads = try call.constant(1, "pads")?.integers
        ?? (call.node.attributes["pads"] ?? call.node.attributes["paddings"])?.integers
    else { throw call.malformed("pads") }
    var axes = Array(0..<rank)
    if let chosen = try call.constant(3, "axes")?.integers {
      axes = []
      for axis in chosen {
        guard let axis = folding.normalised(axis, rank, rank) else { throw call.malformed("axes") }
        axes.append(axis)
      }
    }
    guard pads.count == 2 * axes.count, feature.ungrouped == nil else {
      throw call.malformed("pads")
    }
    guard pads.contains(where: { $0 != 0 }) else { return feature }
    var around = Padding.none
    var cut = Padding.none
    for (index, place) in axes.enumerated() {
      let (before, after) = (pads[index], pads[index + axes.count])
      guard let axis = feature.axes[place].spatial else {
        guard before == 0, after == 0 else { throw call.unsupported("pads", pads) }
        continue
      }
      for value in [before, after] where !(-ONNXWindow.largest...ONNXWindow.largest).contains(value)
      {
        throw call.unsupported("pads", pads)
      }
      (around.before[axis], around.after[axis]) = (max(before, 0), max(after, 0))
      (cut.before[axis], cut.after[axis]) = (max(-before, 0), max(-after, 0))
    }
    if !around.isNone {
      let mode = call.text("mode", "constant")
      guard mode == "constant" else { throw call.unsupported("mode", mode) }
      let value = try call.constant(2, "a value")?.floats.first ?? call.float("value", 0)
      guard value == 0 else { throw call.unsupported("value", value) }
    }
    if !cut.isNone { feature = try cropped(feature, cut, call) }
    feature.padding = feature.padding + around
    for axis in Axis.allCases
    where feature.padding.before[axis] + feature.padding.after[axis] > 2 * ONNXWindow.largest {
      throw call.unsupported("pads", pads)
    }
    for (place, axis) in feature.axes.enumerated() {
      guard let axis = axis.spatial else { continue }
      feature.extents[place] += around.before[axis] + around.after[axis]
    }
    return feature
  }

  mutating func slice(_ call: ONNXCall) throws(ONNXModelError) -> Feature {
    let feature = try call.feature()
    for (place, what) in ["starts", "ends", "axes", "steps"].enumerated() {
      _ = try call.constant(place + 1, what)
    }
    guard let ranges = SliceRanges(call.node, call.constants, extents: feature.extents) else {
      throw call.malformed("starts and ends")
    }
    var cut = Padding.none
    var result = feature
    for (place, range) in ranges.axes.enumerated() {
      let extent = feature.extents[place]
      if range.start == 0 && range.count == extent && range.step == 1 { continue }
      guard range.step == 1 else { throw call.unsupported("steps", range.step) }
      guard range.count > 0 else { throw call.malformed("part that is left") }
      if let axis = feature.axes[place].spatial {
        cut.before[axis] = range.start
        cut.after[axis] = extent - range.start - range.count
      } else if feature.axes[place] == .channel {
        result = try selection(
          result, range.start..<(range.start + range.count), call.title, call)
      } else {
        throw call.unsupported("axes", place)
      }
    }
    return cut.isNone ? result : try cropped(result, cut, call)
  }

  mutating func split(_ call: ONNXCall) throws(ONNXModelError) -> [Feature] {
    let feature = try call.feature()
    guard try call.axis(call.integer("axis", 0), feature) == .channel else {
      throw call.unsupported("axis", call.integer("axis", 0))
    }
    let count = channels[feature.node]
    let parts = call.node.outputs.count
    var sizes = try call.constant(1, "parts")?.integers ?? call.node.attributes["split"]?.integers
    if sizes == nil, parts > 0, count % parts == 0 {
      sizes = [Int](repeating: count / parts, count: parts)
    }
    guard let sizes, sizes.count == parts, sizes.allSatisfy({ (1...count).contains($0) }),
      product([parts]) != nil, sizes.reduce(0, +) == count
    else { throw call.malformed("parts") }
    var result: [Feature] = []
    var first = 0
    for (name, size) in zip(call.node.outputs, sizes) {
      result.append(try selection(feature, first..<(first + size), name, call))
      first += size
    }
    return result
  }

  /// Some of a value's channels, picked by a convolution of 1x1.
  private mutating func selection(
    _ feature: Feature, _ range: Range<Int>, _ name: String, _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature {
    let inputs = channels[feature.node]
    guard range.lowerBound >= 0, range.upperBound <= inputs, feature.ungrouped == nil else {
      throw call.malformed("channels")
    }
    try folding.spend(product([inputs, range.count]), call.node)
    var weights = [Float](repeating: 0, count: inputs * range.count)
    for (output, input) in range.enumerated() { weights[input * range.count + output] = 1 }
    let one = Shape3(cube: 1)
    var result = feature
    result.node = add(
      name,
      .convolution(
        Convolution(
          kernel: one, stride: one, padding: .none, inputs: inputs, outputs: range.count,
          weights: weights, bias: [Float](repeating: 0, count: range.count), hasBias: false)),
      outputs: range.count, of: [feature.node])
    for (place, axis) in result.axes.enumerated() where axis == .channel {
      result.extents[place] = range.count
    }
    result.isShared = false
    return result
  }

  /// A value without its outermost voxels.
  private mutating func cropped(
    _ feature: Feature, _ cut: Padding, _ call: ONNXCall
  ) throws(ONNXModelError) -> Feature {
    try requireNoPadding(feature, call.title, call.kind)
    var result = feature
    for (place, axis) in feature.axes.enumerated() {
      guard let axis = axis.spatial else { continue }
      result.extents[place] -= cut.before[axis] + cut.after[axis]
      guard result.extents[place] > 0 else {
        throw .graph(.doesNotFit(node: call.title, input: Shape3 { feature[$0] }))
      }
    }
    // A transposed convolution cuts off what nobody else looks at.
    if !feature.isShared, case .transposedConvolution(var layer) = nodes[feature.node].operation {
      layer.crop = layer.crop + cut
      nodes[feature.node].operation = .transposedConvolution(layer)
      return result
    }
    return made(result, call, .crop(cut)).keeping(result)
  }
}

extension Feature {
  /// What the axes are after a change that only moves, drops or adds some of extent 1; `nil` where
  /// more happens.
  fileprivate func axes(movedTo wanted: [Int]) -> [FeatureAxis]? {
    let long = axes.indices.filter { extents[$0] != 1 }
    guard ungrouped == nil, long.map({ extents[$0] }) == wanted.filter({ $0 != 1 }),
      Set(long.map { axes[$0] }).isSuperset(of: spatial)
    else { return nil }
    var rest = long.map { axes[$0] }[...]
    // A batch or a channel of one may be anywhere: the batch comes first.
    var free = [FeatureAxis.batch, .channel].filter { !rest.contains($0) }[...]
    var short = wanted.filter { $0 == 1 }.count
    return wanted.map { extent in
      guard extent == 1 else { return rest.popFirst() ?? .unit }
      defer { short -= 1 }
      return free.count > 1 || short == 1 ? free.popFirst() ?? .unit : .unit
    }
  }

  /// This value with all that is known of another one, whose numbers it has.
  func keeping(_ other: Feature) -> Feature {
    var result = other
    result.node = node
    result.isShared = false
    return result
  }
}
