import EngineCore
import NeuralGraph
import VolumeCore

/// The numbers that a segmentation is computed in, and for bytes how values become bytes.
struct PrecisionChoice: Sendable {
  var precision: Precision
  var calibration: ByteCalibration?

  /// What was asked for; else bytes where the model has a calibration that holds here and loses next to
  /// nothing, and this machine multiplies them fast; else the fastest that the engine has.
  init(
    _ choices: SegmentChoices, _ run: CalibrationRun, _ context: CommandContext
  ) throws(Explanation) {
    let engine = run.engine
    switch choices.precision {
    case .int8?:
      precision = .int8
      calibration = try Self.asked(choices, run, context)
    case let given?:
      precision = given
      guard engine.precisions.contains(given) else {
        throw Explanation(
          .input,
          "--precision \(given.rawValue): the engine '\(engine.name)' has "
            + "\(list(engine.precisions.map(\.rawValue))) on this machine",
          remedy: "leave --precision out")
      }
    case nil:
      precision = engine.precisions.first ?? .f32
      guard engine.byteArithmetic == .fast, choices.opinions.flips == 1 else { return }
      let path = choices.calibration ?? ByteCalibration.path(beside: run.model.path)
      guard var found = try ByteCalibration.read(path) else {
        if let given = choices.calibration { throw Self.missing(given) }
        return
      }
      var why = found.obstacle(model: run.model.hash, run.normalisation)
      if why == nil, found.scan != run.scan.fingerprint {
        // Of another scan it may lose more. Parts must all decide alike.
        if choices.isOfParts {
          why = "it was made on another scan, and parts do not measure what it loses"
        } else if let shortage = try run.shortage(choices.memory) {
          why = shortage.what
        } else {
          found.gate = try run.gate(found.quantisation)
        }
      }
      if why == nil, !found.gate.isPassed { why = found.gate.words }
      if let why {
        context.console.note("not computed in bytes by \(path): \(why)")
        return
      }
      context.console.note("computed in bytes by \(path): \(found.gate.words)")
      (precision, calibration) = (.int8, found)
    }
  }

  private static func missing(_ path: String) -> Explanation {
    Explanation(
      .input, "there is no calibration at \(path)",
      remedy: "make it: t2s-volume model calibrate MODEL SCAN --output \(path)")
  }

  /// The calibration that was given, or lies beside the model and holds here, or is made now.
  private static func asked(
    _ choices: SegmentChoices, _ run: CalibrationRun, _ context: CommandContext
  ) throws(Explanation) -> ByteCalibration {
    let engine = run.engine
    guard engine.byteArithmetic != .none else {
      throw Explanation(
        .input, "--precision int8: the engine '\(engine.name)' does not compute in bytes",
        remedy: "leave --precision out, or give --engine onednn")
    }
    guard choices.opinions.flips == 1 else {
      throw Explanation(
        .input, "--precision int8 with several orientations: a calibration is of one",
        remedy: "leave one of the two out")
    }
    if engine.byteArithmetic == .slow {
      context.console.note(
        "warning: this processor has no byte dot product (VNNI); other precisions are faster here")
    }
    let path = choices.calibration ?? ByteCalibration.path(beside: run.model.path)
    if let found = try ByteCalibration.read(path) {
      var why = found.obstacle(model: run.model.hash, run.normalisation)
      if why == nil, found.scan != run.scan.fingerprint, choices.calibration == nil,
        !choices.isOfParts
      {
        why = "it was made on another scan"
      }
      guard let why else {
        context.console.note("computed in bytes by \(path): \(found.gate.words)")
        return found
      }
      if choices.calibration != nil {
        throw Explanation(
          .input, "--calibration \(path) does not hold here: \(why)",
          remedy: "make it again for this scan: t2s-volume model calibrate MODEL SCAN --overwrite")
      }
      context.console.note("\(path) does not hold here: \(why)")
    } else if let given = choices.calibration {
      throw missing(given)
    }
    guard !choices.isOfParts else {
      throw Explanation(
        .input,
        "--precision int8: parts need one calibration for all, and \(path) is none for this scan",
        remedy:
          "make it first: t2s-volume model calibrate MODEL SCAN; give --calibration FILE where "
          + "it is elsewhere than beside the model")
    }
    return try made(run, choices.memory, context)
  }

  /// Calibrates now, and says what it cost.
  private static func made(
    _ run: CalibrationRun, _ memory: Int, _ context: CommandContext
  ) throws(Explanation) -> ByteCalibration {
    try run.checkMemory(memory)
    let clock = ContinuousClock()
    let start = clock.now
    let calibration = try run.run { () throws(Explanation) in
      try context.checkForStop(remedy: "give the same command again")
    }
    let seconds = (clock.now - start) / .seconds(1)
    context.console.note(
      "calibrated on \(Words.grouped(calibration.voxels)) voxels in \(Words.fixed(seconds, 1)) s: "
        + calibration.gate.words)
    return calibration
  }
}

extension SegmentChoices {
  /// Whether a part is made, or parts are put together.
  fileprivate var isOfParts: Bool { part != nil || joinsParts }
}

extension CalibrationRun {
  /// What it takes where that is more than is allowed; else `nil`.
  func shortage(_ memory: Int) throws(Explanation) -> Explanation? {
    let peak = try byteCount() + (64 << 20)
    guard peak > memory else { return nil }
    return Explanation(
      .input,
      "calibrating takes about \(Words.memory(peak)), and \(Words.memory(memory)) are allowed",
      remedy: "give more --memory")
  }

  /// Refuses where it takes more than is allowed.
  func checkMemory(_ memory: Int) throws(Explanation) {
    if let shortage = try shortage(memory) { throw shortage }
  }
}
