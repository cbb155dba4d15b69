import SystemIO
import VolumeCore

/// A raw file that is open, before anything is known of it.
final class RawFile: Sendable {
  /// The open file; foreign files are read and never mapped, since they may shrink.
  let handle: FileHandle
  /// Where it is.
  let path: String
  /// Its bytes when it was opened.
  let byteCount: Int

  /// The file's name without folders.
  var name: String { fileName(ofPath: path) }

  init(_ path: String) throws(RawError) {
    switch kind(ofPath: path) {
    case .folder, .other: throw .isNoFile(path: path)
    case .missing, .file: break
    }
    do {
      handle = try FileHandle(readingFrom: path)
      byteCount = try handle.byteCount
    } catch {
      throw .system(error)
    }
    self.path = path
  }

  /// Up to `count` voxels from voxel `first` on as numbers, for judging by samples; whatever
  /// cannot be read is left away.
  func voxels(
    from first: Int, count: Int, of type: VoxelType, in order: ByteOrder, after offset: Int
  ) -> [Float] {
    let width = type.byteCount
    var bytes = [UInt8](repeating: 0, count: count * width)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    guard let read = try? handle.read(at: offset + first * width, into: &raw) else { return [] }
    let whole = read / width
    if order != .native { swapBytes(of: &raw, width: width) }
    return type.values(unsafe bytes.span.bytes, count: whole)
  }
}
