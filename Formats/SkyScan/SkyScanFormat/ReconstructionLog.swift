/// What a reconstruction wrote of itself beside its slices: sections of `key=value` lines.
struct ReconstructionLog: Hashable {
  /// Longer texts are no logs.
  static let mostBytes = 1 << 20

  /// Values by section and key, both in lower case.
  private let values: [String: [String: String]]
  /// The log's name, for messages.
  let file: String

  /// Reads `bytes`, which are UTF-8 or else Latin-1, as Windows writes them.
  init(parsing bytes: [UInt8], file: String) throws(SkyScanError) {
    guard bytes.count <= Self.mostBytes else {
      throw .logIsTooLong(file: file, byteCount: bytes.count, limit: Self.mostBytes)
    }
    let text =
      String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    var values: [String: [String: String]] = [:]
    var section = ""
    for line in text.split(whereSeparator: \.isNewline) {
      let line = Self.trimmed(line)
      if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
        section = line[line.index(after: line.startIndex)..<end].lowercased()
        values[section] = values[section] ?? [:]
      } else if let equals = line.firstIndex(of: "=") {
        let key = Self.trimmed(line[..<equals]).lowercased()
        // The first holds: programs that work on the slices later add to the end.
        if values[section]?[key] == nil {
          values[section, default: [:]][key] = String(
            Self.trimmed(line[line.index(after: equals)...]))
        }
      }
    }
    self.values = values
    self.file = file
  }

  /// Whether slices were reconstructed.
  var isOfReconstruction: Bool { values["reconstruction"] != nil }
  /// Whether a scanner wrote it of its projections.
  var isOfScan: Bool { values["acquisition"] != nil }

  /// The slices' names up to their numbers, where the log says so.
  var prefix: String? {
    text("file name convention", "filename prefix").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// "BMP", "TIF".
  var fileType: String? { text("reconstruction", "result file type")?.uppercased() }

  /// The numbers of the slices.
  func sections() throws(SkyScanError) -> StrideThrough<Int> {
    guard let first = try number("first section"), let last = try number("last section") else {
      throw .lacks(file: file, key: "First Section or Last Section")
    }
    let step = try number("section to section step") ?? 1
    guard first >= 0, last >= first, step > 0, (last - first) / step < 1 << 20 else {
      throw .sectionsAreUnclear(file: file, first: first, last: last, step: step)
    }
    return stride(from: first, through: last, by: step)
  }

  /// Rows and columns of a slice, where the log says so.
  func size() throws(SkyScanError) -> (height: Int, width: Int)? {
    guard let height = try number("result image height (pixels)"),
      let width = try number("result image width (pixels)")
    else { return nil }
    return (height, width)
  }

  /// The step from section to section.
  func step() throws(SkyScanError) -> Int { try number("section to section step") ?? 1 }

  /// The edge of a reconstructed pixel, in micrometres: else that of the camera.
  func pixelSize() throws(SkyScanError) -> Double? {
    if let size = try length("reconstruction", "pixel size (um)") { return size }
    return try cameraPixelSize()
  }

  /// The edge of a pixel of the projections, in micrometres.
  func cameraPixelSize() throws(SkyScanError) -> Double? {
    if let size = try length("acquisition", "scaled image pixel size (um)") { return size }
    return try length("acquisition", "image pixel size (um)")
  }

  /// Which attenuation was made black and which white, as the log writes them.
  var window: (low: String, high: String)? {
    guard let low = text("reconstruction", "minimum for cs to image conversion"),
      let high = text("reconstruction", "maximum for cs to image conversion")
    else { return nil }
    return (low, high)
  }

  private func text(_ section: String, _ key: String) -> String? { values[section]?[key] }

  private func number(_ key: String) throws(SkyScanError) -> Int? {
    guard let text = text("reconstruction", key) else { return nil }
    guard let number = Int(text), abs(number) < 1 << 40 else {
      throw .valueIsUnclear(file: file, key: key, value: text)
    }
    return number
  }

  private func length(_ section: String, _ key: String) throws(SkyScanError) -> Double? {
    guard let text = text(section, key) else { return nil }
    // Some installations write a decimal comma.
    guard let length = Double(text.replacing(",", with: ".")), length > 0, length < 1e6 else {
      throw .valueIsUnclear(file: file, key: key, value: text)
    }
    return length
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
