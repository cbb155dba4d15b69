import VolumeCore

extension ImageMetadata {
  /// Reads the value of `attributes.ome`; levels after the first are not looked at.
  public init(decoding ome: JSONValue) throws(MetadataError) {
    let members = try MetadataMembers(ome, at: "attributes.ome")
    let version = try members.string("version")
    guard version == Self.version else {
      throw .unsupported(
        member: members.name("version"), found: version, supported: Self.version)
    }
    guard let first = try members.array("multiscales").first else {
      throw .missing(member: members.name("multiscales[0]"))
    }
    let multiscale = try MetadataMembers(first, at: members.name("multiscales[0]"))
    let micrometres = try Self.micrometresPerUnit(multiscale)
    let datasets = try multiscale.array("datasets")
    guard let dataset = datasets.first else {
      throw .missing(member: multiscale.name("datasets[0]"))
    }
    levelCount = datasets.count
    method = multiscale.optional("type")?.string
    let level = try MetadataMembers(dataset, at: multiscale.name("datasets[0]"))
    levelPath = try level.string("path")
    guard Self.isInside(levelPath) else {
      throw .invalid(member: level.name("path"), found: levelPath)
    }
    name = multiscale.optional("name")?.string

    var scale = [1.0, 1, 1]
    var translation = [0.0, 0, 0]
    for members in [level, multiscale] {
      for (kind, factors) in try Self.transformations(members) {
        for axis in 0..<3 {
          if kind == "scale" {
            scale[axis] *= factors[axis]
            translation[axis] *= factors[axis]
          } else {
            translation[axis] += factors[axis]
          }
        }
      }
    }
    var voxels: [Int] = []
    for axis in 0..<3 {
      let count = (translation[axis] / scale[axis]).rounded()
      guard scale[axis] > 0, scale[axis].isFinite, count.magnitude < 0x1p40 else {
        throw .invalid(
          member: level.name("coordinateTransformations"),
          found: "scale \(scale), translation \(translation)")
      }
      voxels.append(Int(count))
    }
    origin = Index3(z: voxels[0], y: voxels[1], x: voxels[2])
    spacing = micrometres.map {
      VoxelSpacing(z: scale[0] * $0[0], y: scale[1] * $0[1], x: scale[2] * $0[2])
    }
    position = micrometres.flatMap {
      guard translation != [0, 0, 0] else { return nil }
      return PhysicalPosition(
        z: translation[0] * $0[0], y: translation[1] * $0[1], x: translation[2] * $0[2])
    }
    classes = try members.optional("image-label").map { label throws(MetadataError) in
      try Self.classes(MetadataMembers(label, at: members.name("image-label")))
    }
  }

  /// Whether `path` names something below the group, so that metadata cannot lead elsewhere.
  private static func isInside(_ path: String) -> Bool {
    !path.isEmpty
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0)
      }
  }

  /// Micrometres in each axis's unit; `nil` where an axis has no unit.
  private static func micrometresPerUnit(
    _ multiscale: MetadataMembers
  ) throws(MetadataError) -> [Double]? {
    let units = [
      "micrometer": 1, "nanometer": 1e-3, "millimeter": 1e3, "centimeter": 1e4, "meter": 1e6,
      "angstrom": 1e-4,
    ]
    let axes = try multiscale.array("axes")
    guard axes.map({ $0["name"]?.string }) == ["z", "y", "x"] else {
      throw .unsupported(
        member: multiscale.name("axes"), found: JSONValue.array(axes).text(),
        supported: "z, y, x")
    }
    var factors: [Double] = []
    for axis in axes {
      guard let unit = axis["unit"]?.string else { continue }
      guard let factor = units[unit] else {
        throw .unsupported(
          member: multiscale.name("axes.unit"), found: unit,
          supported: units.keys.sorted().joined(separator: ", "))
      }
      factors.append(factor)
    }
    return factors.count == 3 ? factors : nil
  }

  /// The scales and translations of `members`, in their order.
  private static func transformations(
    _ members: MetadataMembers
  ) throws(MetadataError) -> [(kind: String, factors: [Double])] {
    guard let value = members.optional("coordinateTransformations") else { return [] }
    var list: [(kind: String, factors: [Double])] = []
    for item in value.array ?? [] {
      let kind = item["type"]?.string ?? ""
      guard kind == "scale" || kind == "translation",
        let factors = item[kind]?.array?.compactMap(\.number), factors.count == 3
      else { throw members.invalid("coordinateTransformations", value) }
      list.append((kind, factors))
    }
    return list
  }

  /// The classes that `colors` and `properties` list.
  static func classes(_ label: MetadataMembers) throws(MetadataError) -> [LabelClass] {
    var colours: [Int: [Int]] = [:]
    for item in label.optional("colors")?.array ?? [] {
      guard let value = item["label-value"]?.integer else {
        throw label.invalid("colors", item)
      }
      let colour = item["rgba"]?.array?.compactMap(\.integer) ?? []
      if colour.count == 4 { colours[value] = colour }
    }
    var names: [Int: String] = [:]
    for item in label.optional("properties")?.array ?? [] {
      guard let value = item["label-value"]?.integer else {
        throw label.invalid("properties", item)
      }
      names[value] = item["name"]?.string
    }
    let palette = LabelClass.palette
    return Set(colours.keys).union(names.keys).sorted().map { value in
      LabelClass(
        value: value, name: names[value] ?? "class \(value)",
        colour: colours[value] ?? palette[Int(value.magnitude % UInt(palette.count))])
    }
  }
}
