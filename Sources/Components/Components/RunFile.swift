import CComponents
import SystemIO
import VolumeCore

/// The runs of voxels of all components, row by row, with the numbers that they were given: 12 bytes a
/// run, and 8 a row for its first.
@safe final class RunFile: Sendable {
  let runs: ScratchFile
  let rows: ScratchFile
  let rowCount: Int

  init(rows count: Int, _ options: ComponentOptions) throws(Explanation) {
    rowCount = count
    (runs, rows) = try scratch { () throws(SystemError) in
      (
        try ScratchFile(inFolder: options.scratchFolder),
        try ScratchFile(inFolder: options.scratchFolder)
      )
    }
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
    let bytes = unsafe UnsafeRawBufferPointer(UnsafeBufferPointer(start: own, count: count)).bytes
    try scratch { () throws(SystemError) in
      try runs.write(bytes, at: firstRun * MemoryLayout<t2s_run>.stride)
    }
    // The end of the last row is the begin of the next part's first, and written by both.
    let height = unsafe part.part.pointee.height
    let placeCount = part.layers * height + 1
    let places = (0..<placeCount).map { unsafe Int(starts[$0]) + firstRun }
    try scratch { () throws(SystemError) in try rows.write(places, at: firstRow * 8) }
  }
}
