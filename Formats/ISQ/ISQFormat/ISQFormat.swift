import SystemIO
import VolumeCore
import VoxelFiles

/// Scanco ISQ: the reconstructed volume of a Scanco scanner, a header of 512-byte blocks and int16.
public struct ISQFormat: VolumeFormat {
  /// "Scanco ISQ".
  public let name = "Scanco ISQ"

  /// The format.
  public init() {}

  /// Whether the name ends in `.isq`, or in `.rsq` or `.rad`, whose refusal says what they are; a
  /// VMS version (`;1`) may stand behind it.
  public func recognises(_ path: String) -> Bool {
    guard ["isq", "rsq", "rad"].contains(Self.suffix(of: path)) else { return false }
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
  public func reader(_ path: String, hints: OpeningHints) throws(ISQError) -> FlatVolumeReader {
    let name = fileName(ofPath: path)
    guard case .file(let byteCount) = kind(ofPath: path) else { throw .isNoFile(path: path) }
    switch Self.suffix(of: path) {
    case "rsq": throw .holdsProjections(file: name)
    case "rad": throw .isScoutView(file: name)
    default: break
    }
    let head: [UInt8]
    let fingerprint: String
    do {
      head = try FileHandle(readingFrom: path).bytes(at: 0, count: ISQHeader.byteCount)
      fingerprint = try headFingerprint(ofFile: path)
    } catch {
      throw .system(error)
    }
    let header = try ISQHeader(decoding: head, file: name)
    let padding = try header.padding(inFileOf: byteCount, file: name)

    var volume = VolumeDescription(shape: header.shape, voxelType: .int16, format: self.name)
    volume.spacing = header.spacing
    volume.remarks = header.remarks
    if padding > 0 {
      volume.remarks.append("\(padding) bytes behind the voxels, which fill the last block")
    }
    do {
      try hints.check(
        against: volume, byteOrder: .little, offset: header.dataOffset, file: name)
    } catch {
      throw .option(error)
    }
    hints.applySpacing(to: &volume)
    let layout = FlatLayout(
      shape: header.shape, voxelType: .int16, byteOrder: .little, path: path,
      offset: header.dataOffset)
    return FlatVolumeReader(layout, volume, fingerprint: fingerprint)
  }

  /// `isq` of `C0001234.ISQ;1`.
  private static func suffix(of path: String) -> String {
    var name = fileName(ofPath: path).lowercased()
    if let semicolon = name.lastIndex(of: ";"),
      name[name.index(after: semicolon)...].allSatisfy({ ("0"..."9").contains($0) })
    {
      name = String(name[..<semicolon])
    }
    return name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
  }
}
