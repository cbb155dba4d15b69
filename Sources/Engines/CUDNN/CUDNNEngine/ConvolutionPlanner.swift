import CCUDNN
import EngineCore
import VolumeCore

/// Finds an engine of cuDNN for each convolution: deterministic, precise, within the workspace.
///
/// The choice is the library's own order of preference, and so the same in every run on such a card; or
/// it is that of a file.
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
  private let file: PlanFile?
  private var known: [ConvolutionGeometry: ConvolutionPlan] = [:]
  /// What is wrong with what a plan computes; one with a fault is passed over.
  var verification: ((ConvolutionPlan) throws(GPUError) -> String?)?
  /// The engines that were passed over, with their faults, for people.
  private(set) var faults: [String] = []

  /// - Parameter file: what says which engines to take, and is told which were.
  init(
    _ libraries: GPULibraries, _ target: Target, workspaceLimit: Int, file: PlanFile? = nil
  ) {
    self.libraries = libraries
    self.target = target
    self.workspaceLimit = workspaceLimit
    self.file = file
  }

  /// The plan for `geometry`; made once.
  func plan(_ geometry: ConvolutionGeometry) throws(GPUError) -> ConvolutionPlan {
    if let plan = known[geometry] { return plan }
    let plan: ConvolutionPlan
    if let file, let choice = file.choice(for: geometry) {
      do throws(GPUError) { plan = try make(geometry, choice) } catch {
        // A card that is lost is no fault of the file.
        if case .cudnnFailed(_, let status, _, _) = error,
          !(T2S_CUDNN_STATUS_BAD_PARAM..<T2S_CUDNN_STATUS_INTERNAL_ERROR).contains(status)
        {
          throw error
        }
        if case .callFailed = error { throw error }
        throw .planUnusable(
          path: file.path, convolution: geometry.words, why: error.explanation.what)
      }
      if let wrong = try verification?(plan) {
        throw .planUnusable(
          path: file.path, convolution: geometry.words,
          why: "engine \(plan.engine.index) \(wrong)")
      }
    } else {
      plan = try find(geometry)
      file?.add(plan)
    }
    known[geometry] = plan
    return plan
  }

  /// The first engine that is allowed.
  private func find(_ geometry: ConvolutionGeometry) throws(GPUError) -> ConvolutionPlan {
    var (reason, fault) = ("", "")
    // First what is made ahead, with everything in one go, then without; then what the library
    // compiles when asked, for which it needs further libraries.
    for allowsCompiling in [false, true] {
      for epilogue in epilogues(geometry) {
        var found: ConvolutionPlan?
        try forEachPlan(geometry, epilogue, allowsCompiling, &reason) {
          (plan) throws(GPUError) in
          if let wrong = try verification?(plan) {
            fault = "engine \(plan.engine.index) \(wrong)"
            faults.append("\(geometry.words): \(fault)")
            return true
          }
          found = plan
          return false
        }
        if let found { return found }
      }
    }
    throw .noEngine(convolution: geometry.words, detail: fault.isEmpty ? reason : fault)
  }

  /// All engines that are made ahead and allowed, each way of setting them once, at most `most`; with all
  /// of the epilogue where there is one that does it.
  func candidates(
    _ geometry: ConvolutionGeometry, most: Int
  ) throws(GPUError) -> [ConvolutionPlan] {
    var reason = ""
    for epilogue in epilogues(geometry) {
      var found: [ConvolutionPlan] = []
      try forEachPlan(geometry, epilogue, false, &reason) { plan in
        if !found.contains(where: { $0.engine == plan.engine }) { found.append(plan) }
        return found.count < most
      }
      if !found.isEmpty { return found }
    }
    return [try find(geometry)]
  }

  private func epilogues(_ geometry: ConvolutionGeometry) -> [ConvolutionGeometry.Epilogue] {
    geometry.epilogue == .none ? [.none] : [geometry.epilogue, .none]
  }

  // MARK: - Engines

  /// Calls `take` for each plan that is allowed, in the library's order, until it wants no more.
  private func forEachPlan(
    _ geometry: ConvolutionGeometry, _ epilogue: ConvolutionGeometry.Epilogue,
    _ allowsCompiling: Bool, _ reason: inout String,
    _ take: (ConvolutionPlan) throws(GPUError) -> Bool
  ) throws(GPUError) {
    var parts: [BackendDescriptor] = []
    guard
      let graph = try ifSupported(
        { () throws(GPUError) in try operationGraph(geometry, epilogue, &parts) }, &reason)
    else { return }
    let properties = try deviceProperties(&parts)
    for mode in [T2S_CUDNN_HEUR_MODE_A, T2S_CUDNN_HEUR_MODE_FALLBACK] {
      for configuration in try configurations(graph, mode, properties, &parts, &reason) {
        var engine = try describe(configuration)
        guard isAllowed(engine, geometry.format),
          engine.engine.isCompiledAtRunTime == allowsCompiling
        else { continue }
        let isCompiled = engine.engine.isCompiledAtRunTime
        guard
          let (plan, bytes) = try ifSupported(
            { () throws(GPUError) in try finished(configuration, properties) },
            isCompiled: isCompiled, &reason)
        else { continue }
        guard bytes <= workspaceLimit else {
          reason = "workspace of \(bytes) bytes"
          continue
        }
        engine.engine.knobs = try knobs(configuration)
        let made = ConvolutionPlan(
          geometry, epilogue, plan, workspaceByteCount: bytes, engine: engine.engine,
          parts: parts + [graph, configuration], libraries)
        guard try take(made) else { return }
      }
    }
  }

  /// Whether an engine that is made ahead computes `graph`, whatever its notes.
  func hasEngine(_ graph: BackendDescriptor) throws(GPUError) -> Bool {
    var (parts, reason): ([BackendDescriptor], String) = ([], "")
    let properties = try deviceProperties(&parts)
    for mode in [T2S_CUDNN_HEUR_MODE_A, T2S_CUDNN_HEUR_MODE_FALLBACK] {
      for configuration in try configurations(graph, mode, properties, &parts, &reason) {
        guard try !describe(configuration).engine.isCompiledAtRunTime else { continue }
        let plan = try ifSupported(
          { () throws(GPUError) in try finished(configuration, properties) }, &reason)
        if plan != nil { return true }
      }
    }
    return false
  }

  /// The library's proposals for `graph`, in its order.
  private func configurations(
    _ graph: BackendDescriptor, _ mode: Int, _ properties: BackendDescriptor?,
    _ parts: inout [BackendDescriptor], _ reason: inout String
  ) throws(GPUError) -> [BackendDescriptor] {
    let heuristic = try descriptor(T2S_CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR)
    try heuristic.set(T2S_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, [graph])
    try heuristic.set(T2S_CUDNN_ATTR_ENGINEHEUR_MODE, T2S_CUDNN_TYPE_HEUR_MODE, choice: mode)
    if let properties {
      try heuristic.set(T2S_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, [properties])
    }
    guard
      try ifSupported({ () throws(GPUError) in try heuristic.finalise() }, &reason) != nil
    else { return [] }
    parts.append(heuristic)
    let count = try heuristic.count(
      T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR)
    var configurations: [BackendDescriptor] = []
    for _ in 0..<count {
      configurations.append(try descriptor(T2S_CUDNN_BACKEND_ENGINECFG_DESCRIPTOR))
    }
    let found = try heuristic.get(T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, into: configurations)
    return Array(configurations.prefix(found))
  }

  /// The plan by the engine of `choice`, whatever the library would prefer; throws where it does not do it,
  /// or is not allowed.
  func make(
    _ geometry: ConvolutionGeometry, _ choice: PlanFile.Choice
  ) throws(GPUError) -> ConvolutionPlan {
    var parts: [BackendDescriptor] = []
    let epilogue = choice.isBare ? ConvolutionGeometry.Epilogue.none : geometry.epilogue
    let graph = try operationGraph(geometry, epilogue, &parts)
    let properties = try deviceProperties(&parts)
    let engine = try descriptor(T2S_CUDNN_BACKEND_ENGINE_DESCRIPTOR)
    try engine.set(T2S_CUDNN_ATTR_ENGINE_OPERATION_GRAPH, [graph])
    try engine.set(T2S_CUDNN_ATTR_ENGINE_GLOBAL_INDEX, numbers: [choice.engine])
    if let properties { try engine.set(T2S_CUDNN_ATTR_ENGINE_DEVICEPROP, [properties]) }
    try engine.finalise()
    var described = try describe(engine: engine)
    described.engine.knobs = choice.knobs
    guard isAllowed(described, geometry.format) else {
      throw .noEngine(
        convolution: geometry.words,
        detail:
          "engine \(choice.engine) does not give the same bits each time, or not the precision")
    }
    var knobs: [BackendDescriptor] = []
    for (type, value) in choice.knobs.sorted(by: { $0.key < $1.key }) {
      let knob = try descriptor(T2S_CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR)
      try knob.set(
        T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, T2S_CUDNN_TYPE_KNOB_TYPE, choice: type)
      try knob.set(T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, numbers: [value])
      try knob.finalise()
      knobs.append(knob)
    }
    let configuration = try descriptor(T2S_CUDNN_BACKEND_ENGINECFG_DESCRIPTOR)
    try configuration.set(T2S_CUDNN_ATTR_ENGINECFG_ENGINE, [engine])
    if !knobs.isEmpty { try configuration.set(T2S_CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, knobs) }
    try configuration.finalise()
    let (plan, bytes) = try finished(configuration, properties)
    guard bytes <= workspaceLimit else {
      throw .noEngine(
        convolution: geometry.words,
        detail: "engine \(choice.engine) takes \(bytes) bytes beside, \(workspaceLimit) are allowed"
      )
    }
    return ConvolutionPlan(
      geometry, epilogue, plan, workspaceByteCount: bytes, engine: described.engine,
      parts: parts + [graph, engine, configuration] + knobs, libraries)
  }

  /// A configuration made ready, and what it takes beside its values.
  private func finished(
    _ configuration: BackendDescriptor, _ properties: BackendDescriptor?
  ) throws(GPUError) -> (BackendDescriptor, Int) {
    let plan = try descriptor(T2S_CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
    switch target {
    case .card(let handle):
      try unsafe plan.set(
        T2S_CUDNN_ATTR_EXECUTION_PLAN_HANDLE, T2S_CUDNN_TYPE_HANDLE, [handle.handle])
    case .described:
      if let properties { try plan.set(T2S_CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, [properties]) }
    }
    try plan.set(T2S_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, [configuration])
    try plan.finalise()
    let workspace = try plan.values(
      T2S_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, T2S_CUDNN_TYPE_INT64, Int64(0), capacity: 1)
    return (plan, Int(workspace.first ?? 0))
  }

  /// What the card is told to be, where it is only described.
  private func deviceProperties(
    _ parts: inout [BackendDescriptor]
  ) throws(GPUError) -> BackendDescriptor? {
    guard case .described(let text) = target else { return nil }
    let described = try descriptor(T2S_CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR)
    try described.set(
      T2S_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, T2S_CUDNN_TYPE_CHAR, Array(text.utf8) + [0])
    try described.finalise()
    parts.append(described)
    return described
  }

  /// What `body` gives; `nil`, with the reason, where the library says that it does not do this. Any other
  /// failure (a card that is lost, memory that is full) is no reason to take another engine.
  private func ifSupported<Value>(
    _ body: () throws(GPUError) -> Value, isCompiled: Bool = false, _ reason: inout String
  ) throws(GPUError) -> Value? {
    do throws(GPUError) { return try body() } catch {
      guard case .cudnnFailed(_, let status, _, _) = error else { throw error }
      let isUnsupported =
        (T2S_CUDNN_STATUS_NOT_SUPPORTED..<T2S_CUDNN_STATUS_INTERNAL_ERROR).contains(status)
      // What is compiled at run time needs a compiler, which may be missing.
      let lacksCompiler =
        isCompiled
        && [
          T2S_CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED,
          T2S_CUDNN_STATUS_INTERNAL_ERROR_COMPILATION_FAILED,
        ].contains(status)
      guard isUnsupported || lacksCompiler else { throw error }
      reason = error.explanation.what
      return nil
    }
  }

  private typealias Described = (engine: PlannedEngine, notes: [Int])

  /// What the library says of a configuration's engine.
  private func describe(_ configuration: BackendDescriptor) throws(GPUError) -> Described {
    let engine = try descriptor(T2S_CUDNN_BACKEND_ENGINE_DESCRIPTOR)
    _ = try configuration.get(T2S_CUDNN_ATTR_ENGINECFG_ENGINE, into: [engine])
    return try describe(engine: engine)
  }

  /// How a configuration's engine is set.
  private func knobs(_ configuration: BackendDescriptor) throws(GPUError) -> [Int: Int] {
    // Asked how many there are, cuDNN 9.10.2 says none; it knows fewer kinds than these.
    var knobs: [BackendDescriptor] = []
    for _ in 0..<64 { knobs.append(try descriptor(T2S_CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR)) }
    let count = try configuration.get(T2S_CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, into: knobs)
    var found: [Int: Int] = [:]
    for knob in knobs.prefix(count) {
      let type = try knob.values(
        T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, T2S_CUDNN_TYPE_KNOB_TYPE, Int32(0), capacity: 1)
      let value = try knob.values(
        T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, T2S_CUDNN_TYPE_INT64, Int64(0), capacity: 1)
      if let type = type.first, let value = value.first { found[Int(type)] = Int(value) }
    }
    return found
  }

  private func describe(engine: BackendDescriptor) throws(GPUError) -> Described {
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
