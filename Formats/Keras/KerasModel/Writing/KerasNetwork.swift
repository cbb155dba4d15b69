import EngineCore
import NeuralGraph
import VolumeCore

/// A network as Keras has it: layers with their options and weights, and the calls of each.
///
/// Made of a graph; written as Keras 2 and Keras 3 want it by others.
struct KerasNetwork {
  /// One layer.
  struct Layer {
    var name: String
    /// Its class: "Conv2D".
    var kind: String
    /// Its options, without those that all layers have.
    var options: [String: JSONValue]
    var weights: [Weight] = []
    /// The values that it takes, for each time that it is called.
    var calls: [[KerasValue]] = []
  }

  /// One array of weights.
  struct Weight {
    /// Keras's name: "kernel", "gamma".
    var name: String
    var shape: [Int]
    var values: [Float]
    /// The node of the graph, and its part: `kernel`, `bias`, `scale`, `shift`, or those of the
    /// statistics, which are not trained.
    var node: String
    var part: String
    var isTrained = true
  }

  /// 2, or 3 for volumes.
  let dimensions: Int
  private(set) var layers: [Layer] = []
  private(set) var output = KerasValue(layer: "", call: 0)

  private let graph: Graph
  /// The number of layers of a scan that the network's first part is called on, one by one; else 1.
  private let stack: Int
  /// Whether a node is in that first part.
  private let isStacked: [Bool]
  /// The value of a node, or of its call on layer number `offset`.
  private var values: [Key: KerasValue] = [:]
  private var made: [String: (place: Int, operation: Operation)] = [:]
  private var names: Set<String> = []

  private struct Key: Hashable {
    var node: Int
    var offset: Int
  }

  init(_ graph: Graph) throws(KerasWritingError) {
    do { try graph.check() } catch { throw .graph(error) }
    self.graph = graph
    dimensions = graph.isPlanar ? 2 : 3
    let joins = graph.nodes.compactMap { node -> (from: Int, count: Int)? in
      guard case .layersToChannels(let count) = node.operation else { return nil }
      return (node.inputs[0], count)
    }
    // Where layers become channels at once, the input has them as channels.
    let takesChannels = joins.count == 1 && joins[0].from == 0
    var isStacked = [Bool](repeating: false, count: graph.nodes.count)
    if !takesChannels {
      for join in joins { isStacked[join.from] = true }
      for index in graph.nodes.indices.reversed() where isStacked[index] {
        for input in graph.nodes[index].inputs { isStacked[input] = true }
      }
    }
    self.isStacked = isStacked
    stack = takesChannels ? 1 : joins.first?.count ?? 1
    guard joins.allSatisfy({ takesChannels || $0.count == stack }),
      joins.isEmpty || dimensions == 2
    else { throw .layersDiffer }
    try addInput(layersAsChannels: takesChannels ? joins[0].count : nil)
    for index in graph.nodes.indices.dropFirst() {
      for offset in 0..<(isStacked[index] ? stack : 1) { try add(index, offset) }
    }
    output = value(graph.output, 0)
    layers = Self.inKerasOrder(layers, output: output)
  }

  /// The channels of the input, as Keras has it.
  var inputChannels: Int {
    guard let layer = layers.first, let shape = layer.options["batch_input_shape"]?.array else {
      return 0
    }
    return shape.last?.integer ?? 0
  }

  private func value(_ node: Int, _ offset: Int) -> KerasValue {
    guard let value = values[Key(node: node, offset: isStacked[node] ? offset : 0)] else {
      preconditionFailure("node \(node) has no value yet")
    }
    return value
  }

  // MARK: Layers

  /// Keras lets names begin with a letter or a digit, and forbids a slash.
  private mutating func unique(_ name: String) -> String {
    var clean = String(
      name.map { character in
        let isPlain = character.isASCII && (character.isLetter || character.isNumber)
        return isPlain || "_-.".contains(character) ? character : "-"
      })
    if clean.first.map({ $0.isLetter || $0.isNumber }) != true { clean = "layer" + clean }
    var result = clean
    var number = 1
    while !names.insert(result).inserted {
      number += 1
      result = "\(clean)-\(number)"
    }
    return result
  }

  /// Calls the layer that was made for `name` and `operation`, or makes it first.
  private mutating func call(
    _ name: String, _ operation: Operation, of inputs: [KerasValue], _ make: () -> Layer
  ) -> KerasValue {
    if let found = made[name], found.operation == operation {
      layers[found.place].calls.append(inputs)
      return KerasValue(
        layer: layers[found.place].name, call: layers[found.place].calls.count - 1)
    }
    var layer = make()
    layer.name = unique(name)
    layer.calls = [inputs]
    made[name] = (layers.count, operation)
    layers.append(layer)
    return KerasValue(layer: layer.name, call: 0)
  }

  /// The input; and where layers are taken one by one, what takes each out of the input's channels:
  /// axes turned, cut, turned back, by layers that every Keras has.
  private mutating func addInput(layersAsChannels: Int?) throws(KerasWritingError) {
    let name = graph.nodes[0].name
    let isStack = isStacked[0]
    guard !isStack || graph.inputChannels == 1 else { throw .layersDiffer }
    let channels = isStack ? stack : layersAsChannels ?? graph.inputChannels
    let shape = JSONValue.array(
      [JSONValue](repeating: .null, count: dimensions + 1) + [.integer(channels)])
    let input = Layer(
      name: unique(name), kind: "InputLayer", options: ["batch_input_shape": shape])
    layers.append(input)
    let source = KerasValue(layer: input.name, call: 0)
    guard isStack else {
      values[Key(node: 0, offset: 0)] = source
      return
    }
    let turned = call("\(name)-turned", .identity, of: [source]) {
      Layer(name: "", kind: "Permute", options: ["dims": [3, 1, 2]])
    }
    for offset in 0..<stack {
      let cut: JSONValue = [[.integer(offset), .integer(stack - 1 - offset)], [0, 0]]
      let one = call("\(name)-layer-\(offset)", .identity, of: [turned]) {
        Layer(name: "", kind: "Cropping2D", options: ["cropping": cut])
      }
      values[Key(node: 0, offset: offset)] = call("\(name)-layers", .identity, of: [one]) {
        Layer(name: "", kind: "Permute", options: ["dims": [2, 3, 1]])
      }
    }
  }

  /// Adds a node's layer, or a call of it.
  private mutating func add(_ index: Int, _ offset: Int) throws(KerasWritingError) {
    let node = graph.nodes[index]
    let key = Key(node: index, offset: offset)
    if case .layersToChannels = node.operation {
      guard isStacked[node.inputs[0]] else {
        values[key] = value(node.inputs[0], 0)
        return
      }
      let inputs = (0..<stack).map { value(node.inputs[0], $0) }
      values[key] = call(node.name, node.operation, of: inputs) {
        Layer(name: "", kind: "Concatenate", options: ["axis": -1])
      }
      return
    }
    // The depthwise half of a separable convolution waits for the other.
    if separablePartner(of: index) != nil { return }
    // "conv/relu" is the activation of "conv".
    if let owner = activationOwner(of: index) {
      let before = value(owner, offset)
      if let place = layers.firstIndex(where: { $0.name == before.layer }) {
        layers[place].options["activation"] = node.operation == .relu ? "relu" : "softmax"
      }
      values[key] = before
      return
    }
    if case .convolution(let pointwise) = node.operation, let first = node.inputs.first,
      separablePartner(of: first) == index,
      case .depthwiseConvolution(let depthwise) = graph.nodes[first].operation
    {
      let source = value(graph.nodes[first].inputs[0], offset)
      let layer = separable(node.name, graph.nodes[first].name, depthwise, pointwise)
      values[key] = call(node.name, node.operation, of: [source]) { layer }
      return
    }
    let layer = try layer(of: node)
    var inputs = node.inputs.map { value($0, offset) }
    // Keras pads unevenly, or by other numbers, in a layer of its own.
    if let padding = paddingLayer(of: node.operation) {
      inputs = [call("\(node.name)-pad", node.operation, of: inputs) { padding }]
    }
    values[key] = call(node.name, node.operation, of: inputs) { layer }
  }

  private func consumers(of index: Int) -> [Int] {
    graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(index) }
  }

  /// The pointwise convolution that makes a separable one of this depthwise convolution.
  private func separablePartner(of index: Int) -> Int? {
    guard dimensions == 2, case .depthwiseConvolution(let layer) = graph.nodes[index].operation,
      !layer.hasBias, graph.nodes[index].name.hasSuffix("/depthwise"), graph.output != index,
      paddingLayer(of: graph.nodes[index].operation) == nil
    else { return nil }
    let users = consumers(of: index)
    guard users.count == 1, case .convolution(let next) = graph.nodes[users[0]].operation,
      next.kernel.voxelCount == 1, next.stride.voxelCount == 1, next.padding == .none,
      graph.nodes[users[0]].name + "/depthwise" == graph.nodes[index].name
    else { return nil }
    return users[0]
  }

  /// The convolution whose activation this node is.
  private func activationOwner(of index: Int) -> Int? {
    let node = graph.nodes[index]
    let ending: String
    switch node.operation {
    case .relu: ending = "/relu"
    case .softmax: ending = "/softmax"
    default: return nil
    }
    let owner = node.inputs[0]
    guard node.name == graph.nodes[owner].name + ending, graph.output != owner,
      consumers(of: owner) == [index]
    else { return nil }
    switch graph.nodes[owner].operation {
    case .convolution, .depthwiseConvolution, .transposedConvolution: return owner
    default: return nil
    }
  }
}
