import EngineCore
import NeuralGraph
import SystemIO
import VolumeCore

/// Reads models in the exchange format ONNX: networks for images and for volumes.
public struct ONNXModelReader: ModelReader {
  /// There is only one kind.
  public init() {}

  /// For people.
  public var name: String { "ONNX" }

  /// The versions of the operators that are known.
  static let opsets = 9...25

  /// The key of the model's card among the file's properties.
  static let cardKey = "t2s_card"

  /// No file is read that has more bytes: Protocol Buffers has no larger messages.
  private static let largestByteCount = 1 << 31

  /// By the suffix.
  public func recognises(_ path: String) -> Bool { path.lowercased().hasSuffix(".onnx") }

  /// Reads the model at `path`, or says which file is wrong, where, and what to do.
  public func read(_ path: String) throws(Explanation) -> Model {
    do {
      return try load(path)
    } catch {
      let words = error.explanation
      guard !words.what.contains(path) else { throw words }
      throw Explanation(words.kind, "\(path): \(words.what)", remedy: words.remedy)
    }
  }

  /// Reads the model at `path`.
  public func load(_ path: String) throws(ONNXModelError) -> Model {
    let bytes: [UInt8]
    do { bytes = try contents(ofFile: path, limit: Self.largestByteCount) } catch {
      throw .unreadable(error)
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "."
    return try load(bytes, path: path, folder: folder)
  }

  /// The model in `bytes`, which no file beside it belongs to.
  public func load(_ bytes: [UInt8]) throws(ONNXModelError) -> Model {
    try load(bytes, path: "", folder: nil)
  }

  private func load(
    _ bytes: [UInt8], path: String, folder: String?
  ) throws(ONNXModelError) -> Model {
    let document = try ONNXDocument(bytes)
    let files = ONNXExternalFiles(folder: folder)
    let (graph, input, isVolumetric) = try ONNXTrace(document, files, byteCount: bytes.count)
      .graph()
    var model = Model(
      graph: graph, card: ModelCard(unnamed: baseName(path), classCount: graph.classCount),
      hasCard: false, path: path, hash: try fingerprint(bytes, document, files),
      format: format(document))
    if let card = try card(document.properties[Self.cardKey], path, graph.classCount) {
      model.card = card
      model.hasCard = true
      if card.listsAxesFromX { model.graph = graph.withAxesReversed(isVolumetric: isVolumetric) }
    } else if ONNXTensor.Element(rawValue: input.element)?.isFloat == false {
      // A network that takes whole numbers normalises them by itself.
      model.card.normalisation = Normalisation(low: 0, high: 1, clips: false)
    }
    return model
  }

  private func format(_ document: ONNXDocument) -> String {
    let parts = [document.producer, document.producerVersion].filter { !$0.isEmpty }
    let producer = parts.isEmpty ? "" : " by \(parts.joined(separator: " "))"
    return "ONNX (opset \(document.opset)\(producer))"
  }

  /// The card in the file, else the one beside it, else `nil`.
  private func card(
    _ inFile: String?, _ path: String, _ classCount: Int
  ) throws(ONNXModelError) -> ModelCard? {
    var text = inFile
    var place = "property '\(Self.cardKey)'"
    let beside = Self.cardPath(path)
    if text == nil, !path.isEmpty, case .file = kind(ofPath: beside) {
      place = beside
      do {
        text = String(decoding: try contents(ofFile: beside, limit: 16 << 20), as: UTF8.self)
      } catch { throw .unreadable(error) }
    }
    guard let text else { return nil }
    do {
      return try ModelCard(text, fallbackName: baseName(path), classCount: classCount)
    } catch { throw .card(error, place: place) }
  }

  /// Where the card lies beside a model: "X.json" beside "X.onnx".
  static func cardPath(_ path: String) -> String { withoutSuffix(path) + ".json" }

  private static func withoutSuffix(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), dot > path.lastIndex(of: "/") ?? path.startIndex
    else { return path }
    return String(path[..<dot])
  }

  private func baseName(_ path: String) -> String {
    Self.withoutSuffix(String(path.split(separator: "/").last ?? ""))
  }

  /// The fingerprint of all bytes of the file and of those that hold its weights.
  private func fingerprint(
    _ bytes: [UInt8], _ document: ONNXDocument, _ files: ONNXExternalFiles
  ) throws(ONNXModelError) -> String {
    var fingerprint = Fingerprint()
    unsafe fingerprint.update(bytes.span.bytes)
    for path in try files.paths(of: document) {
      do throws(SystemError) {
        let file = try FileHandle(readingFrom: path)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
          var span = buffer.mutableSpan
          var raw = unsafe span.mutableBytes
          let count = try file.read(at: offset, into: &raw)
          if count == 0 { break }
          fingerprint.update(raw.bytes.extracting(first: count))
          offset += count
        }
      } catch { throw .unreadable(error) }
    }
    return fingerprint.text
  }
}
