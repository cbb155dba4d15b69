/// What the phantom imitates: figures measured on a layer of a real scan (glass fibres in
/// polyamide, voxel 1.3 µm, z normal to the layer). Lengths are in voxels, greys of 255.
enum Measured {
  /// The share of the volume that is fibre.
  static let fibreShare = 0.17
  /// The share of the volume that pores are given; with the fringes, about 0.0045 is seen.
  static let poreShare = 0.0044

  /// Fibres and pores in a voxel of volume where their counts are drawn at random: as many as the
  /// shares above come to in a large volume.
  static let fibreDensity = 4.6e-5
  /// The same for pores.
  static let poreDensity = 1.7e-4

  /// Diameter of a fibre, by quantile.
  static let fibreDiameter = Table([
    (0, 6.2), (0.05, 6.7), (0.25, 7.5), (0.5, 8.0), (0.75, 8.7), (0.95, 9.7), (1, 10.4),
  ])

  /// Aspect ratio of the sections, by quantile: one over the cosine of the angle to z.
  static let sectionAspect = Table([
    (0, 1), (0.05, 1.01), (0.25, 1.06), (0.5, 1.25), (0.75, 1.79), (0.95, 3.75), (1, 8),
  ])

  /// Slope of a fibre's in-plane direction against y, by quantile: the tangents of 0, 5.8, 26, 45
  /// degrees and between.
  static let inPlaneSlope = Table([
    (0, 0), (0.5, 0.102), (0.8, 0.24), (0.95, 0.488), (1, 1),
  ])

  /// The share of the fibres that lie beside another, as they came out of one bundle.
  static let bundledShare = 0.6

  /// Length that a fibre has where nothing stands in its way, by quantile. (Not seen in one layer:
  /// what is usual after injection moulding, 100 to 500 µm.)
  static let fibreLength = Table([(0, 80), (0.25, 140), (0.5, 190), (0.75, 260), (1, 420)])

  /// Grey of the matrix far from everything; with fringes its mean is 76.
  static let matrixGrey = 78.5

  /// Grey around the edge of a fibre, by the distance to the edge (inside positive): blurred over
  /// about 3 voxels, with the dark fringe of phase contrast outside.
  static let fibreProfile = Table([
    (-6.5, 78.5), (-5.5, 77.5), (-4.5, 75.5), (-3.5, 71), (-2.5, 66), (-1.5, 68), (-0.5, 96),
    (0.5, 174), (1.5, 218), (2.5, 227), (4, 230),
  ])

  /// How far from the edge a fibre still changes the grey.
  static let fibreReach = 6.5

  /// How far the grey of single fibres deviates: the deviation of the factor on the difference to
  /// the matrix.
  static let fibreGreySpread = 0.07

  /// Grey around the edge of a pore, by the distance to the edge (inside positive); what is below
  /// zero is seen as zero.
  static let poreProfile = Table([
    (-3.5, 78.5), (-2.5, 76.5), (-1.5, 73), (-0.5, 58), (0, 43.5), (0.5, 29), (1.5, 4), (2.5, -5),
    (4, -8),
  ])

  /// How far from the edge a pore still changes the grey.
  static let poreReach = 3.5

  /// A voxel near a fibre's edge is part of it where the grey is above this.
  static let fibreEdgeGrey = 131.0

  /// A voxel near a pore is part of it where the grey is below this.
  static let poreEdgeGrey = 45.0

  /// How much of the noise takes part in deciding where the edge of a fibre runs.
  ///
  /// The labels of the real layer were grown in the noisy scan, so they follow its noise: a plain
  /// threshold finds its fibres with a Jaccard index of 0.944, and of 0.92 where edges know nothing
  /// of the noise. With this share it is 0.97.
  static let noiseSeenAtFibres: Float = 0.65

  /// The same for pores, which are so small that noise decides on most of what is seen of them.
  static let noiseSeenAtPores: Float = 0.94

  /// Smallest half axis of a pore, by quantile.
  static let poreHalfAxis = Table([
    (0, 0.75), (0.25, 0.85), (0.5, 0.95), (0.75, 1.2), (0.95, 2.5), (1, 3.3),
  ])

  /// A layer through a pore that nowhere lies deeper in it than this shows nothing of it: noise
  /// alone looks the same.
  static let faintestPore = 0.65

  /// Long half axis of a pore over the smallest, by quantile; it lies along y, as fibres do.
  static let poreElongation = Table([(0, 1.2), (0.25, 1.6), (0.5, 2), (0.75, 2.6), (1, 4)])

  /// Distance of a pore's edge from the fibre that it formed at, by quantile.
  static let poreGap = Table([(0, -0.4), (0.25, 0), (0.75, 0.8), (1, 2.5)])
}
