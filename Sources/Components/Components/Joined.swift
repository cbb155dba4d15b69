import CComponents
import SystemIO
import VolumeCore

/// The components of all layers that came so far, and the files that hold what is done with.
@safe final class Joined: @unchecked Sendable {
  let joined: UnsafeMutablePointer<t2s_joined>
  private let options: ComponentOptions
  private let records: ScratchFile?
  /// Runs that have their places in the file of runs.
  private(set) var runCount = 0

  init(
    height: Int, _ options: ComponentOptions, records: ScratchFile?
  ) throws(Explanation) {
    self.options = options
    self.records = records
    let made = unsafe t2s_joined_new(
      height, Int32(options.connectivity.rawValue),
      options.measures ? options.measuresSurfaces ? 2 : 1 : 0)
    guard let made = unsafe made else { throw noMemory }
    unsafe joined = made
  }

  deinit { unsafe t2s_joined_free(joined) }

  /// Numbers that were given so far: components, and what turned out to be parts of one.
  var numberCount: Int { unsafe joined.pointee.number_count }

  /// Takes a numbered part, whose first layer follows what came before. Returns the number of each
  /// of its labels and the place of its first run.
  func take(_ part: Part) throws(Explanation) -> (numbers: [UInt32], firstRun: Int) {
    try check(part)
    let done = unsafe t2s_joined_take(joined, part.part, part.records, part.count)
    guard done == 0 else { throw tooMany(numberCount + part.count) }
    try writeFinished()
    let firstRun = runCount
    runCount += part.runCount
    let numbers = unsafe [UInt32](
      UnsafeBufferPointer(start: joined.pointee.numbers, count: part.count))
    return (numbers, firstRun)
  }

  /// Nothing more comes.
  func end() throws(Explanation) {
    guard unsafe t2s_joined_end(joined) == 0 else { throw tooMany(numberCount) }
    try writeFinished()
  }

  private func check(_ part: Part) throws(Explanation) {
    let most = min(options.memory / 8, Int(UInt32.max) - 2)
    guard numberCount + part.count <= most else { throw tooMany(numberCount + part.count) }
    let active = unsafe joined.pointee.active_count
    let bytes = active * (MemoryLayout<t2s_record>.stride + 8)
    guard bytes <= options.memory / 4 else {
      throw Explanation(
        .input,
        "\(active) components go on from layer \(unsafe joined.pointee.layers - 1) to the next, "
          + "which takes \(bytes >> 20) MiB",
        remedy: "give --memory \((bytes * 4 >> 20) + 1)M or more, or --connectivity 26")
    }
  }

  private func tooMany(_ count: Int) -> Explanation {
    guard count < Int(UInt32.max) - 2 else {
      return Explanation(
        .input, "there are more than \(UInt32.max) components",
        remedy: "measure a part of the volume with --region: are these labels?")
    }
    return Explanation(
      .input,
      "there are \(count) components and more, and \(options.memory >> 20) MiB hold "
        + "\(options.memory / 8) of them at 4 bytes each",
      remedy: "give --memory \((count * 2 * 8 >> 20) + 1)M or more")
  }

  /// Writes the sums of finished components to their places: runs of numbers at once.
  private func writeFinished() throws(Explanation) {
    guard let records else { return }
    let count = unsafe joined.pointee.finished_count
    let stride = MemoryLayout<t2s_record>.stride
    guard count > 0, let numbers = unsafe joined.pointee.finished,
      let sums = unsafe joined.pointee.finished_records
    else { return }
    var start = 0
    while start < count {
      var end = start + 1
      while end < count, unsafe numbers[end] == numbers[end - 1] + 1 { end += 1 }
      let bytes = unsafe UnsafeRawBufferPointer(
        UnsafeBufferPointer(start: sums + start, count: end - start)
      ).bytes
      let place = unsafe Int(numbers[start]) * stride
      try scratch { () throws(SystemError) in try records.write(bytes, at: place) }
      start = end
    }
  }
}
