import CUDNNEngine
import EngineCore
import NeuralGraph
import SystemIO
import VolumeCommands
import VolumeCore

/// `gpu plans`: how cuDNN would compute a network on a card that is only described.
struct GPUPlans {
  let arguments: Arguments
  let context: CommandContext

  init(_ arguments: Arguments, _ context: CommandContext) {
    self.arguments = arguments
    self.context = context
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    guard let path = arguments.values["device"] else {
      throw Explanation(
        .input, "gpu plans asks cuDNN about a card that need not be here, and none is described",
        remedy: "give --device FILE.json, as gpu doctor --json prints it under device_properties")
    }
    let text: String
    do {
      text = String(decoding: try contents(ofFile: path, limit: 1 << 20), as: UTF8.self)
    } catch { throw error.explanation }
    let oracle: PlanOracle
    do {
      oracle = try PlanOracle(GPULibraryPlaces(), deviceProperties: text)
    } catch { throw error.explanation }
    if arguments.has("wrong") { return try wrong(oracle) }
    var refused = 0
    var rows: [JSONValue] = []
    let isTraining = arguments.has("training")
    for (name, graph, shape) in try isTraining ? trainings() : subjects() {
      for precision in try precisions() {
        let results =
          isTraining
          ? try oracle.trainingPlans(
            graph, shape, samples: Self.samples, NumberFormat(precision))
          : try oracle.plans(graph, shape, precision)
        for result in results {
          switch result {
          case .success(let plan):
            context.console.say(
              "  ok  \(name): \(plan.layer): \(plan.geometry.words): \(plan.engine.words), "
                + "\(plan.workspaceByteCount >> 10) KiB\(plan.isBare ? ", bare" : "")")
            rows.append([
              "layer": .string(plan.layer), "convolution": .string(plan.geometry.words),
              "engine": .integer(plan.engine.index), "bare": .bool(plan.isBare),
              "workspace": .integer(plan.workspaceByteCount),
            ])
          case .failure(let error):
            refused += 1
            context.console.say("  --  \(name): \(error.explanation.what)")
            rows.append(["refused": .string(error.explanation.what)])
          }
        }
      }
    }
    context.console.say(
      "cuDNN \(oracle.version): \(rows.count - refused) of \(rows.count) convolutions have an engine"
    )
    return [
      "version": .string("\(oracle.version)"), "plans": .array(rows),
      "refused": .integer(refused), "exit_code": .integer(refused == 0 ? 0 : 1),
    ]
  }

  /// What the library says of graphs that are wrong, each in one way.
  private func wrong(_ oracle: PlanOracle) throws(Explanation) -> [String: JSONValue] {
    var mistakes = 0
    var rows: [JSONValue] = []
    let answers: [(graph: WrongGraph, refusal: String?)]
    do { answers = try oracle.refusals() } catch { throw error.explanation }
    for (graph, refusal) in answers {
      let isRight = (refusal == nil) == (graph.flaw == .nothing)
      mistakes += isRight ? 0 : 1
      context.console.say(
        "  \(isRight ? "ok" : "--")  \(graph.words): \(refusal ?? "it would be computed")")
      rows.append([
        "graph": .string(graph.words), "refused": refusal.map { .string($0) } ?? .null,
      ])
    }
    context.console.say(
      "cuDNN \(oracle.version): \(rows.count - mistakes) of \(rows.count) answers are as they "
        + "should be")
    return [
      "version": .string("\(oracle.version)"), "graphs": .array(rows),
      "mistakes": .integer(mistakes), "exit_code": .integer(mistakes == 0 ? 0 : 1),
    ]
  }

  /// Crops of a batch, as a training has them.
  private static let samples = 4

  /// The model, or every preset, in two and in three dimensions, on crops that a training takes.
  private func trainings() throws(Explanation) -> [(String, Graph, Shape3)] {
    if ["model", "shape"].contains(where: { arguments.values[$0] != nil }) {
      let subject = try GPUSubject(arguments, context)
      return [(subject.name, subject.graph, subject.shape)]
    }
    var found: [(String, Graph, Shape3)] = []
    for preset in UNetPreset.allCases {
      var kinds = [preset.options]
      if kinds[0].dimension == .plane {
        kinds.append(preset.options)
        kinds[1].dimension = .volume
      }
      for options in kinds {
        let graph: Graph
        do { graph = try options.graph(seed: 1).forGreyScans().padded() } catch {
          throw error.explanation
        }
        let shape =
          graph.isPlanar
          ? Shape3(z: 1 + 2 * graph.layerMargin, y: 96, x: 96) : Shape3(z: 32, y: 32, x: 32)
        found.append(("\(preset.rawValue)\(graph.isPlanar ? "" : ", 3D")", graph, shape))
      }
    }
    return found
  }

  private func subjects() throws(Explanation) -> [(String, Graph, Shape3)] {
    if ["model", "shape"].contains(where: { arguments.values[$0] != nil }) {
      let subject = try GPUSubject(arguments, context)
      return [(subject.name, subject.graph, subject.shape)]
    }
    return SelfCheck.allNetworks.flatMap { name, graph in
      guard !graph.isPlanar else {
        return [(name, graph, Shape3(z: 1 + 2 * graph.layerMargin, y: 512, x: 512))]
      }
      // At once, and so deep that it goes through a few layers at a time.
      return [
        (name, graph, Shape3(z: 64, y: 64, x: 64)),
        ("\(name), deep", graph, Shape3(z: 160, y: 64, x: 64)),
      ]
    }
  }

  private func precisions() throws(Explanation) -> [Precision] {
    let precision = try GPUSubject(arguments, context).precision
    return precision.map { [$0] } ?? [.f32, .f16]
  }
}
