import SystemIO
import Testing
import VolumeCore

/// The files that Tools/fixtures/make_keras_models.py made, and their list.
struct Fixtures {
  static let folder: String = {
    let here = #filePath
    return String(here[..<(here.lastIndex(of: "/") ?? here.endIndex)]) + "/Fixtures"
  }()

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// `models.json`; the tests fail where it is missing.
  static let index: JSONValue = {
    guard let bytes = try? contents(ofFile: path("models.json")) else { return .null }
    return JSONValue(parsing: bytes) ?? .null
  }()

  static func floats(_ name: String) throws -> [Float] {
    let bytes = try contents(ofFile: path(name))
    return stride(from: 0, to: bytes.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
    }
  }

  /// A model that was saved, with what it computed.
  struct Saved: CustomTestStringConvertible, Sendable {
    var file: String
    var input: String
    var inputShape: [Int]
    var output: String
    var outputShape: [Int]
    var parameters: Int
    var writer: String
    var testDescription: String { file }

    init?(_ entry: JSONValue) {
      guard let file = entry["file"]?.string, let input = entry["input"]?.string,
        let output = entry["output"]?.string, let writer = entry["writer"]?.string,
        let parameters = entry["parameters"]?.integer
      else { return nil }
      self.file = file
      self.input = input
      self.output = output
      self.parameters = parameters
      self.writer = writer
      inputShape = entry["input_shape"]?.array?.compactMap(\.integer) ?? []
      outputShape = entry["output_shape"]?.array?.compactMap(\.integer) ?? []
    }
  }

  static let saved = (index["models"]?.array ?? []).compactMap(Saved.init)

  /// A file that is no model, or a damaged one.
  struct Faulty: CustomTestStringConvertible, Sendable {
    var file: String
    var fault: String
    var layer: String?
    var kind: String?
    var testDescription: String { file }

    init?(_ entry: JSONValue) {
      guard let file = entry["file"]?.string, let fault = entry["fault"]?.string else { return nil }
      self.file = file
      self.fault = fault
      layer = entry["layer"]?.string
      kind = entry["kind"]?.string
    }
  }

  static let faulty = (index["faulty"]?.array ?? []).compactMap(Faulty.init)
}
