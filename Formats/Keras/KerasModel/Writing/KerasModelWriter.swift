import EngineCore
import HDF5Library
import NeuralGraph
import SystemIO
import VolumeCore

/// Writes whole models that Keras 2 and Keras 3 load, with the model's card in the file and beside it.
public struct KerasModelWriter: ModelWriter {
  /// There is only one kind.
  public init() {}

  /// For people.
  public var name: String { "Keras" }

  /// The endings of the names that are written.
  public var endings: [String] { [".h5", ".hdf5", ".keras"] }

  /// Writes the model to `path`, or says what keeps it from that.
  public func write(
    _ model: Model, training: TrainingRecord?, to path: String
  ) throws(Explanation) {
    do {
      try save(model, training: training, to: path)
    } catch {
      let words = error.explanation
      guard !words.what.contains(path) else { throw words }
      throw Explanation(words.kind, "\(path): \(words.what)", remedy: words.remedy)
    }
  }

  /// Writes the model to `path`.
  public func save(
    _ model: Model, training: TrainingRecord? = nil, to path: String
  ) throws(KerasWritingError) {
    let bytes = try Self.bytes(
      of: model, training: training, archive: KerasArchive.recognises(path))
    do {
      try writeFileAtomically(path, bytes)
      // The file has its own card, which comes first; so nothing is wrong between these two.
      let card = model.card.json.text(pretty: true) + "\n"
      try writeFileAtomically(Self.cardPath(path), Array(card.utf8))
    } catch { throw .unwritable(error) }
  }

  /// Where the card lies beside a model: "X.json" beside "X.h5".
  static func cardPath(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), dot > path.lastIndex(of: "/") ?? path.startIndex
    else { return path + ".json" }
    return path[..<dot] + ".json"
  }

  /// The file's bytes, as Keras 2 has it or, for an `archive`, Keras 3; equal models give equal bytes.
  package static func bytes(
    of model: Model, training: TrainingRecord? = nil, archive: Bool = false
  ) throws(KerasWritingError) -> [UInt8] {
    let network = try KerasNetwork(model.graph)
    let (classes, card) = (model.graph.classCount, model.card)
    guard card.classes.count == classes else {
      throw .classesDiffer(card: card.classes.count, network: classes)
    }
    if archive { return try archiveBytes(network, card, training) }
    do {
      let image = try HDF5Image()
      try image.put("keras_version", text: KerasNetwork.kerasVersion, at: "/")
      try image.put("backend", text: "tensorflow", at: "/")
      let description = network.keras2Document(name: name(card.name))
      try image.put("model_config", text: description.text(), at: "/")
      try image.put("t2s_card", text: card.json.text(), at: "/")
      try network.putKeras2Weights(into: image)
      if let training {
        if let document = KerasNetwork.trainingDocument(training.optimiser) {
          try image.put("training_config", text: document.text(), at: "/")
        }
        try image.put("t2s_optimiser", text: training.optimiser.json.text(), at: "/")
        try network.putOptimiser(training, into: image)
      }
      return try image.bytes()
    } catch { throw .hdf5(error) }
  }

  private static func archiveBytes(
    _ network: KerasNetwork, _ card: ModelCard, _ training: TrainingRecord?
  ) throws(KerasWritingError) -> [UInt8] {
    var weights: [UInt8] = []
    do {
      let image = try HDF5Image()
      try network.putKeras3Weights(training, into: image)
      weights = try image.bytes()
    } catch { throw .hdf5(error) }
    do {
      return try KerasArchive.bytes(
        config: network.keras3Document(name: name(card.name), training: training),
        weights: weights, card: card.json, optimiser: training?.optimiser)
    } catch { throw .archive(error) }
  }

  /// A name that Keras takes for a model.
  private static func name(_ card: String) -> String {
    let clean = card.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" }
    return "t2s_" + String(clean)
  }
}
