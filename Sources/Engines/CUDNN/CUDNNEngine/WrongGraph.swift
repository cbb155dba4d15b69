import CCUDNN

/// A convolution that is told to cuDNN wrongly in one way: what the library, and whatever stands for it,
/// must refuse.
package struct WrongGraph: Hashable, Sendable {
  /// What is wrong: of all that may be, what cuDNN 9.10.2 refuses. It takes two tensors of one number, and
  /// neighbours that lie in one place; and of a descriptor of another kind in a tensor's place it reads
  /// what is not there, until the process ends.
  package enum Flaw: String, Hashable, Sendable, CaseIterable {
    /// Nothing: it must be computed.
    case nothing
    case outputIsTooWide = "the output is a column too wide"
    case outputIsTooNarrow = "the output is a column too narrow"
    case weightsOfOtherInputs = "the weights take other channels than the input has"
    case weightsOfOtherOutputs = "the weights give other channels than the output has"
    case otherSamples = "the output has more samples than the input"
    case inputAndOutputSwapped = "input and output are swapped"
    case fewerAxes = "the convolution has two axes, and its tensors three"
    case weightsOfHalves = "the weights are halves, and the rest are not"
    case outputOfHalves = "the output is of halves, and the rest is not"
    case zeroStride = "the stride is zero"
    case shortPadding = "the padding has fewer axes than the convolution"
    case missingStrides = "the input has no distances"
    case missingWeights = "the operation has no weights"
    case narrowDimensions = "dimensions are 32-bit numbers"
    case weightsNotFinalised = "the weights were not finalised"
  }

  /// The pass that it would be.
  package var pass: ConvolutionGeometry.Pass
  /// What is wrong with it.
  package var flaw: Flaw

  /// "weights' gradient: the stride is zero".
  package var words: String { "\(pass.rawValue): \(flaw.rawValue)" }

  /// Each flaw in each pass.
  package static let all: [WrongGraph] = ConvolutionGeometry.Pass.allCases.flatMap { pass in
    Flaw.allCases.map { WrongGraph(pass: pass, flaw: $0) }
  }

  /// Offers it to the library; returns what that says, or `nil` where it would compute it.
  func refusal(
    _ libraries: GPULibraries, deviceProperties: String
  ) throws(GPUError) -> String? {
    do throws(GPUError) {
      let planner = ConvolutionPlanner(
        libraries, .described(deviceProperties), workspaceLimit: 1 << 30)
      var parts: [BackendDescriptor] = []
      let graph = try graph(planner, &parts)
      return try planner.hasEngine(graph) ? nil : "no engine"
    } catch {
      guard case .cudnnFailed(_, _, let name, let detail) = error else { throw error }
      return detail.isEmpty ? name : "\(name): \(detail)"
    }
  }

  /// 8 channels to 16, 3 x 3, of two samples of 12 x 10, in single precision.
  private func graph(
    _ planner: ConvolutionPlanner, _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor {
    let float = T2S_CUDNN_DATA_FLOAT
    let half = T2S_CUDNN_DATA_HALF
    let extra = flaw == .fewerAxes ? [1] : []
    var x = [2, 8] + extra + [12, 10]
    let w =
      [
        flaw == .weightsOfOtherOutputs ? 24 : 16, flaw == .weightsOfOtherInputs ? 16 : 8,
      ] + extra + [3, 3]
    let width = 10 + (flaw == .outputIsTooWide ? 1 : 0) - (flaw == .outputIsTooNarrow ? 1 : 0)
    var y = [flaw == .otherSamples ? 3 : 2, 16] + extra + [12, width]
    if flaw == .inputAndOutputSwapped { swap(&x, &y) }
    let input = try tensor(planner, TensorNumber.input, float, x, isFirst: true)
    let weights = try tensor(
      planner, TensorNumber.weights, flaw == .weightsOfHalves ? half : float, w, isFirst: false,
      isFinal: flaw != .weightsNotFinalised)
    let output = try tensor(
      planner, TensorNumber.output, flaw == .outputOfHalves ? half : float, y, isFirst: false)
    parts += [input, weights, output]
    let convolution = try planner.descriptor(T2S_CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, choice: float)
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE, T2S_CUDNN_TYPE_CONVOLUTION_MODE,
      choice: T2S_CUDNN_CROSS_CORRELATION)
    try convolution.set(T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, numbers: [2])
    try convolution.set(T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, numbers: [1, 1])
    let stride = flaw == .zeroStride ? 0 : 1
    try convolution.set(T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, numbers: [stride, stride])
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, numbers: flaw == .shortPadding ? [1] : [1, 1])
    try convolution.set(T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, numbers: [1, 1])
    try convolution.finalise()
    parts.append(convolution)
    let operation = try planner.operation(
      pass, convolution, x: input,
      w: flaw == .missingWeights ? nil : weights, y: output)
    parts.append(operation)
    let graph = try planner.descriptor(T2S_CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
    try graph.set(T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS, [operation])
    try graph.finalise()
    return graph
  }

  private func tensor(
    _ planner: ConvolutionPlanner, _ number: Int, _ type: Int, _ dimensions: [Int], isFirst: Bool,
    isFinal: Bool = true
  ) throws(GPUError) -> BackendDescriptor {
    let tensor = try planner.descriptor(T2S_CUDNN_BACKEND_TENSOR_DESCRIPTOR)
    let strides = ConvolutionGeometry.tensor(dimensions, isPlanes: true).strides
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_DATA_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, choice: type)
    if isFirst && flaw == .narrowDimensions {
      try tensor.set(
        T2S_CUDNN_ATTR_TENSOR_DIMENSIONS, T2S_CUDNN_TYPE_INT32, dimensions.map { Int32($0) })
    } else {
      try tensor.set(T2S_CUDNN_ATTR_TENSOR_DIMENSIONS, numbers: dimensions)
    }
    if !(isFirst && flaw == .missingStrides) {
      try tensor.set(T2S_CUDNN_ATTR_TENSOR_STRIDES, numbers: strides)
    }
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID, numbers: [number])
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, numbers: [16])
    if isFinal { try tensor.finalise() }
    return tensor
  }
}

extension PlanOracle {
  /// What the library says of each graph that is wrong in one way; `nil` where it would compute it.
  package func refusals() throws(GPUError) -> [(graph: WrongGraph, refusal: String?)] {
    var found: [(graph: WrongGraph, refusal: String?)] = []
    for graph in WrongGraph.all {
      found.append(
        (graph, try graph.refusal(libraries, deviceProperties: deviceProperties)))
    }
    return found
  }
}
