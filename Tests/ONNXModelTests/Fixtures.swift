import Glibc
import SystemIO
import Testing
import VolumeCore

/// The files that Tools/fixtures/make_onnx_models.py made, and their list.
struct Fixtures {
  /// `T2S_ONNX_FIXTURES` where others have just been made: see Tools/check.d/interop_onnx.py.
  static let folder: String = {
    if let other = unsafe getenv("T2S_ONNX_FIXTURES") { return unsafe String(cString: other) }
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

  /// A model that was exported, with what onnxruntime computes.
  struct Exported: CustomTestStringConvertible, Sendable {
    var file: String
    /// z, y, x, channels.
    var inputShape: [Int]
    var outputShape: [Int]
    var parameters: Int?
    var writer: String
    var end: String
    var tolerance: Float
    var testDescription: String { file }
    var name: String { String(file.dropLast(5)) }

    init?(_ entry: JSONValue) {
      guard let file = entry["file"]?.string, let writer = entry["writer"]?.string else {
        return nil
      }
      self.file = file
      self.writer = writer
      parameters = entry["parameters"]?.integer
      end = entry["end"]?.string ?? "logits"
      tolerance = Float(entry["tolerance"]?.number ?? 1e-4)
      inputShape = entry["input_shape"]?.array?.compactMap(\.integer) ?? []
      outputShape = entry["output_shape"]?.array?.compactMap(\.integer) ?? []
    }
  }

  static let exported = (index["models"]?.array ?? []).compactMap(Exported.init)

  /// A file that is no model, or one that is not computed.
  struct Faulty: CustomTestStringConvertible, Sendable {
    var file: String
    var fault: String
    var node: String?
    var testDescription: String { file }

    init?(_ entry: JSONValue) {
      guard let file = entry["file"]?.string, let fault = entry["fault"]?.string, fault != "none"
      else { return nil }
      self.file = file
      self.fault = fault
      node = entry["node"]?.string ?? entry["tensor"]?.string
    }
  }

  static let faulty = (index["faulty"]?.array ?? []).compactMap(Faulty.init)
}
