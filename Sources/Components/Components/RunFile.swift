import CComponents
import VolumeCore

/// The runs of voxels of all components, row by row, with the numbers that they were given: 12 bytes a
/// run, and 8 a row for its first.
@safe final class RunFile: Sendable {
  let runs: ScratchFile
  let rows: ScratchFile
  let rowCount: Int

  init(rows count: Int, _ options: ComponentOptions) throws(Explanation) {
    rowCount = count
    runs = try ScratchFile(in: options.scratchFolder)
    rows = try ScratchFile(in: options.scratchFolder)
  }

  /// Writes the runs of `part`, whose first row is `firstRow`, and changes their labels to `numbers`.
  func write(
    _ part: Part, numbers: [UInt32], firstRun: Int, firstRow: Int
  ) throws(Explanation) {
    let own = unsafe part.part.pointee.runs
    let count = part.runCount
    guard let own = unsafe own, let starts = unsafe part.part.pointee.rows else { return }
    for index in 0..<count {
      unsafe own[index].label = numbers[Int(own[index].label)]
    }
    try unsafe runs.write(
      UnsafeRawBufferPointer(UnsafeBufferPointer(start: own, count: count)),
      at: firstRun * MemoryLayout<t2s_run>.stride)
    // The end of the last row is the begin of the next part's first, and written by both.
    let height = unsafe part.part.pointee.height
    let placeCount = part.layers * height + 1
    let places = UnsafeMutableBufferPointer<Int>.allocate(capacity: placeCount)
    defer { unsafe places.deallocate() }
    for row in 0..<placeCount {
      unsafe places.initializeElement(at: row, to: starts[row] + firstRun)
    }
    try unsafe rows.write(UnsafeRawBufferPointer(places), at: firstRow * 8)
  }
}
