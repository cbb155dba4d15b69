import Glibc
import SystemIO
import VolumeCore

/// A file without a name: it is gone when its owner is, however the process ends.
final class ScratchFile: Sendable {
  private let file: FileHandle

  /// A new one in `folder`.
  init(in folder: String) throws(Explanation) {
    do throws(SystemError) {
      let path = "\(folder)/.t2s-components.\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
      file = try FileHandle(creating: path, exclusively: true)
      try removeFile(path)
    } catch {
      throw error.explanation
    }
  }

  /// Writes all of `source` at `offset`.
  func write(_ source: UnsafeRawBufferPointer, at offset: Int) throws(Explanation) {
    do throws(SystemError) {
      try file.write(unsafe source.bytes, at: offset)
    } catch {
      throw error.explanation
    }
  }

  /// Fills `destination` from `offset`; what was never written is zeros.
  func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(Explanation) {
    do throws(SystemError) {
      var span = unsafe destination.mutableBytes
      _ = try file.read(at: offset, into: &span)
    } catch {
      throw error.explanation
    }
  }
}
