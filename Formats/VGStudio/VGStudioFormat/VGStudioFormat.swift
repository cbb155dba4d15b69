import SystemIO
import VolumeCore
import VoxelFiles

/// VGStudio: a `.vgi` header and its voxels in a `.vol` file, or in several.
public struct VGStudioFormat: VolumeFormat {
  /// "VGStudio".
  public let name = "VGStudio"

  /// The format.
  public init() {}

  /// Whether the name ends in `.vgi`, or in `.vol` with the header beside it.
  public func recognises(_ path: String) -> Bool {
    guard kind(ofPath: path) != .folder else { return false }
    return path.lowercased().hasSuffix(".vgi") || Self.header(beside: path) != nil
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
  ) throws(VGStudioError) -> FlatVolumeReader {
    guard case .file = kind(ofPath: path) else { throw .isNoFile(path: path) }
    guard let header = Self.header(beside: path) else {
      return try reader(header: path, data: nil, hints: hints)
    }
    return try reader(header: header, data: fileName(ofPath: path), hints: hints)
  }

  private func reader(
    header path: String, data: String?, hints: OpeningHints
  ) throws(VGStudioError) -> FlatVolumeReader {
    let file = fileName(ofPath: path)
    let bytes = try asVGStudioError { () throws(SystemError) in
      try head(ofFile: path, limit: VGIHeader.longest + 1).bytes
    }
    let header = try VGIHeader(decoding: bytes, file: file)
    let object = try Self.choose(header, data: data, channel: hints.channel, file: file)
    let found = try VGIVolume(object, of: header, said: hints.voxelType, file: file)
    let data = try VGIData(found, besideHeader: path)

    var volume = VolumeDescription(
      shape: found.shape, voxelType: found.files[0].voxelType, format: name)
    volume.spacing = found.spacing
    volume.remarks = found.remarks + data.remarks
    // The header has no word for the order of bytes: VGStudio's own is little-endian, and who knows
    // better may say so.
    let byteOrder = hints.byteOrder ?? .little
    if byteOrder == .big {
      volume.remarks.append("the voxels are read as big-endian, as --byte-order says")
    }
    let layout = data.layout(found, byteOrder: byteOrder)
    do {
      try hints.compare(
        with: volume, byteOrder: byteOrder,
        offset: layout.segments.count == 1 ? layout.segments[0].offset : nil, file: file)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    let fingerprint = try asVGStudioError { () throws(SystemError) in
      try headFingerprint(ofFile: path) + ", " + headFingerprint(ofFile: layout.segments[0].path)
    }
    return FlatVolumeReader(layout, volume, fingerprint: fingerprint)
  }

  /// The header of the `.vol` file at `path`: `scan.vgi` or `scan.vol.vgi` of `scan.vol`.
  private static func header(beside path: String) -> String? {
    guard path.lowercased().hasSuffix(".vol") else { return nil }
    let stem = path.dropLast(4)
    return [stem + ".vgi", stem + ".VGI", path + ".vgi"].first {
      if case .file = kind(ofPath: $0) { true } else { false }
    }
  }

  /// The volume that is meant: the one that the `.vol` file called `data` belongs to, the `channel`-th,
  /// or the only one.
  private static func choose(
    _ header: VGIHeader, data: String?, channel: Int?, file: String
  ) throws(VGStudioError) -> VGIHeader.Object {
    var volumes = header.volumes
    guard !volumes.isEmpty else { throw .hasNoVolume(file: file) }
    func names(_ object: VGIHeader.Object) -> [String] {
      object.sections.filter { VGIHeader.number(of: $0.name, after: "file") != nil }
        .compactMap { $0.values["name"] }
    }
    if let data {
      let all = volumes.flatMap(names)
      volumes = volumes.filter { object in
        names(object).contains {
          VGIData.lastPart(of: $0).lowercased() == data.lowercased()
        }
      }
      guard !volumes.isEmpty else {
        throw .headerIsOfOthers(file: data, header: file, names: all)
      }
    }
    if let channel {
      guard volumes.indices.contains(channel) else {
        throw .volumeIsMissing(file: file, channel: channel, count: volumes.count)
      }
      return volumes[channel]
    }
    guard volumes.count == 1 else {
      throw .holdsSeveral(
        file: file,
        names: volumes.map { "\($0.name) (\(names($0).joined(separator: ", ")))" })
    }
    return volumes[0]
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asVGStudioError<Value>(
  _ call: () throws(SystemError) -> Value
) throws(VGStudioError) -> Value {
  do { return try call() } catch { throw .system(error) }
}
