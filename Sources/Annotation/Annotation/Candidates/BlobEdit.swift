import Blobs
import VolumeCore

/// Pixels of one layer that get another label, with what they had before: enough to take it back.
public struct BlobEdit: Hashable, Sendable {
  /// The layer.
  public var layer: Int
  /// The label that the pixels had.
  public var from: UInt8
  /// The label that they get.
  public var to: UInt8
  /// The pixels, a run of a row at a time.
  public var runs: [Run]

  /// Pixels of one row.
  public struct Run: Hashable, Sendable {
    /// The row.
    public var row: Int
    /// Its pixels.
    public var columns: Range<Int>

    /// The pixels `columns` of `row`.
    public init(row: Int, columns: Range<Int>) {
      self.row = row
      self.columns = columns
    }
  }

  /// Of `layer`, pixels in `runs`, `from` one label `to` another.
  public init(layer: Int, from: UInt8, to: UInt8, runs: [Run]) {
    (self.layer, self.from, self.to, self.runs) = (layer, from, to, runs)
  }

  /// The blob whose first pixel is at `row` and `column`, relabelled `to`; `nil` where no blob of
  /// `area` pixels of `from` begins there.
  public init?(
    blobAt row: Int, _ column: Int, area: Int, in pixels: [UInt8], width: Int, layer: Int,
    from: UInt8, to: UInt8
  ) {
    let isInside = (0..<256).map { $0 == Int(from) }
    let found = unsafe LayerBlobs(
      pixels.span.bytes, width: width, connectivity: .corners, isInside: isInside)
    guard
      let number = found.blobs.firstIndex(where: {
        $0.rows.lowerBound == row && $0.firstColumn == column && $0.area == area
      })
    else { return nil }
    self.init(
      layer: layer, from: from, to: to,
      runs: found.runs.filter { $0.blob == number }.map { Run(row: $0.row, columns: $0.columns) })
  }

  /// Pixels that it changes.
  public var area: Int { runs.reduce(0) { $0 + $1.columns.count } }

  /// The same edit, taken back.
  public var undone: BlobEdit { BlobEdit(layer: layer, from: to, to: from, runs: runs) }

  /// Changes `pixels`, a layer of rows of `width`; returns the first pixel that does not have the label
  /// that the edit is from, in which case nothing is changed.
  public func apply(to pixels: inout [UInt8], width: Int) -> (row: Int, column: Int)? {
    for run in runs {
      guard run.row >= 0, run.columns.lowerBound >= 0, run.columns.upperBound <= width,
        (run.row + 1) * width <= pixels.count
      else { return (run.row, run.columns.lowerBound) }
      for column in run.columns where pixels[run.row * width + column] != from {
        return (run.row, column)
      }
    }
    for run in runs {
      for column in run.columns { pixels[run.row * width + column] = to }
    }
    return nil
  }

  /// `4:10-19;5:11-18`: rows, and their first and last columns.
  public var runText: String {
    runs.map { "\($0.row):\($0.columns.lowerBound)-\($0.columns.upperBound - 1)" }
      .joined(separator: ";")
  }

  /// Reads runs as `runText` writes them.
  public static func runs(_ text: some StringProtocol) -> [Run]? {
    var runs: [Run] = []
    for field in text.split(separator: ";", omittingEmptySubsequences: false) {
      let sides = field.split(separator: ":", omittingEmptySubsequences: false)
      guard sides.count == 2 else { return nil }
      let bounds = sides[1].split(separator: "-", omittingEmptySubsequences: false)
      let numbers = ([sides[0]] + bounds).map { Int($0) }
      guard numbers.count == 3, let row = numbers[0], let first = numbers[1], let last = numbers[2],
        row >= 0, first >= 0, first <= last, last < 1 << 40
      else { return nil }
      runs.append(Run(row: row, columns: first..<(last + 1)))
    }
    return runs
  }
}
