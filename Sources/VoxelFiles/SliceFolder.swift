import SystemIO
import VolumeCore

/// A folder with one file for each layer: which files are its slices, in which order.
public struct SliceFolder: Hashable, Sendable {
  /// Where it is, without a slash at its end.
  public let path: String
  /// One name for each layer; `nil`: a layer that is missing, to be read as zeros.
  public let slices: SliceNames
  /// What was noticed that is no error.
  public let remarks: [String]

  /// Looks into the folder at `path`.
  ///
  /// What is hidden (`._a.tif`) is passed over; previews (`*_spr.*`, thumbnails) and what file
  /// managers leave behind (`Thumbs.db`) with a remark; any other file is an error.
  ///
  /// - Parameters:
  ///   - hints: may list the slices themselves, or say that gaps are filled.
  ///   - kinds: what slices are, for messages: ".tif or .tiff".
  ///   - isSlice: whether a file of that name is a slice.
  ///   - belongs: whether a file that is no slice may lie among them nevertheless.
  public init(
    _ path: String, hints: OpeningHints, kinds: String, isSlice: (String) -> Bool,
    belongs: (String) -> Bool = { _ in false }
  ) throws(SliceError) {
    let folder = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    self.path = folder
    if let listed = hints.slices {
      guard listed.contains(where: { $0 != nil }) else {
        throw .hasNoSlices(folder: folder, kinds: kinds)
      }
      slices = SliceNames(inOrder: listed)
      remarks = []
      return
    }
    var found: [String] = []
    var strangers: [String] = []
    var passedOver: [String] = []
    var folders = 0
    let all: [String]
    do throws(SystemError) { all = try names(inFolder: folder) } catch { throw .system(error) }
    for name in all where !name.hasPrefix(".") {
      if kind(ofPath: folder + "/" + name) == .folder {
        folders += 1
      } else if Self.isLeftBehind(name) {
        passedOver.append(name)
      } else if isSlice(name) {
        found.append(name)
      } else if !belongs(name) {
        strangers.append(name)
      }
    }
    guard !found.isEmpty else { throw .hasNoSlices(folder: folder, kinds: kinds) }
    guard strangers.isEmpty else { throw .hasStrangers(folder: folder, names: strangers) }
    slices = try SliceNames(ordering: found, folder: folder, fillsGaps: hints.fillsGaps)
    var remarks = slices.remarks
    if !passedOver.isEmpty {
      let shown = passedOver.prefix(5).joined(separator: ", ")
      let rest = passedOver.count > 5 ? " and \(passedOver.count - 5) more" : ""
      remarks.append("passed over, being no slices: \(shown)\(rest)")
    }
    if folders > 0 {
      remarks.append(
        "\(folders) \(folders == 1 ? "folder" : "folders") inside it were not looked into")
    }
    self.remarks = remarks
  }

  /// The path of the slice `name`.
  public func path(of name: String) -> String { path + "/" + name }

  /// Whether `name` is what scanners and file managers lay beside slices: previews and caches of
  /// pictures.
  public static func isLeftBehind(_ name: String) -> Bool {
    let name = name.lowercased()
    if ["thumbs.db", "ehthumbs.db", "desktop.ini"].contains(name) { return true }
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    return stem.hasSuffix("_spr") || stem.hasSuffix("thumb") || stem.hasSuffix("thumbnail")
      || stem.hasSuffix("preview")
  }
}

/// Why a folder is no stack of slices.
public enum SliceError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(SystemError)
  /// A folder without a slice.
  case hasNoSlices(folder: String, kinds: String)
  /// Files among the slices that are none.
  case hasStrangers(folder: String, names: [String])
  /// Names that do not differ in a number alone.
  case isOfSeveralSeries(folder: String, one: String, other: String)
  /// Slices are missing between two others; filling does not help where steps are uneven.
  case hasGap(folder: String, before: String, after: String, missing: Int, fillsGaps: Bool)
  /// Two slices of the same number.
  case hasDuplicate(folder: String, one: String, other: String)
}

extension SliceError: ExplainedError {
  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .system(let error):
      return error.explanation
    case .hasNoSlices(let folder, let kinds):
      return Explanation(
        .input, "\(folder) holds no \(kinds) file", remedy: "check the path of the folder")
    case .hasStrangers(let folder, let names):
      let shown = names.prefix(5).joined(separator: ", ")
      let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
      return Explanation(
        .input, "\(folder) holds files that are no slices: \(shown)\(rest)",
        remedy: "move them out of the folder, so that it holds the slices alone")
    case .isOfSeveralSeries(let folder, let one, let other):
      return Explanation(
        .input, "\(folder) holds slices of more than one series: \(one) and \(other)",
        remedy: "give each series a folder of its own")
    case .hasGap(let folder, let before, let after, let missing, let fillsGaps):
      return Explanation(
        .input,
        "\(folder): \(missing) \(missing == 1 ? "slice is" : "slices are") missing between "
          + "\(before) and \(after)"
          + (fillsGaps ? ", and the numbers do not rise by a steady step" : ""),
        remedy: "copy the missing slices, or move those before or after the gap away"
          + (fillsGaps ? "" : ", or give --gaps fill to read them as zeros"))
    case .hasDuplicate(let folder, let one, let other):
      return Explanation(
        .input, "\(folder): \(one) and \(other) have the same number",
        remedy: "keep one of them")
    }
  }
}
