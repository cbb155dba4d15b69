import SystemIO
import VolumeCore
import ZarrFormat

extension StoreFormat: StoreChecking {
  /// Whether `path` is a folder in which Zarr, or a run of ours, left documents.
  public func isStore(_ path: String) -> Bool {
    let path = withoutTrailingSlashes(path)
    return StorePaths(group: path).mayBeOurs
      || ["zarr.json", ".zarray", ".zgroup", ".zattrs"].contains {
        kind(ofPath: "\(path)/\($0)") != .missing
      }
  }

  /// Looks at a store of ours or of others, and at the label images in it.
  public func check(
    _ path: String, _ depth: StoreCheckDepth, part: PartShare?,
    progress: @escaping @Sendable (_ bytes: Int, _ total: Int) -> Void,
    isStopped: @escaping @Sendable () -> Bool
  ) throws(Explanation) -> StoreReport {
    let path = withoutTrailingSlashes(path)
    var run = CheckRun(depth: depth, threads: threads, progress: progress, isStopped: isStopped)
    run.part = part
    var report = try image(path, prefix: "", run)
    guard let labels = try labels(below: path, &report) else { return report }
    for name in labels {
      let place = "labels/\(name)"
      guard isStore("\(path)/\(place)") else {
        report.damages.append(
          StoreDamage(file: place, what: "\(path)/labels names \(name), which is gone"))
        continue
      }
      let part = try image("\(path)/\(place)", prefix: "\(place)/", run)
      report.arrays += part.arrays
      report.damages += part.damages
      report.remarks += part.remarks.map { "\(place): \($0)" }
      report.isFinished = report.isFinished && part.isFinished
    }
    return report
  }

  /// Forgets what is damaged in a store of ours, and begins to write it again.
  public func mend(
    _ path: String, _ output: OutputDescription, _ report: StoreReport
  ) throws(Explanation) -> any VolumeWriter {
    let paths = StorePaths(group: withoutTrailingSlashes(path))
    guard paths.mayBeOurs else {
      throw Explanation(
        .input, "\(path) was not made by this tool: what was written there is not known",
        remedy: "make it anew with what made it")
    }
    do throws(StoreError) { return try beginMending(paths, output, report) } catch {
      throw error.explanation
    }
  }

  /// What made the unfinished store at `path`.
  public func begun(_ path: String) throws(Explanation) -> [String: JSONValue]? {
    let paths = StorePaths(group: withoutTrailingSlashes(path))
    guard kind(ofPath: paths.groupMetadata) == .missing,
      let bytes = try? contents(ofFile: paths.plan)
    else { return nil }
    if let version = StorePlan.newerVersion(bytes) {
      throw StoreError.isNewer(path: paths.group, version: version).explanation
    }
    return StorePlan(decoding: bytes)?.made
  }

  /// The folder in which parts meet.
  public func partsFolder(of path: String) -> String {
    StorePaths(group: withoutTrailingSlashes(path)).parts
  }

  /// The parts of `count` of which shards are missing.
  public func missingParts(_ path: String, of count: Int) throws(Explanation) -> [PartShare]? {
    let ledgers = PartLedgers(paths: StorePaths(group: withoutTrailingSlashes(path)))
    do throws(SystemError) {
      guard try ledgers.areThere, try certainKind(ofPath: ledgers.paths.plan) != .missing,
        let plan = StorePlan(decoding: try contents(ofFile: ledgers.paths.plan)),
        let level = plan.levels?.arrays.first
      else { return nil }
      return try ledgers.joined([level])[0].missing(count, level.layout.shards)
    } catch {
      throw error.explanation
    }
  }

  /// A document that was kept with the store at `path`.
  public func kept(_ name: String, in path: String) throws(Explanation) -> JSONValue? {
    do throws(StoreError) {
      return try FactsFolder(StorePaths(group: withoutTrailingSlashes(path))).kept(name)
    } catch {
      throw error.explanation
    }
  }

  /// The facts of a block of the store at `path`.
  public func facts(
    of block: Index3, in path: String
  ) throws(Explanation) -> [String: JSONValue]? {
    do throws(StoreError) {
      return try FactsFolder(StorePaths(group: withoutTrailingSlashes(path))).read(block)
    } catch {
      throw error.explanation
    }
  }

  private func image(
    _ path: String, prefix: String, _ run: CheckRun
  ) throws(Explanation) -> StoreReport {
    let paths = StorePaths(group: path)
    do throws(StoreError) {
      if paths.mayBeOurs { return try StoreCheck(paths: paths, run: run, prefix: prefix).report() }
    } catch {
      throw error.explanation
    }
    do throws(ForeignStoreError) {
      return try ForeignCheck(path: path, prefix: prefix, run: run).report()
    } catch {
      throw error.explanation
    }
  }

  /// The label images that the group `labels` of an image names.
  private func labels(
    below path: String, _ report: inout StoreReport
  ) throws(Explanation) -> [String]? {
    let group = "\(path)/labels"
    guard kind(ofPath: group) == .folder else { return nil }
    do throws(ForeignStoreError) {
      guard case .group(let attributes)? = try ForeignPlace.node(group),
        let names = OMEImage.members(attributes)["labels"]?.array
      else {
        report.damages.append(
          StoreDamage(file: "labels", what: "\(group) has no document that names label images"))
        return nil
      }
      return names.compactMap(\.string).filter(OMEImage.isInside)
    } catch {
      report.damages.append(StoreDamage(file: "labels", what: error.explanation.what))
      return nil
    }
  }
}
