import EngineCore
import NeuralGraph
import VolumeCore
import VolumePipeline

/// `--verify N`: the engine whose every n-th tile the processor computes again, or why that makes no
/// sense here.
enum TileVerification: Sendable {
  case none
  case impossible(why: String)
  case by(VerificationTally)

  /// Wraps `engine`, where it is not the processor itself.
  static func wrapped(
    _ engine: any EngineFactory, every distance: Int?, _ graph: Graph, _ context: CommandContext
  ) -> (any EngineFactory, TileVerification) {
    guard let distance else { return (engine, .none) }
    guard engine.hasOwnDevice else {
      let why = "the processor computes the tiles itself"
      context.console.note("--verify \(distance): \(why), nothing is computed twice")
      return (engine, .impossible(why: why))
    }
    let checker = context.catalogue.engines.first {
      !$0.hasOwnDevice && $0.obstacle == nil && $0.obstacle(to: graph) == nil
    }
    guard let checker else {
      return (engine, .impossible(why: "no other engine computes this network"))
    }
    let factory = VerifyingFactory(engine, checkedBy: checker, every: distance)
    return (factory, .by(factory.tally))
  }

  /// For the receipt; `nil` where nobody asked.
  var json: JSONValue? {
    switch self {
    case .none: return nil
    case .impossible(let why): return ["why": .string(why)]
    case .by(let tally):
      var json = tally.agreement.json
      json["every"] = .integer(tally.distance)
      json["tiles"] = .integer(tally.tiles)
      json["engine_words"] = .string(tally.words)
      return .object(json)
    }
  }

  /// In a line, from what is on the receipt.
  static func line(_ json: JSONValue) -> String {
    if let why = json["why"]?.string { return "not computed again: \(why)" }
    let tiles = json["tiles"]?.integer ?? 0
    let differing = json["differing"]?.integer ?? 0
    let all = Words.grouped(json["voxels"]?.integer ?? 0)
    let words =
      "\(Words.grouped(tiles)) \(tiles == 1 ? "tile" : "tiles") computed again by "
      + "\(json["engine_words"]?.string ?? "?"): "
    if differing == 0 { return words + "all \(all) voxels are the same" }
    return words
      + "\(Words.grouped(differing)) of \(all) voxels differ, by up to "
      + Words.fixed(json["largest_distance"]?.number ?? .nan, 4)
      + (json["beyond_ties"]?.integer == 0 ? ", which is rounding" : ": labels are WRONG")
  }
}
