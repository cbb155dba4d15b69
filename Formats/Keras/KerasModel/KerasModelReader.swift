import EngineCore
import HDF5Child
import NeuralGraph
import SystemIO
import VolumeCore

/// Reads whole models that Keras 2 or Keras 3 saved as HDF5: networks for images and for volumes.
public struct KerasModelReader: ModelReader {
  /// There is only one kind.
  public init() {}

  /// For people.
  public var name: String { "Keras" }

  /// By the suffix; a folder that TensorFlow saved a model in is taken too, so that it is told how to
  /// convert it.
  public func recognises(_ path: String) -> Bool {
    let name = path.lowercased()
    return [".h5", ".hdf5", ".keras"].contains { name.hasSuffix($0) } || Self.isSavedModel(path)
  }

  private static func isSavedModel(_ path: String) -> Bool {
    kind(ofPath: path) == .folder && kind(ofPath: path + "/saved_model.pb") != .missing
  }

  /// Whether the file has what Keras writes: a network, or weights; volumes are HDF5 too.
  public func holdsModel(_ path: String) -> Bool {
    guard !KerasArchive.recognises(path), !Self.isSavedModel(path), let file = try? HDF5Client(path)
    else {
      return true
    }
    let attributes = ["model_config", "layer_names", "keras_version"]
    return attributes.contains { (try? file.attribute($0, of: "/")) != nil }
      || (try? file.contains("model_weights")) == true
  }

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
  public func load(_ path: String) throws(KerasModelError) -> Model {
    guard !Self.isSavedModel(path) else { throw .savedModel(path: path) }
    let hash = try Self.fingerprint(path)
    let (description, file) = try Self.parts(path)
    let config = try KerasConfig(description.config)
    var network = try KerasGraph(
      config,
      KerasArchive.recognises(path)
        ? KerasWeights(file, archived: config.layers) : KerasWeights(file))
    let isVolumetric = network.dimensions == 3
    var graph = try network.finish()
    let card = try Self.card(description.card, path, classCount: graph.classCount)
    if card?.listsAxesFromX == true { graph = graph.withAxesReversed(isVolumetric: isVolumetric) }
    return Model(
      graph: graph,
      card: card ?? ModelCard(unnamed: Self.baseName(path), classCount: graph.classCount),
      hasCard: card != nil, path: path, hash: hash, format: description.format)
  }

  /// The network that `config` describes, with weights from the file at `path`.
  package static func graph(
    describedBy config: JSONValue, weightsIn path: String
  ) throws(KerasModelError) -> Graph {
    try graph(describedBy: config, weightsIn: try open(path))
  }

  private static func graph(
    describedBy config: JSONValue, weightsIn file: HDF5Client
  ) throws(KerasModelError) -> Graph {
    var network = try KerasGraph(try KerasConfig(config), KerasWeights(file))
    return try network.finish()
  }

  /// What the file says of its network, and where its weights are.
  static func parts(_ path: String) throws(KerasModelError) -> (Description, HDF5Client) {
    guard KerasArchive.recognises(path) else {
      let file = try open(path)
      return (try describe(file), file)
    }
    let archive = try KerasArchive.contents(path)
    let version = archive.version?.split(separator: ".").first
    let description = Description(
      config: archive.config, card: archive.card,
      format: version.map { "Keras \($0) (.keras)" } ?? "Keras (.keras)",
      optimiser: archive.optimiser)
    return (description, try KerasArchive.openWeights(path))
  }

  struct Description {
    var config: JSONValue
    var card: String?
    var format: String
    var optimiser: OptimiserOptions?
  }

  static func open(_ path: String) throws(KerasModelError) -> HDF5Client {
    do { return try HDF5Client(path) } catch { throw .hdf5(error) }
  }

  /// What the file's own attributes say.
  static func describe(_ file: HDF5Client) throws(KerasModelError) -> Description {
    func attribute(_ name: String) throws(KerasModelError) -> String? {
      do { return try file.strings(ofAttribute: name)?.first } catch { throw .hdf5(error) }
    }
    guard let text = try attribute("model_config") else { throw .noModel }
    guard let document = JSONValue(parsing: text) else { throw .configIsNotJSON }
    let version = try attribute("keras_version")?.split(separator: ".").first
    func parsed(_ name: String) throws(KerasModelError) -> JSONValue {
      guard let text = try attribute(name) else { return .null }
      return JSONValue(parsing: text) ?? .null
    }
    let own = OptimiserOptions(json: try parsed("t2s_optimiser"))
    let keras = OptimiserOptions(keras: try parsed("training_config")["optimizer_config"] ?? .null)
    return Description(
      config: document, card: try attribute("t2s_card"),
      format: version.map { "Keras \($0) (HDF5)" } ?? "Keras (HDF5)",
      optimiser: own ?? keras)
  }

  /// The card in the file, else the one beside it, else `nil`.
  private static func card(
    _ inFile: String?, _ path: String, classCount: Int
  ) throws(KerasModelError) -> ModelCard? {
    var text = inFile
    var place = "attribute 't2s_card'"
    let beside = withoutSuffix(path) + ".json"
    if text == nil, case .file = kind(ofPath: beside) {
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

  private static func withoutSuffix(_ path: String) -> String {
    guard let dot = path.lastIndex(of: ".") else { return path }
    return String(path[..<dot])
  }

  private static func baseName(_ path: String) -> String {
    withoutSuffix(String(path.split(separator: "/").last ?? ""))
  }

  /// The fingerprint of all bytes of a file, read piece by piece.
  private static func fingerprint(_ path: String) throws(KerasModelError) -> String {
    do throws(SystemError) {
      let file = try FileHandle(readingFrom: path)
      var fingerprint = Fingerprint()
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      var offset = 0
      while true {
        var span = buffer.mutableSpan
        var bytes = unsafe span.mutableBytes
        let count = try file.read(at: offset, into: &bytes)
        if count == 0 { return fingerprint.text }
        fingerprint.update(bytes.bytes.extracting(first: count))
        offset += count
      }
    } catch { throw .unreadable(error) }
  }
}
