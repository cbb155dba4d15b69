import Foundation
import SystemIO
import VolumeCore
import VolumeTesting

/// What the built tool said, and how it ended.
struct Ending {
  /// The exit code; negative where a signal ended it.
  var code: Int32
  var output: String
  var error: String

  /// Standard output as the one JSON object that it must be.
  var json: JSONValue? {
    guard let value = JSONValue(parsing: output), value.object != nil else { return nil }
    return value
  }

  /// All that was said, for failing expectations.
  var words: String { "exit code \(code)\n\(output)\n\(error)" }
}

/// The tool as it was built, run in a folder of its own.
struct BuiltTool {
  let folder: TemporaryFolder
  let path: String

  /// The repository's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Finds the tool that was built with these tests, and makes an empty folder to work in.
  init() throws {
    folder = try TemporaryFolder()
    #if DEBUG
      let configuration = "debug"
    #else
      let configuration = "release"
    #endif
    let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let places = [bundle, "\(Self.root)/.build/\(configuration)"].map { "\($0)/t2s-volume" }
    guard let place = places.first(where: FileManager.default.isExecutableFile) else {
      throw Explanation(.failed, "the tool is not built: \(places)", remedy: "swift build")
    }
    path = place
  }

  /// The path of `name` in the folder.
  func file(_ name: String) -> String { folder.file(name) }

  /// Whether something is at `name`.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// Starts the tool with `words`; `afterStart` may send it signals.
  @discardableResult
  func callAsFunction(
    _ words: String..., environment: [String: String] = [:], outputTo device: String? = nil,
    afterStart: (Process) throws -> Void = { _ in }
  ) throws -> Ending {
    try run(words, environment: environment, outputTo: device, afterStart: afterStart)
  }

  /// The same for words in a list.
  func run(
    _ words: [String], environment: [String: String] = [:], outputTo device: String? = nil,
    afterStart: (Process) throws -> Void = { _ in }
  ) throws -> Ending {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = words
    process.currentDirectoryURL = URL(filePath: folder.path)
    var all = ProcessInfo.processInfo.environment
    all["T2S_MODEL"] = nil
    process.environment = all.merging(environment) { $1 }
    // Files, not pipes: a pipe that nobody empties would stop the tool.
    let number = UInt64.random(in: .min ... .max)
    let outputPath = device ?? NSTemporaryDirectory() + "/t2s-out-\(number)"
    let errorPath = NSTemporaryDirectory() + "/t2s-err-\(number)"
    for path in [outputPath, errorPath] where path != device {
      try Data().write(to: URL(filePath: path))
    }
    defer {
      for path in [outputPath, errorPath] where path != device {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
    process.standardOutput = try Foundation.FileHandle(forWritingTo: URL(filePath: outputPath))
    process.standardError = try Foundation.FileHandle(forWritingTo: URL(filePath: errorPath))
    try process.run()
    try afterStart(process)
    process.waitUntilExit()
    let code = process.terminationStatus
    func text(_ path: String) -> String {
      path == device ? "" : (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
    return Ending(
      code: process.terminationReason == .exit ? code : -code, output: text(outputPath),
      error: text(errorPath))
  }

  /// Writes a headerless scan with a sidecar in PyHST's way, its type in bytes.
  func writeRaw(_ name: String, _ shape: Shape3, _ bytes: [UInt8], type: VoxelType = .uint8) throws
  {
    try Data(bytes).write(to: URL(filePath: file(name)))
    let sidecar = """
      ! PyHST_SLAVE VOLUME INFO FILE
      NUM_X = \(shape.x)
      NUM_Y = \(shape.y)
      NUM_Z = \(shape.z)
      DATA_TYPE = \(type.rawValue)

      """
    try sidecar.write(toFile: file(name + ".info"), atomically: false, encoding: .utf8)
  }

  /// The bytes of `name`.
  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: file(name))) }

  /// Every file under `name` but those under `.t2s`, with its bytes.
  func tree(_ name: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    guard let walk = FileManager.default.enumerator(atPath: file(name)) else { return [:] }
    for case let inside as String in walk where !inside.hasPrefix(".t2s") {
      let path = file(name) + "/" + inside
      guard case .file = SystemIO.kind(ofPath: path) else { continue }
      result[inside] = try Data(contentsOf: URL(filePath: path))
    }
    return result
  }
}

/// Models for the tests: small ones whose weights are random.
enum Models {
  static let folder = BuiltTool.root + "/Tests/KerasModelTests/Fixtures"
  /// A plain U-Net: one channel in, three classes out, total stride 4.
  static let plain = folder + "/plain.keras3.h5"
  /// The model that the tool comes with.
  static let standard = BuiltTool.root + "/Samples/default.h5"
  static var hasStandard: Bool { FileManager.default.fileExists(atPath: standard) }
}
