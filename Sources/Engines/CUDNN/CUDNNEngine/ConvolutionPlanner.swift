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
  let target: Target
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
          parts: parts + [graph, heuristic, configuration], libraries)
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

  func descriptor(_ type: Int) throws(GPUError) -> BackendDescriptor {
    try BackendDescriptor(type, libraries)
  }
}
