import RawFormat

extension FuzzTarget {
  /// What lies beside raw voxels, and says what they are: as many bytes as the fixtures have.
  static let raw: [FuzzTarget] = [
    sidecar("raw-info", "a.raw.info", of: "a.raw", "Tests/RawFormatTests/Fixtures/info/*.info"),
    sidecar("raw-xml", "a.vol.xml", of: "a.vol", "Tests/RawFormatTests/Fixtures/xml/*.xml"),
    sidecar(
      "raw-yml", "a.yml", of: "a.raw",
      "Tests/RawFormatTests/Fixtures/yml/*.yml Tests/RawFormatTests/Fixtures/metadata/*.yml"),
    sidecar("raw-ini", "a.ini", of: "a.raw", "Tests/RawFormatTests/Fixtures/cil/*.ini"),
  ]

  private static func sidecar(
    _ name: String, _ file: String, of data: String, _ seeds: String
  ) -> FuzzTarget {
    .file(
      name, file, seeds: seeds, companions: [(data, [UInt8](repeating: 3, count: 770))],
      format: { RawFormat() }, opening: { "\($0)/\(data)" })
  }
}
