import SystemIO
import VGStudioFormat
import VolumeCore
import VolumeTesting
import VoxelFiles

/// The fixtures, and headers made by hand.
enum VGStudioSamples {
  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }

  static func open(_ path: String, _ hints: OpeningHints = OpeningHints()) throws
    -> FlatVolumeReader
  {
    try VGStudioFormat().reader(path, hints: hints)
  }

  /// A small whole header of the phantom in uint16, in `a.vol`; a value of `nil` leaves the key out.
  static func header(
    representation: [String: String?] = [:], file: [String: String?] = [:],
    geometry: [String: String?] = [:], more: String = ""
  ) -> String {
    let all: [(String, [String: String], [String: String?])] = [
      (
        "{volume1}\n[representation]",
        ["size": "11 7 5", "datatype": "unsigned integer", "bitsperelement": "16"],
        representation
      ),
      (
        "[file1]",
        [
          "Name": "a.vol", "Size": "11 7 5", "Datatype": "unsigned integer",
          "BitsPerElement": "16", "SkipHeader": "0", "FileFormat": "raw",
        ], file
      ),
      (
        "{volumeprimitive12}\n[geometry]", ["resolution": "0.01 0.02 0.012", "unit": "mm"],
        geometry
      ),
    ]
    var text = ""
    for (title, values, changes) in all {
      text += title + "\n"
      let merged = values.merging(changes.compactMapValues { $0 }) { $1 }
      for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
        if case .some(.none) = changes[key] { continue }
        text += "\(key) = \(value)\n"
      }
    }
    return text + "[volume]\nvolume = volume1\n" + more
  }

  /// Writes `header` and, as `a.vol`, the phantom in uint16, into `folder`.
  static func write(_ header: String, in folder: TemporaryFolder) throws -> String {
    try write(CasePhantom.bytes(.uint16), to: folder.file("a.vol"))
    try write(Array(header.utf8), to: folder.file("a.vgi"))
    return folder.file("a.vgi")
  }

  /// Writes `bytes` to `path`.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try FileHandle(creating: path)
    try file.write(unsafe bytes.span.bytes, at: 0)
  }
}
