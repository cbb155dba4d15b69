import NeuralGraph
import VolumeCore

/// The operators that are computed here of values that depend on the scan.
enum ONNXOperator: String, CaseIterable {
  case convolution = "Conv"
  case transposedConvolution = "ConvTranspose"
  case batchNormalisation = "BatchNormalization"
  case instanceNormalisation = "InstanceNormalization"
  case groupNormalisation = "GroupNormalization"
  case layerNormalisation = "LayerNormalization"
  case relu = "Relu"
  case leakyRelu = "LeakyRelu"
  case parametricRelu = "PRelu"
  case clip = "Clip"
  case sigmoid = "Sigmoid"
  case softmax = "Softmax"
  case logSoftmax = "LogSoftmax"
  case argMax = "ArgMax"
  case maxPool = "MaxPool"
  case averagePool = "AveragePool"
  case upsample = "Upsample"
  case resize = "Resize"
  case depthToSpace = "DepthToSpace"
  case concatenate = "Concat"
  case add = "Add"
  case subtract = "Sub"
  case multiply = "Mul"
  case divide = "Div"
  case sum = "Sum"
  case negate = "Neg"
  case pad = "Pad"
  case slice = "Slice"
  case split = "Split"
  case transpose = "Transpose"
  case reshape = "Reshape"
  case flatten = "Flatten"
  case squeeze = "Squeeze"
  case unsqueeze = "Unsqueeze"
  case identity = "Identity"
  case dropout = "Dropout"
  case cast = "Cast"
}

/// A node with the values that it is given.
struct ONNXCall {
  let node: ONNXNode
  let inputs: [ONNXNetwork.Value?]
  /// The inputs that are known numbers; `nil` for the others.
  let constants: [Constant?]

  var title: String { node.title }
  var kind: String { node.kind }

  /// The input that depends on the scan, which must be the first, or the one at `place`.
  func feature(_ place: Int = 0) throws(ONNXModelError) -> Feature {
    guard inputs.indices.contains(place), case .feature(let feature)? = inputs[place] else {
      throw malformed("input number \(place + 1)")
    }
    return feature
  }

  /// All inputs, each of which must depend on the scan.
  func features() throws(ONNXModelError) -> [Feature] {
    var result: [Feature] = []
    for place in inputs.indices { result.append(try feature(place)) }
    guard !result.isEmpty else { throw malformed("inputs") }
    return result
  }

  /// Known numbers at `place`; `nil` where they are left out.
  func constant(_ place: Int, _ what: String) throws(ONNXModelError) -> Constant? {
    guard inputs.indices.contains(place), let input = inputs[place] else { return nil }
    guard case .constant(let value) = input else {
      throw .dependsOnScan(node: title, kind: kind, what: what)
    }
    return value
  }

  /// Weights at `place`, all of them finite.
  func weights(_ place: Int, _ what: String) throws(ONNXModelError) -> Constant {
    guard let value = try constant(place, what) else { throw malformed(what) }
    guard value.floats.allSatisfy(\.isFinite) else { throw .weightsOutOfRange(node: title) }
    return value
  }

  /// Weights at `place`, `count` in all.
  func list(_ place: Int, _ what: String, count: Int) throws(ONNXModelError) -> [Float] {
    let value = try weights(place, what)
    guard value.count == count else { throw .cannotFold(node: title, kind: kind) }
    return value.floats
  }

  /// A whole number; where the option is missing, `standard`.
  func integer(_ name: String, _ standard: Int) -> Int {
    node.attributes[name]?.integer ?? standard
  }

  /// A number; where the option is missing, `standard`.
  func float(_ name: String, _ standard: Float) -> Float {
    node.attributes[name]?.float ?? standard
  }

  func text(_ name: String, _ standard: String) -> String {
    node.attributes[name]?.text ?? standard
  }

  func malformed(_ what: String) -> ONNXModelError {
    .malformed(node: title, kind: kind, what: what)
  }

  func unsupported(_ option: String, _ value: some CustomStringConvertible) -> ONNXModelError {
    .unsupportedOption(node: title, kind: kind, option: option, value: "\(value)")
  }

  /// The axis of the array that an option names, counted from the front.
  func axis(_ value: Int, _ feature: Feature) throws(ONNXModelError) -> FeatureAxis {
    let rank = feature.axes.count
    let (sum, overflow) = value.addingReportingOverflow(value < 0 ? rank : 0)
    guard !overflow, feature.axes.indices.contains(sum) else { throw malformed("axis") }
    return feature.axes[sum]
  }
}

extension ONNXNetwork {
  /// What `call` gives.
  mutating func apply(
    _ operation: ONNXOperator, _ call: ONNXCall
  ) throws(ONNXModelError) -> [Feature] {
    switch operation {
    case .identity, .dropout, .transpose, .reshape, .flatten, .squeeze, .unsqueeze, .cast: break
    default: try requireOpen(call)
    }
    switch operation {
    case .convolution: return [try convolution(call)]
    case .transposedConvolution: return [try transposedConvolution(call)]
    case .batchNormalisation: return [try batchNormalisation(call)]
    case .instanceNormalisation: return [try instanceNormalisation(call)]
    case .groupNormalisation: return [try groupNormalisation(call)]
    case .layerNormalisation: return [try layerNormalisation(call)]
    case .relu: return [try relu(call)]
    case .leakyRelu: return [try leakyRelu(call)]
    case .parametricRelu: return [try parametricRelu(call)]
    case .clip: return [try clip(call)]
    case .sigmoid: return [try sigmoid(call)]
    case .softmax, .logSoftmax: return [try softmax(call)]
    case .argMax: return [try argMax(call)]
    case .maxPool: return [try maxPool(call)]
    case .averagePool: return [try averagePool(call)]
    case .upsample, .resize: return [try resize(call)]
    case .depthToSpace: return [try depthToSpace(call)]
    case .concatenate: return [try concatenate(call)]
    case .add, .subtract, .multiply, .divide, .sum, .negate:
      return [try arithmetic(operation, call)]
    case .pad: return [try pad(call)]
    case .slice: return [try slice(call)]
    case .split: return try split(call)
    case .transpose: return [try transpose(call)]
    case .reshape, .flatten, .squeeze, .unsqueeze: return [try reshape(call)]
    case .identity: return [try call.feature()]
    case .dropout: return [try dropout(call)]
    case .cast: return [try cast(call)]
    }
  }

  /// Refuses to go on after what a network ends in.
  private func requireOpen(_ call: ONNXCall) throws(ONNXModelError) {
    for case .feature(let feature)? in call.inputs {
      let what: String? =
        switch feature.end {
        case .none: nil
        case .logarithms: "the result of a LogSoftmax, with which a network must end"
        case .secondOfTwo: "the result of a Sigmoid, with which a network must end"
        case .labels: "the result of an ArgMax, with which a network must end"
        }
      if let what { throw call.unsupported("its input", what) }
    }
  }
}
