import CKernels
import EngineCore
import NeuralGraph
import Synchronization
import VolumeCore

/// oneDNN 2.6.3 makes wrong kernels when two threads make primitives at once, in one engine or in
/// several: they read beyond the weights. Executing them at once is safe.
let oneAtATime = Mutex<Void>(())

/// A network made ready for this processor: steps, and the primitives for each shape of tile.
///
/// Shared by all workers; primitives of a shape are made when the first tile of it comes.
final class Program: Sendable {
  let plan: ExecutionPlan
  let graph: Graph
  let steps: [Step]
  let buffers: [Buffer]
  let planesKind = Processor.planesKind
  private let processor: Processor
  private let streams: StreamChoice
  private let weights = WeightCache()
  private let prepared = Mutex<[Shape3: PreparedShape]>([:])

  init(
    _ plan: ExecutionPlan, _ network: LoweredNetwork, streams: StreamChoice
  ) throws(EngineError) {
    self.streams = streams
    self.plan = plan
    graph = network.graph
    steps = network.steps
    buffers = network.buffers
    processor = try Processor()
  }

  /// The extents of the nodes' values for what is computed at once of a tile of `shape`.
  func extents(_ shape: Shape3) throws(EngineError) -> [Shape3] {
    do {
      return try graph.shapes(forInput: graph.shapeComputedAtOnce(of: shape))
    } catch {
      throw .unsupported(engine: "oneDNN", node: "input", why: error.explanation.what)
    }
  }

  /// Primitives and places for tiles of `shape`, made by whoever comes first.
  func prepare(_ shape: Shape3) throws(EngineError) -> PreparedShape {
    if let ready = prepared.withLock({ $0[shape] }) { return ready }
    return try oneAtATime.withLock { (_) throws(EngineError) in
      if let ready = prepared.withLock({ $0[shape] }) { return ready }
      return try make(shape)
    }
  }

  private func make(_ shape: Shape3) throws(EngineError) -> PreparedShape {
    let extents = try extents(shape)
    let arena = ArenaPlan(buffers, steps: steps, shapes: extents)
    let stream = StreamPlan(
      graph, buffers, steps, shape, shapes: extents, whole: arena.byteCount, streams: streams)
    if let stream {
      let result = PreparedShape(
        shape: shape, extents: extents, arena: arena, primitives: [],
        stream: PreparedStream(plan: stream, primitives: try primitives(stream, extents)))
      prepared.withLock { $0[shape] = result }
      return result
    }
    var primitives: [ConvolutionPrimitive?] = []
    for (index, step) in steps.enumerated() {
      guard case .convolution(let spec, let from, let to) = step,
        case .channelsLast(let source) = buffers[from].layout,
        case .channelsLast(let destination) = buffers[to].layout
      else {
        primitives.append(nil)
        continue
      }
      primitives.append(
        try ConvolutionPrimitive(
          spec, input: extents[buffers[from].extentOfNode],
          output: extents[buffers[to].extentOfNode], from: source, to: destination, step: index,
          weights: weights, processor: processor))
    }
    let result = PreparedShape(
      shape: shape, extents: extents, arena: arena, primitives: primitives, stream: nil)
    prepared.withLock { $0[shape] = result }
    return result
  }

  /// The primitive of each action of `stream` that is a convolution; few differ, since most rounds
  /// are alike.
  private func primitives(
    _ stream: StreamPlan, _ extents: [Shape3]
  ) throws(EngineError) -> [[ConvolutionPrimitive?]] {
    var known: [[Int]: ConvolutionPrimitive] = [:]
    var result: [[ConvolutionPrimitive?]] = []
    for round in stream.rounds {
      var primitives: [ConvolutionPrimitive?] = []
      for action in round.actions {
        guard case .convolution(var spec, let from, let to) = steps[action.step],
          case .channelsLast(let source) = buffers[from].layout,
          case .channelsLast(let destination) = buffers[to].layout
        else {
          primitives.append(nil)
          continue
        }
        let key = action.convolutionKey
        if known[key] == nil {
          let axis = stream.axis
          spec.padding.before[axis] = action.before
          spec.padding.after[axis] = action.after
          var input = extents[buffers[from].extentOfNode]
          var output = extents[buffers[to].extentOfNode]
          (input[axis], output[axis]) = (action.input.count, action.output.count)
          known[key] = try ConvolutionPrimitive(
            spec, input: input, output: output, from: source, to: destination,
            step: action.step, weights: weights, processor: processor)
        }
        primitives.append(known[key])
      }
      result.append(primitives)
    }
    return result
  }

  func makeStream() throws(EngineError) -> Stream { try Stream(processor) }
}

extension Graph {
  /// What is computed at once of a tile of `shape`: all of it, or, where no value is of several
  /// layers, one layer with what a 2.5D network sees beside it, so that memory does not depend on
  /// how many layers a tile has.
  func shapeComputedAtOnce(of shape: Shape3) -> Shape3 {
    isLayerwise ? Shape3(z: 1 + 2 * layerMargin, y: shape.y, x: shape.x) : shape
  }
}

/// What a tile of one shape needs.
final class PreparedShape: Sendable {
  let shape: Shape3
  let extents: [Shape3]
  let arena: ArenaPlan
  /// One for each step that is a convolution of the library.
  let primitives: [ConvolutionPrimitive?]
  /// How a tile is computed a few layers, or rows, at a time; `nil` for one computed at once.
  let stream: PreparedStream?
  let scratchByteCount: Int

  init(
    shape: Shape3, extents: [Shape3], arena: ArenaPlan, primitives: [ConvolutionPrimitive?],
    stream: PreparedStream?
  ) {
    self.stream = stream
    self.shape = shape
    self.extents = extents
    self.arena = arena
    self.primitives = primitives
    let all = stream.map { Array($0.primitives.joined()) } ?? primitives
    scratchByteCount = all.reduce(0) { max($0, $1?.scratchByteCount ?? 0) }
  }

  /// Bytes of working memory.
  var byteCount: Int { (valueByteCount + scratchByteCount + 4095) / 4096 * 4096 }

  /// Bytes of the values, behind which the scratch space lies.
  var valueByteCount: Int { stream?.plan.byteCount ?? arena.byteCount }
}

/// A stream with the primitives of each round's actions.
struct PreparedStream: Sendable {
  var plan: StreamPlan
  var primitives: [[ConvolutionPrimitive?]]
}
