import CCUDNN
import EngineCore
import VolumeCore

/// Finds an engine of cuDNN for each convolution: deterministic, precise, within the workspace.
///
/// The choice is the library's own order of preference, and so the same in every run on such a card.
final class ConvolutionPlanner {
  /// Whom cuDNN is asked for.
  enum Target {
    /// The card of a handle.
    case card(CUDNNHandle)
    /// A card that is only described, in cuDNN's own JSON: plans are checked and never run.
    case described(String)
  }

  private let libraries: GPULibraries
  private let target: Target
  private let workspaceLimit: Int
  private var known: [ConvolutionGeometry: ConvolutionPlan] = [:]

  init(_ libraries: GPULibraries, _ target: Target, workspaceLimit: Int) {
    self.libraries = libraries
    self.target = target
    self.workspaceLimit = workspaceLimit
  }

  /// The plan for `geometry`; made once.
  func plan(_ geometry: ConvolutionGeometry) throws(GPUError) -> ConvolutionPlan {
    if let plan = known[geometry] { return plan }
    var reason = ""
    // First what is made ahead, with everything in one go, then without; then what the library
    // compiles when asked, for which it needs further libraries.
    for allowsCompiling in [false, true] {
      for epilogue in [geometry.epilogue, .none] {
        do throws(GPUError) {
          if let plan = try find(geometry, epilogue, allowsCompiling, &reason) {
            known[geometry] = plan
            return plan
          }
        } catch {
          reason = reason.isEmpty ? error.explanation.what : reason
        }
      }
    }
    throw .noEngine(convolution: geometry.words, detail: reason)
  }

  // MARK: - Engines

  private func find(
    _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionGeometry.Epilogue,
    _ allowsCompiling: Bool, _ reason: inout String
  ) throws(GPUError) -> ConvolutionPlan? {
    var parts: [BackendDescriptor] = []
    let graph = try operationGraph(geometry, epilogue, &parts)
    var properties: BackendDescriptor?
    if case .described(let text) = target {
      let described = try descriptor(T2S_CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR)
      try described.set(
        T2S_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, T2S_CUDNN_TYPE_CHAR,
        Array(text.utf8) + [0])
      try described.finalise()
      properties = described
      parts.append(described)
    }
    for mode in [T2S_CUDNN_HEUR_MODE_A, T2S_CUDNN_HEUR_MODE_FALLBACK] {
      let heuristic = try descriptor(T2S_CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)
      try heuristic.set(T2S_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, [graph])
      try heuristic.set(
        T2S_CUDNN_ATTR_ENGINEHEUR_MODE, T2S_CUDNN_TYPE_HEUR_MODE, choice: mode)
      if let properties {
        try heuristic.set(T2S_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, [properties])
      }
      do throws(GPUError) { try heuristic.finalise() } catch {
        reason = error.explanation.what
        continue
      }
      let count = try heuristic.count(
        T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR)
      var configurations: [BackendDescriptor] = []
      for _ in 0..<count {
        configurations.append(try descriptor(T2S_CUDNN_BACKEND_ENGINECFG_DESCRIPTOR))
      }
      let found = try heuristic.get(T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, into: configurations)
      for configuration in configurations.prefix(found) {
        let engine = try describe(configuration)
        guard isAllowed(engine, geometry.format),
          engine.engine.isCompiledAtRunTime == allowsCompiling
        else { continue }
        let plan = try descriptor(T2S_CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
        switch target {
        case .card(let handle):
          try unsafe plan.set(
            T2S_CUDNN_ATTR_EXECUTION_PLAN_HANDLE, T2S_CUDNN_TYPE_HANDLE, [handle.handle])
        case .described:
          if let properties {
            try plan.set(T2S_CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, [properties])
          }
        }
        try plan.set(T2S_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, [configuration])
        do throws(GPUError) { try plan.finalise() } catch {
          reason = error.explanation.what
          continue
        }
        let workspace = try plan.values(
          T2S_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, T2S_CUDNN_TYPE_INT64, Int64(0), capacity: 1)
        guard let bytes = workspace.first, bytes <= workspaceLimit else {
          reason = "workspace of \(workspace.first ?? 0) bytes"
          continue
        }
        return ConvolutionPlan(
          geometry, epilogue, plan, workspaceByteCount: Int(bytes), engine: engine.engine,
          parts: parts + [graph, heuristic, configuration])
      }
    }
    return nil
  }

  private typealias Described = (engine: PlannedEngine, notes: [Int])

  /// What the library says of a configuration's engine.
  private func describe(_ configuration: BackendDescriptor) throws(GPUError) -> Described {
    let engine = try descriptor(T2S_CUDNN_BACKEND_ENGINE_DESCRIPTOR)
    _ = try configuration.get(T2S_CUDNN_ATTR_ENGINECFG_ENGINE, into: [engine])
    let index = try engine.values(
      T2S_CUDNN_ATTR_ENGINE_GLOBAL_INDEX, T2S_CUDNN_TYPE_INT64, Int64(-1), capacity: 1)
    let notes = try engine.values(
      T2S_CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, T2S_CUDNN_TYPE_NUMERICAL_NOTE, Int32(0), capacity: 32
    ).map { Int($0) }
    let behaviour = try engine.values(
      T2S_CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, T2S_CUDNN_TYPE_BEHAVIOR_NOTE, Int32(0), capacity: 32
    ).map { Int($0) }
    let planned = PlannedEngine(
      index: Int(index.first ?? -1),
      usesTensorCores: notes.contains(T2S_CUDNN_NUMERICAL_NOTE_TENSOR_CORE),
      isCompiledAtRunTime: behaviour.contains(T2S_CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION),
      isWinograd: notes.contains(T2S_CUDNN_NUMERICAL_NOTE_WINOGRAD))
    return (planned, notes)
  }

  /// Whether an engine gives the same bits each time, and the precision that was asked for: on newer
  /// cards tensor cores would round single precision to ten bits.
  private func isAllowed(_ engine: Described, _ format: NumberFormat) -> Bool {
    var banned = [
      T2S_CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, T2S_CUDNN_NUMERICAL_NOTE_FFT,
      T2S_CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13,
      T2S_CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION,
    ]
    if format.precision == .f32 {
      banned += [
        T2S_CUDNN_NUMERICAL_NOTE_TENSOR_CORE, T2S_CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
      ]
    }
    return !engine.notes.contains { banned.contains($0) }
  }

  // MARK: - The operation graph

  private func descriptor(_ type: Int) throws(GPUError) -> BackendDescriptor {
    try BackendDescriptor(type, libraries)
  }

  private func operationGraph(
    _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionGeometry.Epilogue,
    _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor {
    let number = geometry.format.precision == .f16 ? T2S_CUDNN_DATA_HALF : T2S_CUDNN_DATA_FLOAT
    let input = geometry.tensor(geometry.input, geometry.inputs)
    let output = geometry.tensor(geometry.output, geometry.outputs)
    let x = try tensor(TensorNumber.input, number, input, &parts)
    let w = try tensor(TensorNumber.weights, number, geometry.weights, &parts)
    let y = try tensor(TensorNumber.output, number, output, &parts)
    // What comes after the convolution, in order: each takes the value before it.
    var later: [(other: BackendDescriptor?, relu: Bool)] = []
    if epilogue.adds {
      later.append((try tensor(TensorNumber.added, number, output, &parts), false))
    }
    if epilogue.hasBias {
      let one = Shape3(z: 1, y: 1, x: 1)
      let offsets = geometry.tensor(one, geometry.outputs)
      later.append((try tensor(TensorNumber.bias, number, offsets, &parts), false))
    }
    if epilogue.relu { later.append((nil, true)) }
    func result(_ place: Int) throws(GPUError) -> BackendDescriptor {
      guard place < later.count else { return y }
      return try tensor(
        TensorNumber.virtual + place, T2S_CUDNN_DATA_FLOAT, output, isVirtual: true, &parts)
    }

    let dimensions = geometry.axes(geometry.kernel).count
    let convolution = try descriptor(T2S_CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, choice: T2S_CUDNN_DATA_FLOAT)
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE, T2S_CUDNN_TYPE_CONVOLUTION_MODE,
      choice: T2S_CUDNN_CROSS_CORRELATION)
    try convolution.set(T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, numbers: [dimensions])
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, numbers: Array(repeating: 1, count: dimensions))
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, numbers: geometry.axes(geometry.stride))
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, numbers: geometry.axes(geometry.padding.before))
    try convolution.set(
      T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, numbers: geometry.axes(geometry.padding.after))
    try convolution.finalise()

    let first = try descriptor(T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR)
    try first.set(T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, [convolution])
    try first.set(T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, [x])
    try first.set(T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, [w])
    var value = try result(0)
    try first.set(T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, [value])
    try first.set(
      T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, T2S_CUDNN_TYPE_FLOAT, [Float(1)])
    try first.set(
      T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, T2S_CUDNN_TYPE_FLOAT, [Float(0)])
    try first.finalise()
    var operations = [first]
    for (place, step) in later.enumerated() {
      let next = try result(place + 1)
      operations.append(try pointwise(value, step.other, relu: step.relu, to: next, &parts))
      value = next
    }
    parts += [convolution] + operations

    let graph = try descriptor(T2S_CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR)
    try graph.set(T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS, operations)
    if case .card(let handle) = target {
      try unsafe graph.set(
        T2S_CUDNN_ATTR_OPERATIONGRAPH_HANDLE, T2S_CUDNN_TYPE_HANDLE, [handle.handle])
    }
    try graph.finalise()
    return graph
  }

  private func pointwise(
    _ value: BackendDescriptor, _ other: BackendDescriptor?, relu: Bool, to: BackendDescriptor,
    _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor {
    let mode = try descriptor(T2S_CUDNN_BACKEND_POINTWISE_DESCRIPTOR)
    try mode.set(
      T2S_CUDNN_ATTR_POINTWISE_MODE, T2S_CUDNN_TYPE_POINTWISE_MODE,
      choice: relu ? T2S_CUDNN_POINTWISE_RELU_FWD : T2S_CUDNN_POINTWISE_ADD)
    try mode.set(
      T2S_CUDNN_ATTR_POINTWISE_MATH_PREC, T2S_CUDNN_TYPE_DATA_TYPE, choice: T2S_CUDNN_DATA_FLOAT)
    try mode.finalise()
    let operation = try descriptor(T2S_CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
    try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, [mode])
    try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_XDESC, [value])
    if let other { try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_BDESC, [other]) }
    try operation.set(T2S_CUDNN_ATTR_OPERATION_POINTWISE_YDESC, [to])
    try operation.finalise()
    parts.append(mode)
    return operation
  }

  private func tensor(
    _ number: Int, _ type: Int, _ layout: (dimensions: [Int], strides: [Int]),
    isVirtual: Bool = false, _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor {
    let tensor = try descriptor(T2S_CUDNN_BACKEND_TENSOR_DESCRIPTOR)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_DATA_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, choice: type)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_DIMENSIONS, numbers: layout.dimensions)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_STRIDES, numbers: layout.strides)
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID, numbers: [number])
    try tensor.set(T2S_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, numbers: [16])
    if isVirtual {
      try tensor.set(T2S_CUDNN_ATTR_TENSOR_IS_VIRTUAL, T2S_CUDNN_TYPE_BOOLEAN, [true])
    }
    try tensor.finalise()
    parts.append(tensor)
    return tensor
  }
}
