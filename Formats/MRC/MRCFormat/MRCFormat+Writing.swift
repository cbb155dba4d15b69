import SystemIO
import VolumeCore
import VoxelFiles

extension MRCFormat {
  /// Whether `path` names an MRC output.
  public func writes(_ path: String) -> Bool {
    let name = path.lowercased()
    return [".mrc", ".map", ".rec"].contains { name.hasSuffix($0) }
  }

  /// Begins the output at `path`: the header of the standard, and plain voxels behind it.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    let volume = output.volume
    guard let (mode, stored) = MRCMode.number(for: volume.voxelType) else {
      throw Explanation(
        .input,
        "\(path): MRC has no mode for \(volume.voxelType.rawValue); it holds uint8 (as uint16), int8, "
          + "int16, uint16 and float32",
        remedy: "choose one with --type, or another format")
    }
    let shape = volume.shape
    guard [shape.z, shape.y, shape.x].allSatisfy({ $0 <= Int(Int32.max) }) else {
      throw Explanation(
        .input, "\(path): an extent of \(shape) is more than MRC can say",
        remedy: "choose another format")
    }
    let header = MRCHeader.bytes(describing: volume, mode: mode)
    var parts = FlatVolumeWriter.Parts(header: header.bytes)
    parts.finalHeader = { MRCHeader.bytes(header, with: $0).bytes }
    parts.companions = ClassTable.companions(beside: path, of: volume.classes)
    var inner = output
    inner.volume.voxelType = stored
    let writer = try FlatVolumeWriter(path, inner, parts)
    return stored == volume.voxelType ? writer : WideningWriter(writer)
  }
}

extension MRCHeader {
  /// The header of `volume`, with statistics that say that they are not known.
  static func bytes(describing volume: VolumeDescription, mode: Int32) -> HeaderBytes {
    var bytes = HeaderBytes([UInt8](repeating: 0, count: byteCount))
    let extents = [volume.shape.x, volume.shape.y, volume.shape.z]
    for (axis, extent) in extents.enumerated() {
      bytes.put(Int32(extent), at: 4 * axis)
      bytes.put(Int32(extent), at: 28 + 4 * axis)
      bytes.put(Float(90), at: 52 + 4 * axis)
      bytes.put(Int32(axis + 1), at: 64 + 4 * axis)
    }
    bytes.put(mode, at: 12)
    if let spacing = volume.spacing {
      let edges = [spacing.x, spacing.y, spacing.z].map { scaledLength($0, by: 1e4) }
      for axis in 0..<3 { bytes.put(Float(edges[axis] * Double(extents[axis])), at: 40 + 4 * axis) }
      if let place = volume.positionToWrite {
        for (axis, value) in [place.x, place.y, place.z].enumerated() {
          bytes.put(Float(scaledLength(value, by: 1e4)), at: 196 + 4 * axis)
        }
      }
    }
    // A volume, and not pictures.
    bytes.put(Int32(1), at: 88)
    bytes.put(Int32(20141), at: 108)
    // Programs that ask IMOD's flag read bytes with their sign, too.
    bytes.put(Int32(imodStamp), at: 152)
    bytes.put(Int32(1), at: 156)
    bytes.put("MAP ", at: 208, count: 4)
    bytes.put("DD", at: 212, count: 2)
    bytes.put("t2s-volume", at: 224, count: 80)
    bytes.put(Int32(1), at: 220)
    return MRCHeader.bytes(bytes, with: nil)
  }

  /// The header with what was seen of the voxels.
  static func bytes(
    _ header: HeaderBytes, with summary: FlatVolumeWriter.ValueSummary?
  ) -> HeaderBytes {
    var bytes = header
    // Least above greatest, mean below both, and a deviation below zero: not known.
    var (least, greatest, mean, deviation) = (0.0, -1.0, -2.0, -1.0)
    if let summary, summary.sum.isFinite, summary.squares.isFinite, summary.count > 0 {
      let count = Double(summary.count)
      (least, greatest, mean) = (summary.least, summary.greatest, summary.sum / count)
      deviation = max(0, summary.squares / count - mean * mean).squareRoot()
    }
    bytes.put(Float(least), at: 76)
    bytes.put(Float(greatest), at: 80)
    bytes.put(Float(mean), at: 84)
    bytes.put(Float(deviation), at: 216)
    return bytes
  }
}

/// Writes uint8 voxels as uint16, which holds each of them.
final class WideningWriter: VolumeWriter {
  private let writer: FlatVolumeWriter

  init(_ writer: FlatVolumeWriter) { self.writer = writer }

  var grid: ChunkGrid { writer.grid }
  var writesInOrder: Bool { writer.writesInOrder }
  var remarks: [String] {
    ["MRC has no mode for uint8 that all programs read alike: voxels are written as uint16"]
  }

  func isCommitted(_ block: Index3) -> Bool { writer.isCommitted(block) }

  @discardableResult
  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    var wide = PageBuffer(byteCount: 2 * voxels.byteCount)
    unsafe voxels.withUnsafeBytes { voxels in
      wide.withMutableBytes { bytes in
        unsafe bytes.withUnsafeMutableBytes { bytes in
          for index in 0..<voxels.count {
            unsafe bytes.storeBytes(
              of: UInt16(voxels[index]), toByteOffset: 2 * index, as: UInt16.self)
          }
        }
      }
    }
    return try wide.withBytes { (bytes) throws(VolumeWriteError) in
      try writer.commit(block, bytes)
    }
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {
    try writer.finish(record: record)
  }
}
