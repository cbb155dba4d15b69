import Glibc

/// A connected set of pixels of one layer, by its sums; lengths are in pixels.
public struct Blob: Hashable, Sendable {
  /// Pixels.
  public private(set) var area = 0
  /// The rows that it meets.
  public private(set) var rows: Range<Int>
  /// The columns that it meets.
  public private(set) var columns: Range<Int>
  /// The column of its first pixel, in its first row; blobs are numbered by their first pixels.
  public private(set) var firstColumn: Int
  private var sumY = 0
  private var sumX = 0
  private var sumYY = 0
  private var sumXX = 0
  private var sumYX = 0

  /// The pixels of `columns` in one row.
  init(row: Int, columns: Range<Int>) {
    rows = row..<(row + 1)
    self.columns = columns
    firstColumn = columns.lowerBound
    let (n, first, last) = (columns.count, columns.lowerBound, columns.upperBound - 1)
    area = n
    sumY = n * row
    sumYY = n * row * row
    sumX = (first + last) * n / 2
    // The squares up to a number m add up to m (m + 1) (2 m + 1) / 6.
    func squares(_ m: Int) -> Int { m * (m + 1) * (2 * m + 1) / 6 }
    sumXX = squares(last) - (first > 0 ? squares(first - 1) : 0)
    sumYX = row * sumX
  }

  /// Takes in all pixels of `other`.
  mutating func take(_ other: Blob) {
    if (other.rows.lowerBound, other.firstColumn) < (rows.lowerBound, firstColumn) {
      firstColumn = other.firstColumn
    }
    area += other.area
    rows =
      min(rows.lowerBound, other.rows.lowerBound)..<max(rows.upperBound, other.rows.upperBound)
    columns =
      min(
        columns.lowerBound, other.columns.lowerBound)..<max(
        columns.upperBound, other.columns.upperBound)
    sumY += other.sumY
    sumX += other.sumX
    sumYY += other.sumYY
    sumXX += other.sumXX
    sumYX += other.sumYX
  }

  /// The mean position, row and column.
  public var centroid: (row: Double, column: Double) {
    (Double(sumY) / Double(area), Double(sumX) / Double(area))
  }

  /// The axes of the ellipse with the same second moments: four times the square roots of the
  /// moments' eigenvalues, as in scikit-image.
  public var axes: (major: Double, minor: Double) {
    let (n, centre) = (Double(area), centroid)
    // From the centre, so that nothing large is subtracted from its like.
    let yy = Double(sumYY) / n - centre.row * centre.row
    let xx = Double(sumXX) / n - centre.column * centre.column
    let yx = Double(sumYX) / n - centre.row * centre.column
    let (mean, half) = ((yy + xx) / 2, (yy - xx) / 2)
    let root = (half * half + yx * yx).squareRoot()
    return (4 * max(0, mean + root).squareRoot(), 4 * max(0, mean - root).squareRoot())
  }

  /// The longer axis over the shorter; infinite for a line of pixels.
  public var aspect: Double {
    let axes = axes
    return axes.minor > 0 ? axes.major / axes.minor : axes.major > 0 ? .infinity : 1
  }

  /// The longer edge of its box.
  public var longestEdge: Int { max(rows.count, columns.count) }
}
