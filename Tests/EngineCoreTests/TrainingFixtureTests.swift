import EngineCore
import FoundationEssentials
import NeuralGraph
import Testing
import VolumeCore
import VolumeTesting

/// What `Tools/fixtures/make_training_fixtures.py` made in PyTorch.
struct TrainingFixture: Sendable, CustomTestStringConvertible {
  var optimiser: String
  var filters: Int
  var depth: Int
  var crop: Int
  var losses: [Double]
  /// Of the first step.
  var gradients: [String: [Float]] = [:]
  /// After the last.
  var weights: [String: [Float]] = [:]
  /// The lists' names in the order of the formula that made them.
  var order: [String] = []

  var testDescription: String { optimiser }

  private static func url(_ name: String) -> URL {
    URL(filePath: fixture(name))
  }

  static func all() throws -> [TrainingFixture] {
    let text = [UInt8](try Data(contentsOf: url("training.json")))
    let bytes = [UInt8](try Data(contentsOf: url("training.f32")))
    var next = 0
    let document = try #require(JSONValue(parsing: text))
    return try #require(document["cases"]?.array).map { item in
      var result = TrainingFixture(
        optimiser: item["optimiser"]?.string ?? "", filters: item["filters"]?.integer ?? 0,
        depth: item["depth"]?.integer ?? 0, crop: item["crop"]?.integer ?? 0,
        losses: item["losses"]?.array?.compactMap(\.number) ?? [])
      let counts = Dictionary(
        uniqueKeysWithValues: ParameterTable(result.bareGraph).entries.map { ($0.name, $0.count) })
      func take(_ list: String) throws -> [Float] {
        let count = try #require(counts[list], "the network has no \(list)")
        defer { next += 4 * count }
        return (0..<count).map { i in
          Float(
            bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[next + 4 * i + $1]) << (8 * $1) })
        }
      }
      for name in item["gradients"]?.array?.compactMap(\.string) ?? [] {
        result.gradients[name] = try take(name)
        result.order.append(name)
      }
      for name in item["weights"]?.array?.compactMap(\.string) ?? [] {
        result.weights[name] = try take(name)
      }
      return result
    }
  }

  /// The network with any weights.
  private var bareGraph: Graph {
    var options = UNetOptions.modular
    options.filters = filters
    options.depth = depth
    (options.dropout, options.noise) = (0, 0)
    return options.graph(seed: 1)
  }

  /// The network with the weights to begin with.
  var graph: Graph {
    let table = ParameterTable(bareGraph)
    let values = table.entries.enumerated().map { number, entry in
      let numbers = (0..<entry.count).map { Self.number($0, number) }
      switch entry.role {
      case .kernel:
        return numbers.map { Float($0 * (6 / Double(table.terms(number, bareGraph))).squareRoot()) }
      case .bias, .shift, .mean: return numbers.map { Float(0.1 * $0) }
      case .scale, .variance: return numbers.map { Float(1 + 0.2 * $0) }
      }
    }
    return table.graph(bareGraph, with: values)
  }

  var plan: TrainingPlan {
    var options = OptimiserOptions(optimiser == "rectified" ? .adaBelief : .adam)
    switch optimiser {
    case "adamw":
      options = OptimiserOptions(.adamW)
      options.weightDecay = 0.1
    case "sgd": options = OptimiserOptions(.sgd)
    case "adabelief":
      options = OptimiserOptions(.adaBelief)
      options.isRectified = false
    default: break
    }
    return TrainingPlan(
      graph: graph, samples: 2, shape: Shape3(z: 1, y: crop, x: crop),
      loss: LossOptions([
        .init(.flatJaccard(epsilon: 1)),
        .init(.crossEntropy, factor: 0.5, classWeights: [1, 2, 3]),
      ]), optimiser: options)
  }

  var rate: Float { optimiser == "sgd" ? 1e-2 : 1e-3 }

  func voxels(_ step: Int) -> [Float] {
    (0..<(2 * crop * crop)).map { Float(Self.number($0, 1000 + step)) }
  }

  func labels(_ step: Int) -> [UInt8] {
    (0..<(2 * crop * crop)).map {
      let hash = Self.number($0, 2000 + step)
      return hash > 0.9 ? 255 : UInt8(Int((hash + 1) * 1000) % 3)
    }
  }

  /// The formula of the script.
  private static func number(_ index: Int, _ seed: Int) -> Double {
    var x = UInt32(
      truncatingIfNeeded: index &* 2_654_435_761 &+ seed &* 40503 &* 65537 &+ 12345)
    x ^= x >> 15
    x = x &* 0x2C1B_3C6D
    x ^= x >> 12
    return Double(x >> 8) / Double(1 << 23) - 1
  }
}

extension ParameterTable {
  /// How many products a number of kernel `number`'s layer sums.
  fileprivate func terms(_ number: Int, _ graph: Graph) -> Int {
    for (index, node) in graph.nodes.enumerated() where ofNode[index].first == number {
      switch node.operation {
      case .convolution(let layer): return layer.kernel.voxelCount * layer.inputs
      case .transposedConvolution(let layer): return layer.kernel.voxelCount * layer.inputs
      default: break
      }
    }
    return 1
  }
}

@Suite struct `A training as PyTorch's` {
  @Test(arguments: try TrainingFixture.all())
  func `gives the same losses, gradients and weights`(item: TrainingFixture) throws {
    let engine = try ReferenceTraining<Double>(item.plan)
    for step in 0..<item.losses.count {
      let (voxels, labels) = (item.voxels(step), item.labels(step))
      let result = try engine.accumulate(
        voxels: voxels.span, labels: labels.span, weight: 1, key: 0)
      #expect(abs(result.loss - item.losses[step]) < 1e-6, "step \(step)")
      if step == 0 {
        for (number, entry) in engine.store.table.entries.enumerated() where entry.isLearned {
          let wanted = try #require(item.gradients[entry.name])
          expectClose(engine.gradients[number].map { Float($0) }, wanted, 1e-6, entry.name)
        }
      }
      #expect(try engine.step(rate: item.rate).notFinite == nil)
    }
    for (number, entry) in engine.store.table.entries.enumerated() {
      let wanted = try #require(item.weights[entry.name])
      expectClose(engine.store.weights[number].map { Float($0) }, wanted, 1e-6, entry.name)
    }
  }
}

/// Expects two lists to differ by no more than `tolerance` anywhere.
func expectClose(_ found: [Float], _ wanted: [Float], _ tolerance: Float, _ name: String) {
  #expect(found.count == wanted.count, "\(name)")
  let worst = zip(found, wanted).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
  #expect(worst <= tolerance, "\(name) differs by \(worst)")
}
