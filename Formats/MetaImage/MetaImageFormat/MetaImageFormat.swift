import Compression
import SystemIO
import VolumeCore
import VoxelFiles

/// MetaImage: `.mha`, and `.mhd` with its data in other files.
public struct MetaImageFormat: VolumeFormat {
  /// "MetaImage".
  public let name = "MetaImage"

  /// The format.
  public init() {}

  /// Whether the name ends in `.mhd` or `.mha`.
  public func recognises(_ path: String) -> Bool {
    let name = path.lowercased()
    return (name.hasSuffix(".mhd") || name.hasSuffix(".mha")) && kind(ofPath: path) != .folder
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
  ) throws(MetaImageError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    let start = try asMetaImageError { () throws(SystemError) in
      try head(ofFile: path, limit: MetaImageHeader.longest)
    }
    let header = try MetaImageHeader(decoding: start.bytes, file: file)
    let stored = try MetaImageVolume(header, path: path, hints: hints)

    var volume = VolumeDescription(
      shape: Shape3(z: stored.layers, y: stored.files.shape.y, x: stored.files.shape.x),
      voxelType: stored.files.voxelType, format: "MetaImage")
    try describe(&volume, header, file: file)
    let (first, value) = try place(stored, hints, file: file)
    let layers = first..<(first + stored.layers)
    do {
      var offset: Int?
      if stored.files.files.count == 1, case .at(let place) = stored.files.files[0].start {
        offset = place
      }
      try hints.compare(
        with: volume, byteOrder: stored.files.byteOrder, offset: offset, file: file)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    if volume.voxelType == .uint8 { volume.classes = ClassTable(beside: path)?.classes }

    if stored.isCompressed {
      return try compressedReader(stored, volume, layers, value, path: path)
    }
    let layout: FlatLayout
    do { layout = try stored.files.layout(layers, value: value) } catch { throw .flat(error) }
    return FlatVolumeReader(
      layout, volume, fingerprint: try fingerprint(of: path, stored.files.files))
  }

  /// The first layer, and which of a voxel's values is read.
  private func place(
    _ stored: MetaImageVolume, _ hints: OpeningHints, file: String
  ) throws(MetaImageError) -> (first: Int, value: Int) {
    do {
      let beside = stored.files.valuesPerVoxel
      guard stored.volumes > 1 else {
        return (
          0, try hints.channel(of: beside, kind: "ElementNumberOfChannels = \(beside)", file: file)
        )
      }
      // Both ways to have several values: counted as numpy would, those beside each other fastest.
      let channel = try hints.channel(
        of: stored.volumes * beside,
        kind: "\(stored.volumes) volumes behind each other, of \(beside) each", file: file)
      return (channel / beside * stored.layers, channel % beside)
    } catch {
      throw .hint(error)
    }
  }

  /// Voxel size, place, and what is no error.
  private func describe(
    _ volume: inout VolumeDescription, _ header: MetaImageHeader, file: String
  ) throws(MetaImageError) {
    let unit = header.fields["DistanceUnits"] ?? "?"
    var micrometres = LengthUnit.micrometres(in: unit)
    let spacing = try header.numbers("ElementSpacing", "ElementSize", file: file)
    let offset = try header.numbers("Offset", "Origin", "Position", file: file)
    if let spacing, spacing.count >= 3 || spacing.count == 2 && volume.shape.z == 1 {
      let isDefault = spacing.allSatisfy { $0 == 1 }
      let third = spacing.count > 2 ? spacing[2] : 1
      if micrometres == nil, !isDefault {
        micrometres = 1e3
        volume.remarks.append(
          "its ElementSpacing of \(spacing.map { "\($0)" }.joined(separator: " ")) (x, y, z) has no "
            + "unit and is taken as millimetres, as ITK does; --voxel-size says otherwise")
      }
      if let micrometres {
        let edges = VoxelSpacing(
          z: third, y: spacing[1], x: spacing[0], unit: micrometres)
        if edges.isPossible {
          volume.spacing = edges
        } else {
          volume.remarks.append("its ElementSpacing of \(spacing) is no voxel size, and is ignored")
        }
      }
    }
    if let offset, offset.count >= 3, let micrometres {
      let place = PhysicalPosition(z: offset[2], y: offset[1], x: offset[0], unit: micrometres)
      // All zeros is what every writer puts there.
      if offset.contains(where: { $0 != 0 }) { volume.position = place }
    }
    let matrix = try header.numbers("TransformMatrix", "Rotation", "Orientation", file: file)
    if let matrix, matrix.count == 9, matrix != [1, 0, 0, 0, 1, 0, 0, 0, 1] {
      volume.remarks.append(
        "its TransformMatrix turns or mirrors it; voxels are read as they are stored")
    }
    let slope = try header.numbers("ElementToIntensityFunctionSlope", file: file)?.first ?? 1
    let shift = try header.numbers("ElementToIntensityFunctionOffset", file: file)?.first ?? 0
    if slope != 1 || shift != 0 {
      volume.remarks.append(
        "its intensity is voxel x \(slope) + \(shift); voxels are read as they are stored")
    }
  }

  /// Voxels in a zlib stream.
  private func compressedReader(
    _ stored: MetaImageVolume, _ volume: VolumeDescription, _ layers: Range<Int>, _ value: Int,
    path: String
  ) throws(MetaImageError) -> any VolumeReader {
    let data = stored.files.files[0]
    guard case .at(let offset) = data.start else {
      throw .compressionIsAmbiguous(file: fileName(ofPath: path))
    }
    guard case .file(let found) = kind(ofPath: data.path) else {
      throw .flat(.isMissing(path: data.path))
    }
    let (needed, overflows) = offset.addingReportingOverflow(stored.compressedByteCount ?? 1)
    guard !overflows, (stored.compressedByteCount ?? 1) > 0, needed <= found else {
      throw .flat(
        .sizeDisagrees(path: data.path, needed: overflows ? .max : needed, found: found))
    }
    let count = stored.compressedByteCount ?? (found - offset)
    let all = stored.files.checkedByteCount ?? .max
    // Deflate makes at most 1,032 bytes of one.
    guard all / 1032 <= count else {
      throw .extentIsImpossible(
        file: fileName(ofPath: path),
        extents: [volume.shape.x, volume.shape.y, stored.files.shape.z],
        channels: stored.files.valuesPerVoxel)
    }
    let channels = stored.files.valuesPerVoxel
    let width = volume.voxelType.byteCount
    let skipped =
      layers.lowerBound * volume.shape.y * volume.shape.x * channels * width
    return StreamVolumeReader(
      volume, byteOrder: stored.files.byteOrder, path: data.path, offset: 0,
      fingerprint: try fingerprint(of: path, stored.files.files)
    ) { () throws(StreamError) in
      let stream = try InflateStream(
        .zlibOrGzip, StreamVolumeReader.source(ofFile: data.path, from: offset, count: count))
      try stream.skip(skipped)
      return channels == 1
        ? stream : ChannelStream(stream, width: width, channels: channels, channel: value)
    }
  }

  /// That of the header, and of the first data file.
  private func fingerprint(
    of path: String, _ files: [PlainFiles.File]
  ) throws(MetaImageError) -> String {
    try asMetaImageError { () throws(SystemError) in
      let own = try headFingerprint(ofFile: path)
      guard let data = files.first, data.path != path else { return own }
      return try own + ", " + headFingerprint(ofFile: data.path)
    }
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asMetaImageError<Value>(
  _ call: () throws(SystemError) -> Value
) throws(MetaImageError) -> Value {
  do { return try call() } catch { throw .system(error) }
}
