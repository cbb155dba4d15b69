import Compression
import SystemIO
import VolumeCore
import VoxelFiles

/// MRC2014 and its forerunners: `.mrc`, `.map` and `.rec`, compressed or not.
public struct MRCFormat: VolumeFormat {
  /// "MRC".
  public let name = "MRC"

  /// The format.
  public init() {}

  private static let suffixes = [".mrc", ".map", ".rec", ".ccp4"]

  /// Whether the name ends in `.mrc`, `.map`, `.rec` or `.ccp4`, with `.gz` or `.bz2` behind it or not.
  public func recognises(_ path: String) -> Bool {
    var name = path.lowercased()
    for packed in [".gz", ".bz2"] where name.hasSuffix(packed) {
      name = String(name.dropLast(packed.count))
    }
    return Self.suffixes.contains { name.hasSuffix($0) } && kind(ofPath: path) != .folder
  }

  /// Opens `path`, or says why not.
  public func open(
    _ path: String, hints: OpeningHints
  ) throws(Explanation) -> any VolumeReader {
    do {
      return try reader(path, hints: hints)
    } catch {
      throw error.explanation
    }
  }

  /// Opens `path`; the error is a value that tests and callers can compare.
  public func reader(
    _ path: String, hints: OpeningHints
  ) throws(MRCError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    let compression = try asMRCError { () throws(SystemError) in
      try FileCompression(ofFile: path)
    }
    let start: [UInt8]
    do {
      start = try compression.head(ofFile: path, limit: MRCHeader.byteCount)
    } catch {
      throw .stream(file: file, words: "\(error)")
    }
    let header = try MRCHeader(decoding: start, said: hints.byteOrder, file: file)
    var remarks: [String] = []
    let mode = try MRCMode(header, said: hints.voxelType, remarks: &remarks, file: file)
    let place = try MRCVolume(header, mode, file: file)

    var volume = VolumeDescription(shape: place.shape, voxelType: mode.stored, format: "MRC")
    volume.remarks = remarks
    header.describe(&volume, axes: place.axes)
    if !place.isInOrder {
      let names = place.axes.map { ["x", "y", "z"][$0] }.joined(separator: ", ")
      volume.remarks.append("its columns, rows and sections are \(names): it is read as z, y, x")
    }
    if mode == .nibbles { volume.remarks.append("its voxels of 4 bits are read as uint8: 0 to 15") }
    let channel: Int
    do {
      channel = try hints.channel(
        of: place.volumes * mode.count, kind: place.volumes > 1 ? "volumes" : mode.kind, file: file)
      var seen = volume
      seen.voxelType = mode.read
      try hints.compare(
        with: seen, byteOrder: header.byteOrder, offset: place.offset, file: file)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    if !mode.read.isFloatingPoint { volume.classes = ClassTable(beside: path)?.classes }

    let part = MRCPart(
      mode: mode, place: place, byteOrder: header.byteOrder,
      first: channel / mode.count * place.volumeByteCount,
      value: channel % mode.count)
    let reader =
      compression == .none
      ? try part.plainReader(volume, path: path)
      : try part.streamReader(volume, compression, path: path)
    return mode == .half ? HalfFloatReader(reader) : reader
  }
}

/// What is to be read of a file: one of its volumes, one of its voxels' values.
struct MRCPart {
  var mode: MRCMode
  var place: MRCVolume
  var byteOrder: ByteOrder
  /// Bytes of the volumes before it.
  var first: Int
  /// Which of a voxel's values.
  var value: Int

  /// Reads a file that is not compressed.
  func plainReader(
    _ volume: VolumeDescription, path: String
  ) throws(MRCError) -> any VolumeReader {
    let needed = place.offset + place.byteCount
    guard case .file(let found) = kind(ofPath: path), found == needed else {
      var found = 0
      if case .file(let count) = kind(ofPath: path) { found = count }
      throw .flat(.sizeDisagrees(path: path, needed: needed, found: found))
    }
    let fingerprint = try asMRCError { () throws(SystemError) in try headFingerprint(ofFile: path) }
    if mode == .nibbles { return try nibbleReader(volume, path: path, fingerprint: fingerprint) }
    var layout = FlatLayout(
      shape: volume.shape, voxelType: mode.stored, byteOrder: byteOrder, path: path,
      offset: place.offset + first + value * mode.stored.byteCount)
    layout.strides = place.strides
    return FlatVolumeReader(layout, volume, fingerprint: fingerprint)
  }

  /// Reads a compressed file, forwards.
  func streamReader(
    _ volume: VolumeDescription, _ compression: FileCompression, path: String
  ) throws(MRCError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    guard place.isInOrder else {
      throw .isCompressed(file: file, what: "its axes are in another order than z, y, x")
    }
    guard mode != .nibbles else {
      throw .isCompressed(file: file, what: "its voxels have 4 bits")
    }
    let needed = place.offset + place.byteCount
    guard case .file(let found) = kind(ofPath: path), needed / compression.mostPerByte <= found
    else {
      var found = 0
      if case .file(let count) = kind(ofPath: path) { found = count }
      throw .compressedDataAreTooFew(file: file, found: found, wanted: needed)
    }
    let skipped = place.offset + first
    let (count, width, value) = (mode.count, mode.stored.byteCount, value)
    return StreamVolumeReader(
      volume, byteOrder: byteOrder, path: path, offset: 0,
      fingerprint: try asMRCError { () throws(SystemError) in try headFingerprint(ofFile: path) }
    ) { () throws(StreamError) in
      let stream = try compression.stream(ofFile: path)
      try stream.skip(skipped)
      return count == 1
        ? stream : ChannelStream(stream, width: width, channels: count, channel: value)
    }
  }
}
