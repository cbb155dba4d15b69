import EngineCore
import NeuralGraph
import VolumeCore

/// One thing that the card does for a tile: a step of the network on some layers, or layers that move
/// within their window.
package struct CardCall: Hashable, Sendable {
  /// What is done.
  package enum Work: Hashable, Sendable {
    /// The step at this place.
    case step(Int)
    /// This buffer's layers move to the front of its window.
    case move(buffer: Int)
  }

  /// What is done.
  package var work: Work
  /// Of each buffer that is read, the layers of its window.
  package var sources: [Range<Int>]
  /// Of the buffer that is written, the layers of its window.
  package var destination: Range<Int>
  /// The layers of the whole tile's value that those are: where they lie in the slot's memory.
  package var layers: Range<Int>
  /// Zeros that the step sees before its first source's layers.
  package var before = 0
  /// Zeros that it sees after them.
  package var after = 0
}

extension GPULowering {
  /// Each step once, on all of its layers.
  func callsForAll(_ extents: [Shape3]) -> [CardCall] {
    func layers(_ buffer: Int) -> Range<Int> { 0..<extents[buffers[buffer].extentOfNode].z }
    return steps.enumerated().map { index, step in
      let sources = step.sources.map(layers)
      let all = step.destination.map(layers) ?? 0..<extents[graph.output].z
      var call = CardCall(work: .step(index), sources: sources, destination: all, layers: all)
      if let padding = step.padding {
        (call.before, call.after) = (padding.before.z, padding.after.z)
      }
      return call
    }
  }

  /// Whether the last step makes probabilities of the scores in the slot's output.
  var endsInSoftmax: Bool {
    if case .softmaxOfScores = steps.last { return true }
    return false
  }
}

/// The windows of a stream: where in its memory each value's layers lie from call to call.
///
/// Layers that nobody needs any more are at a window's front. Those behind them need not move to the front
/// in every round: with some room behind them they do it every few rounds, when what comes next would not
/// fit. That is exact, and takes a fraction of the copies.
struct CardWindows: Sendable {
  private(set) var calls: [CardCall] = []
  /// Whether a round leaves something in the window for the next.
  let isKept: [Bool]
  /// Layers that each window has room for.
  let layers: [Int]
  /// Where the first layer that is still needed lies.
  private var fronts: [Int]

  /// - Parameter copies: how many times a layer may be moved while it is needed, about.
  init(_ schedule: StreamSchedule, _ lowering: GPULowering, copies: Int) {
    isKept = schedule.isKept
    var kept = schedule.capacities.map { _ in 0 }
    for drop in schedule.rounds.flatMap(\.drops) {
      kept[drop.buffer] = max(kept[drop.buffer], drop.kept)
    }
    // What is kept moves once for as many new layers as there is room for.
    layers = zip(schedule.capacities, kept).map { $0 + max(0, $1 / copies - ($0 - $1)) }
    fronts = layers.map { _ in 0 }
    for round in schedule.rounds {
      for action in round.actions { call(action, lowering) }
      for drop in round.drops {
        fronts[drop.buffer] = drop.kept == 0 ? 0 : fronts[drop.buffer] + drop.count
      }
    }
  }

  private mutating func call(_ action: StreamSchedule.Action, _ lowering: GPULowering) {
    let step = lowering.steps[action.step]
    var destination = action.output
    if let to = step.destination {
      if fronts[to] + action.place + action.output.count > layers[to] {
        bringForward(to, count: action.place)
      }
      let first = fronts[to] + action.place
      destination = first..<first + action.output.count
    }
    let sources = zip(step.sources, action.sourcePlaces).enumerated().map { place, source in
      let first = fronts[source.0] + source.1
      // What is added lies as the result does; all else as the first source.
      return first..<first + (place == 0 ? action.input.count : action.output.count)
    }
    calls.append(
      CardCall(
        work: .step(action.step), sources: sources, destination: destination,
        layers: action.output, before: action.before, after: action.after))
    // Probabilities are made of scores as they come.
    if step.destination == nil, lowering.endsInSoftmax {
      calls.append(
        CardCall(
          work: .step(lowering.steps.count - 1), sources: [], destination: action.output,
          layers: action.output))
    }
  }

  /// Moves `count` layers of a window to its front, in parts that do not lie where they go to.
  private mutating func bringForward(_ buffer: Int, count: Int) {
    let distance = fronts[buffer]
    var done = 0
    while done < count {
      let part = min(distance, count - done)
      calls.append(
        CardCall(
          work: .move(buffer: buffer), sources: [done + distance..<done + distance + part],
          destination: done..<done + part, layers: done..<done + part))
      done += part
    }
    fronts[buffer] = 0
  }
}
