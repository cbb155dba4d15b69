import EngineCore
import NeuralGraph
import SystemIO
import VolumeCore

/// Writes models in the exchange format ONNX, with the model's card in the file and beside it.
public struct ONNXModelWriter: ModelWriter {
  /// There is only one kind.
  public init() {}

  /// For people.
  public var name: String { "ONNX" }

  /// The ending of the names that are written.
  public var endings: [String] { [".onnx"] }

  /// Writes the model to `path`, or says what keeps it from that; of its training ONNX knows nothing.
  public func write(
    _ model: Model, training: TrainingRecord?, to path: String
  ) throws(Explanation) {
    do {
      try save(model, to: path)
    } catch {
      let words = error.explanation
      guard !words.what.contains(path) else { throw words }
      throw Explanation(words.kind, "\(path): \(words.what)", remedy: words.remedy)
    }
  }

  /// Writes the model to `path`.
  public func save(_ model: Model, to path: String) throws(ONNXWritingError) {
    let bytes = try Self.bytes(of: model)
    do {
      try writeFileAtomically(path, bytes)
      // The file has its own card, which comes first; so nothing is wrong between these two.
      let card = model.card.json.text(pretty: true) + "\n"
      try writeFileAtomically(ONNXModelReader.cardPath(path), Array(card.utf8))
    } catch { throw .unwritable(error) }
  }

  /// The file's bytes; equal models give equal bytes.
  public static func bytes(of model: Model) throws(ONNXWritingError) -> [UInt8] {
    let (classes, card) = (model.graph.classCount, model.card)
    guard card.classes.count == classes else {
      throw .classesDiffer(card: card.classes.count, network: classes)
    }
    var writer = try ONNXGraphWriter(model.graph)
    let graph = try writer.message(name: card.name.isEmpty ? "network" : card.name)
    var file = ProtobufWriter()
    // The version of the messages that opset 17 came with.
    file.put(1, 8)
    file.put(2, "t2s-volume")
    file.put(7, bytes: graph)
    file.put(8) { set in
      set.put(1, "")
      set.put(2, ONNXGraphWriter.opset)
    }
    file.put(14) { entry in
      entry.put(1, ONNXModelReader.cardKey)
      entry.put(2, card.json.text())
    }
    guard file.bytes.count < 1 << 31 else { throw .tooLarge(byteCount: file.bytes.count) }
    return file.bytes
  }
}
