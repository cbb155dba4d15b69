import NeuralGraph
import VolumeCore

/// A network with what its users must know about it.
public struct Model: Sendable {
  /// The network.
  public var graph: Graph
  /// Classes, normalisation, training data; made up of defaults where the file has none.
  public var card: ModelCard
  /// Whether the file brought a card.
  public var hasCard: Bool
  /// Where it was read.
  public var path: String
  /// A checksum of the file, so that a result names the very weights that made it.
  public var hash: String
  /// The file's kind, for people: "Keras 3 (HDF5)".
  public var format: String

  /// A model with all that belongs to it.
  public init(
    graph: Graph, card: ModelCard, hasCard: Bool, path: String, hash: String, format: String
  ) {
    self.graph = graph
    self.card = card
    self.hasCard = hasCard
    self.path = path
    self.hash = hash
    self.format = format
  }
}

/// How grey values become what a network was trained on: (grey - low) / (high - low).
public struct Normalisation: Hashable, Sendable, Codable {
  /// The grey value that becomes 0.
  public var low: Float
  /// The grey value that becomes 1.
  public var high: Float
  /// Whether values outside are drawn to 0 and 1.
  public var clips: Bool

  /// The window from `low` to `high`.
  public init(low: Float, high: Float, clips: Bool) {
    self.low = low
    self.high = high
    self.clips = clips
  }

  /// The whole range of an integer type; `nil` for floating point, whose range is not known.
  public static func fullRange(of type: VoxelType) -> Normalisation? {
    type.range.map {
      Normalisation(low: Float($0.lowerBound), high: Float($0.upperBound), clips: false)
    }
  }
}

/// What a model's file says beside the network: a JSON document beside it, or in it.
public struct ModelCard: Hashable, Sendable {
  /// The model's name.
  public var name: String
  /// The classes in the order of the network's outputs.
  public var classes: [LabelClass]
  /// How grey values are normalised; `nil`: the whole range of the scan's type.
  public var normalisation: Normalisation?
  /// The training data's voxel type.
  public var voxelType: VoxelType?
  /// How often each of 256 grey steps occurs in the training data.
  public var greyHistogram: [Int]?
  /// The whole document, for what only people read: data, licence, accuracy.
  public var document: JSONValue

  /// A card with these facts.
  public init(
    name: String, classes: [LabelClass], normalisation: Normalisation?, voxelType: VoxelType?,
    greyHistogram: [Int]?, document: JSONValue
  ) {
    self.name = name
    self.classes = classes
    self.normalisation = normalisation
    self.voxelType = voxelType
    self.greyHistogram = greyHistogram
    self.document = document
  }
}

/// Reads models of one kind of file.
public protocol ModelReader: Sendable {
  /// For people: "Keras".
  var name: String { get }
  /// Whether `path` is this reader's to open, by its name.
  func recognises(_ path: String) -> Bool
  /// Whether what lies at `path`, whose name is a model's, is one: other files share its suffix.
  func holdsModel(_ path: String) -> Bool
  /// Reads the model at `path`, or says what is wrong with it.
  func read(_ path: String) throws(Explanation) -> Model
  /// What the model at `path` holds of its training; `nil` where it was saved without.
  func readTraining(_ path: String) throws(Explanation) -> TrainingRecord?
}

extension ModelReader {
  /// Nothing else has such a name.
  public func holdsModel(_ path: String) -> Bool { true }
  /// Nothing.
  public func readTraining(_ path: String) throws(Explanation) -> TrainingRecord? { nil }
}
