import VolumeCore

/// The OME-Zarr 0.5 metadata of one volume: its axes, its place in space and its classes.
///
/// It is what `attributes.ome` of the image's group holds. This tool writes the levels `0`, `1` and
/// so on, each half as large along every axis as the one before.
public struct ImageMetadata: Hashable, Sendable {
  /// The version of OME-Zarr that is written and read.
  public static let version = "0.5"

  /// The path of the largest level, counted from the group.
  public var levelPath: String
  /// What the image is called.
  public var name: String?
  /// The voxel's edges in micrometres, or `nil` where nobody knows them.
  public var spacing: VoxelSpacing?
  /// Where the first voxel lies in the volume that this one was cut from, in voxels.
  public var origin: Index3
  /// Where the centre of the first voxel lies, in micrometres; `nil` where that is 0, 0, 0, or
  /// where nobody knows the voxel's edges.
  public var position: PhysicalPosition?
  /// The classes, where it is a label image.
  public var classes: [LabelClass]?
  /// How many levels there are.
  public var levelCount: Int
  /// How each level was made of the one before, in a word: "mean", "mode".
  public var method: String?

  /// The metadata of a volume whose levels are `0`, `1` and so on.
  ///
  /// - Parameter position: what the file itself says; else it follows from `origin`.
  public init(
    name: String? = nil, spacing: VoxelSpacing?, origin: Index3,
    position: PhysicalPosition? = nil, classes: [LabelClass]?, levelCount: Int = 1,
    method: String? = nil
  ) {
    levelPath = "0"
    self.name = name
    self.spacing = spacing
    self.origin = origin
    let position = spacing.map { spacing in
      position
        ?? PhysicalPosition(
          z: Double(origin.z) * spacing.z, y: Double(origin.y) * spacing.y,
          x: Double(origin.x) * spacing.x)
    }
    self.position = position == PhysicalPosition(z: 0, y: 0, x: 0) ? nil : position
    self.classes = classes
    self.levelCount = levelCount
    self.method = method
  }

  /// The value of `attributes.ome`.
  public var json: JSONValue {
    var ome: [String: JSONValue] = [
      "version": .string(Self.version), "multiscales": [multiscale],
    ]
    if let classes { ome["image-label"] = Self.imageLabel(classes) }
    return .object(ome)
  }

  private var multiscale: JSONValue {
    let axes = ["z", "y", "x"].map { name -> JSONValue in
      var axis: [String: JSONValue] = ["name": .string(name), "type": "space"]
      // A unit would say that the scale is known.
      if spacing != nil { axis["unit"] = "micrometer" }
      return .object(axis)
    }
    var multiscale: [String: JSONValue] = [
      "axes": .array(axes),
      "datasets": .array((0..<levelCount).map(dataset)),
    ]
    if let name { multiscale["name"] = .string(name) }
    if let method { multiscale["type"] = .string(method) }
    return .object(multiscale)
  }

  /// The level made by halving `level` times.
  ///
  /// A translation says where the centre of the first voxel lies, and a voxel of two has its centre
  /// half a voxel further in: levels without that would drift apart.
  private func dataset(_ level: Int) -> JSONValue {
    let edges = spacing ?? VoxelSpacing(cube: 1)
    let start =
      position
      ?? (spacing == nil
        ? PhysicalPosition(z: Double(origin.z), y: Double(origin.y), x: Double(origin.x))
        : PhysicalPosition(z: 0, y: 0, x: 0))
    var factor = 1.0
    for _ in 0..<level { factor *= 2 }
    let scale = [edges.z, edges.y, edges.x].map { $0 * factor }
    let translation = zip([start.z, start.y, start.x], [edges.z, edges.y, edges.x]).map {
      $0 + $1 * (factor - 1) / 2
    }
    var transformations: [JSONValue] = [
      ["type": "scale", "scale": .array(scale.map { .number($0) })]
    ]
    if translation != [0, 0, 0] {
      transformations.append([
        "type": "translation", "translation": .array(translation.map { .number($0) }),
      ])
    }
    return [
      "path": level == 0 ? .string(levelPath) : .string("\(level)"),
      "coordinateTransformations": .array(transformations),
    ]
  }

  /// `colors` and `properties` list the same values.
  private static func imageLabel(_ classes: [LabelClass]) -> JSONValue {
    // The specification wants at least one entry in each list that is there.
    guard !classes.isEmpty else { return .object([:]) }
    return [
      "colors": .array(
        classes.map { label in
          [
            "label-value": .integer(label.value),
            "rgba": .array(label.colour.map { .integer($0) }),
          ]
        }),
      "properties": .array(
        classes.map { label in
          ["label-value": .integer(label.value), "name": .string(label.name)]
        }),
    ]
  }
}
