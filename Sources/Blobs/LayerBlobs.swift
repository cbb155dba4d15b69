/// The connected sets of pixels of one layer (Rosenfeld and Pfaltz, 1966, by runs of pixels).
public struct LayerBlobs: Sendable {
  /// Which pixels are neighbours.
  public enum Connectivity: Int, Hashable, Sendable, CaseIterable {
    /// By an edge.
    case edges = 4
    /// By an edge or a corner.
    case corners = 8
  }

  /// A run of pixels in a row, and the blob that it belongs to.
  public struct Run: Hashable, Sendable {
    /// The row.
    public var row: Int
    /// Its pixels.
    public var columns: Range<Int>
    /// The number of its blob in `blobs`.
    public var blob: Int
  }

  /// The blobs in the order of their first pixels.
  public private(set) var blobs: [Blob] = []
  /// All runs, row by row.
  public private(set) var runs: [Run] = []

  /// Finds the blobs of the pixels of a layer for which `isInside` has true.
  ///
  /// - Parameters:
  ///   - pixels: one byte a pixel, row by row.
  ///   - width: pixels in a row.
  ///   - isInside: for each of the 256 values.
  public init(
    _ pixels: RawSpan, width: Int, connectivity: Connectivity, isInside: [Bool]
  ) {
    precondition(isInside.count == 256 && (width == 0 || pixels.byteCount % width == 0))
    guard width > 0 else { return }
    var parents: [Int] = []
    // The first run of the row above.
    var above = 0
    let reach = connectivity == .corners ? 1 : 0
    for row in 0..<(pixels.byteCount / width) {
      let start = runs.count
      findRuns(pixels, row, width, isInside)
      parents.append(contentsOf: start..<runs.count)
      var other = above
      for run in start..<runs.count {
        let columns = runs[run].columns
        while other < start, runs[other].columns.upperBound + reach <= columns.lowerBound {
          other += 1
        }
        var next = other
        while next < start, runs[next].columns.lowerBound < columns.upperBound + reach {
          unite(run, next, &parents)
          next += 1
        }
      }
      above = start
    }
    number(&parents)
  }

  private mutating func findRuns(_ pixels: RawSpan, _ row: Int, _ width: Int, _ isInside: [Bool]) {
    var first = -1
    for column in 0..<width {
      let value = unsafe pixels.unsafeLoad(fromByteOffset: row * width + column, as: UInt8.self)
      if isInside[Int(value)] {
        if first < 0 { first = column }
      } else if first >= 0 {
        runs.append(Run(row: row, columns: first..<column, blob: 0))
        first = -1
      }
    }
    if first >= 0 { runs.append(Run(row: row, columns: first..<width, blob: 0)) }
  }

  private func root(_ run: Int, _ parents: inout [Int]) -> Int {
    var run = run
    while parents[run] != run {
      parents[run] = parents[parents[run]]
      run = parents[run]
    }
    return run
  }

  /// The earlier run becomes the root, so that a blob's root is its first run.
  private func unite(_ a: Int, _ b: Int, _ parents: inout [Int]) {
    let (a, b) = (root(a, &parents), root(b, &parents))
    if a < b { parents[b] = a } else { parents[a] = b }
  }

  private mutating func number(_ parents: inout [Int]) {
    for run in runs.indices {
      let root = root(run, &parents)
      let pixels = Blob(row: runs[run].row, columns: runs[run].columns)
      if root == run {
        runs[run].blob = blobs.count
        blobs.append(pixels)
      } else {
        runs[run].blob = runs[root].blob
        blobs[runs[root].blob].take(pixels)
      }
    }
  }
}
