import VolumeCore

/// What a phantom is to be; the same names on the command line, in JSON and here.
public struct PhantomOptions: Hashable, Sendable, Codable {
  /// A kind of specimen.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Short glass fibres in a matrix, with pores.
    case composite
    /// The same as a bar whose section changes, with air around it and a crack that opens to a face.
    case biaxial
    /// A metal bar between air, with defects, pores and a thin crack: five classes, uint16.
    case fracture
  }

  /// How many fibres and pores there are.
  public enum Counts: String, Hashable, Sendable, Codable, CaseIterable {
    /// As many as fill their measured shares of the volume: every specimen has nearly the same.
    case share
    /// Drawn at random, as those in a box cut out of a large part are: specimens of one process,
    /// whose shares differ.
    case random
  }

  /// The extent.
  public var shape = Shape3(z: 64, y: 512, x: 512)
  /// Tells one specimen from another of the same kind.
  public var seed: UInt64 = 1
  /// The kind of specimen.
  public var kind = Kind.composite
  /// How many fibres and pores there are.
  public var counts = Counts.share

  /// The defaults, to be changed field by field.
  public init() {}

  /// Lays out fibres and pores, once; any part of the phantom can then be made at once.
  ///
  /// Takes about three seconds for each 10⁹ voxels, and 35 bytes for each 1000.
  public func prepare() throws(PhantomError) -> PhantomVolume {
    guard shape.z > 0, shape.y > 0, shape.x > 0 else { throw .isEmpty(shape) }
    // Positions are computed in single precision, so far only to a thousandth of a voxel.
    let limit = PhantomError.longestAxis
    guard max(shape.z, shape.y, shape.x) <= limit, shape.checkedVoxelCount != nil else {
      throw .isTooLarge(shape)
    }
    return PhantomVolume(options: self)
  }
}

/// Why a phantom cannot be made.
public enum PhantomError: ExplainedError, Hashable {
  /// The shape has no voxels.
  case isEmpty(Shape3)
  /// An axis of the shape is longer than `longestAxis`.
  case isTooLarge(Shape3)

  /// The largest extent along one axis, in voxels.
  public static let longestAxis = 16384

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .isEmpty(let shape):
      Explanation(
        .input, "a phantom of shape \(shape) has no voxels",
        remedy: "give a shape of three numbers above 0 (layers x rows x columns), as 64x512x512")
    case .isTooLarge(let shape):
      Explanation(
        .input,
        "a phantom of shape \(shape) is too large: an axis has at most \(Self.longestAxis) voxels",
        remedy: "give a smaller shape")
    }
  }
}
