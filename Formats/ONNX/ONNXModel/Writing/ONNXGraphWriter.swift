import NeuralGraph
import VolumeCore

/// Makes the message of a graph: nodes, weights, input and output.
///
/// A network that does not move along z has images as input, (batch, channel, y, x); any other volumes.
/// Layers that become channels are the input's channels; where an encoder looks at each of them first,
/// they go through it as a batch.
struct ONNXGraphWriter {
  /// The version of the operators that are written.
  static let opset = 17

  private let graph: Graph
  private let channels: [Int]
  private var nodes = ProtobufWriter()
  private var weights = ProtobufWriter()
  /// The name of each node's value.
  private var names: [String] = []
  private var used: Set<String> = []
  private let isPlanar: Bool
  /// How many layers the input has as channels; 1 where it has none.
  private let layers: Int
  /// Whether a node's value is one of single layers that have yet to become channels.
  private var isSingle: [Bool] = []

  init(_ graph: Graph) throws(ONNXWritingError) {
    do { try graph.check() } catch { throw .graph(error) }
    self.graph = graph
    channels = graph.channels
    isPlanar = graph.isPlanar
    layers = graph.layersAsChannels ?? 1
  }

  /// The fields of the message.
  mutating func message(name: String) throws(ONNXWritingError) -> [UInt8] {
    for (index, node) in graph.nodes.enumerated() {
      names.append(unique(index == graph.output && index > 0 ? "scores" : node.name))
      if index == 0 {
        isSingle.append(layers > 1)
        continue
      }
      let spaces = Set(node.inputs.map { isSingle[$0] })
      guard spaces.count == 1 else { throw .layersDiffer(node: node.name) }
      if case .layersToChannels(let count) = node.operation {
        guard isSingle[node.inputs[0]], count == layers, isPlanar else {
          throw .layersDiffer(node: node.name)
        }
        isSingle.append(false)
      } else {
        isSingle.append(isSingle[node.inputs[0]])
      }
      try write(node, index)
    }
    guard !isSingle[graph.output] || layers == 1 else {
      throw .layersDiffer(node: graph.nodes[graph.output].name)
    }
    var result = nodes
    result.put(2, name)
    // The weights are a stream of fields of the same message.
    let inputs = layers * channels[0]
    let (isSame, inputName, outputName) = (isSameShape, names[0], names[graph.output])
    let (planar, classes) = (isPlanar, graph.classCount)
    func value(_ name: String, _ count: Int, _ prefix: String) -> (inout ProtobufWriter) -> Void {
      { message in
        message.put(1, name)
        message.put(2) { type in
          type.put(1) { tensor in
            tensor.put(1, ONNXTensor.Element.float32.rawValue)
            tensor.put(2) { shape in
              shape.put(1) { $0.put(2, "batch") }
              shape.put(1) { $0.put(1, count) }
              for axis in planar ? ["y", "x"] : ["z", "y", "x"] {
                shape.put(1) { $0.put(2, prefix + axis) }
              }
            }
          }
        }
      }
    }
    result.put(11, value(inputName, inputs, ""))
    result.put(12, value(outputName, classes, isSame ? "" : "scores_"))
    return result.bytes + weights.bytes
  }

  /// Whether the result is as large as the input.
  private var isSameShape: Bool {
    let stride = graph.totalStride
    let margin = 2 * graph.layerMargin
    let input = Shape3 { 64 * stride[$0] + ($0 == .z ? margin : 0) }
    guard let shape = try? graph.shapes(forInput: input)[graph.output] else { return false }
    return shape.y == input.y && shape.x == input.x && shape.z == input.z - margin
  }

  private mutating func unique(_ name: String) -> String {
    var candidate = name
    var number = 2
    while !used.insert(candidate).inserted {
      candidate = "\(name)#\(number)"
      number += 1
    }
    return candidate
  }

  // MARK: Parts

  private enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case text(String)
  }

  /// A node that gives the value `output`.
  private mutating func put(
    _ kind: String, _ name: String, _ inputs: [String], _ output: String,
    _ attributes: KeyValuePairs<String, Attribute> = [:]
  ) {
    nodes.put(1) { node in
      for input in inputs { node.put(1, input) }
      node.put(2, output)
      node.put(3, name)
      node.put(4, kind)
      for (name, attribute) in attributes {
        node.put(5) { message in
          message.put(1, name)
          // The last field says which of the others is meant: `AttributeType`.
          switch attribute {
          case .float(let value):
            message.put(2, value)
            message.put(20, 1)
          case .integer(let value):
            message.put(3, value)
            message.put(20, 2)
          case .text(let value):
            message.put(4, value)
            message.put(20, 3)
          case .integers(let values):
            for value in values { message.put(8, value) }
            message.put(20, 7)
          }
        }
      }
    }
  }

  /// Weights of a node; gives their name.
  private mutating func weight(_ name: String, _ extents: [Int], _ values: [Float]) -> String {
    let name = unique(name)
    weights.put(5) { tensor in
      for extent in extents { tensor.put(1, extent) }
      tensor.put(2, ONNXTensor.Element.float32.rawValue)
      tensor.put(8, name)
      tensor.put(9, raw: values)
    }
    return name
  }

  /// A list of whole numbers; gives its name.
  private mutating func list(_ name: String, _ values: [Int]) -> String {
    let name = unique(name)
    weights.put(5) { tensor in
      tensor.put(1, values.count)
      tensor.put(2, ONNXTensor.Element.int64.rawValue)
      for value in values { tensor.put(7, value) }
      tensor.put(8, name)
    }
    return name
  }

  /// Numbers for the axes that the network has.
  private func numbers(_ shape: Shape3) -> [Int] {
    isPlanar ? [shape.y, shape.x] : [shape.z, shape.y, shape.x]
  }

  private func pads(_ padding: Padding) -> Attribute {
    .integers(numbers(padding.before) + numbers(padding.after))
  }

  /// The name of a node's input; the network's own input is cut into layers where it must be.
  private mutating func source(_ node: Node, _ place: Int = 0) -> String {
    let input = node.inputs[place]
    guard input == 0, layers > 1 else { return names[input] }
    let name = "\(names[0])/layers"
    if used.insert(name).inserted {
      let shape = list("\(name)/shape", [-1, 1, 0, 0])
      put("Reshape", name, [names[0], shape], name)
    }
    return name
  }

  // MARK: Operations

  private mutating func write(_ node: Node, _ index: Int) throws(ONNXWritingError) {
    let name = node.name
    let output = names[index]
    switch node.operation {
    case .input: break
    case .layersToChannels:
      guard node.inputs[0] != 0 else {
        // The layers are the input's channels as it is; only its name is needed.
        if index == graph.output {
          put("Identity", name, [names[0]], output)
        } else {
          names[index] = names[0]
        }
        return
      }
      let shape = list("\(name)/shape", [-1, channels[index], 0, 0])
      put("Reshape", name, [names[node.inputs[0]], shape], output)
    case .crop(let crop): cut(node, output, crop)
    case .convolution(let layer):
      let kernel = weight(
        "\(name)/kernel", [layer.outputs, layer.inputs] + numbers(layer.kernel),
        reordered(layer.weights, layer.kernel.voxelCount, layer.inputs, layer.outputs) {
          ($2 * layer.inputs + $1) * layer.kernel.voxelCount + $0
        })
      convolve(
        "Conv", node, output, kernel, layer.hasBias ? layer.bias : nil, layer.kernel, layer.stride,
        layer.padding, groups: 1)
    case .depthwiseConvolution(let layer):
      let kernel = weight(
        "\(name)/kernel", [layer.inputs * layer.multiplier, 1] + numbers(layer.kernel),
        reordered(layer.weights, layer.kernel.voxelCount, layer.inputs, layer.multiplier) {
          ($1 * layer.multiplier + $2) * layer.kernel.voxelCount + $0
        })
      convolve(
        "Conv", node, output, kernel, layer.hasBias ? layer.bias : nil, layer.kernel, layer.stride,
        layer.padding, groups: layer.inputs)
    case .transposedConvolution(let layer):
      let kernel = weight(
        "\(name)/kernel", [layer.inputs, layer.outputs] + numbers(layer.kernel),
        reordered(layer.weights, layer.kernel.voxelCount, layer.outputs, layer.inputs) {
          ($2 * layer.outputs + $1) * layer.kernel.voxelCount + $0
        })
      convolve(
        "ConvTranspose", node, output, kernel, layer.hasBias ? layer.bias : nil, layer.kernel,
        layer.stride, layer.crop, groups: 1)
    case .batchNormalisation(let layer):
      let count = [layer.scale.count]
      let inputs = [
        source(node), weight("\(name)/scale", count, layer.scale),
        weight("\(name)/shift", count, layer.shift), weight("\(name)/mean", count, layer.mean),
        weight("\(name)/variance", count, layer.variance),
      ]
      put(
        "BatchNormalization", name, inputs, output,
        ["epsilon": .float(layer.epsilon), "momentum": .float(layer.momentum)])
    case .groupNormalisation(let layer): try normalise(node, output, layer)
    case .relu: put("Relu", name, [source(node)], output)
    case .add:
      var inputs: [String] = []
      for place in node.inputs.indices { inputs.append(source(node, place)) }
      put(inputs.count == 2 ? "Add" : "Sum", name, inputs, output)
    case .concatenate:
      var inputs: [String] = []
      for place in node.inputs.indices { inputs.append(source(node, place)) }
      put("Concat", name, inputs, output, ["axis": .integer(1)])
    case .maxPool(let window):
      put(
        "MaxPool", name, [source(node)], output,
        ["kernel_shape": .integers(numbers(window)), "strides": .integers(numbers(window))])
    case .upsampleNearest(let factor):
      let scales = [1, 1] + numbers(factor)
      let scale = weight("\(name)/scales", [scales.count], scales.map(Float.init))
      put(
        "Resize", name, [source(node), "", scale], output,
        [
          "mode": .text("nearest"), "nearest_mode": .text("floor"),
          "coordinate_transformation_mode": .text("asymmetric"),
        ])
    case .softmax: put("Softmax", name, [source(node)], output, ["axis": .integer(1)])
    case .dropout(let rate):
      put("Dropout", name, [source(node), weight("\(name)/rate", [], [rate])], output)
    case .gaussianNoise, .identity: put("Identity", name, [source(node)], output)
    }
  }

  private mutating func convolve(
    _ kind: String, _ node: Node, _ output: String, _ kernel: String, _ bias: [Float]?,
    _ extent: Shape3, _ stride: Shape3, _ padding: Padding, groups: Int
  ) {
    var inputs = [source(node), kernel]
    if let bias { inputs.append(weight("\(node.name)/bias", [bias.count], bias)) }
    put(
      kind, node.name, inputs, output,
      [
        "kernel_shape": .integers(numbers(extent)), "strides": .integers(numbers(stride)),
        "pads": pads(padding), "group": .integer(groups),
      ])
  }

  /// A value without its outermost voxels.
  private mutating func cut(_ node: Node, _ output: String, _ crop: Padding) {
    let starts = numbers(crop.before)
    let ends = numbers(crop.after).map { $0 == 0 ? Int.max : -$0 }
    let inputs = [
      source(node), list("\(node.name)/starts", starts), list("\(node.name)/ends", ends),
      list("\(node.name)/axes", Array(2..<(2 + starts.count))),
    ]
    put("Slice", node.name, inputs, output)
  }

  /// Weights of the order (place, a, b) in another, which `place` gives for each.
  private func reordered(
    _ values: [Float], _ places: Int, _ a: Int, _ b: Int, to place: (Int, Int, Int) -> Int
  ) -> [Float] {
    var result = [Float](repeating: 0, count: values.count)
    var from = 0
    for p in 0..<places {
      for i in 0..<a {
        for j in 0..<b {
          result[place(p, i, j)] = values[from]
          from += 1
        }
      }
    }
    return result
  }

  private mutating func normalise(
    _ node: Node, _ output: String, _ layer: GroupNormalisation
  ) throws(ONNXWritingError) {
    let name = node.name
    let count = layer.scale.count
    let input = source(node)
    let axes = isPlanar ? 4 : 5
    if layer.extent == .voxel {
      guard layer.groups == 1 else {
        throw .hasNoOperator(node: name, what: "norms of groups of one voxel's channels")
      }
      let scale = weight("\(name)/scale", [count], layer.scale)
      let shift = weight("\(name)/shift", [count], layer.shift)
      let (last, normed) = (unique("\(name)/channels-last"), unique("\(name)/normalised"))
      put(
        "Transpose", last, [input], last, ["perm": .integers([0] + Array(2..<axes) + [1])])
      put(
        "LayerNormalization", name, [last, scale, shift], normed,
        ["axis": .integer(-1), "epsilon": .float(layer.epsilon)])
      put(
        "Transpose", "\(name)/channels-first", [normed], output,
        ["perm": .integers([0, axes - 1] + Array(1..<(axes - 1)))])
      return
    }
    guard (layer.extent == .layer) == isPlanar else {
      throw .hasNoOperator(node: name, what: "norms of the layers of a volume")
    }
    if layer.groups == count {
      let scale = weight("\(name)/scale", [count], layer.scale)
      let shift = weight("\(name)/shift", [count], layer.shift)
      put(
        "InstanceNormalization", name, [input, scale, shift], output,
        ["epsilon": .float(layer.epsilon)])
      return
    }
    let ones = weight("\(name)/ones", [layer.groups], [Float](repeating: 1, count: layer.groups))
    let zeros = weight("\(name)/zeros", [layer.groups], [Float](repeating: 0, count: layer.groups))
    let groups = list("\(name)/groups", [0, layer.groups, -1])
    let ending = [Int](repeating: 1, count: axes - 2)
    let scale = weight("\(name)/scale", [count] + ending, layer.scale)
    let shift = weight("\(name)/shift", [count] + ending, layer.shift)
    let parts = ["shape", "grouped", "normalised", "ungrouped", "scaled"].map {
      unique("\(name)/\($0)")
    }
    put("Shape", parts[0], [input], parts[0])
    put("Reshape", parts[1], [input, groups], parts[1])
    put(
      "InstanceNormalization", name, [parts[1], ones, zeros], parts[2],
      ["epsilon": .float(layer.epsilon)])
    put("Reshape", parts[3], [parts[2], parts[0]], parts[3])
    put("Mul", parts[4], [parts[3], scale], parts[4])
    put("Add", "\(name)/shifted", [parts[4], shift], output)
  }
}
