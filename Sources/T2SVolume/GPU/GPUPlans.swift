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
    var refused = 0
    var rows: [JSONValue] = []
    for (name, graph, shape) in try subjects() {
      for precision in try precisions() {
        for result in try oracle.plans(graph, shape, precision) {
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

  private func subjects() throws(Explanation) -> [(String, Graph, Shape3)] {
    if ["model", "shape"].contains(where: { arguments.values[$0] != nil }) {
      let subject = try GPUSubject(arguments, context)
      return [(subject.name, subject.graph, subject.shape)]
    }
    return SelfCheck.allNetworks.map { name, graph in
      let shape =
        graph.isPlanar
        ? Shape3(z: 1 + 2 * graph.layerMargin, y: 512, x: 512) : Shape3(z: 64, y: 64, x: 64)
      return (name, graph, shape)
    }
  }

  private func precisions() throws(Explanation) -> [Precision] {
    let precision = try GPUSubject(arguments, context).precision
    return precision.map { [$0] } ?? [.f32, .f16]
  }
}
