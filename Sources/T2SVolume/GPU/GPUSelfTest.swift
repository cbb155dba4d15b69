import CUDNNEngine
import EngineCore
import VolumeCommands
import VolumeCore

/// `gpu selftest`: kernels, convolutions and networks against the processor.
struct GPUSelfTest {
  let arguments: Arguments
  let context: CommandContext

  init(_ arguments: Arguments, _ context: CommandContext) {
    self.arguments = arguments
    self.context = context
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    let session = try openCard()
    context.console.note(session.words)
    let check = SelfCheck(session)
    let isQuick = arguments.has("quick")
    var results: [JSONValue] = []
    var convolutions = 0
    do throws(GPUError) {
      let kernels = try check.kernels()
      context.console.say("  ok  our kernels: \(kernels) groups of comparisons")
      let networks = isQuick ? SelfCheck.smallNetworks : SelfCheck.allNetworks
      for (name, graph) in networks {
        for precision in check.precisions {
          try context.stop()
          let shape = SelfCheck.smallShape(graph)
          let result = try check.network(
            name, graph, shape, precision, everyConvolution: true)
          convolutions += result.checked
          results.append(note(name, shape, precision, result))
          guard let deep = SelfCheck.deepShape(graph) else { continue }
          let stream = try check.network(
            name, graph, deep, precision, everyConvolution: true, streams: .always)
          convolutions += stream.checked
          results.append(note("\(name), a few layers at a time", deep, precision, stream))
        }
      }
      let training = TrainingSelfCheck(session)
      for (name, graph) in isQuick
        ? Array(TrainingSelfCheck.networks.prefix(2)) : TrainingSelfCheck.networks
      {
        try context.stop()
        results.append(note(name, try training.network(name, graph)))
      }
    } catch { throw error.explanation }
    let passes: (count: Int, faults: [String])
    do {
      passes = try check.trainings(isQuick: isQuick) { () throws(GPUError) in try context.stop() }
    } catch { throw error.explanation }
    context.console.say(
      "  ok  passes of trainings: \(passes.count) kinds, forward, to the data and to the weights")
    for fault in passes.faults { context.console.say("      passed over: \(fault)") }
    if !isQuick {
      // The default model, on a tile large enough for the engines of large tiles.
      let subject = try GPUSubject(arguments, context)
      let shape =
        arguments.values["shape"] == nil
        ? Shape3(
          z: subject.graph.isPlanar ? 1 + 2 * subject.graph.layerMargin : 32, y: 256, x: 256)
        : subject.shape
      for precision in check.precisions {
        do throws(GPUError) {
          let result = try check.network(
            subject.name, subject.graph, shape, precision, everyConvolution: true)
          convolutions += result.checked
          results.append(note(subject.name, shape, precision, result))
        } catch { throw error.explanation }
      }
    }
    context.console.say(
      "All of it agrees: \(results.count) networks, \(convolutions) convolutions by themselves, "
        + "\(passes.count) passes of trainings.")
    return [
      "card": .string(session.words), "networks": .array(results),
      "convolutions": .integer(convolutions), "training_passes": .integer(passes.count),
    ]
  }

  private func note(
    _ name: String, _ shape: Shape3, _ precision: Precision, _ result: SelfCheck.NetworkResult
  ) -> JSONValue {
    let engines = Set(result.convolutions.map { $0.engine.words + ($0.isBare ? ", bare" : "") })
    context.console.say(
      "  ok  \(name), tile \(shape), \(precision.rawValue): scores differ by \(result.largest) at "
        + "most, by \(result.mean) on average; \(result.checked) convolutions alone; "
        + engines.sorted().joined(separator: "; "))
    return [
      "name": .string(name), "tile": .string("\(shape)"), "precision": .string(precision.rawValue),
      "largest": .number(Double(result.largest)), "mean": .number(Double(result.mean)),
      "engines": .array(engines.sorted().map { .string($0) }),
    ]
  }
}

extension GPUSelfTest {
  private func note(_ name: String, _ result: TrainingSelfCheck.Result) -> JSONValue {
    let engines = Set(result.convolutions.map { $0.engine.words + ($0.isBare ? ", bare" : "") })
    context.console.say(
      "  ok  training \(name): steps differ by \(Float(result.difference)) of their length, those of "
        + "\(result.worst) by \(Float(result.ofWorst)); \(result.convolutions.count) passes of convolutions; "
        + engines.sorted().joined(separator: "; "))
    return [
      "name": .string("training \(name)"), "difference": .number(result.difference),
      "worst": .string(result.worst), "of_worst": .number(result.ofWorst),
      "engines": .array(engines.sorted().map { .string($0) }),
    ]
  }
}

extension CommandContext {
  /// Throws once a signal has asked the process to stop.
  func stop() throws(GPUError) {
    if stopSignal() != nil { throw .networkRefuses("stopped by a signal") }
  }
}
