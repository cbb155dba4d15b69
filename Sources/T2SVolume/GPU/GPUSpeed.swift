import CUDNNEngine
import EngineCore
import Pipelines
import VolumeCommands
import VolumeCore

/// `gpu speed`: how long the card takes for a tile, step by step.
struct GPUSpeed {
  let arguments: Arguments
  let context: CommandContext

  init(_ arguments: Arguments, _ context: CommandContext) {
    self.arguments = arguments
    self.context = context
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    let subject = try GPUSubject(arguments, context)
    let session = try openCard()
    let precision = subject.precision ?? (session.card.capability.hasTensorCores ? .f16 : .f32)
    let speed: CardSpeed
    do {
      let file = try arguments.values["plan-file"].map { path throws(GPUError) in
        try PlanFile(path, for: [session])
      }
      speed = try CardSpeed(session, subject.graph, subject.shape, precision, file: file)
      try file?.save()
    } catch { throw error.explanation }
    let voxels = Shape3(
      z: subject.shape.z - 2 * subject.graph.layerMargin, y: subject.shape.y, x: subject.shape.x
    ).voxelCount
    let perSecond = Double(voxels) / Double(speed.milliseconds) * 1000
    let layers = perSecond * 60 / (2048 * 2048)
    let work = subject.graph.operationsPerVoxel
    context.console.say(
      "\(subject.name), \(precision.rawValue), tile \(subject.shape) on \(session.words): "
        + "\(Words.fixed(Double(speed.milliseconds), 2)) ms")
    for step in speed.steps {
      context.console.say("  \(Words.fixed(Double(step.milliseconds), 3)) ms  \(step.name)")
    }
    context.console.say(
      "\(Words.rate(perSecond)), \(Words.fixed(layers, 0)) layers of 2048 x 2048 a minute without "
        + "halo, copies and disk; \(Words.fixed(work * perSecond / 1e12, 2)) TFLOP/s")
    return [
      "card": .string(session.words), "precision": .string(precision.rawValue),
      "tile": .string("\(subject.shape)"),
      "milliseconds": .number(Double(speed.milliseconds)), "voxels_per_second": .number(perSecond),
      "layers_per_minute": .number(layers), "flops": .number(work * perSecond),
      "steps": .array(
        speed.steps.map { step in
          ["name": .string(step.name), "milliseconds": .number(Double(step.milliseconds))]
        }),
    ]
  }
}
