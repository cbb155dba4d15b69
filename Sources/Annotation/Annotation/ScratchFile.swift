import SystemIO
import VolumeCore

/// A file for what does not fit into memory.
///
/// It loses its name as soon as it is made, so that nothing of it is left however the process ends;
/// bytes that were never written are 0, and take no room.
final class ScratchFile: Sendable {
  private let file: FileHandle

  /// A file in `folder`, of which several may be wanted at once.
  init(inFolder folder: String, called name: String) throws(SystemError) {
    let path = "\(folder)/.\(name).scratch"
    // A file of that name is what an earlier process left in the moment between these two lines.
    file = try FileHandle(creating: path)
    try removeFile(path)
  }

  /// Makes it `byteCount` long.
  func resize(to byteCount: Int) throws(SystemError) { try file.resize(to: byteCount) }

  /// Writes `values` from byte `offset` on.
  func write<Value: BitwiseCopyable>(_ values: [Value], at offset: Int) throws(SystemError) {
    try file.write(unsafe values.span.bytes, at: offset)
  }

  /// Fills `values` from byte `offset` on; what lies behind the end of the file stays.
  func read<Value: BitwiseCopyable>(
    _ values: inout [Value], at offset: Int
  ) throws(SystemError) {
    var span = values.mutableSpan
    var bytes = unsafe span.mutableBytes
    _ = try file.read(at: offset, into: &bytes)
  }

  /// Writes one byte for each voxel of `region`, a part of a volume of `shape` in C order.
  func writeVoxels(_ bytes: RawSpan, of region: Region, in shape: Shape3) throws(SystemError) {
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

  /// Reads them back.
  func readVoxels(
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
        _ = try file.readRows(
          count: region.y.count, wanted: region.x.count, stride: shape.x, at: place, into: &span)
      }
    }
  }
}
