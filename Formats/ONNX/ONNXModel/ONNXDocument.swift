/// A model's file taken apart: what of `onnx.proto` a network of inference needs.
struct ONNXDocument {
  /// The program that wrote it.
  var producer = ""
  /// The producer's version.
  var producerVersion = ""
  /// The version of ONNX's own operators.
  var opset = 0
  /// Free texts by their names: the model's card is one.
  var properties: [String: String] = [:]
  /// Nodes in an order in which each takes only earlier values.
  var nodes: [ONNXNode] = []
  /// Weights and other constants, by their names.
  var initializers: [String: ONNXTensor] = [:]
  /// Inputs, those that initializers fill among them.
  var inputs: [ONNXInput] = []
  /// Names of the values that are results.
  var outputs: [String] = []
}

/// One operator with where its values come from and go to.
struct ONNXNode {
  var name = ""
  var kind = ""
  var domain = ""
  /// Names of values; an empty one stands for an optional input that is left out.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: ONNXAttribute] = [:]

  /// What errors call it: few exporters name every node.
  var title: String { name.isEmpty ? outputs.first ?? kind : name }
}

/// An option of a node; which of the members is meant, the operator knows.
struct ONNXAttribute {
  var integer = 0
  var float: Float = 0
  var text = ""
  var integers: [Int] = []
  var floats: [Float] = []
  var tensor: ONNXTensor?
  var hasGraph = false
}

/// An input of the network as its file describes it.
struct ONNXInput {
  var name = ""
  /// A number of `ONNXTensor.Element`.
  var element = 0
  /// Extents; `nil` for one that is left open.
  var extents: [Int?]?
}

/// Numbers as they lie in the file.
struct ONNXTensor {
  /// What the numbers are: `TensorProto.DataType`.
  enum Element: Int {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16

    /// Bytes of one number in `raw_data`.
    var byteCount: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16, .float16, .bfloat16: 2
      case .float32, .int32, .uint32: 4
      case .int64, .float64, .uint64: 8
      }
    }

    /// Whether computing with it is computing with fractions.
    var isFloat: Bool {
      switch self {
      case .float32, .float16, .float64, .bfloat16: true
      case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64: false
      }
    }
  }

  var name = ""
  var extents: [Int] = []
  /// A number of `Element`.
  var element = 0
  /// `raw_data`: little-endian numbers one after the other.
  var raw: ArraySlice<UInt8>?
  /// `float_data`, or `double_data` in single precision.
  var floats: [Float] = []
  /// `int32_data`, `int64_data` or `uint64_data`; also the bits of halves.
  var integers: [Int] = []
  /// Where the numbers lie in another file: `location`, `offset`, `length`.
  var external: [String: String] = [:]
  var isExternal = false
}

// MARK: Taking apart

extension ONNXDocument {
  /// No network has more nodes, constants, inputs, options or properties.
  static let largestCount = 1 << 16

  /// Takes apart a whole file.
  init(_ bytes: [UInt8]) throws(ONNXModelError) {
    do {
      try self.init(model: bytes[...])
    } catch {
      throw .noModel(error)
    }
    guard !nodes.isEmpty, opset > 0 else { throw .hasNoGraph }
  }

  private init(model bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 2: producer = field.text ?? ""
      case 3: producerVersion = field.text ?? ""
      case 7: if let graph = field.bytes { try readGraph(graph) }
      case 8: if let set = field.bytes { try readOpset(set) }
      case 14:
        guard let entry = field.bytes, properties.count < Self.largestCount else { continue }
        let (key, value) = try Self.entry(entry)
        properties[key] = value
      default: break
      }
    }
  }

  private mutating func readOpset(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var (domain, version) = ("", 0)
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { domain = field.text ?? "" }
      if field.number == 2 { version = field.integer ?? 0 }
    }
    if domain.isEmpty || domain == "ai.onnx" { opset = version }
  }

  private mutating func readGraph(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      guard let part = field.bytes else { continue }
      func room(_ count: Int) throws(ProtobufError) {
        guard count < Self.largestCount else { throw .malformed(offset: part.startIndex) }
      }
      switch field.number {
      case 1:
        try room(nodes.count)
        nodes.append(try ONNXNode(part))
      case 5:
        try room(initializers.count)
        let tensor = try ONNXTensor(part)
        initializers[tensor.name] = tensor
      case 11:
        try room(inputs.count)
        inputs.append(try ONNXInput(part))
      case 12:
        try room(outputs.count)
        outputs.append(try ONNXInput(part).name)
      default: break
      }
    }
  }

  /// A `StringStringEntryProto`.
  fileprivate static func entry(
    _ bytes: ArraySlice<UInt8>
  ) throws(ProtobufError) -> (key: String, value: String) {
    var (key, value) = ("", "")
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { key = field.text ?? "" }
      if field.number == 2 { value = field.text ?? "" }
    }
    return (key, value)
  }
}

extension ONNXNode {
  fileprivate init(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      guard let part = field.bytes else { continue }
      let isFull = max(inputs.count, outputs.count, attributes.count) >= ONNXDocument.largestCount
      guard !isFull else { throw .malformed(offset: part.startIndex) }
      switch field.number {
      case 1: inputs.append(field.text ?? "")
      case 2: outputs.append(field.text ?? "")
      case 3: name = field.text ?? ""
      case 4: kind = field.text ?? ""
      case 5:
        let (name, attribute) = try ONNXAttribute.named(part)
        attributes[name] = attribute
      case 7: domain = field.text ?? ""
      default: break
      }
    }
  }
}

extension ONNXAttribute {
  fileprivate static func named(
    _ bytes: ArraySlice<UInt8>
  ) throws(ProtobufError) -> (String, ONNXAttribute) {
    var name = ""
    var result = ONNXAttribute()
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = field.text ?? ""
      case 2: result.float = field.float ?? 0
      case 3: result.integer = field.integer ?? 0
      case 4: result.text = field.text ?? ""
      case 5:
        result.tensor = try field.bytes.map { bytes throws(ProtobufError) in try ONNXTensor(bytes) }
      case 6, 11: result.hasGraph = true
      case 7: try field.append(to: &result.floats)
      case 8: try field.append(to: &result.integers, limit: 1 << 20)
      default: break
      }
    }
    return (name, result)
  }
}

extension ONNXInput {
  /// Takes apart a `ValueInfoProto`.
  fileprivate init(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { name = field.text ?? "" }
      if field.number == 2, let type = field.bytes { try readType(type) }
    }
  }

  /// A `TypeProto` whose `tensor_type` has an element type and a shape.
  private mutating func readType(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      guard field.number == 1, let tensor = field.bytes else { continue }
      var inner = ProtobufReader(tensor)
      while let field = try inner.next() {
        if field.number == 1 { element = field.integer ?? 0 }
        if field.number == 2, let shape = field.bytes { try readShape(shape) }
      }
    }
  }

  private mutating func readShape(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var list: [Int?] = []
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      guard field.number == 1, let dimension = field.bytes, list.count < 64 else { continue }
      var extent: Int?
      var inner = ProtobufReader(dimension)
      while let field = try inner.next() {
        if field.number == 1, let value = field.integer, value > 0 { extent = value }
        if field.number == 2 { extent = nil }
      }
      list.append(extent)
    }
    extents = list
  }
}

extension ONNXTensor {
  /// Takes apart a `TensorProto`.
  fileprivate init(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.append(to: &extents, limit: 64)
      case 2: element = field.integer ?? 0
      case 4: try field.append(to: &floats)
      case 5, 7, 11: try field.append(to: &integers, limit: 1 << 28)
      case 8: name = field.text ?? ""
      case 9: raw = field.bytes
      case 10: try field.appendDoubles(to: &floats)
      case 13:
        guard let entry = field.bytes, external.count < 64 else { continue }
        let (key, value) = try ONNXDocument.entry(entry)
        external[key] = value
      case 14: isExternal = field.integer == 1
      default: break
      }
    }
  }
}
