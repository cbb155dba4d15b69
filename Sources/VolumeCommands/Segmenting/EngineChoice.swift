import EngineCore
import NeuralGraph
import VolumeCore

/// The engine that was asked for, or the first that can compute `graph` here, in `precision` where that
/// is given; says in a line why a better one cannot.
public func chosenEngine(
  _ name: String?, _ precision: Precision?, for graph: Graph, _ context: CommandContext
) throws(Explanation) -> any EngineFactory {
  let engines = context.catalogue.engines
  if let name, let engine = engines.first(where: { $0.name == name }) {
    if let obstacle = engine.obstacle ?? engine.obstacle(to: graph) { throw obstacle }
    return engine
  }
  var passed: [String] = []
  for engine in engines {
    if let obstacle = engine.obstacle ?? engine.obstacle(to: graph) {
      passed.append("not \(engine.name): \(obstacle.what)")
      continue
    }
    if let precision, !engine.offers(precision) { continue }
    if !passed.isEmpty {
      context.console.note("engine: \(engine.name), \(passed.joined(separator: "; "))")
    }
    return engine
  }
  guard let engine = engines.first(where: { $0.obstacle == nil }) else {
    throw Explanation(
      .failed, "this build has no engine that can compute here",
      remedy: "install the tool again with Tools/setup")
  }
  return engine
}

extension EngineFactory {
  /// Whether it computes in `precision` on this machine.
  fileprivate func offers(_ precision: Precision) -> Bool {
    precision == .int8 ? byteArithmetic != .none : precisions.contains(precision)
  }
}
