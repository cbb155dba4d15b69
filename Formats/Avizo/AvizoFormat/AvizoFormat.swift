import Compression
import SystemIO
import VolumeCore
import VoxelFiles

/// AmiraMesh: the `.am` files of Avizo and Amira.
public struct AvizoFormat: VolumeFormat {
  /// "AmiraMesh".
  public let name = "AmiraMesh"

  /// The format.
  public init() {}

  /// Whether the name ends in `.am` or `.amiramesh`.
  public func recognises(_ path: String) -> Bool {
    let name = path.lowercased()
    return (name.hasSuffix(".am") || name.hasSuffix(".amiramesh"))
      && kind(ofPath: path) != .folder
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
  ) throws(AvizoError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    guard case .file(let fileByteCount) = kind(ofPath: path) else { throw .isNoFile(path: path) }
    let bytes = try asAvizoError { () throws(SystemError) in
      try head(ofFile: path, limit: AmiraHeader.longest).bytes
    }
    let header = try AmiraHeader(decoding: bytes, file: file)
    let lattice = try AmiraLattice(header, hints: hints, file: file)
    let handle: FileHandle
    do throws(SystemError) {
      handle = try FileHandle(readingFrom: path)
    } catch {
      throw .system(error)
    }
    let section = try AmiraSection(
      of: lattice.field, in: header, handle, fileByteCount: fileByteCount, file: file)

    var volume = VolumeDescription(
      shape: lattice.shape, voxelType: lattice.voxelType, format: name)
    lattice.describe(&volume, by: header)
    let width = lattice.voxelType.byteCount
    var byteOrder = ByteOrder.native
    if case .binary(let order) = header.encoding { byteOrder = order }
    let isPlain = header.encoding != .text && lattice.field.compression == nil
    let offset = section.offset + lattice.number * width
    do {
      try hints.compare(
        with: volume,
        byteOrder: header.encoding == .text ? hints.byteOrder ?? byteOrder : byteOrder,
        offset: isPlain ? offset : nil, file: file)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    let fingerprint = try asAvizoError { () throws(SystemError) in
      try headFingerprint(ofFile: path)
    }
    guard isPlain else {
      let open = try Self.opening(
        lattice, section, isText: header.encoding == .text, path: path)
      return StreamVolumeReader(
        volume, byteOrder: byteOrder, path: path, offset: 0, fingerprint: fingerprint, open: open)
    }
    var layout = FlatLayout(
      shape: lattice.shape, voxelType: lattice.voxelType, byteOrder: byteOrder, path: path,
      offset: offset)
    layout.strides.z *= lattice.numbers
    layout.strides.y *= lattice.numbers
    layout.strides.x *= lattice.numbers
    return FlatVolumeReader(layout, volume, fingerprint: fingerprint)
  }

  /// How the values of `section`, which do not lie plainly, are read from their first on.
  private static func opening(
    _ lattice: AmiraLattice, _ section: AmiraSection, isText: Bool, path: String
  ) throws(AvizoError) -> StreamVolumeReader.Opening {
    let file = fileName(ofPath: path)
    let (type, numbers, number) = (lattice.voxelType, lattice.numbers, lattice.number)
    let values = lattice.shape.voxelCount * numbers
    let byteCount = values * type.byteCount
    let isEnough: Bool
    if isText {
      // A digit and a blank.
      isEnough = values <= section.byteCount / 2 + 1
    } else if lattice.field.compression == "HxZip" {
      // Deflate makes at most 1,032 bytes of one.
      isEnough = byteCount / 1032 <= section.byteCount
    } else {
      // 127 bytes are made of two.
      isEnough = byteCount / 64 <= section.byteCount
    }
    guard isEnough else {
      throw .dataIsTooShort(file: file, found: section.byteCount, values: values)
    }
    let compression = lattice.field.compression
    return { () throws(StreamError) in
      let source = try StreamVolumeReader.source(
        ofFile: path, from: section.offset, count: section.byteCount)
      let stream: any ByteStream
      if isText {
        stream = NumberTextStream(type, source)
      } else if compression == "HxZip" {
        stream = try InflateStream(.zlibOrGzip, source)
      } else {
        stream = ByteRunStream(source)
      }
      return numbers == 1
        ? stream
        : ChannelStream(stream, width: type.byteCount, channels: numbers, channel: number)
    }
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asAvizoError<Value>(_ call: () throws(SystemError) -> Value) throws(AvizoError) -> Value {
  do { return try call() } catch { throw .system(error) }
}
