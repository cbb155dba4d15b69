import SystemIO
import VolumeCore

extension FlatVolumeWriter {
  /// Begins an output whose header stands in a file of its own beside the voxels.
  ///
  /// The header is laid beside them when all of them are there, so that it never describes a part.
  ///
  /// - Parameters:
  ///   - header: the file that people name.
  ///   - text: its bytes.
  ///   - data: the file of the voxels, which must not be another header's.
  ///   - companions: further files to lay beside it.
  public static func detached(
    header: String, _ text: [UInt8], data: String, _ output: OutputDescription,
    companions: [(path: String, bytes: [UInt8]?)]
  ) throws(Explanation) -> FlatVolumeWriter {
    guard output.overwrites || kind(ofPath: header) == .missing else {
      throw NewFile.isThere(header)
    }
    try checkDataFile(data, ofHeader: header)
    var parts = Parts(header: [])
    parts.companions = companions + [(header, text)]
    return try FlatVolumeWriter(data, output, parts)
  }
}

/// Throws where the voxels of a header that is not there would take the place of a file that is: it
/// belongs to something else, whatever may be replaced.
private func checkDataFile(_ data: String, ofHeader header: String) throws(Explanation) {
  guard kind(ofPath: header) == .missing, kind(ofPath: data) != .missing else { return }
  throw Explanation(
    .input,
    "\(data) is there, and no \(fileName(ofPath: header)) that it would belong to: "
      + "it would be replaced by the voxels of the new one",
    remedy: "give the output another name")
}
