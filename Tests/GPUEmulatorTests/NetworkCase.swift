import CUDNNEngine
import EngineCore
import Glibc
import NeuralGraph
import Testing
import VolumeCore
import VolumeTesting

/// A network of the factory, narrow and with small tiles.
struct NetworkCase: CustomTestStringConvertible, Sendable {
  var name: String
  var graph: Graph
  /// Tiles of three sizes.
  var shapes: [Shape3]

  var testDescription: String { name }

  init(_ name: String, _ options: UNetOptions) throws {
    self.name = name
    var options = options
    options.filters = 2
    graph = try options.checkedGraph(seed: 7).forGreyScans().padded()
    let stride = graph.totalStride
    let margin = 2 * graph.layerMargin
    let least = options.isVolumetric ? max(stride.z, 8 / stride.z * stride.z) : 1
    func shape(_ z: Int, _ y: Int, _ x: Int) -> Shape3 {
      Shape3(z: z * least + margin, y: y * stride.y, x: x * stride.x)
    }
    shapes =
      options.isVolumetric
      ? [shape(1, 1, 2), shape(2, 1, 1), shape(1, 1, 1)]
      : [shape(1, 1, 2), shape(2, 2, 1), shape(1, 3, 3)]
    if !Self.isWhole { shapes.removeLast() }
  }

  /// Whether all that is asked for in `Tools/check` is run, or what a developer waits for.
  static let isWhole = unsafe getenv("T2S_EMULATED") != nil

  /// Every preset and every ablation that changes the network, in 2D, 2.5D and 3D; in one of these by turns
  /// where not all is run.
  static let all: [NetworkCase] = {
    var all: [(String, UNetOptions)] = UNetPreset.allCases.map {
      ($0.rawValue, $0.options)
    }
    for ablation in UNetAblation.allCases where ablation != .layerNorm && ablation.changesNetwork {
      all.append(("paper, \(ablation.rawValue)", ablation.applied(to: UNetPreset.paper.options)))
    }
    var cases: [NetworkCase] = []
    for (number, (name, options)) in all.enumerated() {
      var kinds = [("as it is", options.dimension)]
      if options.dimension == .plane {
        kinds = [("2D", .plane), ("2.5D", .layersAsChannels(3)), ("3D", .volume)]
        if !isWhole { kinds = [kinds[number % 3]] }
      }
      for (kind, dimension) in kinds {
        var options = options
        options.dimension = dimension
        do { cases.append(try NetworkCase("\(name), \(kind)", options)) } catch {
          Issue.record("\(name), \(kind): \(error)")
        }
      }
    }
    return cases
  }()

  /// The same with tiles so deep that they take less memory a few layers at a time.
  func withDeepTiles() -> NetworkCase {
    var result = self
    result.name += ", deep"
    let stride = graph.totalStride
    result.shapes = [160, 136].map { Shape3(z: $0, y: 2 * stride.y, x: 2 * stride.x) }
    return result
  }

  /// Networks of volumes, and one that joins what it makes of layers, on deep tiles.
  static let deep: [NetworkCase] = {
    var paper = UNetPreset.paper.options
    paper.dimension = .volume
    var shared = UNetOptions.modular
    (shared.depth, shared.dimension) = (1, .sharedNetwork(3))
    do {
      return [
        small[1].withDeepTiles(), try NetworkCase("paper, 3D", paper).withDeepTiles(),
        try NetworkCase("shared", shared).withDeepTiles(),
      ]
    } catch {
      Issue.record("\(error)")
      return []
    }
  }()

  /// One small network of each kind for what is run many times.
  static let small: [NetworkCase] = {
    var options = UNetOptions.modular
    options.depth = 1
    var volume = options
    volume.dimension = .volume
    do {
      return [try NetworkCase("small, 2D", options), try NetworkCase("small, 3D", volume)]
    } catch {
      Issue.record("\(error)")
      return []
    }
  }()

  /// Grey values that follow from the shape.
  func voxels(_ shape: Shape3) -> [UInt8] {
    var random = SeededRandom(seed: UInt64(shape.z * 10_000 + shape.y * 100 + shape.x))
    return (0..<shape.voxelCount).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  func plan(_ precision: Precision, _ output: EngineOutput = .scores) -> ExecutionPlan {
    ExecutionPlan(
      graph: graph, normalisation: Normalisation(low: 0, high: 255, clips: false),
      voxelType: .uint8, shapes: shapes, precision: precision, output: output, threads: 1)
  }

  /// The scores of the reference device, in single precision.
  func reference() throws -> [[Float]] {
    try run(ReferenceEngineFactory(), plan(.f32), slots: 1).map(floats)
  }

  /// What an engine gives for the tiles, `rounds` times round, with `slots` in flight; `begun` is called
  /// when the first round is submitted, `ended` when all is collected.
  func run(
    _ factory: any EngineFactory, _ plan: ExecutionPlan, slots: Int, rounds: Int = 1,
    begun: () -> Void = {}, ended: () -> Void = {}
  ) throws -> [[UInt8]] {
    let engine = try factory.makeEngine(for: plan, slots: slots)
    var results: [[UInt8]] = []
    var waiting: [Int] = []
    func collect() throws {
      let slot = waiting.removeFirst()
      try engine.collect(slot) { bytes throws(EngineError) in
        results.append(unsafe bytes.withUnsafeBytes { unsafe Array($0) })
      }
    }
    for number in 0..<(rounds * shapes.count) {
      if waiting.count == slots { try collect() }
      if number == shapes.count { begun() }
      let shape = shapes[number % shapes.count]
      let slot = number % slots
      try engine.submit(slot, shape: shape, unsafe voxels(shape).span.bytes)
      waiting.append(slot)
    }
    while !waiting.isEmpty { try collect() }
    ended()
    return results
  }

  func floats(_ bytes: [UInt8]) -> [Float] {
    stride(from: 0, to: bytes.count, by: 4).map { place in
      let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * $1) }
      return Float(bitPattern: word)
    }
  }
}
