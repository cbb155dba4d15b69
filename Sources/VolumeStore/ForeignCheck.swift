import SystemIO
import VolumeCore
import ZarrFormat

/// Looks at a store of others, as far as it can be told without a ledger: what is there is read, what
/// is not there may be lost or may never have been.
struct ForeignCheck {
  let path: String
  let prefix: String
  let run: CheckRun

  /// The most files that are looked for.
  static let mostFiles = 1 << 22

  /// The state of all of it.
  func report() throws(ForeignStoreError) -> StoreReport {
    var report = StoreReport(path: path, depth: run.depth, isFinished: true)
    let place = try ForeignPlace(path, level: nil)
    if case .group(let attributes)? = try ForeignPlace.node(path),
      ForeignPlace.lacksLedgers(attributes)
    {
      report.damages.append(
        StoreDamage(
          file: prefix + ".t2s",
          what: "\(path)/.t2s is gone, and with it the ledgers that tell lost shards from zeros"))
    }
    guard let (image, level) = place.image else {
      try add(path, "", &report)
      return tell(report)
    }
    // An array by its own path is looked at alone; an image with all its levels.
    let isImage = place.folder == "\(path)/\(image.levels[level].path)"
    for one in isImage ? image.levels.map(\.path) : [""] {
      try add(one.isEmpty ? path : "\(path)/\(one)", one, &report)
    }
    return tell(report)
  }

  private func tell(_ report: StoreReport) -> StoreReport {
    var report = report
    report.remarks.append(
      "it has no ledger: whether a file that is missing was lost or never written cannot be told")
    if report.arrays.contains(where: { !$0.hasChecksums }) {
      report.remarks.append(
        "chunks without checksums are only seen to decode: a bit may have flipped unnoticed")
    }
    return report
  }

  private func add(
    _ array: String, _ name: String, _ report: inout StoreReport
  ) throws(ForeignStoreError) {
    do throws(ForeignStoreError) {
      report.arrays.append(try check(array, name, channel: nil))
    } catch .hasChannels(_, let count) {
      // Every channel is a volume of its own.
      for channel in 0..<min(count, 1024) {
        report.arrays.append(try check(array, name, channel: channel))
      }
    } catch .stopped(let path) {
      throw .stopped(path: path)
    } catch {
      report.damages.append(
        StoreDamage(file: prefix + (name.isEmpty ? "." : name), what: error.explanation.what))
    }
  }

  private func check(
    _ array: String, _ name: String, channel: Int?
  ) throws(ForeignStoreError) -> ArrayReport {
    var hints = OpeningHints()
    hints.channel = channel
    let reader = try ForeignStoreReader(opening: array, hints: hints, threads: run.threads)
    let full = prefix + name + (channel.map { " channel \($0)" } ?? "")
    var report = ArrayReport(
      name: full.isEmpty ? "." : full, shape: reader.volume.shape,
      voxelType: reader.volume.voxelType, hasLedger: false)
    report.hasChecksums = reader.hasChecksums
    let files = reader.files
    guard let total = files.count.checkedVoxelCount, total <= Self.mostFiles else {
      throw .tooManyFiles(path: array, limit: Self.mostFiles)
    }
    for file in files.indices {
      if run.isStopped() { throw .stopped(path: path) }
      report.total += 1
      let found = reader.look(at: file, isFull: run.depth == .full)
      guard let found else {
        report.absent += 1
        continue
      }
      report.byteCount += found.byteCount
      if found.damages.isEmpty {
        report.written += 1
      } else {
        report.damaged += 1
        report.damages += found.damages.map { damage in
          var damage = damage
          damage.file = prefix + (name.isEmpty ? "" : name + "/") + damage.file
          return damage
        }
      }
      run.progress(files.region(of: file).voxelCount * reader.volume.voxelType.byteCount, 0)
    }
    return report
  }
}
