import VolumeCore

/// The OME-Zarr 0.5 metadata of one volume: its axes, its place in space and its classes.
///
/// It is what `attributes.ome` of the image's group holds. This tool writes one level, `0`.
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
  /// The classes, where it is a label image.
  public var classes: [LabelClass]?

  /// The metadata of a volume whose one level is `0`.
  public init(
    name: String? = nil, spacing: VoxelSpacing?, origin: Index3, classes: [LabelClass]?
  ) {
    levelPath = "0"
    self.name = name
    self.spacing = spacing
    self.origin = origin
    self.classes = classes
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
    let scale = spacing ?? VoxelSpacing(cube: 1)
    var transformations: [JSONValue] = [
      ["type": "scale", "scale": [.number(scale.z), .number(scale.y), .number(scale.x)]]
    ]
    if origin != Index3(z: 0, y: 0, x: 0) {
      transformations.append([
        "type": "translation",
        "translation": [
          .number(Double(origin.z) * scale.z), .number(Double(origin.y) * scale.y),
          .number(Double(origin.x) * scale.x),
        ],
      ])
    }
    let axes = ["z", "y", "x"].map { name -> JSONValue in
      var axis: [String: JSONValue] = ["name": .string(name), "type": "space"]
      // A unit would say that the scale is known.
      if spacing != nil { axis["unit"] = "micrometer" }
      return .object(axis)
    }
    var multiscale: [String: JSONValue] = [
      "axes": .array(axes),
      "datasets": [
        ["path": .string(levelPath), "coordinateTransformations": .array(transformations)]
      ],
    ]
    if let name { multiscale["name"] = .string(name) }
    return .object(multiscale)
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
