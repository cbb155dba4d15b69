import SystemIO
import VolumeCore
import VoxelFiles

/// Headerless volumes: `.raw`, `.vol` and `.bin` files with a sidecar, a size in their name, or
/// options that describe them.
public struct RawFormat: VolumeFormat {
  /// "raw".
  public let name = "raw"

  /// The format.
  public init() {}

  /// Whether the name ends in `.raw`, `.vol` or `.bin`.
  public func recognises(_ path: String) -> Bool {
    guard Self.hasSuffix(path) else { return false }
    return kind(ofPath: path) != .folder
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
  public func reader(_ path: String, hints: OpeningHints) throws(RawError) -> RawReader {
    let file = try RawFile(path)
    if let channel = hints.channel, channel != 0 {
      throw .hasOneChannel(file: file.name, asked: channel)
    }
    let name = RawFileName(parsing: file.name)
    let sidecars = try Sidecars(besideRawFile: path)
    let claims = sidecars.claims + [name.claim, RawClaim(options: hints)]
    let known = try Reconciliation(claims, name: name, file: file).described()

    var volume = VolumeDescription(
      shape: known.layout.shape, voxelType: known.layout.voxelType, format: known.format)
    volume.spacing = known.spacing
    volume.remarks = sidecars.remarks + known.remarks
    if volume.voxelType == .uint8 { volume.classes = ClassTable(beside: path)?.classes }
    return try RawReader(path, layout: known.layout, volume: volume)
  }

  /// Whether `path` names a raw output.
  public func writes(_ path: String) -> Bool { Self.hasSuffix(path) }

  /// Begins the output at `path`: voxels with the low byte first, and beside them, when they are
  /// all there, a PyHST sidecar and, for labels, a list of the classes.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    let volume = output.volume
    let layout = RawLayout(
      shape: volume.shape, voxelType: volume.voxelType, byteOrder: .little)
    let name = fileName(ofPath: path)
    let claim = RawFileName(parsing: name).claim
    let agrees =
      (claim.shape ?? layout.shape) == layout.shape
      && (claim.type ?? .known(layout.voxelType)) == .known(layout.voxelType)
      && (layout.voxelType.byteCount == 1 || (claim.byteOrder ?? .little) == .little)
    guard agrees else {
      throw RawError.outputNameDisagrees(file: name, claim: claim, layout: layout).explanation
    }
    let sidecar = PyHSTSidecar(describing: layout, spacing: volume.spacing)
    var parts = FlatVolumeWriter.Parts(header: [])
    parts.companions =
      ClassTable.companions(beside: path, of: volume.classes)
      + [(path + ".info", Array(sidecar.text.utf8))]
    return try FlatVolumeWriter(path, output, parts)
  }

  /// The voxels, and what describes them.
  public func filesWritten(_ path: String) -> [String] { [path, path + ".info"] }

  /// PyHST's words have none for a place.
  public func leftOut(of volume: VolumeDescription, at path: String) -> [String] {
    volume.position == nil ? [] : ["position"]
  }

  private static func hasSuffix(_ path: String) -> Bool {
    let path = path.lowercased()
    return [".raw", ".vol", ".bin"].contains { path.hasSuffix($0) }
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asRawError<Value>(_ call: () throws(SystemError) -> Value) throws(RawError) -> Value {
  do {
    return try call()
  } catch {
    throw .system(error)
  }
}
