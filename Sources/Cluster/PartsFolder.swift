import Glibc
import SystemIO
import VolumeCore

/// The folder in which the parts of a run meet: what was fixed at the beginning, and of each attempt at
/// a part how it goes. Every file has one writer, so nothing is locked.
///
///     run.json
///     3-of-16/node7.7f3a.state.json
public struct PartsFolder: Sendable {
  /// Where it lies.
  public let path: String

  /// The folder at `path`, which need not be there.
  public init(_ path: String) { self.path = path }

  private var document: String { "\(path)/run.json" }

  /// The folder of a part.
  public func folder(_ part: PartShare) -> String { "\(path)/\(part.number)-of-\(part.count)" }

  /// Fixes `run` where none is fixed, and returns the one that is, also where several try at once.
  public func freeze(_ run: FrozenRun) throws(Explanation) -> FrozenRun {
    do throws(SystemError) {
      try makeFolder(path)
      _ = try writeFileOnce(document, run.encoded())
    } catch {
      throw error.explanation
    }
    guard let found = try frozen() else {
      throw Explanation(
        .failed, "\(document) was written, and is not there",
        remedy: "is the folder on a file system that all nodes see? `t2s-volume slurm doctor` tells")
    }
    return found
  }

  /// The run that was fixed; `nil` where none was.
  public func frozen() throws(Explanation) -> FrozenRun? {
    do throws(SystemError) {
      // Where it is being written, it is whole in a moment.
      for attempt in 0..<20 {
        guard try certainKind(ofPath: document) != .missing else { return nil }
        if let run = FrozenRun(decoding: try contents(ofFile: document)) { return run }
        if attempt < 19 { usleep(50_000) }
      }
    } catch {
      throw error.explanation
    }
    throw Explanation(
      .damaged, "\(document) is not what was written",
      remedy: "begin the run anew with another output, or remove the output and all its parts")
  }

  /// What attempts at `part` say of themselves, the latest last.
  public func states(of part: PartShare) -> [PartState] {
    let folder = folder(part)
    let files = ((try? names(inFolder: folder)) ?? []).filter { $0.hasSuffix(PartState.ending) }
    return files.compactMap { name in
      (try? contents(ofFile: "\(folder)/\(name)")).flatMap { PartState(decoding: $0) }
    }.sorted { ($0.started, $0.updated) < ($1.started, $1.updated) }
  }

  /// The parts whose last attempt came to its end.
  public func done(of count: Int) -> Set<Int> {
    Set(PartShare.all(of: count).filter { isDone($0) }.map(\.number))
  }

  /// Whether any attempt at `part` came to its end.
  public func isDone(_ part: PartShare) -> Bool { states(of: part).contains { $0.kind == .done } }

  /// Files that attempts at `part` left, by the end of their names.
  public func files(of part: PartShare, ending: String) throws(Explanation) -> [String] {
    let folder = folder(part)
    do throws(SystemError) {
      guard try certainKind(ofPath: folder) == .folder else { return [] }
      return try names(inFolder: folder).filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
        .map { "\(folder)/\($0)" }
    } catch {
      throw error.explanation
    }
  }
}
