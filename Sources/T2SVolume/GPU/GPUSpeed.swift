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
    if arguments.has("training") { return try training(session) }
    let precision = subject.precision ?? (session.card.capability.hasTensorCores ? .f16 : .f32)
    let speed: CardSpeed
    do {
      let file = try arguments.values["plan-file"].map { path throws(GPUError) in
        try PlanFile(path, for: [session])
      }
      speed = try CardSpeed(
        session, subject.graph, subject.shape, precision,
        streams: arguments.has("at-once") ? .never : .automatic, file: file)
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
    for call in speed.calls {
      let times = call.count == 1 ? "" : "\(call.count) x "
      context.console.say(
        "  \(Words.fixed(Double(call.milliseconds), 3)) ms  \(times)\(call.name)")
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
        speed.calls.map { call in
          [
            "name": .string(call.name), "count": .integer(call.count),
            "milliseconds": .number(Double(call.milliseconds)),
          ]
        }),
    ]
  }

  /// A step of a training, call by call.
  private func training(_ session: GPUSession) throws(Explanation) -> [String: JSONValue] {
    let subject = try GPUSubject(arguments, context)
    let isPlanar = subject.graph.isPlanar
    let margin = 2 * subject.graph.layerMargin
    var shape = Shape3(
      z: isPlanar ? 1 + margin : 32, y: isPlanar ? 128 : 64, x: isPlanar ? 128 : 64)
    if arguments.values["shape"] != nil { shape = subject.shape }
    let samples = isPlanar ? 4 : 2
    let speed: TrainingSpeed
    do {
      speed = try TrainingSpeed(session, subject.graph, shape, samples: samples)
    } catch { throw error.explanation }
    let voxels = Double(samples * shape.voxelCount)
    let perSecond = voxels / speed.milliseconds * 1000
    context.console.say(
      "\(subject.name), f32, a step on \(samples) crops of \(shape) on \(session.words): "
        + "\(Words.fixed(speed.milliseconds, 2)) ms, \(Words.rate(perSecond))")
    let card = speed.calls.reduce(0) { $0 + $1.milliseconds }
    context.console.say(
      "\(Words.fixed(Double(card), 2)) ms of it on the card, in "
        + "\(speed.calls.reduce(0) { $0 + $1.count }) calls:")
    for call in speed.calls.prefix(40) {
      context.console.say(
        "  \(Words.fixed(Double(call.milliseconds), 3)) ms  \(call.count) x \(call.name)")
    }
    return [
      "card": .string(session.words), "crop": .string("\(shape)"), "crops": .integer(samples),
      "milliseconds": .number(speed.milliseconds), "voxels_per_second": .number(perSecond),
      "calls": .array(
        speed.calls.map { call in
          [
            "name": .string(call.name), "count": .integer(call.count),
            "milliseconds": .number(Double(call.milliseconds)),
          ]
        }),
    ]
  }
}
