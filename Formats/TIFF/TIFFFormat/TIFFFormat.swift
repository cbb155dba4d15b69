import SystemIO
import VolumeCore

/// TIFF: one file whose pages are the layers, or a folder with one file for each layer.
public struct TIFFFormat: VolumeFormat {
  /// "TIFF".
  public let name = "TIFF"

  /// Folders of slices.
  public var hasSlices: Bool { true }

  /// Outputs with more bytes of voxels than this get 64-bit offsets; below it the directories still
  /// fit under 4 GiB.
  let classicByteCount: Int

  /// The format.
  public init() { self.init(classicByteCount: 3_900_000_000) }

  /// The format with another border to BigTIFF, so that a test need not write 4 GB.
  package init(classicByteCount: Int) { self.classicByteCount = classicByteCount }

  /// Whether `path` is a `.tif` or `.tiff` file, or a folder that holds some.
  public func recognises(_ path: String) -> Bool {
    switch kind(ofPath: path) {
    case .folder:
      guard let names = try? names(inFolder: path), !names.contains("zarr.json") else {
        return false
      }
      return names.contains { Self.isSlice($0) }
    case .file, .missing: return Self.isTIFF(path)
    case .other: return false
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

  /// Opens `path`; the error is a value that tests and callers can compare.
  public func reader(_ path: String, hints: OpeningHints) throws(TIFFError) -> TIFFReader {
    switch kind(ofPath: path) {
    case .folder: return try readerOfFolder(path, hints)
    case .file: return try readerOfFile(path, hints)
    case .missing, .other: throw .isNothing(path: path)
    }
  }

  /// Whether `path` names a TIFF output: a file that ends in `.tif`, or a folder of slices, which
  /// ends in `/` or is there and empty.
  public func writes(_ path: String) -> Bool { Self.isTIFF(path) || Self.isFolderOutput(path) }

  /// ImageJ's words have none for a place.
  public func leftOut(of volume: VolumeDescription, at path: String) -> [String] {
    volume.position == nil ? [] : ["position"]
  }

  private static func isFolderOutput(_ path: String) -> Bool {
    guard !path.hasSuffix(".zarr/"), !path.hasSuffix(".zarr") else { return false }
    if path.hasSuffix("/") { return path.contains { $0 != "/" } }
    guard kind(ofPath: path) == .folder, let names = try? names(inFolder: path) else {
      return false
    }
    return names.isEmpty
  }

  /// Begins the output at `path`.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    do {
      return Self.isFolderOutput(path)
        ? try SliceWriter(path, output, classicByteCount: classicByteCount)
        : try TIFFWriter(path, output, classicByteCount: classicByteCount)
    } catch {
      throw error.explanation
    }
  }

  /// Whether `name` ends as a TIFF's does.
  public static func isTIFF(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".tif") || name.hasSuffix(".tiff")
  }

  /// A slice is a TIFF that is not hidden; `._a.tif` is what a Mac leaves behind.
  static func isSlice(_ name: String) -> Bool { isTIFF(name) && !name.hasPrefix(".") }

  /// Refuses options that contradict what the file says of itself.
  static func check(
    _ hints: OpeningHints, against volume: VolumeDescription, order: ByteOrder, file: String
  ) throws(TIFFError) {
    if let shape = hints.shape, shape != volume.shape {
      throw .optionDisagrees(
        file: file, option: "--shape", said: "\(shape) (\(shape.words))",
        is: "\(volume.shape) (\(volume.shape.words))")
    }
    if let type = hints.voxelType, type != volume.voxelType {
      throw .optionDisagrees(
        file: file, option: "--type", said: type.rawValue, is: volume.voxelType.rawValue)
    }
    if let said = hints.byteOrder, said != order, volume.voxelType != .uint8 {
      throw .optionDisagrees(
        file: file, option: "--byte-order", said: said.rawValue, is: order.rawValue)
    }
    if let offset = hints.offset, offset != 0 {
      throw .optionDisagrees(
        file: file, option: "--offset", said: "\(offset)", is: "where its voxels begin")
    }
  }

  /// Puts the voxel size that was asked for in place of the file's, and says so.
  static func apply(_ spacing: VoxelSpacing?, to volume: inout VolumeDescription) {
    guard let spacing else { return }
    if let said = volume.spacing, said != spacing {
      volume.remarks.append(
        "the file says a voxel of \(said.z) x \(said.y) x \(said.x) um; the options say "
          + "\(spacing.z) x \(spacing.y) x \(spacing.x) um, which holds")
    }
    volume.spacing = spacing
  }
}
