import Glibc
import SystemIO
import VolumeCore

/// When a file was changed last, in seconds and nanoseconds.
private func changeTime(ofFile path: String) -> (Int, Int) {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return (0, 0) }
  return (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
}

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
      // It is there for certain, if only another machine sees it yet.
      return try read()
    } catch {
      throw error.explanation
    }
  }

  private func read() throws(SystemError) -> FrozenRun {
    let bytes = try contents(ofSharedFile: document) { JSONValue(parsing: $0)?.object != nil }
    guard let run = FrozenRun(decoding: bytes) else {
      throw SystemError(call: "read", path: document, code: EBADMSG)
    }
    return run
  }

  /// The run that was fixed; `nil` where none was.
  public func frozen() throws(Explanation) -> FrozenRun? {
    do throws(SystemError) {
      guard try certainKind(ofPath: document) != .missing else { return nil }
      return try read()
    } catch  where error.code != EBADMSG {
      throw error.explanation
    } catch {}
    throw Explanation(
      .damaged, "\(document) is not what was written",
      remedy: "begin the run anew with another output, or remove the output and all its parts")
  }

  /// What attempts at `part` say of themselves, the latest last: by the times of their files, which one
  /// server gives them, and not by the clocks of their machines, which may be hours apart.
  public func states(of part: PartShare) -> [PartState] {
    let folder = folder(part)
    let files = ((try? names(inFolder: folder)) ?? []).filter { $0.hasSuffix(PartState.ending) }
    let found = files.compactMap { name -> (time: (Int, Int), state: PartState)? in
      let path = "\(folder)/\(name)"
      return (try? contents(ofFile: path)).flatMap { PartState(decoding: $0) }.map {
        (changeTime(ofFile: path), $0)
      }
    }
    return found.sorted { $0.time < $1.time }.map(\.state)
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
