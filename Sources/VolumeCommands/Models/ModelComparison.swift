import EngineCore
import NeuralGraph
import VolumeCore

/// `model compare`: where two networks are the same, and where they are not.
struct ModelComparison {
  /// A layer that both have, with other numbers.
  struct Changed {
    var name: String
    var parameters: Int
    /// The largest difference of two weights, and the largest weight of the first.
    var difference: Float
    var largest: Float
  }

  private let first: Model
  private let second: Model
  /// Layers that only one has, or that compute something else, with the reason.
  private(set) var others: [String] = []
  private(set) var changed: [Changed] = []
  private(set) var equal = 0

  init(_ first: Model, _ second: Model) {
    self.first = first
    self.second = second
    let known = Dictionary(second.graph.nodes.map { ($0.name, $0) }) { first, _ in first }
    for node in first.graph.nodes {
      guard let other = known[node.name] else {
        others.append("\(node.name): only in the first (\(node.operation.words))")
        continue
      }
      let (mine, theirs) = (node.operation.lists, other.operation.lists)
      guard node.operation.words == other.operation.words,
        mine.map(\.count) == theirs.map(\.count)
      else {
        others.append(
          "\(node.name): \(node.description) in the first, \(other.description) in the second")
        continue
      }
      let numbers = mine.joined()
      guard !numbers.isEmpty else { continue }
      let difference = zip(numbers, theirs.joined()).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      if difference == 0 {
        equal += 1
      } else {
        changed.append(
          Changed(
            name: node.name, parameters: numbers.count, difference: difference,
            largest: numbers.reduce(0) { max($0, abs($1)) }))
      }
    }
    let mine = Set(first.graph.nodes.map(\.name))
    others += second.graph.nodes.filter { !mine.contains($0.name) }.map {
      "\($0.name): only in the second (\($0.operation.words))"
    }
  }

  /// Whether both compute the same, to the last bit.
  var isSame: Bool { first.graph.fingerprint == second.graph.fingerprint }

  private var cardDifferences: [String] {
    let (a, b) = (first.card, second.card)
    var lines: [String] = []
    if a.classes != b.classes { lines.append("classes") }
    if a.normalisation != b.normalisation { lines.append("normalisation") }
    if a.voxelType != b.voxelType { lines.append("voxel type") }
    if a.greyHistogram != b.greyHistogram { lines.append("grey histogram") }
    return lines
  }

  var lines: [String] {
    let counts = [first, second].map(\.graph.parameterCount)
    var table = TextTable(["", "first", "second"])
    table.add(["path", first.path, second.path])
    table.add(["format", first.format, second.format])
    table.add(["parameters"] + counts.map { Words.grouped($0.total) })
    table.add(["trainable"] + counts.map { Words.grouped($0.trainable) })
    table.add(["receptive field"] + [first, second].map { "\($0.graph.receptiveField)" })
    table.add(["weights"] + [first, second].map(\.graph.fingerprint))
    var lines = table.lines(leftAligned: [0, 1, 2]) + [""]
    if isSame {
      lines.append("the networks are the same")
    } else {
      lines += others
      for layer in changed {
        lines.append(
          "\(layer.name): weights differ by \(layer.difference) at most (largest weight "
            + "\(layer.largest))")
      }
      lines.append(
        "\(equal) layers have the same weights, \(changed.count) have others, \(others.count) are "
          + "other layers")
    }
    if !cardDifferences.isEmpty {
      lines.append("the cards differ in: " + cardDifferences.joined(separator: ", "))
    }
    return lines
  }

  var json: [String: JSONValue] {
    [
      "same": .bool(isSame), "first": .string(first.path), "second": .string(second.path),
      "equal_layers": .integer(equal), "other_layers": .array(others.map { .string($0) }),
      "changed_layers": .array(
        changed.map {
          [
            "name": .string($0.name), "parameters": .integer($0.parameters),
            "largest_difference": .number(Double($0.difference)),
          ]
        }),
      "card_differs_in": .array(cardDifferences.map { .string($0) }),
    ]
  }
}

extension Node {
  fileprivate var description: String {
    let count = parameterCount.total
    return operation.words + (count == 0 ? "" : " with \(Words.grouped(count)) parameters")
  }
}

extension NeuralGraph.Operation {
  /// All its numbers.
  fileprivate var lists: [[Float]] {
    switch self {
    case .convolution(let layer): [layer.weights, layer.bias]
    case .depthwiseConvolution(let layer): [layer.weights, layer.bias]
    case .transposedConvolution(let layer): [layer.weights, layer.bias]
    case .batchNormalisation(let layer): [layer.scale, layer.shift, layer.mean, layer.variance]
    case .groupNormalisation(let layer): [layer.scale, layer.shift]
    default: []
    }
  }
}
