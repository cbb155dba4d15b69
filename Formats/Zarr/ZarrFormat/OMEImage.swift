import VolumeCore

/// What an OME-Zarr image of anybody's says of itself, version 0.4 or 0.5: axes, all levels, classes.
public struct OMEImage: Hashable, Sendable {
  /// One axis.
  public struct Axis: Hashable, Sendable {
    /// "z".
    public var name: String
    /// "space", "time", "channel", or something else, or nothing.
    public var type: String?
    /// The unit, as it is spelled.
    public var unit: String?
  }

  /// One resolution.
  public struct Level: Hashable, Sendable {
    /// Its array, counted from the group; it stays inside.
    public var path: String
    /// The edges of its voxels in the axes' units, where the metadata say them.
    public var scale: [Double]?
    /// Where its first voxel's centre lies, in the axes' units, where the metadata say it.
    public var translation: [Double]?
  }

  /// "0.4" or "0.5", where it is said.
  public var version: String?
  /// How many images (multiscales) the group has; this is the first.
  public var imageCount: Int
  /// The axes, slowest first.
  public var axes: [Axis]
  /// The levels, largest first.
  public var levels: [Level]
  /// The classes, where it is a label image.
  public var classes: [LabelClass]?

  /// The versions that are read.
  public static let versions = ["0.4", "0.5"]

  /// What a group's attributes hold for OME: version 0.5 put it one object deeper.
  public static func members(_ attributes: [String: JSONValue]) -> [String: JSONValue] {
    attributes["ome"]?.object ?? attributes
  }

  /// Whether these are the attributes of an image.
  public static func isImage(_ attributes: [String: JSONValue]) -> Bool {
    members(attributes)["multiscales"] != nil
  }

  /// Reads the attributes of an image's group.
  public init(attributes: [String: JSONValue]) throws(MetadataError) {
    let place = attributes["ome"]?.object == nil ? "attributes" : "attributes.ome"
    let members = try MetadataMembers(.object(Self.members(attributes)), at: place)
    let images = try members.array("multiscales")
    guard let first = images.first else { throw .missing(member: members.name("multiscales[0]")) }
    imageCount = images.count
    let image = try MetadataMembers(first, at: members.name("multiscales[0]"))
    version = image.optional("version")?.string ?? members.optional("version")?.string
    if let version, !Self.versions.contains(version) {
      throw .unsupported(
        member: image.name("version"), found: version,
        supported: Self.versions.joined(separator: " and "))
    }
    let axes = try Self.axes(image)
    self.axes = axes
    let common = try Self.transformation(image, count: axes.count)
    let datasets = try image.array("datasets")
    guard (1...64).contains(datasets.count) else {
      throw .unsupported(
        member: image.name("datasets"), found: "\(datasets.count) levels", supported: "1 to 64")
    }
    var levels: [Level] = []
    for (number, dataset) in datasets.enumerated() {
      let dataset = try MetadataMembers(dataset, at: image.name("datasets[\(number)]"))
      let path = try dataset.string("path")
      guard Self.isInside(path) else { throw .invalid(member: dataset.name("path"), found: path) }
      let own = try Self.transformation(dataset, count: axes.count)
      levels.append(Self.level(path, [own, common].compactMap { $0 }, count: axes.count))
    }
    self.levels = levels
    classes = try members.optional("image-label").map { label throws(MetadataError) in
      try ImageMetadata.classes(MetadataMembers(label, at: members.name("image-label")))
    }
  }

  /// Whether `path` names something below the group, so that metadata cannot lead elsewhere.
  public static func isInside(_ path: String) -> Bool {
    !path.isEmpty && path.utf8.count < 1024
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0)
      }
  }

  private static func axes(_ image: MetadataMembers) throws(MetadataError) -> [Axis] {
    let list = try image.array("axes")
    guard (2...ZarrArray.mostDimensions).contains(list.count) else {
      throw image.invalid("axes", .array(list))
    }
    var axes: [Axis] = []
    for (number, item) in list.enumerated() {
      let axis = try MetadataMembers(item, at: image.name("axes[\(number)]"))
      axes.append(
        Axis(
          name: try axis.string("name"), type: axis.optional("type")?.string,
          unit: axis.optional("unit")?.string))
    }
    guard Set(axes.map(\.name)).count == axes.count else {
      throw image.invalid("axes", .array(list))
    }
    return axes
  }

  private typealias Step = (isScale: Bool, factors: [Double])

  /// The scales and translations of `members` in their order; `nil` where it says none.
  private static func transformation(
    _ members: MetadataMembers, count: Int
  ) throws(MetadataError) -> [Step]? {
    guard let value = members.optional("coordinateTransformations") else { return nil }
    var steps: [Step] = []
    guard let list = value.array, list.count <= 16 else {
      throw members.invalid("coordinateTransformations", value)
    }
    for item in list {
      let kind = item["type"]?.string ?? ""
      if kind == "identity" { continue }
      guard kind == "scale" || kind == "translation",
        let factors = item[kind]?.array?.compactMap(\.number), factors.count == count
      else { throw members.invalid("coordinateTransformations", value) }
      guard kind == "translation" || factors.allSatisfy({ $0 > 0 && $0 < 1e30 }),
        factors.allSatisfy({ $0.magnitude < 1e30 })
      else { throw members.invalid("coordinateTransformations", value) }
      steps.append((kind == "scale", factors))
    }
    return steps
  }

  private static func level(_ path: String, _ parts: [[Step]], count: Int) -> Level {
    var scale: [Double]?
    var translation: [Double]?
    for (isScale, factors) in parts.joined() {
      if isScale {
        scale = zip(scale ?? Array(repeating: 1, count: count), factors).map { $0 * $1 }
        translation = translation.map { zip($0, factors).map { $0 * $1 } }
      } else {
        translation = zip(translation ?? Array(repeating: 0, count: count), factors).map { $0 + $1 }
      }
    }
    return Level(path: path, scale: scale, translation: translation)
  }
}
