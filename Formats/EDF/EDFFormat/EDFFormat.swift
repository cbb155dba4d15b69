import SystemIO
import VolumeCore
import VoxelFiles

/// EDF, the ESRF data format: one file with a volume or a stack of images, or a folder of slices.
public struct EDFFormat: VolumeFormat {
  /// "EDF".
  public let name = "EDF"

  /// Folders of slices.
  public var hasSlices: Bool { true }

  /// The format.
  public init() {}

  /// Whether `path` is an `.edf` file (or a packed one, whose refusal says what to do), or a folder
  /// that holds more of those than of anything else.
  public func recognises(_ path: String) -> Bool {
    switch kind(ofPath: path) {
    case .folder:
      guard let names = try? names(inFolder: path) else { return false }
      let shown = names.filter { !$0.hasPrefix(".") }
      return 2 * shown.filter(Self.isSlice).count > shown.count
    case .file, .missing: return Self.isEDF(path) || Self.isPacked(path)
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
  public func reader(_ path: String, hints: OpeningHints) throws(EDFError) -> FlatVolumeReader {
    switch kind(ofPath: path) {
    case .folder: return try readerOfFolder(path, hints)
    case .file: return try readerOfFile(path, hints)
    case .missing, .other: throw .isNothing(path: path)
    }
  }

  static func isEDF(_ name: String) -> Bool { name.lowercased().hasSuffix(".edf") }

  static func isPacked(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".edf.gz") || name.hasSuffix(".edf.bz2")
  }

  static func isSlice(_ name: String) -> Bool { isEDF(name) && !name.hasPrefix(".") }

  private func readerOfFile(
    _ path: String, _ hints: OpeningHints
  ) throws(EDFError) -> FlatVolumeReader {
    let name = fileName(ofPath: path)
    guard !Self.isPacked(path) else { throw .isPacked(file: name) }
    let file = try EDFFile(path, hints: hints)
    let first = file.blocks[0]
    let holdsVolumes = file.blocks.count > 1 && file.blocks.contains { $0.extent.z > 1 }
    var blocks = file.blocks
    if holdsVolumes {
      guard let channel = hints.channel else {
        throw .hasSeveralVolumes(file: name, extents: file.blocks.map(\.extent))
      }
      if file.blocks.indices.contains(channel) { blocks = [file.blocks[channel]] }
    } else if let other = file.blocks.first(where: { $0.form != first.form }) {
      throw .blockDiffers(
        file: name, block: other.number, is: other.form, first: first.form)
    }

    let extent = blocks[0].extent
    let shape = Shape3(
      z: holdsVolumes || blocks.count == 1 ? extent.z : blocks.count, y: extent.y, x: extent.x)
    var volume = VolumeDescription(shape: shape, voxelType: blocks[0].voxelType, format: "EDF")
    volume.remarks = file.remarks
    blocks[0].describePixel(in: &volume)
    let layout = FlatLayout(
      shape: shape, voxelType: blocks[0].voxelType, byteOrder: blocks[0].byteOrder,
      segments: blocks.map { $0.segment })
    do {
      try hints.check(
        against: volume, byteOrder: blocks[0].byteOrder, offset: layout.segments[0].offset,
        channels: holdsVolumes ? file.blocks.count : 1, file: name)
    } catch {
      throw .option(error)
    }
    hints.applySpacing(to: &volume)
    return FlatVolumeReader(layout, volume, fingerprint: try fingerprint(ofFile: path))
  }

  func fingerprint(ofFile path: String) throws(EDFError) -> String {
    do {
      return try headFingerprint(ofFile: path)
    } catch {
      throw .system(error)
    }
  }
}
