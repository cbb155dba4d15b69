import EngineCore
import Glibc
import HDF5Child
import SystemIO
import VolumeCore

/// A model as Keras 3 saves it: a zip archive of a description, and of the weights as HDF5.
enum KerasArchive {
  static let configName = "config.json"
  static let metadataName = "metadata.json"
  static let weightsName = "model.weights.h5"
  /// Our card, which Keras does not look at.
  static let cardName = "t2s_card.json"
  /// Our optimiser's options, likewise.
  static let optimiserName = "t2s_optimiser.json"

  /// No description is longer.
  private static let largestText = 64 << 20
  /// No weights are more.
  private static let largestWeights = 4 << 30

  /// What an archive holds.
  struct Contents {
    var config: JSONValue
    var version: String?
    var card: String?
    var optimiser: OptimiserOptions?
  }

  /// Whether `path` is named as an archive is.
  static func recognises(_ path: String) -> Bool { path.lowercased().hasSuffix(".keras") }

  /// All but the weights.
  static func contents(_ path: String) throws(KerasModelError) -> Contents {
    guard let config = try text(configName, path) else { throw .noModel }
    guard let document = JSONValue(parsing: config) else { throw .configIsNotJSON }
    var metadata = JSONValue.null
    if let text = try text(metadataName, path) { metadata = JSONValue(parsing: text) ?? .null }
    var own: OptimiserOptions?
    if let text = try text(optimiserName, path), let json = JSONValue(parsing: text) {
      own = OptimiserOptions(json: json)
    }
    let compiled = document["compile_config"]?["optimizer"]
    return Contents(
      config: document, version: metadata["keras_version"]?.string,
      card: try text(cardName, path),
      optimiser: own ?? compiled.flatMap { OptimiserOptions(keras: $0) })
  }

  private static func text(_ entry: String, _ path: String) throws(KerasModelError) -> String? {
    try bytes(entry, path, limit: largestText).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func bytes(
    _ entry: String, _ path: String, limit: Int
  ) throws(KerasModelError) -> [UInt8]? {
    do {
      return try ZIPArchive.contents(of: entry, in: path, limit: limit)
    } catch { throw .archive(error) }
  }

  /// Opens the weights. The library reads files alone, so they are put into one that is gone again
  /// when it has been opened.
  static func openWeights(_ path: String) throws(KerasModelError) -> HDF5Client {
    guard let bytes = try bytes(weightsName, path, limit: largestWeights) else {
      throw .archive(.damaged(entry: weightsName))
    }
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    let place = "\(folder)/t2s-weights-\(getpid())-\(UInt64.random(in: 0 ... .max)).h5"
    do { try writeFileAtomically(place, bytes) } catch { throw .unreadable(error) }
    defer { try? removeFile(place) }
    do {
      return try HDF5Client(place)
    } catch {
      switch error {
      case .library(.notHDF5), .library(.cannotOpen):
        throw .archive(.damaged(entry: weightsName))
      default: throw .hdf5(error)
      }
    }
  }

  /// The bytes of an archive.
  static func bytes(
    config: JSONValue, weights: [UInt8], card: JSONValue, optimiser: OptimiserOptions?
  ) throws(ZIPError) -> [UInt8] {
    let metadata: JSONValue = ["keras_version": .string(version), "date_saved": ""]
    var entries: [(name: String, bytes: [UInt8])] = [
      (metadataName, Array(metadata.text().utf8)), (configName, Array(config.text().utf8)),
      (weightsName, weights), (cardName, Array(card.text(pretty: true).utf8)),
    ]
    if let optimiser { entries.append((optimiserName, Array(optimiser.json.text().utf8))) }
    return try ZIPArchive.bytes(of: entries)
  }

  /// The version whose form is written.
  private static let version = "3.3.0"
}
