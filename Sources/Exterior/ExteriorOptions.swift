import VolumeCore

/// How the exterior of a specimen is found in its scan.
public struct ExteriorOptions: Hashable, Sendable {
  /// Voxels are as dark as air below this grey; `nil`: halfway from the air's to the matrix's.
  public var below: Double?
  /// Half the width of the widest opening that is closed, in voxels: what a ball of this radius cannot
  /// roll into from outside belongs to the specimen, such as a crack.
  ///
  /// Cracks seen in scans of 1 µm a voxel are 5 to 30 wide at the mouth.
  public var closing = 24
  /// Threads to read and decode with.
  public var threads = 1
  /// Memory for voxels that are being read.
  public var readingByteCount = 64 << 20

  /// The defaults, to be changed field by field.
  public init() {}
}

/// The exterior that was found, and how.
public struct FoundExterior: Sendable {
  /// What lies outside.
  public var exterior: Exterior
  /// The grey below which a voxel counted as dark.
  public var below: Double
  /// The most frequent grey of the air, where it was looked for.
  public var air: Double?
  /// The most frequent grey of the matrix, where it was looked for.
  public var material: Double?
  /// Whether its edge could be drawn voxel by voxel.
  public var hasFineEdge: Bool
}

/// Why there is no exterior.
public enum ExteriorError: ExplainedError, Hashable {
  /// The scan's grey values do not fall into air and material.
  case noAir(low: Double, high: Double)
  /// Nothing that is dark enough reaches the faces of the volume.
  case nothingOutside(below: Double, closing: Int)
  /// The mask is of another extent.
  case maskHasOtherShape(mask: Shape3, scan: Shape3)
  /// The mask has more voxels at its edge than can be kept.
  case maskIsTooRagged(cells: Int)
  /// A voxel could not be read.
  case reading(Explanation)
  /// The work was to stop.
  case stopped

  /// The error in words.
  public var explanation: Explanation {
    switch self {
    case .noAir(let low, let high):
      Explanation(
        .input,
        "no air was found around the specimen: the scan's grey values, averaged over 16 voxels, lie "
          + "between \(low) and \(high) and do not fall into two parts",
        remedy: "say how dark air is, with --outside-below GREY, or give a mask, or --outside none")
    case .nothingOutside(let below, let closing):
      Explanation(
        .input,
        "nothing is outside: no air darker than \(below) that is \(2 * closing) voxels wide reaches "
          + "the faces of the scan",
        remedy: "give another --outside-below or a smaller --outside-closing, or --outside none")
    case .maskHasOtherShape(let mask, let scan):
      Explanation(
        .input, "the mask has \(mask.words), the scan has \(scan.words)",
        remedy: "give a mask of the scan's extent, whose voxels are not zero outside the specimen")
    case .maskIsTooRagged(let cells):
      Explanation(
        .input,
        "the mask's edge runs through more than \(cells) cells of 4 x 4 x 4 voxels, which are not "
          + "kept in memory",
        remedy: "smooth the mask, or give --outside auto")
    case .reading(let explanation): explanation
    case .stopped:
      Explanation(
        .failed, "stopped while the exterior was looked for", remedy: "give the command again")
    }
  }
}
