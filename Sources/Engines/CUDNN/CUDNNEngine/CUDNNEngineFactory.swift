import EngineCore
import NeuralGraph
import Synchronization
import VolumeCore

/// Makes engines that compute with NVIDIA's cuDNN on all cards that the process may see.
///
/// Driver, cuDNN and card are looked for when somebody first asks, not when the tool starts.
public struct CUDNNEngineFactory: EngineFactory {
  private let found: FoundCard
  private let lowered = GPULoweringCache()
  /// Whether engines are not checked when they are made.
  private let isTrusting: Bool
  private var file: PlanFile?

  /// The factory.
  public init() { self.init(GPULibraryPlaces()) }

  /// The factory with other places, for tests.
  ///
  /// - Parameter trusting: whether convolutions are not checked when an engine is made: where time is a
  ///   model's, and nothing is computed.
  package init(_ places: GPULibraryPlaces, trusting: Bool = false) {
    found = FoundCard(places)
    isTrusting = trusting
  }

  /// The same, with the engines that the file at `path` says; the file is made or added to where it lacks
  /// one.
  public func withPlans(in path: String) throws(Explanation) -> any EngineFactory {
    var result = self
    do throws(GPUError) {
      result.file = try PlanFile(path, for: try found.sessions.get())
    } catch { throw error.explanation }
    return result
  }

  /// `cudnn`.
  public var name: String { "cudnn" }

  /// "cuDNN 9.10.2 on NVIDIA H100 80GB HBM3 (9.0)".
  public var words: String {
    switch found.sessions {
    case .success(let sessions): GPUSession.words(sessions)
    case .failure: "cuDNN (no card)"
    }
  }

  /// The card.
  public var hasOwnDevice: Bool { true }

  /// Half precision first where all cards have tensor cores to multiply it; older ones are no faster with
  /// it.
  public var precisions: [Precision] {
    switch found.sessions {
    case .success(let sessions) where sessions.allSatisfy(\.card.capability.hasTensorCores):
      [.f16, .f32]
    default: [.f32]
    }
  }

  /// What is missing, or what the card computes wrongly.
  public var obstacle: Explanation? {
    switch found.sessions {
    case .success: found.selfCheck()?.explanation
    case .failure(let error): error.explanation
    }
  }

  /// Norms over channels or space have no kernel on the card.
  public func obstacle(to graph: Graph) -> Explanation? {
    for node in graph.nodes {
      guard case .groupNormalisation = node.operation else { continue }
      return GPULowering.normsAreMissing(node).explanation
    }
    do throws(EngineError) {
      _ = try GPULowering(graph, output: .labels, precision: .f32)
      return nil
    } catch { return error.explanation }
  }

  /// Pinned buffers, weights on their way to the card, and what the libraries keep of the host's
  /// memory.
  public func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int {
    _ = try lowered.network(for: plan)
    let bytes = SlotBytes(plan)
    let cards = (try? found.sessions.get().count) ?? 1
    let weights = (1 + cards) * 4 * plan.graph.parameterCount.total
    return slots * (bytes.input + bytes.output + 3 * 4096) + weights + Self.libraries
  }

  /// What the plan takes of each card's memory against what is free there.
  public func deviceShortage(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> Explanation? {
    do throws(GPUError) {
      let sessions = try found.sessions.get()
      for (card, session) in sessions.enumerated() {
        let share = SeveralCards.share(of: card, cards: sessions.count, slots: slots)
        if share < 1 { break }
        let demand: CardDemand
        do {
          demand = try CardDemand(
            plan, lowered.network(for: plan), slots: share, workspace: session.workspaceLimit)
        } catch let error as GraphError {
          throw GPUError.networkRefuses(error.explanation.what)
        } catch {
          return Explanation(.input, "\(error)", remedy: "try --engine onednn")
        }
        let free = max(0, try session.memory().free - Self.kernels)
        if let lack = demand.shortage(on: session.card.name, free: free) { return lack }
      }
      return nil
    } catch {
      throw error.asEngineError
    }
  }

  /// Makes an engine for the thread that calls.
  public func makeEngine(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> any InferenceEngine {
    guard plan.precision == .f32 || plan.precision == .f16 else {
      throw .precisionUnsupported(engine: name, precision: plan.precision)
    }
    let lowering = try lowered.network(for: plan)
    do throws(GPUError) {
      let sessions = try found.sessions.get()
      guard sessions.count > 1, slots > 1 else {
        return try CUDNNEngine(
          plan, lowering, sessions[0], slots: slots, file: file, trusting: isTrusting)
      }
      return try SeveralCards(
        plan, lowering, sessions, slots: slots, file: file, trusting: isTrusting)
    } catch {
      throw error.asEngineError
    }
  }

  /// What driver and cuDNN take of the host's memory.
  static let libraries = 768 << 20
  /// What the code of driver and cuDNN takes of the card's, loaded as it is needed.
  static let kernels = 512 << 20
}

extension CardDemand {
  /// In words, where the plan does not fit in `free` bytes of a card.
  package func shortage(on card: String, free: Int) -> Explanation? {
    if largestCount >= CardPlan.mostNumbers {
      return Explanation(
        .input,
        "a tile's largest value would have \(largestCount) numbers, and cuDNN's engines end at "
          + "\(CardPlan.mostNumbers)", remedy: "give a smaller --tile, or --tile auto")
    }
    guard total > free else { return nil }
    func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }
    return Explanation(
      .input,
      "the card's memory is too small for such tiles: \(mebibytes(total)) MiB are needed "
        + "(\(mebibytes(values)) for values, \(mebibytes(weights)) for weights, "
        + "\(mebibytes(slots)) for tiles in flight, \(mebibytes(workspace)) for cuDNN), and \(card) "
        + "has \(mebibytes(free)) MiB free",
      remedy: "give a smaller --tile, or --tile auto, or fewer --slots")
  }
}

/// The cards, looked for once.
final class FoundCard: Sendable {
  private let places: GPULibraryPlaces
  private let known = Mutex<Result<[GPUSession], GPUError>?>(nil)
  private let checked = Mutex<Result<Void, GPUError>?>(nil)

  init(_ places: GPULibraryPlaces) { self.places = places }

  var sessions: Result<[GPUSession], GPUError> {
    known.withLock { known in
      if let known { return known }
      let result: Result<[GPUSession], GPUError>
      do throws(GPUError) { result = .success(try GPUSession.all(places)) } catch {
        result = .failure(error)
      }
      known = result
      return result
    }
  }

  /// What the quick self-check found wrong; done once.
  func selfCheck() -> GPUError? {
    guard case .success(let sessions) = sessions else { return nil }
    return checked.withLock { checked in
      let result: Result<Void, GPUError>
      if let checked {
        result = checked
      } else {
        do throws(GPUError) {
          for session in sessions { try SelfCheck(session).quick() }
          result = .success(())
        } catch { result = .failure(error) }
        checked = result
      }
      if case .failure(let error) = result { return error }
      return nil
    }
  }
}

/// Keeps the network that was lowered last: a plan asks for the memory of many tiles of one network.
final class GPULoweringCache: Sendable {
  private struct Entry {
    var graph: Graph
    var output: EngineOutput
    var precision: Precision
    var lowering: GPULowering
  }
  private let last = Mutex<Entry?>(nil)

  func network(for plan: ExecutionPlan) throws(EngineError) -> GPULowering {
    // Graphs that share their weights, as copies do, are compared in no time.
    let known = last.withLock { entry in
      entry.flatMap {
        $0.output == plan.output && $0.precision == plan.precision && $0.graph == plan.graph
          ? $0.lowering : nil
      }
    }
    if let known { return known }
    let lowering = try GPULowering(
      plan.graph, output: plan.output, precision: plan.precision)
    let entry = Entry(
      graph: plan.graph, output: plan.output, precision: plan.precision, lowering: lowering)
    last.withLock { $0 = entry }
    return lowering
  }
}
