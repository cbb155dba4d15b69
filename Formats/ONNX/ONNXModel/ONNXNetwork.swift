import NeuralGraph
import VolumeCore

/// The order of the input's axes.
enum ONNXLayout: CaseIterable {
  /// (batch, channel, y, x), as PyTorch has it.
  case channelsFirst
  /// (batch, y, x, channel), as Keras has it.
  case channelsLast
}

/// A network in the making: operators become nodes, one or several for each, or numbers, or nothing.
///
/// The operators are gone through once, as if they were run, for one extent of the input. What depends
/// on the scan becomes nodes; all else is computed at once.
struct ONNXNetwork {
  enum Value {
    case constant(Constant)
    case feature(Feature)
  }

  let document: ONNXDocument
  /// The number of axes in space: 2, or 3.
  let dimensions: Int
  /// How many operators have been gone through, for choosing between two errors.
  private(set) var progress = 0

  var nodes: [Node]
  var channels: [Int]
  var folding: Folding
  private var values: [String: Value] = [:]
  /// How often each value is taken, by operators that lead to the result.
  private var uses: [String: Int] = [:]
  private let needed: [Bool]
  private let files: ONNXExternalFiles

  /// Begins with the input, which is `extents` long in its file's order; `nil` for open ones.
  init(
    _ document: ONNXDocument, input: ONNXInput, layout: ONNXLayout, open: [Int], channels: Int,
    budget: Int, files: ONNXExternalFiles
  ) {
    self.document = document
    self.files = files
    let known = input.extents ?? []
    dimensions = known.count - 2
    nodes = [Node(name: input.name, operation: .input(channels: channels), inputs: [])]
    self.channels = [channels]
    folding = Folding(budget: budget, opset: document.opset)
    let space: [FeatureAxis] = dimensions == 3 ? [.z, .y, .x] : [.y, .x]
    let axes: [FeatureAxis] =
      switch layout {
      case .channelsFirst: [.batch, .channel] + space
      case .channelsLast: [.batch] + space + [.channel]
      }
    var extents: [Int] = []
    for (place, axis) in axes.enumerated() {
      let standard: Int =
        switch axis {
        case .batch: 1
        case .channel: channels
        default: open[axis == .z ? 0 : axis == .y ? 1 : 2]
        }
      extents.append(known[place] ?? standard)
    }
    (needed, uses) = document.uses
    values[input.name] = .feature(
      Feature(node: 0, axes: axes, extents: extents, isShared: uses[input.name, default: 0] > 1))
  }

  /// Goes through all operators that lead to the result; gives the network.
  mutating func finish() throws(ONNXModelError) -> Graph {
    for (index, node) in document.nodes.enumerated() where needed[index] {
      progress = index
      let results = try compute(node, number: index + 1)
      for (name, result) in zip(node.outputs, results) where !name.isEmpty {
        var result = result
        if case .feature(var feature) = result {
          feature.isShared = feature.isShared || uses[name, default: 0] > 1
          result = .feature(feature)
        }
        values[name] = result
      }
    }
    progress = document.nodes.count
    let output = try result(document.outputs[0])
    let graph = Graph(nodes: nodes, output: output)
    do { try graph.check() } catch { throw .graph(error) }
    return graph
  }

  /// The node whose value is the network's result: probabilities of two classes or more.
  private mutating func result(_ name: String) throws(ONNXModelError) -> Int {
    guard case .feature(let feature)? = values[name] else {
      throw .inputIsMissing(node: "the output", input: name)
    }
    let space: [FeatureAxis] = dimensions == 3 ? [.z, .y, .x] : [.y, .x]
    guard feature.spatial == space, feature.layers == 1, feature.ungrouped == nil else {
      throw .axesDisagree(node: name, kind: "the output")
    }
    try requireNoPadding(feature, name, "the output")
    if nodes[feature.node].operation == .softmax { return feature.node }
    // One number for each voxel is the logit of the second of two classes, as in PyTorch's
    // BCEWithLogitsLoss; several are logits of as many classes.
    let node = channels[feature.node] == 1 ? secondOfTwo(feature, name) : feature.node
    return add("\(name)/softmax", .softmax, of: [node])
  }

  // MARK: Values

  /// The values that `node` takes; `nil` for those left out.
  private mutating func inputs(of node: ONNXNode) throws(ONNXModelError) -> [Value?] {
    var result: [Value?] = []
    for name in node.inputs {
      if name.isEmpty {
        result.append(nil)
      } else if case .feature(let feature)? = values[name] {
        result.append(.feature(joined(feature)))
      } else if let value = values[name] {
        result.append(value)
      } else if let tensor = document.initializers[name] {
        result.append(.constant(try constant(tensor, node)))
      } else {
        throw .inputIsMissing(node: node.title, input: name)
      }
    }
    return result
  }

  /// The scan itself, where its layers have gone into the batch for another operator: as channels.
  private mutating func joined(_ feature: Feature) -> Feature {
    guard feature.node == 0, feature.layers == 1, feature[.channel] != channels[0] else {
      return feature
    }
    let count = feature[.channel]
    var result = feature
    result.node = add(
      "\(nodes[0].name)/layers", .layersToChannels(count: count), outputs: count, of: [0])
    return result
  }

  /// The numbers of a tensor; taking them again and again is paid for each time.
  private mutating func constant(
    _ tensor: ONNXTensor, _ node: ONNXNode
  ) throws(ONNXModelError) -> Constant {
    try folding.spend(product(tensor.extents, limit: 1 << 28), node)
    return try Constant(tensor, node: node.title) { tensor throws(ONNXModelError) in
      try files.bytes(of: tensor)
    }
  }

  /// Adds a node; returns its number.
  mutating func add(
    _ name: String, _ operation: Operation, outputs: Int? = nil, of inputs: [Int]
  ) -> Int {
    nodes.append(Node(name: name, operation: operation, inputs: inputs))
    channels.append(outputs ?? channels[inputs[0]])
    return nodes.count - 1
  }

  /// What `node` gives.
  private mutating func compute(
    _ node: ONNXNode, number: Int
  ) throws(ONNXModelError) -> [Value] {
    func unknown() -> ONNXModelError {
      .unknownOperator(
        kind: node.domain.isEmpty || node.domain == "ai.onnx"
          ? node.kind : "\(node.domain).\(node.kind)",
        node: node.title, number: number, count: document.nodes.count)
    }
    guard node.domain.isEmpty || node.domain == "ai.onnx" else { throw unknown() }
    if node.kind == "Constant" { return [.constant(try constant(of: node))] }
    let inputs = try inputs(of: node)
    var constants: [Constant?] = []
    var hasFeatures = false
    for input in inputs {
      switch input {
      case .constant(let value): constants.append(value)
      case .feature:
        hasFeatures = true
        constants.append(nil)
      case nil: constants.append(nil)
      }
    }
    guard hasFeatures else {
      guard let results = try folding.fold(node, constants) else { throw unknown() }
      return results.map { .constant($0) }
    }
    if node.kind == "Shape" || node.kind == "Size" {
      guard case .feature(let feature)? = inputs.first,
        let result = node.kind == "Shape"
          ? folding.shapeResult(node, feature.extents)
          : product(feature.extents, limit: .max).map({ Constant(scalar: $0) })
      else { throw .cannotFold(node: node.title, kind: node.kind) }
      return [.constant(result)]
    }
    guard let operation = ONNXOperator(rawValue: node.kind) else { throw unknown() }
    let call = ONNXCall(node: node, inputs: inputs, constants: constants)
    return try apply(operation, call).map { .feature($0) }
  }

  /// The number, list or tensor of a `Constant` node.
  private mutating func constant(of node: ONNXNode) throws(ONNXModelError) -> Constant {
    if let tensor = node.attributes["value"]?.tensor {
      // Only weights lie in other files, which are part of the model's hash.
      guard !tensor.isExternal else { throw .externalConstant(tensor: node.title) }
      return try constant(tensor, node)
    }
    if let value = node.attributes["value_int"] { return Constant(scalar: value.integer) }
    if let value = node.attributes["value_ints"] { return Constant(value.integers) }
    if let value = node.attributes["value_float"] { return Constant([], .floats([value.float])) }
    if let value = node.attributes["value_floats"] {
      return Constant([value.floats.count], .floats(value.floats))
    }
    throw .malformed(node: node.title, kind: node.kind, what: "value")
  }

  func requireNoPadding(
    _ feature: Feature, _ node: String, _ kind: String
  ) throws(ONNXModelError) {
    guard feature.padding.isNone else {
      throw .unsupportedOption(
        node: node, kind: kind, option: "its input",
        value: "padded by more than a convolution takes in")
    }
  }
}

extension ONNXDocument {
  /// Which nodes lead to the result, and how often each value is taken by them.
  fileprivate var uses: (needed: [Bool], uses: [String: Int]) {
    var wanted = Set(outputs)
    var needed = [Bool](repeating: false, count: nodes.count)
    var uses: [String: Int] = [:]
    for name in outputs { uses[name, default: 0] += 1 }
    for (index, node) in nodes.enumerated().reversed() {
      guard node.outputs.contains(where: { wanted.contains($0) }) else { continue }
      needed[index] = true
      for name in node.inputs where !name.isEmpty {
        wanted.insert(name)
        // What only asks for a shape takes no numbers.
        if node.kind != "Shape" && node.kind != "Size" { uses[name, default: 0] += 1 }
      }
    }
    return (needed, uses)
  }
}
