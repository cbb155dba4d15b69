import Blobs
import Glibc
import VolumeCore

/// A line in the plane of a blob's size and its length: what lies above it is worth a look.
///
/// The annotators of the PA66 volumes looked at pores of one layer by log10(area) and by the aspect of
/// the ellipse of equal moments, and took those above a line through (100 pixels, 35) and (600, 1).
public struct CandidateLine: Hashable, Sendable {
  /// Aspect for each factor of ten in the area.
  public var slope: Double
  /// The aspect of a blob of one pixel.
  public var intercept: Double

  /// The line of `slope` and `intercept`.
  public init(slope: Double, intercept: Double) {
    self.slope = slope
    self.intercept = intercept
  }

  /// Their first criterion: large and long.
  public static let largeAndLong = CandidateLine(slope: -43.693, intercept: 122.387)

  /// How far above the line a blob lies, in units of aspect.
  func excess(area: Int, aspect: Double) -> Double {
    aspect - slope * log10(Double(max(area, 1))) - intercept
  }
}

/// A blob of one layer that may be an artefact.
public struct BlobCandidate: Hashable, Sendable {
  /// The layer.
  public var layer: Int
  /// The row and the column of its first pixel, which name it.
  public var row: Int
  /// The column of its first pixel.
  public var column: Int
  /// Pixels.
  public var area: Int
  /// Its box.
  public var rows: Range<Int>
  /// Its box.
  public var columns: Range<Int>
  /// The mean position.
  public var centroidRow: Double
  /// The mean position.
  public var centroidColumn: Double
  /// The axes of the ellipse of equal moments, pixels being squares, in pixels.
  public var major: Double
  /// The shorter one.
  public var minor: Double
  /// How far above every line it lies: the least of these.
  public var excess: Double
  /// Blobs of neighbouring layers whose boxes meet have one group; the number of the first.
  public var group = 0

  /// The longer axis over the shorter.
  public var aspect: Double { major / minor }

  /// The facts of `blob`, found in `layer`, judged by `lines`.
  public init(_ blob: Blob, layer: Int, lines: [CandidateLine]) {
    let (axes, centre) = (blob.axes, blob.centroid)
    self.layer = layer
    (row, column) = (blob.rows.lowerBound, blob.firstColumn)
    (area, rows, columns) = (blob.area, blob.rows, blob.columns)
    (centroidRow, centroidColumn) = (centre.row, centre.column)
    // A pixel is a square, whose moment is 1/12: a row of pixels is 1 wide, and not 0.
    major = (axes.major * axes.major + 16.0 / 12).squareRoot()
    minor = (axes.minor * axes.minor + 16.0 / 12).squareRoot()
    let (area, aspect) = (blob.area, major / minor)
    excess = lines.map { $0.excess(area: area, aspect: aspect) }.min() ?? 0
  }

  /// The blobs of `value` in `layer`, row by row in `pixels`, that lie above every line.
  public static func find(
    _ pixels: [UInt8], width: Int, value: UInt8, layer: Int, lines: [CandidateLine]
  ) -> [BlobCandidate] {
    let isInside = (0..<256).map { $0 == Int(value) }
    let blobs = unsafe LayerBlobs(
      pixels.span.bytes, width: width, connectivity: .corners, isInside: isInside)
    return blobs.blobs.map { BlobCandidate($0, layer: layer, lines: lines) }
      .filter { $0.excess >= 0 && $0.area > 1 }
  }

  /// Gives blobs of neighbouring layers whose boxes meet, or lie a pixel apart, one group, numbered from
  /// 1 in the order of the list; `candidates` come layer by layer.
  public static func group(_ candidates: inout [BlobCandidate]) {
    var parents = Array(candidates.indices)
    func root(_ place: Int) -> Int {
      var place = place
      while parents[place] != place { place = parents[place] }
      return place
    }
    for (place, item) in candidates.enumerated() {
      for other in candidates[..<place].indices.reversed() {
        let earlier = candidates[other]
        guard item.layer - earlier.layer <= 1 else { break }
        guard item.layer != earlier.layer, meets(item.rows, earlier.rows),
          meets(item.columns, earlier.columns)
        else { continue }
        let (a, b) = (root(place), root(other))
        parents[max(a, b)] = min(a, b)
      }
    }
    var numbers: [Int: Int] = [:]
    for place in candidates.indices {
      let first = root(place)
      if numbers[first] == nil { numbers[first] = numbers.count + 1 }
      candidates[place].group = numbers[first] ?? 0
    }
  }

  private static func meets(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    a.lowerBound <= b.upperBound && b.lowerBound <= a.upperBound
  }
}
