import Synchronization
import SystemIO
import VolumeCore

/// A file that is being written as `.NAME.tmp`, and gets its name when all is there; else it goes.
final class NewFile: Sendable {
  /// To be written to.
  let file: FileHandle
  private let path: String
  private let temporary: String
  private let isPublished = Mutex(false)

  /// Begins the file at `path`, where there is none, or one that may be replaced.
  init(_ path: String, _ output: OutputDescription) throws(Explanation) {
    let volume = output.volume
    guard FlatLayout.checkedByteCount(volume.shape, volume.voxelType) != nil else {
      throw Explanation(
        .input, "\(path): a volume of \(volume.shape) holds no voxels",
        remedy: "correct what the volume says of itself")
    }
    switch kind(ofPath: path) {
    case .missing: break
    case .file where output.overwrites: break
    case .file:
      throw Self.isThere(path)
    case .folder, .other:
      throw Explanation(.input, "\(path) is no file", remedy: "choose another output")
    }
    self.path = path
    temporary = "\(folder(ofPath: path))/.\(fileName(ofPath: path)).tmp"
    do throws(SystemError) {
      file = try FileHandle(creating: temporary)
    } catch {
      throw error.explanation
    }
  }

  /// That an output is there, and may not be replaced.
  static func isThere(_ path: String) -> Explanation {
    Explanation(
      .input, "\(path) is there already",
      remedy: "choose another output, or replace it with --overwrite")
  }

  deinit {
    if !isPublished.withLock({ $0 }) { try? removeFile(temporary) }
  }

  /// Gives the file its name, and lays its companions beside it.
  func publish(with companions: [(path: String, bytes: [UInt8]?)]) throws(SystemError) {
    try file.synchronise()
    // Old companions must not describe the new voxels, not even for a moment.
    for companion in companions { try removeFile(companion.path) }
    try rename(temporary, to: path)
    isPublished.withLock { $0 = true }
    for companion in companions {
      if let bytes = companion.bytes { try writeFileAtomically(companion.path, bytes) }
    }
    try synchroniseFolder(folder(ofPath: path))
  }

  /// That so many blocks are missing.
  func isUnfinished(_ missing: Int, of total: Int) -> VolumeWriteError {
    VolumeWriteError(
      block: nil,
      reason: Explanation(
        .failed, "\(path): \(missing) of \(total) blocks are not written",
        remedy: "give the same command again"))
  }
}
