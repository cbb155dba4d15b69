import EngineCore
import NeuralGraph
import Synchronization
import VolumeCore

/// Makes engines that train with NVIDIA's cuDNN, on all cards that the process may see: each batch is shared.
public struct CUDNNTrainingFactory: TrainingEngineFactory {
  private let found: FoundCard
  private let checked = CheckedTraining()

  /// The factory.
  public init() { found = FoundCard(GPULibraryPlaces()) }

  /// The factory with other places, for tests.
  package init(_ places: GPULibraryPlaces) { found = FoundCard(places) }

  /// `cudnn`.
  public var name: String { "cudnn" }

  /// "cuDNN 9.10.2 on NVIDIA H100 80GB HBM3 (9.0)".
  public var words: String {
    switch found.sessions {
    case .success(let sessions): GPUSession.words(sessions)
    case .failure: "cuDNN (no card)"
    }
  }

  /// One of the cores tells the card what to do.
  public var leavesProcessorFree: Bool { true }

  /// Single precision.
  public var precisions: [Precision] { [.f32] }

  /// What is missing, or what the card computes wrongly.
  public var obstacle: Explanation? {
    switch found.sessions {
    case .success(let sessions):
      (found.selfCheck() ?? checked.check(sessions))?.explanation
    case .failure(let error): error.explanation
    }
  }

  /// Pinned buffers, weights on their way from and to the card, and what the libraries keep of the
  /// host's memory.
  public func byteCount(for plan: TrainingPlan) throws(EngineError) -> Int {
    let (_, _, output) = try lowered(plan)
    return CardBatch.hostByteCount(plan, outputVoxels: output.voxelCount)
      + 40 * plan.graph.parameterCount.total + CUDNNEngineFactory.libraries
  }

  /// What the training takes of each card's memory against what is free there.
  public func deviceShortage(for plan: TrainingPlan) throws(EngineError) -> Explanation? {
    do throws(GPUError) {
      let sessions = try found.sessions.get()
      let shares = SeveralCardsTraining.shares(plan.samples, cards: sessions.count)
      for (session, samples) in zip(sessions, shares) {
        var own = plan
        own.samples = samples
        let lowered: Lowered
        do throws(EngineError) { lowered = try self.lowered(own) } catch {
          throw .networkRefuses(error.explanation.what)
        }
        // Convolutions of crops need less; what they do is known when they are planned.
        let workspace = min(session.workspaceLimit, 256 << 20)
        let sizes = CardTrainingSizes(
          own, lowered.0, lowered.1, output: lowered.2, workspace: workspace)
        let free = max(0, try session.memory().free - CUDNNEngineFactory.kernels)
        if let lack = sizes.shortage(on: session.card.name, free: free) { return lack }
      }
      return nil
    } catch { throw error.asEngineError }
  }

  /// Makes an engine for the thread that calls.
  public func makeEngine(for plan: TrainingPlan) throws(EngineError) -> any TrainingEngine {
    if let shortage = try deviceShortage(for: plan) {
      throw .deviceFailed(engine: name, why: shortage)
    }
    do {
      let sessions = try found.sessions.get()
      if sessions.count > 1, plan.samples > 1 {
        return try SeveralCardsTraining(plan, sessions)
      }
      return try CUDNNTraining(plan, sessions[0])
    } catch let error as EngineError {
      throw error
    } catch let error as GPUError {
      throw error.asEngineError
    } catch {
      preconditionFailure("neither the engine's error nor the card's: \(error)")
    }
  }

  private typealias Lowered = (TrainingProgram, ParameterLayout, Shape3)

  private func lowered(_ plan: TrainingPlan) throws(EngineError) -> Lowered {
    let shapes = try plan.check(engine: name, precisions: precisions)
    _ = try LossFactors(plan.loss, engine: name)
    let table = ParameterTable(plan.graph)
    let program = try TrainingLowering(
      plan, table, shapes: shapes, limits: TrainingLimits(engine: name)
    ).program
    return (program, ParameterLayout(table, program), shapes[plan.graph.output])
  }
}

/// Whether the card trains as the reference does; found out once.
private final class CheckedTraining: Sendable {
  private let result = Mutex<Result<Void, GPUError>?>(nil)

  /// What the card computes wrongly.
  func check(_ sessions: [GPUSession]) -> GPUError? {
    result.withLock { result in
      let found: Result<Void, GPUError>
      if let result {
        found = result
      } else {
        do throws(GPUError) {
          for session in sessions { try TrainingSelfCheck(session).quick() }
          found = .success(())
        } catch { found = .failure(error) }
        result = found
      }
      if case .failure(let error) = found { return error }
      return nil
    }
  }
}
