import SystemIO
import VolumeCore

extension ByteCalibration {
  /// Reads the calibration at `path`; `nil` where there is none.
  static func read(_ path: String) throws(Explanation) -> ByteCalibration? {
    guard isFile(path) else { return nil }
    let bytes = try explained { () throws(SystemError) in
      try contents(ofFile: path, limit: 64 << 20)
    }
    guard let json = JSONValue(parsing: bytes), json.object != nil else {
      throw Explanation(
        .damaged, "\(path) is no calibration: it is no JSON object",
        remedy: "make it again: t2s-volume model calibrate MODEL SCAN --overwrite")
    }
    return try ByteCalibration(json, at: path)
  }

  /// Writes it to `path`, whole or not at all.
  func write(to path: String) throws(Explanation) {
    try explained { () throws(SystemError) in
      try writeFileAtomically(path, Array((json.text() + "\n").utf8))
    }
  }
}
