import CUDNNEngine
import EngineCore
import VolumeCommands
import VolumeCore

/// `gpu tune`: times the ways in which cuDNN computes a network's convolutions, and keeps the fastest.
struct GPUTune {
  let arguments: Arguments
  let context: CommandContext

  init(_ arguments: Arguments, _ context: CommandContext) {
    self.arguments = arguments
    self.context = context
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    guard let path = arguments.values["plan-file"] else {
      throw Explanation(
        .input, "gpu tune keeps what it finds in a file, and none is given",
        remedy: "give --plan-file FILE.json, and the same to segment")
    }
    let subject = try GPUSubject(arguments, context)
    let session = try openCard()
    let precision = subject.precision ?? (session.card.capability.hasTensorCores ? .f16 : .f32)
    let tuning: CardTuning
    do throws(GPUError) {
      let file = try PlanFile(path, for: [session])
      tuning = try CardTuning(
        session, subject.graph, subject.shape, precision, file: file,
        stop: { () throws(GPUError) in try context.stop() })
      try file.save()
    } catch { throw error.explanation }
    context.console.say(
      "\(subject.name), \(precision.rawValue), tile \(subject.shape) on \(session.words)")
    for row in tuning.rows {
      let gain = Double(row.firstMilliseconds / max(row.bestMilliseconds, .leastNormalMagnitude))
      context.console.say(
        "  \(Words.fixed(Double(row.bestMilliseconds), 3)) ms  \(row.geometry.words) "
          + "[\(row.best.words)], of \(row.candidates)"
          + (row.best == row.first
            ? ", cuDNN's own choice"
            : ", \(Words.fixed(gain, 2)) times as fast as cuDNN's choice [\(row.first.words)]"))
      for engine in row.wrong {
        context.console.say("      left out, since it computes something else: \(engine.words)")
      }
    }
    context.console.say("kept in \(path), for segment --plan-file and gpu speed --plan-file")
    return [
      "card": .string(session.words), "precision": .string(precision.rawValue),
      "tile": .string("\(subject.shape)"), "plan_file": .string(path),
      "convolutions": .array(
        tuning.rows.map { row in
          [
            "convolution": .string(row.geometry.words), "engine": .integer(row.best.index),
            "milliseconds": .number(Double(row.bestMilliseconds)),
            "own_engine": .integer(row.first.index),
            "own_milliseconds": .number(Double(row.firstMilliseconds)),
            "candidates": .integer(row.candidates), "wrong": .integer(row.wrong.count),
          ]
        }),
    ]
  }
}
