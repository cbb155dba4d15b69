import SystemIO
import VolumeCore
import VoxelFiles

/// Headerless volumes: `.raw`, `.vol` and `.bin` files with a PyHST sidecar, a size in their name,
/// or options that describe them.
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
    let name = RawFileName(parsing: file.name)
    var claims: [RawClaim] = []
    var remarks: [String] = []
    if let sidecarPath = sidecarPath(ofRawFile: path) {
      let sidecarName = fileName(ofPath: sidecarPath)
      let text = String(
        decoding: try asRawError { () throws(SystemError) in
          try contents(ofFile: sidecarPath, limit: 1 << 20)
        }, as: UTF8.self)
      let sidecar = try PyHSTSidecar(parsing: text, name: sidecarName)
      let claim = sidecar.claim(name: sidecarName)
      claims.append(claim)
      if claim.isSilent {
        remarks.append("the sidecar \(sidecarName) says nothing that PyHST's would")
      }
    }
    claims.append(name.claim)
    claims.append(RawClaim(options: hints))

    let known = try reconcile(claims, name: name, file: file)
    var volume = VolumeDescription(
      shape: known.layout.shape, voxelType: known.layout.voxelType, format: known.format)
    volume.spacing = known.spacing
    volume.remarks = remarks + known.remarks
    if volume.voxelType == .uint8 { volume.classes = ClassTable(beside: path)?.classes }
    let fingerprint = try asRawError { () throws(SystemError) in try headFingerprint(ofFile: path) }
    return RawReader(file, layout: known.layout, volume: volume, fingerprint: fingerprint)
  }

  /// Whether `path` names a raw output.
  public func writes(_ path: String) -> Bool { Self.hasSuffix(path) }

  /// Begins the output at `path`.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    do {
      return try RawWriter(path, output)
    } catch {
      throw error.explanation
    }
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
