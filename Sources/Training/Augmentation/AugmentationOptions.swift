import VolumeCore

/// How crops are varied; each way is off at 0.
public struct AugmentationOptions: Hashable, Sendable {
  /// Whether crops are mirrored and turned by right angles: the 8 ways of the plane, or the 48 of the
  /// cube for 3D networks.
  public var orientations = true
  /// The share of crops that are rotated by any angle, scaled and bent; the others are copied, since
  /// what is resampled is a little blurred.
  public var warped = 1.0
  /// The largest angle of a rotation in the plane, in degrees; 180 is any.
  public var rotation = 0.0
  /// The largest tilt of 3D crops about the other two axes, in degrees.
  public var tilt = 0.0
  /// Sizes from exp(-scale) to exp(scale).
  public var scale = 0.0
  /// One direction in the plane longer, the other shorter, by exp(-stretch) to exp(stretch).
  public var stretch = 0.0
  /// Deviation of the elastic deformation's displacements, in voxels.
  public var elastic = 0.0
  /// Distance of its control points, in voxels.
  public var elasticSpacing = 16.0
  /// The same small change of all grey values, in grey levels of the scan's type: ±0.5 is the original's.
  public var valueShift = 0.0
  /// Grey values are multiplied by exp(-greyScale) to exp(greyScale).
  public var greyScale = 0.0
  /// And moved by up to this, in normalised grey values.
  public var greyOffset = 0.0
  /// And taken to the power of exp(-gamma) to exp(gamma).
  public var gamma = 0.0
  /// The largest deviation of added noise, in normalised grey values.
  public var noise = 0.0
  /// How alike the added noise of neighbours is; `nil`: as the scan's own.
  public var noiseCorrelation: Double?
  /// The largest deviation of the Gaussian that blurs, in voxels.
  public var blur = 0.0
  /// The largest amplitude of streaks of rings, in normalised grey values.
  public var rings = 0.0
  /// The share of crops that get blur, and of those that get streaks.
  public var share = 0.5

  /// Orientations alone: the original's, to be changed field by field.
  public init() {}

  /// Nothing at all.
  public static let none: AugmentationOptions = {
    var options = AugmentationOptions()
    options.orientations = false
    return options
  }()

  /// What one to ten layers are trained with: some of everything that a sister scan may differ in.
  public static let few: AugmentationOptions = {
    var options = AugmentationOptions()
    options.warped = 0.25
    options.rotation = 180
    options.scale = 0.2
    options.stretch = 0.1
    options.greyScale = 0.05
    options.greyOffset = 0.02
    options.noise = 0.01
    return options
  }()

  /// Whether anything but copying is needed to make a crop.
  var resamples: Bool {
    warped > 0 && (rotation > 0 || tilt > 0 || scale > 0 || stretch > 0 || elastic > 0)
  }

  /// The numbers by their keys in a recipe.
  static let numbers:
    [(key: String, path: WritableKeyPath<AugmentationOptions, Double> & Sendable)] =
      [
        ("warped", \.warped), ("rotation", \.rotation), ("tilt", \.tilt), ("scale", \.scale),
        ("stretch", \.stretch),
        ("elastic", \.elastic), ("elastic_spacing", \.elasticSpacing),
        ("value_shift", \.valueShift),
        ("grey_scale", \.greyScale), ("grey_offset", \.greyOffset), ("gamma", \.gamma),
        ("noise", \.noise), ("blur", \.blur), ("rings", \.rings), ("share", \.share),
      ]
}

extension AugmentationOptions {
  /// Reads what differs from `self`.
  mutating func read(_ object: RecipeObject) throws(RecipeError) {
    var object = object
    orientations = try object.flag("orientations") ?? orientations
    for (key, path) in Self.numbers {
      let limit: Double =
        ["rotation", "tilt"].contains(key) ? 180 : ["share", "warped"].contains(key) ? 1 : 1000
      if let number = try object.number(key, in: 0...limit) { self[keyPath: path] = number }
    }
    guard elasticSpacing >= 2 else {
      throw .outOfRange(
        place: object.place(of: "elastic_spacing"), value: elasticSpacing, wanted: "2 or more")
    }
    noiseCorrelation = try object.number("noise_correlation", in: 0...0.98) ?? noiseCorrelation
    try object.end()
  }

  /// All of it, as a recipe holds it.
  var json: JSONValue {
    var members: [String: JSONValue] = ["orientations": .bool(orientations)]
    for (key, path) in Self.numbers { members[key] = .number(self[keyPath: path]) }
    if let noiseCorrelation { members["noise_correlation"] = .number(noiseCorrelation) }
    return .object(members)
  }
}
