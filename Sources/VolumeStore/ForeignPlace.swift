import Glibc
import SystemIO
import VolumeCore
import ZarrFormat

/// The array that a path leads to in a store of others, and what its image says of it.
struct ForeignPlace {
  /// The array's folder.
  var folder: String
  /// The array.
  var array: ZarrArray
  /// The image that it is a level of, where there is one, with the level's number.
  var image: (OMEImage, level: Int)?
  /// What was noticed on the way.
  var remarks: [String] = []

  /// How many names of a folder are looked at.
  static let mostNames = 10_000

  /// Follows `path`, and in an image to `level`, by name or by number.
  init(_ path: String, level: String?) throws(ForeignStoreError) {
    guard let node = try Self.node(path) else {
      throw path.hasSuffix(".zip") || path.hasSuffix(".ozx")
        ? .isZip(path: path) : .notZarr(path: path)
    }
    switch node {
    case .array(let array):
      if let level { throw .hasNoLevels(path: path, level: level) }
      self.init(folder: path, array: array)
      findImage()
    case .group(let attributes):
      try self.init(group: path, attributes, level: level)
    }
  }

  private init(folder: String, array: ZarrArray) {
    self.folder = folder
    self.array = array
  }

  private init(
    group path: String, _ attributes: [String: JSONValue], level: String?
  ) throws(ForeignStoreError) {
    let ome = OMEImage.members(attributes)
    if OMEImage.isImage(attributes) {
      try self.init(image: path, Self.image(attributes, at: path), level: level)
      if Self.lacksLedgers(attributes) {
        remarks.append(
          "\(path)/.t2s is gone: a shard that was lost cannot be told from one of zeros")
      }
    } else if ome["plate"] != nil || ome["well"] != nil {
      let parts = (ome["plate"]?["wells"] ?? ome["well"]?["images"])?.array ?? []
      throw .isPlate(path: path, parts: parts.compactMap { $0["path"]?.string })
    } else if ome["bioformats2raw.layout"] != nil {
      let images = try Self.children(path) { $0.allSatisfy(\.isNumber) }
      guard let only = images.first, images.count == 1 else {
        throw images.isEmpty
          ? .nothingInside(path: path) : .choose(path: path, what: "images", among: images)
      }
      try self.init("\(path)/\(only)", level: level)
      remarks.append("\(only) is the only image of what bioformats2raw wrote")
    } else if let labels = ome["labels"]?.array {
      let names = labels.compactMap(\.string).filter(OMEImage.isInside)
      throw names.isEmpty
        ? .nothingInside(path: path) : .choose(path: path, what: "label images", among: names)
    } else {
      try self.init(plainGroup: path, level: level)
    }
  }

  private init(
    image path: String, _ image: OMEImage, level: String?
  ) throws(ForeignStoreError) {
    var number = 0
    if let level {
      let names = image.levels.map(\.path)
      guard let found = names.firstIndex(of: level) ?? Int(level), names.indices.contains(found)
      else { throw .noSuchLevel(path: path, level: level, levels: names) }
      number = found
    }
    let folder = "\(path)/\(image.levels[number].path)"
    guard case .array(let array)? = try Self.node(folder) else { throw .notZarr(path: folder) }
    self.init(folder: folder, array: array)
    self.image = (image, number)
    if image.imageCount > 1 {
      remarks.append("the first of the \(image.imageCount) multiscales of \(path)")
    }
  }

  private init(plainGroup path: String, level: String?) throws(ForeignStoreError) {
    var arrays: [String] = []
    var groups: [String] = []
    for name in try Self.children(path, { _ in true }) {
      switch try? Self.node("\(path)/\(name)") {
      case .array: arrays.append(name)
      case .group: groups.append(name)
      case nil: break
      }
    }
    if let level {
      guard arrays.contains(level) else {
        throw .noSuchLevel(path: path, level: level, levels: arrays)
      }
      arrays = [level]
    }
    guard let only = arrays.first else {
      throw groups.isEmpty
        ? .nothingInside(path: path) : .choose(path: path, what: "groups", among: groups)
    }
    guard arrays.count == 1 else {
      throw .choose(path: path, what: "arrays", among: arrays)
    }
    try self.init("\(path)/\(only)", level: nil)
    if level == nil { remarks.append("\(only) is the only array of its group") }
  }

  /// Whether an image with these attributes was made by this tool, and so had a folder with ledgers,
  /// which copying may have left behind.
  static func lacksLedgers(_ attributes: [String: JSONValue]) -> Bool {
    attributes["t2s"]?[StoreSeal.attribute] != nil
  }

  /// An array's image, some folders up, knows more than the array.
  private mutating func findImage() {
    var (group, path) = folderAndName(of: folder)
    for _ in 0..<4 {
      if case .group(let attributes)? = try? Self.node(group), OMEImage.isImage(attributes) {
        guard let image = try? Self.image(attributes, at: group) else {
          remarks.append("the image metadata of \(group) are not understood, and not used")
          return
        }
        if let level = image.levels.firstIndex(where: { $0.path == path }) {
          self.image = (image, level)
        }
        return
      }
      guard group != "." && group != "/" else { return }
      let (above, name) = folderAndName(of: group)
      (group, path) = (above, "\(name)/\(path)")
    }
  }

  private static func image(
    _ attributes: [String: JSONValue], at path: String
  ) throws(ForeignStoreError) -> OMEImage {
    do { return try OMEImage(attributes: attributes) } catch { throw .metadata(path: path, error) }
  }

  /// The names of folders in `path` that `isWanted`, in their order.
  private static func children(
    _ path: String, _ isWanted: (String) -> Bool
  ) throws(ForeignStoreError) -> [String] {
    do {
      return try names(inFolder: path).filter { !$0.hasPrefix(".") && isWanted($0) }
        .sorted().prefix(mostNames).filter { kind(ofPath: "\(path)/\($0)") == .folder }
    } catch {
      throw .system(error)
    }
  }

  /// What lies at `folder`; `nil` where it is no node of Zarr.
  static func node(_ folder: String) throws(ForeignStoreError) -> ZarrNode? {
    if let document = try document("\(folder)/zarr.json") {
      do { return try ZarrNode(zarr3: document) } catch {
        throw .metadata(path: "\(folder)/zarr.json", error)
      }
    }
    let array = try document("\(folder)/.zarray")
    let group = try document("\(folder)/.zgroup")
    let attributes = try document("\(folder)/.zattrs")
    guard array != nil || group != nil || attributes != nil else { return nil }
    do {
      return try ZarrNode(zarr2Array: array, group: group, attributes: attributes)
    } catch {
      throw .metadata(path: array == nil ? "\(folder)/.zattrs" : "\(folder)/.zarray", error)
    }
  }

  /// The bytes of a document, where there is one.
  static func document(_ path: String) throws(ForeignStoreError) -> [UInt8]? {
    switch kind(ofPath: path) {
    case .missing: return nil
    case .file: break
    case .folder, .other: throw .isNoFile(path: path)
    }
    do {
      return try contents(ofFile: path, limit: BoundedJSON.largestByteCount)
    } catch {
      throw .system(error)
    }
  }
}
