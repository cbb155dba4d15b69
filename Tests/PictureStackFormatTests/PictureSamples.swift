import PictureStackFormat
import SystemIO
import VolumeCore
import VolumeTesting

/// The fixtures, made by `Tools/fixtures/make_picture_fixtures.py`.
enum Pictures {
  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }

  static func bytes(_ name: String) throws -> [UInt8] { try contents(ofFile: path(name)) }

  static func open(_ path: String, channel: Int? = nil) throws -> any VolumeReader {
    var hints = OpeningHints()
    hints.channel = channel
    return try PictureStackFormat().reader(path, hints: hints)
  }

  /// The phantom's first layer.
  static let layer = Array(CasePhantom.bytes(.uint8).prefix(77))
}

/// Writes `bytes` to `path`.
func write(_ bytes: [UInt8], to path: String) throws {
  let file = try FileHandle(creating: path)
  try file.write(unsafe bytes.span.bytes, at: 0)
}
