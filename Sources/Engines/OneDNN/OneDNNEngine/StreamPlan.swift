import EngineCore
import NeuralGraph
import VolumeCore

/// How a deep tile is computed a few layers at a time, each value keeping just the layers that
/// those who take it still need: memory that does not depend on the tile's depth, and no halo along
/// z between the parts.
///
/// Every step of a lowered network moves along z in one of three ways (`DepthStep`), so how far each
/// can go, once its sources have come so far, is a small sum. The whole run is planned in numbers
/// first; that also says how many layers each buffer must hold.
struct StreamPlan {
  /// One call of a step on some layers.
  struct Action {
    var step: Int
    /// The layers of the step's value.
    var output: Range<Int>
    /// The layers of its sources; what lies outside the value is zeros (see `padding`).
    var input: Range<Int>
    /// Where in each buffer's window the sources' layers begin.
    var sourcePlaces: [Int]
    /// Where in the destination's window the value's layers begin.
    var place: Int
    /// Zeros before and after the input, at the ends of the value alone.
    var padding: (before: Int, after: Int)
  }

  /// The layers at the front of a window that nobody needs any more, to be dropped.
  struct Drop {
    var buffer: Int
    var count: Int
    /// Layers that stay, and move to the front.
    var kept: Int
  }

  struct Round {
    var actions: [Action] = []
    var drops: [Drop] = []
  }

  private(set) var rounds: [Round] = []
  /// Layers that each buffer holds at most.
  private(set) var capacities: [Int]
  /// Where each buffer's window lies in a worker's memory.
  let offsets: [Int]
  let byteCount: Int

  /// - Parameters:
  ///   - shapes: of the nodes' values, for the whole tile.
  ///   - chunk: layers of the tile that come in at a time.
  init(_ buffers: [Buffer], steps: [Step], shapes: [Shape3], depth: Int, chunk: Int) {
    let moves = steps.map(\.depthStep)
    let extents = buffers.map { shapes[$0.extentOfNode].z }
    var writers = [[Int]](repeating: [], count: buffers.count)
    var readers = writers
    for (index, step) in steps.enumerated() {
      if let to = step.destination { writers[to].append(index) }
      for from in Set(step.sources) { readers[from].append(index) }
    }
    // Layers that each step has made, and the first that each buffer still has.
    var made = [Int](repeating: 0, count: steps.count)
    var first = [Int](repeating: 0, count: buffers.count)
    var capacities = [Int](repeating: 0, count: buffers.count)
    var isKept = [Bool](repeating: false, count: buffers.count)
    func extent(_ step: Int) -> Int {
      steps[step].destination.map { extents[$0] } ?? extents[steps[step].sources[0]]
    }
    func ready(_ buffer: Int) -> Int { writers[buffer].map { made[$0] }.min() ?? 0 }
    func reachable(_ step: Int, arrived: Int) -> Int {
      let sources = steps[step].sources
      guard !sources.isEmpty else { return arrived }
      return sources.map {
        moves[step].layers(madeOf: ready($0), of: extents[$0], at: extent(step))
      }.min() ?? 0
    }
    var arrived = 0
    while arrived < depth || steps.indices.contains(where: { made[$0] < extent($0) }) {
      arrived = min(depth, arrived + chunk)
      var round = Round()
      for (index, step) in steps.enumerated() {
        // Those who write one value side by side go on together.
        let group = step.destination.map { writers[$0] } ?? [index]
        let factor = group.reduce(1) { max($0, moves[$1].factor) }
        // At the tile's end all that was waiting for context could be made at once, in windows as
        // deep as the context; at the pace of the rounds before, they stay shallow.
        let pace = max(factor, (chunk * extent(index) + depth - 1) / depth)
        let reachable = group.map { reachable($0, arrived: arrived) }.min() ?? 0
        let last = min(reachable, made[index] + pace) / factor * factor
        guard last > made[index] else { continue }
        let output = made[index]..<last
        let source = step.sources.first.map { extents[$0] } ?? depth
        let (input, before, after) = moves[index].input(for: output, of: source)
        round.actions.append(
          Action(
            step: index, output: output, input: input,
            sourcePlaces: step.sources.map { input.lowerBound - first[$0] },
            place: step.destination.map { output.lowerBound - first[$0] } ?? output.lowerBound,
            padding: (before, after)))
        made[index] = last
        if let to = step.destination { capacities[to] = max(capacities[to], last - first[to]) }
      }
      for buffer in buffers.indices {
        let needed = readers[buffer].map { reader in
          made[reader] >= extent(reader)
            ? extents[buffer] : moves[reader].input(from: made[reader])
        }.min()
        let here = writers[buffer].map { made[$0] }.max() ?? 0
        let keep = min(max(needed ?? here, first[buffer]), here)
        if keep > first[buffer] {
          round.drops.append(
            Drop(buffer: buffer, count: keep - first[buffer], kept: here - keep))
          first[buffer] = keep
        }
        if keep < here { isKept[buffer] = true }
      }
      precondition(!round.actions.isEmpty, "a stream that does not move")
      rounds.append(round)
    }
    self.capacities = capacities
    let sizes = zip(buffers, capacities).map { buffer, capacity in
      let layer = shapes[buffer.extentOfNode]
      return buffer.byteCount(of: Shape3(z: capacity, y: layer.y, x: layer.x))
    }
    // What no round leaves anything in lives within each round; all others live for the whole tile.
    let places = ArenaPlan(
      sizes,
      lives: ArenaPlan.lives(of: buffers.count, steps).enumerated().map { buffer, life in
        life.map { isKept[buffer] ? 0...(steps.count - 1) : $0 }
      })
    offsets = places.offsets
    byteCount = places.byteCount
  }
}

/// How a step moves along z.
enum DepthStep {
  /// Layer p needs the layers from p * stride - before on, `kernel` of them.
  case gather(kernel: Int, stride: Int, before: Int)
  /// Layer p needs layer p / factor.
  case spread(factor: Int)

  /// What the number of layers made at a time must be a multiple of.
  var factor: Int { if case .spread(let factor) = self { factor } else { 1 } }

  /// How many layers can be made once `ready` of `extent` are there; `whole` is all of them.
  func layers(madeOf ready: Int, of extent: Int, at whole: Int) -> Int {
    if ready >= extent { return whole }
    switch self {
    case .gather(let kernel, let stride, let before):
      // The last layer p for which p * stride - before + kernel - 1 < ready.
      let last = ready - kernel + before
      return last < 0 ? 0 : min(whole, last / stride + 1)
    case .spread(let factor): return min(whole, ready * factor)
    }
  }

  /// The first layer that layer `p` needs.
  func input(from p: Int) -> Int {
    switch self {
    case .gather(_, let stride, let before): max(0, p * stride - before)
    case .spread(let factor): p / factor
    }
  }

  /// The layers that `output` needs, and the zeros before and after them.
  func input(for output: Range<Int>, of extent: Int) -> (Range<Int>, before: Int, after: Int) {
    switch self {
    case .gather(let kernel, let stride, let before):
      let first = output.lowerBound * stride - before
      let last = (output.upperBound - 1) * stride - before + kernel
      return (max(0, first)..<min(extent, last), max(0, -first), max(0, last - extent))
    case .spread(let factor):
      return (output.lowerBound / factor..<output.upperBound / factor, 0, 0)
    }
  }
}

extension StreamPlan {
  /// The plan for a tile of `shape`, where streaming takes less memory than computing all of it at
  /// once; `nil` for networks that do not look along z, which go layer by layer anyway.
  init?(
    _ graph: Graph, _ buffers: [Buffer], _ steps: [Step], _ shape: Shape3, shapes: [Shape3],
    whole: Int, streams: StreamChoice
  ) {
    // Statistics of all of a value cannot be taken of a part.
    guard !graph.isLayerwise, streams != .never, !graph.normalisesOverVolume else { return nil }
    let stride = graph.totalStride.z
    // A network that joins what it made of layers keeps that for the next ones: a layer at a time.
    let chunk = graph.isPlanar ? 1 : (Self.chunk + stride - 1) / stride * stride
    guard shape.z > chunk + 2 * graph.layerMargin else { return nil }
    self.init(buffers, steps: steps, shapes: shapes, depth: shape.z, chunk: chunk)
    guard streams == .always || graph.isPlanar || byteCount < whole else { return nil }
  }

  /// Layers that come in at a time, up to the network's stride.
  private static let chunk = 8
}

/// Whether tiles of volumes are computed a few layers at a time.
package enum StreamChoice: Hashable, Sendable {
  /// Where it takes less memory.
  case automatic
  /// For tests.
  case always
  /// For tests.
  case never
}

extension Step {
  /// How it moves along z.
  var depthStep: DepthStep {
    switch self {
    case .convolution(let spec, _, _):
      .gather(kernel: spec.kernel.z, stride: spec.stride.z, before: spec.padding.before.z)
    case .maxPool(_, _, let window), .planesMaxPool(_, _, let window):
      .gather(kernel: window.z, stride: window.z, before: 0)
    case .planesConvolution(let layer, _, _, _):
      .gather(kernel: layer.layers, stride: 1, before: layer.layers / 2)
    case .joinLayers(_, _, let count): .gather(kernel: count, stride: 1, before: 0)
    case .crop(_, _, let before): .gather(kernel: 1, stride: 1, before: -before.z)
    case .upsample(_, _, let factor), .depthToSpace(_, _, let factor, _, _),
      .planesDepthToSpace(_, _, let factor):
      .spread(factor: factor.z)
    case .quads(.convolution(let layer), _, _):
      .gather(
        kernel: layer.kernel.z, stride: layer.stride.z, before: layer.padding.before.z)
    case .quads(.maxPool(let window), _, _):
      .gather(kernel: window.z, stride: window.z, before: 0)
    case .quads(.spread(let factor, _), _, _): .spread(factor: factor.z)
    default: .gather(kernel: 1, stride: 1, before: 0)
    }
  }
}
