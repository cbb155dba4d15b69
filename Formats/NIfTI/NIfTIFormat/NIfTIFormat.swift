import Compression
import SystemIO
import VolumeCore
import VoxelFiles

/// NIfTI-1 and NIfTI-2: `.nii`, or `.hdr` with `.img`, compressed or not.
public struct NIfTIFormat: VolumeFormat {
  /// "NIfTI".
  public let name = "NIfTI"

  /// The format.
  public init() {}

  /// Whether the name ends in `.nii` or `.hdr`, or in `.img` with a `.hdr` beside it; each with `.gz` or
  /// `.bz2` behind it or not.
  public func recognises(_ path: String) -> Bool {
    let (isNIfTI, isPart) = NIfTIPair.kind(of: path)
    guard isNIfTI || isPart, kind(ofPath: path) != .folder else { return false }
    return isNIfTI || VoxelKind.isFile(NIfTIPair(path).header)
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
  ) throws(NIfTIError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    let pair = NIfTIPair(path)
    guard pair.header == path || VoxelKind.isFile(pair.header) else {
      throw .headerIsMissing(file: file, header: fileName(ofPath: pair.header))
    }
    let compression = try asNIfTIError { () throws(SystemError) in
      try FileCompression(ofFile: pair.header)
    }
    let start: [UInt8]
    do {
      start = try compression.head(
        ofFile: pair.header, limit: NIfTIHeader.Version.two.byteCount)
    } catch {
      throw .stream(file: fileName(ofPath: pair.header), words: "\(error)")
    }
    let header = try NIfTIHeader(decoding: start, file: file)
    let place = try NIfTIVolume(header, file: file)
    let type = place.type

    var volume = VolumeDescription(
      shape: place.shape, voxelType: type.stored,
      format: header.version == .one ? "NIfTI-1" : "NIfTI-2")
    header.describe(&volume, hasLayers: place.hasLayers)
    let byteOrder: ByteOrder = header.bytes.isBigEndian ? .big : .little
    let channel: Int
    do {
      channel = try hints.channel(
        of: place.volumes * type.count,
        kind: type.kind.isEmpty
          ? "volumes" : place.volumes > 1 ? "volumes, each of \(type.kind)" : type.kind, file: file)
      try hints.compare(with: volume, byteOrder: byteOrder, offset: place.offset, file: file)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    if !type.stored.isFloatingPoint { volume.classes = ClassTable(beside: path)?.classes }

    let data: String
    if header.isSingleFile {
      data = pair.header
    } else if let found = pair.data.first(where: VoxelKind.isFile) {
      data = found
    } else {
      throw .dataAreMissing(
        file: file, data: fileName(ofPath: pair.data.first ?? file + ".img"))
    }
    let part = NIfTIPart(
      place: place, byteOrder: byteOrder, data: data,
      first: channel / type.count * place.volumeByteCount, value: channel % type.count,
      fingerprint: try asNIfTIError { () throws(SystemError) in
        let own = try headFingerprint(ofFile: pair.header)
        return data == pair.header ? own : try own + ", " + headFingerprint(ofFile: data)
      })
    return try part.reader(volume, file: file)
  }
}

/// What is to be read of a file: one of its volumes, one of its voxels' values.
struct NIfTIPart {
  var place: NIfTIVolume
  var byteOrder: ByteOrder
  /// The file of the voxels.
  var data: String
  /// Bytes of the volumes before it.
  var first: Int
  /// Which of a voxel's values.
  var value: Int
  var fingerprint: String

  func reader(
    _ volume: VolumeDescription, file: String
  ) throws(NIfTIError) -> any VolumeReader {
    let (width, count, value) = (place.type.stored.byteCount, place.type.count, value)
    let needed = place.offset + place.byteCount
    let found = VoxelKind.byteCount(data)
    let compression = try asNIfTIError { () throws(SystemError) in
      try FileCompression(ofFile: data)
    }
    guard compression != .none else {
      guard found == needed else {
        throw .flat(.sizeDisagrees(path: data, needed: needed, found: found))
      }
      var layout = FlatLayout(
        shape: volume.shape, voxelType: volume.voxelType, byteOrder: byteOrder, path: data,
        offset: place.offset + first + value * width)
      let stride = width * count
      layout.strides = .init(
        z: volume.shape.y * volume.shape.x * stride, y: volume.shape.x * stride, x: stride)
      return FlatVolumeReader(layout, volume, fingerprint: fingerprint)
    }
    guard needed / compression.mostPerByte <= found else {
      throw .compressedDataAreTooFew(
        file: fileName(ofPath: data), found: found, wanted: needed)
    }
    let skipped = place.offset + first
    let path = data
    return StreamVolumeReader(
      volume, byteOrder: byteOrder, path: path, offset: 0, fingerprint: fingerprint
    ) { () throws(StreamError) in
      let stream = try compression.stream(ofFile: path)
      try stream.skip(skipped)
      return count == 1
        ? stream : ChannelStream(stream, width: width, channels: count, channel: value)
    }
  }
}
