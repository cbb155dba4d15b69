/// One class of a segmentation: the value its voxels have, its name and its colour.
public struct LabelClass: Hashable, Sendable, Codable {
  /// The voxel value, 0 to 255.
  public var value: Int
  /// The name, as the user knows the phase: "matrix", "fibre".
  public var name: String
  /// Red, green, blue, opacity, each 0 to 255.
  public var colour: [Int]

  /// A class of `value` called `name`, drawn in `colour` (red, green, blue, opacity).
  public init(value: Int, name: String, colour: [Int]) {
    self.value = value
    self.name = name
    self.colour = colour
  }

  /// The value of voxels outside the specimen.
  public static let outsideValue = 254
  /// The value of voxels that nobody annotated; evaluation skips them.
  public static let unannotatedValue = 255

  /// Classes for a model or a volume that names none: `class 0`, `class 1`, ...
  public static func unnamed(count: Int) -> [LabelClass] {
    (0..<count).map {
      LabelClass(value: $0, name: "class \($0)", colour: palette[$0 % palette.count])
    }
  }

  /// Colours told apart by people with any colour vision, dark grey first (Okabe and Ito, 2008).
  public static let palette: [[Int]] = [
    [64, 64, 64, 255], [86, 180, 233, 255], [240, 228, 66, 255], [213, 94, 0, 255],
    [0, 158, 115, 255], [204, 121, 167, 255], [0, 114, 178, 255], [230, 159, 0, 255],
  ]
}
