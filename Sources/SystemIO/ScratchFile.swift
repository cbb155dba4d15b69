import Glibc
import VolumeCore

/// A file for what does not fit into memory.
///
/// It loses its name as soon as it is made, so that nothing of it is left however the process ends,
/// unless it is to be kept; bytes that were never written are 0, and take no room.
public final class ScratchFile: Sendable {
  private let file: FileHandle

  /// A new file in `folder`.
  public init(inFolder folder: String) throws(SystemError) {
    let path = "\(folder)/.t2s-scratch.\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
    file = try FileHandle(creating: path, exclusively: true)
    try removeFile(path)
  }

  /// The file at `path`, with what an earlier process wrote to it; it is kept.
  public init(keptAt path: String) throws(SystemError) { file = try FileHandle(updating: path) }

  /// Waits until what was written is on the disk.
  public func synchronise() throws(SystemError) { try file.synchronise() }

  /// Makes it `byteCount` long.
  public func resize(to byteCount: Int) throws(SystemError) { try file.resize(to: byteCount) }

  /// Writes `source` from byte `offset` on.
  public func write(_ source: RawSpan, at offset: Int) throws(SystemError) {
    try file.write(source, at: offset)
  }

  /// Writes `values` from byte `offset` on.
  public func write<Value: BitwiseCopyable>(
    _ values: [Value], at offset: Int
  ) throws(SystemError) {
    try file.write(unsafe values.span.bytes, at: offset)
  }

  /// Fills `destination` from byte `offset` on, with zeros behind the end of the file.
  public func read(at offset: Int, into destination: inout MutableRawSpan) throws(SystemError) {
    let count = try file.read(at: offset, into: &destination)
    unsafe destination.withUnsafeMutableBytes { bytes in
      _ = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
        .initializeMemory(as: UInt8.self, repeating: 0)
    }
  }

  /// Fills `values` from byte `offset` on, with zeros behind the end of the file.
  public func read<Value: BitwiseCopyable>(
    _ values: inout [Value], at offset: Int
  ) throws(SystemError) {
    var span = values.mutableSpan
    var bytes = unsafe span.mutableBytes
    try read(at: offset, into: &bytes)
  }

  /// Writes one byte for each voxel of `region`, a part of a volume of `shape` in C order.
  public func writeVoxels(
    _ bytes: RawSpan, of region: Region, in shape: Shape3
  ) throws(SystemError) {
    let whole = region.x.count == shape.x
    let run = whole ? region.x.count * region.y.count : region.x.count
    var done = 0
    for z in region.z {
      for y in whole ? region.y.lowerBound..<(region.y.lowerBound + 1) : region.y {
        let place = (z * shape.y + y) * shape.x + region.x.lowerBound
        try file.write(bytes.extracting(done..<(done + run)), at: place)
        done += run
      }
    }
  }

  /// Reads them back; the file is as long as the volume.
  public func readVoxels(
    _ region: Region, in shape: Shape3, into destination: inout MutableRawSpan
  ) throws(SystemError) {
    let layer = region.y.count * region.x.count
    try unsafe destination.withUnsafeMutableBytes { bytes throws(SystemError) in
      for z in region.z {
        let first = (z - region.z.lowerBound) * layer
        var span = unsafe UnsafeMutableRawBufferPointer(
          rebasing: bytes[first..<(first + layer)]
        ).mutableBytes
        let place = (z * shape.y + region.y.lowerBound) * shape.x + region.x.lowerBound
        let isWhole = try file.readRows(
          count: region.y.count, wanted: region.x.count, stride: shape.x, at: place, into: &span)
        precondition(isWhole, "only what was written, or made long enough, is read")
      }
    }
  }
}
