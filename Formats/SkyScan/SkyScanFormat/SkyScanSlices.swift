import SystemIO

/// The slices of a folder that a log speaks of, in the order of its sections.
struct SkyScanSlices: Hashable {
  /// One name for each section; `nil`: one that is missing, to be read as zeros.
  let names: [String?]
  /// What was noticed that is no error.
  let remarks: [String]

  /// Endings of the kinds of slices that can be read, by what the log calls them.
  private static let endings = [
    "BMP": ["bmp"], "TIF": ["tif", "tiff"], "TIFF": ["tif", "tiff"], "PNG": ["png"],
  ]

  /// Finds the slices of `log` among `names`, which are those of `folder`.
  init(
    of log: ReconstructionLog, among names: [String], folder: String, fillsGaps: Bool
  ) throws(SkyScanError) {
    let endings: [String]
    if let type = log.fileType {
      // "TIF (16 bit)" and the like.
      let word = String(type.prefix { $0.isLetter })
      guard let known = Self.endings[word] else {
        throw .kindIsNotRead(file: log.file, type: type)
      }
      endings = known
    } else {
      endings = ["bmp", "tif", "tiff", "png"]
    }
    let stem = log.file.lastIndex(of: ".").map { String(log.file[..<$0]) } ?? log.file
    var remarks: [String] = []
    var found: [Int: String] = [:]
    var tried: [String] = []
    // A folder that was renamed as a whole has its log's name in its slices, and not its log's text.
    for prefix in [log.prefix, stem].compactMap({ $0 }) where found.isEmpty {
      guard tried.isEmpty || prefix.lowercased() != tried[0].lowercased() else { continue }
      found = try Self.numbered(names, prefix: prefix, endings: endings, folder: folder)
      if !found.isEmpty, !tried.isEmpty {
        remarks.append(
          "\(log.file) calls the slices \(tried[0]); those of its own name are taken")
      }
      tried.append(prefix)
    }
    guard !found.isEmpty else {
      throw .hasNoSlices(
        folder: folder, names: tried.map { "\($0)NUMBER.\(endings.joined(separator: "|"))" })
    }
    let sections = Array(try log.sections())
    var missing: [Int] = []
    self.names = sections.map { section in
      let name = found.removeValue(forKey: section)
      if name == nil { missing.append(section) }
      return name
    }
    if let other = found.min(by: { $0.key < $1.key }) {
      throw .hasOthers(
        folder: folder, file: log.file, count: found.count, name: other.value,
        first: sections[0], last: sections[sections.count - 1])
    }
    if let first = missing.first, let last = missing.last {
      guard fillsGaps else {
        throw .hasGap(
          folder: folder, file: log.file, missing: missing.count, first: first, last: last)
      }
      let shown = missing.prefix(20).map(String.init).joined(separator: ", ")
      let rest = missing.count > 20 ? " and \(missing.count - 20) more" : ""
      remarks.append(
        "WARNING: \(missing.count) \(missing.count == 1 ? "slice is" : "slices are") missing and "
          + "read as zeros: \(missing.count == 1 ? "number" : "numbers") \(shown)\(rest)")
    }
    self.remarks = remarks
  }

  /// The names that are `prefix`, a number and one of `endings`; previews (`_spr`) are none.
  private static func numbered(
    _ names: [String], prefix: String, endings: [String], folder: String
  ) throws(SkyScanError) -> [Int: String] {
    let start = prefix.lowercased()
    var found: [Int: String] = [:]
    for name in names {
      let lower = name.lowercased()
      guard lower.hasPrefix(start), let dot = lower.lastIndex(of: "."),
        endings.contains(String(lower[lower.index(after: dot)...])),
        lower.distance(from: lower.startIndex, to: dot) > start.count
      else { continue }
      let digits = lower[lower.index(lower.startIndex, offsetBy: start.count)..<dot]
      guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
        continue
      }
      if let other = found[number] {
        throw .hasDuplicate(folder: folder, one: other, other: name)
      }
      found[number] = name
    }
    return found
  }
}
