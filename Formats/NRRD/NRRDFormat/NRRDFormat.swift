import Compression
import SystemIO
import VolumeCore
import VoxelFiles

/// NRRD: `.nrrd`, and `.nhdr` with its data in other files.
public struct NRRDFormat: VolumeFormat {
  /// "NRRD".
  public let name = "NRRD"

  /// The format.
  public init() {}

  /// Whether the name ends in `.nrrd` or `.nhdr`.
  public func recognises(_ path: String) -> Bool {
    let name = path.lowercased()
    return (name.hasSuffix(".nrrd") || name.hasSuffix(".nhdr")) && kind(ofPath: path) != .folder
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
  ) throws(NRRDError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    let start = try asNRRDError { () throws(SystemError) in
      try head(ofFile: path, limit: NRRDHeader.longest)
    }
    let header = try NRRDHeader(decoding: start.bytes, file: file)
    let axes = try NRRDAxes(header, file: file)
    let data = try NRRDData(header, axes, path: path)

    var volume = VolumeDescription(
      shape: axes.shape, voxelType: data.files.voxelType, format: "NRRD")
    try header.describe(&volume, axes, file: file)
    let channel: Int
    do {
      channel = try hints.channel(
        of: axes.volumes * axes.valuesPerVoxel, kind: axes.kind, file: file)
      var offset: Int?
      if data.files.files.count == 1, case .at(let place) = data.files.files[0].start {
        offset = place
      }
      try hints.compare(
        with: volume, byteOrder: data.files.byteOrder, offset: offset, file: file)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    if volume.voxelType == .uint8 { volume.classes = ClassTable(beside: path)?.classes }

    let (first, value) =
      axes.volumes > 1 ? (channel * volume.shape.z, 0) : (0, channel)
    let fingerprint = try asNRRDError { () throws(SystemError) in
      let own = try headFingerprint(ofFile: path)
      guard data.files.files[0].path != path, kind(ofPath: data.files.files[0].path) != .missing
      else { return own }
      return try own + ", " + headFingerprint(ofFile: data.files.files[0].path)
    }
    guard data.encoding == .raw else {
      return StreamVolumeReader(
        volume, byteOrder: data.files.byteOrder, path: path, offset: 0, fingerprint: fingerprint,
        open: try data.opening(from: first, value: value, path: path))
    }
    let layout: FlatLayout
    do {
      layout = try data.files.layout(first..<(first + volume.shape.z), value: value)
    } catch {
      throw .flat(error)
    }
    return FlatVolumeReader(layout, volume, fingerprint: fingerprint)
  }

  /// Whether `path` names an NRRD output.
  public func writes(_ path: String) -> Bool {
    let name = path.lowercased()
    return name.hasSuffix(".nrrd") || name.hasSuffix(".nhdr")
  }

  /// `X.nhdr` has its voxels in `X.raw`.
  public func filesWritten(_ path: String) -> [String] {
    path.lowercased().hasSuffix(".nhdr") ? [path, path.dropLast(5) + ".raw"] : [path]
  }

  /// Begins the output at `path`: one file, or, for `X.nhdr`, the header and its voxels in `X.raw`.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    let classes = ClassTable.companions(beside: path, of: output.volume.classes)
    guard path.lowercased().hasSuffix(".nhdr") else {
      var parts = FlatVolumeWriter.Parts(
        header: Array(NRRDHeader.text(of: output.volume, dataFile: nil).utf8))
      parts.companions = classes
      return try FlatVolumeWriter(path, output, parts)
    }
    let data = path.dropLast(5) + ".raw"
    let text = NRRDHeader.text(of: output.volume, dataFile: fileName(ofPath: String(data)))
    return try FlatVolumeWriter.detached(
      header: path, Array(text.utf8), data: String(data), output, companions: classes)
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asNRRDError<Value>(_ call: () throws(SystemError) -> Value) throws(NRRDError) -> Value {
  do { return try call() } catch { throw .system(error) }
}
