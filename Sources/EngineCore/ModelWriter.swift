import NeuralGraph
import VolumeCore

/// Writes models as one kind of file.
public protocol ModelWriter: Sendable {
  /// For people: "Keras".
  var name: String { get }
  /// The endings of the names that it writes: ".h5". The first is the usual one.
  var endings: [String] { get }
  /// Whether `path` is this writer's, by its name.
  func recognises(_ path: String) -> Bool

  /// Writes `model` with its card, and with what its training goes on from where `training` is given.
  ///
  /// The card is in the file and beside it, as JSON. What is at `path` is replaced when everything is
  /// there, and not before. The model's `path`, `hash` and `format` play no part.
  func write(
    _ model: Model, training: TrainingRecord?, to path: String
  ) throws(Explanation)
}

extension ModelWriter {
  /// By the ending, whatever its case.
  public func recognises(_ path: String) -> Bool {
    let name = path.lowercased()
    return endings.contains { name.hasSuffix($0) }
  }

  /// Writes `model` with its card alone.
  public func write(_ model: Model, to path: String) throws(Explanation) {
    try write(model, training: nil, to: path)
  }
}

/// What a model's file can hold of its training: the optimiser, and what it remembers.
public struct TrainingRecord: Hashable, Sendable {
  /// The optimiser.
  public var optimiser: OptimiserOptions
  /// Steps made, and of the arrays those that optimisers have: "moment1/LAYER/PART" and
  /// "moment2/LAYER/PART", where PART is `kernel`, `bias`, `scale` or `shift`.
  public var state: TrainingState

  /// The record of an optimiser after `state.steps` steps.
  public init(optimiser: OptimiserOptions, state: TrainingState) {
    self.optimiser = optimiser
    self.state = state
  }
}

extension ModelCard {
  /// The card as a document, as it stands in a model's file and beside it.
  public var json: JSONValue {
    var members = document.object ?? [:]
    members["version"] = 1
    members["name"] = .string(name)
    members["classes"] = .array(
      classes.map { each in
        [
          "value": .integer(each.value), "name": .string(each.name),
          "colour": .array(each.colour.map { .integer($0) }),
        ]
      })
    members["normalisation"] = normalisation.map { window in
      [
        "low": JSONValue(shortest: window.low), "high": JSONValue(shortest: window.high),
        "clips": .bool(window.clips),
      ]
    }
    members["voxel_type"] = voxelType.map { .string($0.rawValue) }
    members["grey_histogram"] = greyHistogram.map { .array($0.map { .integer($0) }) }
    // Kernels are turned as they are read; what is written is in our order.
    if members["axes"] != nil { members["axes"] = "zyx" }
    return .object(members)
  }
}

extension JSONValue {
  /// The number with the fewest digits that is `value` in single precision.
  public init(shortest value: Float) {
    if value.magnitude < 1e15, value == value.rounded() {
      self = .integer(Int(value))
    } else {
      self = .number(Double("\(value)") ?? Double(value))
    }
  }
}
