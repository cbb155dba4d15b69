import SystemIO
import VolumeCore

/// Folders of slices with the log that the reconstruction wrote beside them.
///
/// The log says which files are the slices and how large a voxel is; another format reads them.
public struct SkyScanFormat: VolumeFormat {
  /// The format's name.
  public let name = "SkyScan"

  /// Folders of slices.
  public var hasSlices: Bool { true }

  /// What reads the slices.
  let slices: [any VolumeFormat]

  /// The format, whose slices `slices` read.
  public init(slices: [any VolumeFormat]) { self.slices = slices }

  /// Whether `path` is a log, or a folder with one among pictures.
  public func recognises(_ path: String) -> Bool {
    switch kind(ofPath: path) {
    case .folder: return ((try? Self.logs(inFolder: path)) ?? []).isEmpty == false
    case .file:
      guard Self.isNamedLog(path) else { return false }
      let log = try? Self.log(path)
      return log?.isOfReconstruction == true || log?.isOfScan == true
    case .missing, .other: return false
    }
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

  private static func isNamedLog(_ name: String) -> Bool { name.lowercased().hasSuffix(".log") }

  private static func log(_ path: String) throws(SkyScanError) -> ReconstructionLog {
    let limit = ReconstructionLog.mostBytes
    if case .file(let byteCount) = kind(ofPath: path), byteCount > limit {
      throw .logIsTooLong(file: fileName(ofPath: path), byteCount: byteCount, limit: limit)
    }
    let bytes: [UInt8]
    do { bytes = try contents(ofFile: path, limit: limit) } catch { throw .system(error) }
    return try ReconstructionLog(parsing: bytes, file: fileName(ofPath: path))
  }

  /// The names of the folder's logs of reconstructions; where there are none, of scans.
  private static func logs(inFolder folder: String) throws(SkyScanError) -> [String] {
    let all: [String]
    do { all = try names(inFolder: folder) } catch { throw .system(error) }
    var (reconstructions, scans): ([String], [String]) = ([], [])
    // Every folder is asked, also those of others, with logs by the thousand.
    for name in all.lazy.filter({ isNamedLog($0) && !$0.hasPrefix(".") }).prefix(20) {
      guard let log = try? log("\(folder)/\(name)") else { continue }
      if log.isOfReconstruction {
        reconstructions.append(name)
      } else if log.isOfScan {
        scans.append(name)
      }
    }
    return reconstructions.isEmpty ? scans : reconstructions
  }

  /// Opens `path`; the error is a value that tests and callers can compare.
  package func reader(_ path: String, hints: OpeningHints) throws(SkyScanError) -> SkyScanReader {
    let path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    var logPath = path
    var folder = SystemIO.folder(ofPath: path)
    switch kind(ofPath: path) {
    case .folder:
      folder = path
      let names = try Self.logs(inFolder: path)
      guard let name = names.first else { throw .hasNoLog(folder: path) }
      guard names.count == 1 else { throw .hasSeveralLogs(folder: path, names: names) }
      logPath = "\(path)/\(name)"
    case .file: break
    case .missing, .other: throw .isNothing(path: path)
    }
    let log = try Self.log(logPath)
    guard log.isOfReconstruction else {
      throw log.isOfScan ? .isOfProjections(file: log.file) : .isNoLog(file: log.file)
    }
    let names: [String]
    do { names = try SystemIO.names(inFolder: folder) } catch { throw .system(error) }
    let found = try SkyScanSlices(
      of: log, among: names, folder: folder, fillsGaps: hints.fillsGaps)
    return try reader(of: found, log, folder: folder, hints)
  }

  private func reader(
    of found: SkyScanSlices, _ log: ReconstructionLog, folder: String, _ hints: OpeningHints
  ) throws(SkyScanError) -> SkyScanReader {
    let first = found.names.compactMap(\.self).first ?? ""
    guard let format = slices.first(where: { $0.recognises("\(folder)/\(first)") }) else {
      throw .kindIsNotRead(file: log.file, type: first)
    }
    var told = hints
    told.slices = found.names
    told.spacing = nil
    let base: any VolumeReader
    do { base = try format.open(folder, hints: told) } catch { throw .slices(error) }
    var volume = base.volume
    if let size = try log.size(), size != (volume.shape.y, volume.shape.x) {
      throw .sizeDisagrees(
        file: log.file, said: "\(size.height) rows x \(size.width) columns",
        is: "\(volume.shape.y) rows x \(volume.shape.x) columns")
    }
    volume.format = "SkyScan (\(volume.format))"
    volume.remarks = found.remarks + volume.remarks
    try describe(&volume, log, hints.spacing)
    return SkyScanReader(volume, slices: base)
  }

  /// What the log says of a voxel's edges and values.
  private func describe(
    _ volume: inout VolumeDescription, _ log: ReconstructionLog, _ asked: VoxelSpacing?
  ) throws(SkyScanError) {
    // The log knows better than what a TIFF's resolution says.
    volume.spacing = nil
    if let edge = try log.pixelSize() {
      volume.spacing = VoxelSpacing(z: edge * Double(try log.step()), y: edge, x: edge)
      if let camera = try log.cameraPixelSize(), abs(camera - edge) > 1e-3 * edge {
        volume.remarks.append(
          "\(log.file) says pixels of \(edge) um for the slices, and of \(camera) um for the "
            + "projections; those of the slices hold")
      }
    } else {
      volume.remarks.append("\(log.file) does not say how large a pixel is: give --voxel-size")
    }
    if let window = log.window {
      volume.remarks.append(
        "the values run from attenuation \(window.low) to \(window.high), as \(log.file) says")
    }
    guard let asked else { return }
    if let said = volume.spacing, said != asked {
      volume.remarks.append(
        "\(log.file) says a voxel of \(said.z) x \(said.y) x \(said.x) um; the options say "
          + "\(asked.z) x \(asked.y) x \(asked.x) um, which holds")
    }
    volume.spacing = asked
  }
}
