import EngineCore
import NeuralGraph
import SystemIO
import TilePlanning
import VolumeCore

/// Makes engines that compute a tile as windows of another engine, and blend what these say.
///
/// Where windows lie, and how much they count, depends on the volume alone; so the result does not
/// depend on the tiles, nor on threads: windows are added in one order. Windows at a tile's border are
/// computed for both of its sides, which is what blending costs beside the overlap.
struct BlendingFactory: EngineFactory {
  let inner: any EngineFactory
  let layout: BlendLayout

  var name: String { inner.name }
  var words: String { inner.words }
  var precisions: [Precision] { inner.precisions }
  var byteArithmetic: ByteArithmetic { inner.byteArithmetic }

  func quantisation(
    for plan: ExecutionPlan, tiles: [CalibrationTile]
  ) throws(EngineError) -> Quantisation {
    try inner.quantisation(for: plan, tiles: tiles)
  }

  func calibrationByteCount(for plan: ExecutionPlan) throws(EngineError) -> Int {
    try inner.calibrationByteCount(for: plan)
  }

  /// The plan of the engine that computes windows.
  func windowPlan(_ plan: ExecutionPlan) -> ExecutionPlan {
    var result = plan
    result.output = .scores
    result.shapes = Array(Set(plan.shapes.map { layout.window(of: $0, plan.graph) }))
      .sorted { ($0.voxelCount, $0.y, $0.x) > ($1.voxelCount, $1.y, $1.x) }
    return result
  }

  /// Windows in flight: one more than are computed at once.
  private func windows(_ plan: ExecutionPlan) -> Int { plan.threads + 1 }

  func byteCount(for plan: ExecutionPlan, slots: Int) throws(EngineError) -> Int {
    let tiles = plan.shapes.map { plan.outputShape(for: $0).voxelCount }.max() ?? 0
    let inner = try inner.byteCount(for: windowPlan(plan), slots: windows(plan))
    let window = windowPlan(plan).shapes.map(\.voxelCount).max() ?? 0
    return inner + slots * tiles * 4 * plan.graph.classCount + window * plan.voxelType.byteCount
  }

  func makeEngine(
    for plan: ExecutionPlan, slots: Int
  ) throws(EngineError) -> any InferenceEngine {
    let windows = windows(plan)
    return BlendingEngine(
      try inner.makeEngine(for: windowPlan(plan), slots: windows), windows: windows, plan, layout,
      slots: slots)
  }
}

extension BlendLayout {
  /// What the network sees at once of a tile of `shape`: of layers that it only looks at, or not
  /// beyond, all.
  func window(of shape: Shape3, _ graph: Graph) -> Shape3 {
    Shape3(
      z: graph.isPlanar ? shape.z : min(window.z, shape.z), y: min(window.y, shape.y),
      x: min(window.x, shape.x))
  }
}

/// Computes when a tile is submitted, several windows at once.
final class BlendingEngine: InferenceEngine {
  private let inner: any InferenceEngine
  private let windows: Int
  private let plan: ExecutionPlan
  private let layout: BlendLayout
  /// Each slot's blended probabilities.
  private var results: [[Float]]
  /// The window that is being handed to the engine, which copies it.
  private var voxels: PageBuffer
  private var notify: @Sendable (Int) -> Void = { _ in }

  /// One window of a tile.
  private struct Place {
    var input: Region
    var number: (z: Int, y: Int, x: Int)
  }

  init(
    _ inner: any InferenceEngine, windows: Int, _ plan: ExecutionPlan, _ layout: BlendLayout,
    slots: Int
  ) {
    self.inner = inner
    self.windows = windows
    self.plan = plan
    self.layout = layout
    results = Array(repeating: [], count: slots)
    let largest = plan.shapes.map { layout.window(of: $0, plan.graph).voxelCount }.max() ?? 0
    voxels = PageBuffer(byteCount: largest * plan.voxelType.byteCount)
  }

  func whenComputed(_ notify: @escaping @Sendable (Int) -> Void) { self.notify = notify }

  func submit(_ slot: Int, shape: Shape3, _ tile: RawSpan) throws(EngineError) {
    let output = plan.outputShape(for: shape)
    let classes = plan.graph.classCount
    results[slot] = [Float](repeating: 0, count: output.voxelCount * classes)
    let window = layout.window(of: shape, plan.graph)
    let z = BlendWindow(
      extent: shape.z, window: window.z, step: plan.graph.isPlanar ? window.z : layout.step.z)
    let y = BlendWindow(extent: shape.y, window: window.y, step: min(layout.step.y, window.y))
    let x = BlendWindow(extent: shape.x, window: window.x, step: min(layout.step.x, window.x))
    var places: [Place] = []
    for (i, top) in z.starts.enumerated() {
      for (j, first) in y.starts.enumerated() {
        for (k, left) in x.starts.enumerated() {
          let input = Region(
            z: top..<(top + z.length), y: first..<(first + y.length), x: left..<(left + x.length))
          places.append(Place(input: input, number: (i, j, k)))
        }
      }
    }
    // A ring of windows: each is added in its turn, whichever was ready first.
    for number in 0..<(places.count + windows) {
      if number >= windows {
        let place = places[number - windows]
        try inner.collect((number - windows) % windows) { scores throws(EngineError) in
          add(
            scores, place, z.weights[place.number.z], y.weights[place.number.y],
            x.weights[place.number.x], of: output, to: slot)
        }
      }
      if number < places.count {
        try start(places[number].input, of: shape, tile, in: number % windows)
      }
    }
    notify(slot)
  }

  private func start(
    _ window: Region, of shape: Shape3, _ tile: RawSpan, in slot: Int
  ) throws(EngineError) {
    let width = plan.voxelType.byteCount
    let count = window.voxelCount * width
    voxels.withMutableBytes(first: count) { part in
      copyVoxels(window, from: tile, of: Region(shape), to: &part, of: window, width: width)
    }
    try voxels.withBytes(first: count) { part throws(EngineError) in
      try inner.submit(slot, shape: window.shape, part)
    }
  }

  /// Adds what the network says of a window, weighted, to the slot's result.
  private func add(
    _ scores: RawSpan, _ place: Place, _ z: [Float], _ y: [Float], _ x: [Float], of output: Shape3,
    to slot: Int
  ) {
    let classes = plan.graph.classCount
    let margin = plan.graph.layerMargin
    let input = place.input
    unsafe scores.withUnsafeBytes { bytes in
      let scores = unsafe bytes.assumingMemoryBound(to: Float.self)
      unsafe results[slot].withUnsafeMutableBufferPointer { result in
        var from = 0
        for layer in 0..<(input.z.count - 2 * margin) {
          for row in 0..<input.y.count {
            let weight = z[layer + margin] * y[row]
            var to =
              (((input.z.lowerBound + layer) * output.y + input.y.lowerBound + row) * output.x
                + input.x.lowerBound) * classes
            for column in 0..<input.x.count {
              let weight = weight * x[column]
              for _ in 0..<classes {
                unsafe result[to] += weight * scores[from]
                to += 1
                from += 1
              }
            }
          }
        }
      }
    }
  }

  func collect(_ slot: Int, _ body: (RawSpan) throws(EngineError) -> Void) throws(EngineError) {
    let result = results[slot]
    results[slot] = []
    try body(unsafe result.span.bytes)
  }
}
