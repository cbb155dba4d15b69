import Glibc
import VolumeCore

/// Bounds that hold a value with 95 % confidence.
public struct Interval: Hashable, Sendable {
  /// Its confidence.
  public static let confidence = 0.95
  /// The lower bound.
  public var low: Double
  /// The upper bound.
  public var high: Double

  /// From `low` to `high`.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Whether `value` lies between the bounds.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }

  /// About `fraction`, on the scale of log(p / (1 - p)), on which shares are spread more evenly and
  /// stay between 0 and 1.
  init?(about fraction: Double, _ error: MeanVariance?) {
    guard let error, fraction > 0, fraction < 1, error.variance.isFinite else { return nil }
    let factor = StudentT.factor(confidence: Self.confidence, freedom: error.freedom)
    let reach = factor * error.variance.squareRoot() / (fraction * (1 - fraction))
    let centre = log(fraction / (1 - fraction))
    low = 1 / (1 + exp(-(centre - reach)))
    high = 1 / (1 + exp(-(centre + reach)))
  }
}

/// What is known of the volume fraction of one class.
public struct FractionEstimate: Hashable, Sendable {
  /// The class's value.
  public var value: Int
  /// Voxels labelled so.
  public var voxels: Int
  /// Their part of all voxels that are not outside the specimen; 0 where there are none.
  public var labelled: Double
  /// Their part of all voxels.
  public var ofAll: Double
  /// The best estimate: `labelled`, or what annotated layers make of it.
  public var fraction: Double
  /// Where the fraction of this very volume lies, labels being wrong as often as in the annotated
  /// layers; `nil` where there are none.
  public var volume: Interval?
  /// Where the mean of the material lies that this volume is a sample of; the labels' own errors are
  /// in it where there are annotated layers. `nil` where the volume is too small to tell.
  public var material: Interval?
}

/// Volume fractions of the classes of a volume, with 95 % intervals.
public struct VolumeFractions: Hashable, Sendable {
  /// One for each class, but for the outside.
  public let classes: [FractionEstimate]
  /// Voxels that are not outside.
  public let inside: Int
  /// All voxels.
  public let voxels: Int

  /// Follows from the counts of the whole volume; voxels of the class `outside` are not part of the
  /// specimen.
  public init(_ tally: LabelTally, outside: Int? = nil, layers: LayerComparison? = nil) {
    let grid = tally.grid
    let out = tally.classes.first { $0.value == outside }
    let weights = grid.grid.indices.enumerated().map { place, index in
      Double(grid.grid.region(of: index).voxelCount - (out?.cells[place] ?? 0))
    }
    let voxels = tally.region.voxelCount
    let inside = voxels - (out?.count ?? 0)
    let kept = tally.classes.filter { $0.value != outside }
    let shares = kept.map { inside == 0 ? 0 : Double($0.count) / Double(inside) }
    classes = zip(kept, shares).map { item, share in
      var result = FractionEstimate(
        value: item.value, voxels: item.count, labelled: share,
        ofAll: voxels == 0 ? 0 : Double(item.count) / Double(voxels), fraction: share)
      let cells = zip(item.cells, weights).map { count, weight in
        MeanVariance.Cell(value: Double(count) - share * weight, weight: weight)
      }
      var sampling = share > 0 ? MeanVariance.of([cells], count: grid.count) : nil
      if let layers, layers.classes == kept.map(\.value),
        let corrected = layers.corrected(item.value, shares: shares)
      {
        result.fraction = corrected.fraction
        // What was annotated is known.
        let unknown = max(0, 1 - Double(layers.voxels) / Double(max(inside, 1)))
        let error = corrected.variance.map {
          MeanVariance(variance: $0.variance * unknown, freedom: $0.freedom)
        }
        result.volume = Interval(about: corrected.fraction, error)
        let scale = share > 0 ? corrected.fraction / share : 1
        sampling = sampling.map {
          MeanVariance(variance: $0.variance * scale * scale, freedom: $0.freedom)
        }
        sampling = error.flatMap { error in sampling?.adding(error) }
      }
      result.material = Interval(about: result.fraction, sampling)
      return result
    }
    self.inside = inside
    self.voxels = voxels
  }
}

extension MeanVariance {
  /// The variance of a sum of independent errors, its freedom by Welch and Satterthwaite.
  func adding(_ other: MeanVariance) -> MeanVariance {
    let sum = variance + other.variance
    guard sum > 0 else { return self }
    let spread =
      variance * variance / freedom + other.variance * other.variance / other.freedom
    return MeanVariance(variance: sum, freedom: sum * sum / spread)
  }
}
