import SystemIO
import VolumeCore
import VoxelFiles

/// Folders with one PNG or BMP file for each layer, and single pictures.
public struct PictureStackFormat: VolumeFormat {
  /// The format's name.
  public let name = "PNG or BMP slices"

  /// Folders of slices.
  public var hasSlices: Bool { true }

  /// The format.
  public init() {}

  /// Whether `path` is a picture, or a folder that holds some.
  public func recognises(_ path: String) -> Bool {
    switch kind(ofPath: path) {
    case .folder:
      guard let names = try? names(inFolder: path), !names.contains("zarr.json") else {
        return false
      }
      return names.contains { Self.isSlice($0) }
    case .file, .missing: return Self.isSlice(fileName(ofPath: path))
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

  /// JPEG is named as well, so that it is refused as what it is.
  private static let endings = [".png", ".bmp", ".dib", ".jpg", ".jpeg", ".jp2"]

  static func isSlice(_ name: String) -> Bool {
    let lower = name.lowercased()
    return !name.hasPrefix(".") && endings.contains { lower.hasSuffix($0) }
  }

  /// Opens `path`; the error is a value that tests and callers can compare.
  public func reader(
    _ path: String, hints: OpeningHints
  ) throws(PictureError) -> LayerVolumeReader {
    switch kind(ofPath: path) {
    case .folder:
      let folder: SliceFolder
      do {
        folder = try SliceFolder(path, hints: hints, kinds: ".png or .bmp", isSlice: Self.isSlice)
      } catch {
        throw .folder(error)
      }
      return try reader(
        fileName(ofPath: folder.path), folder.slices.names.map { $0.map(folder.path(of:)) },
        remarks: folder.remarks, hints)
    case .file:
      return try reader(fileName(ofPath: path), [path], remarks: [], hints)
    case .missing, .other: throw .isNothing(path: path)
    }
  }

  /// Opens the files of `layers`, all of which are looked into.
  private func reader(
    _ name: String, _ layers: [String?], remarks: [String], _ hints: OpeningHints
  ) throws(PictureError) -> LayerVolumeReader {
    var slices: [PictureSlice?] = []
    var first: (samples: PictureSamples, slice: PictureSlice)?
    var sums: [UInt8] = []
    for path in layers {
      guard let path else {
        slices.append(nil)
        sums += Array("missing\n".utf8)
        continue
      }
      let file = fileName(ofPath: path)
      let header = try PictureHeader(ofFile: path)
      let samples = try PictureSamples(header, channel: hints.channel, file: file)
      let slice = PictureSlice(path: path, header: header)
      if let first {
        guard samples == first.samples else {
          let isOfOtherColours = samples.words == first.samples.words
          throw .sliceDiffers(
            folder: name, slice: file,
            is: isOfOtherColours ? "another table of colours" : samples.words,
            first: fileName(ofPath: first.slice.path),
            was: isOfOtherColours ? "one of its own" : first.samples.words)
        }
      } else {
        first = (samples, slice)
      }
      slices.append(slice)
      if case .file(let byteCount) = kind(ofPath: path) {
        sums += Array("\(file) \(byteCount)\n".utf8)
      }
    }
    guard let first else {
      throw .folder(.hasNoSlices(folder: name, kinds: ".png or .bmp"))
    }
    let volume = try volume(first.samples, first.slice.header, layers.count, name, remarks, hints)
    let head: String
    do {
      head = try headFingerprint(ofFile: first.slice.path)
    } catch {
      throw .system(error)
    }
    let isPlain = slices.allSatisfy { $0?.header.format != "PNG" }
    let samples = first.samples
    let all = slices
    return LayerVolumeReader(
      volume,
      fingerprint: layers.count == 1
        ? head : "\(name) \(layers.count) slices \(fnv1a(sums)) \(head)",
      readsRowsAlone: isPlain
    ) { (z, rows, destination) throws(Explanation) in
      guard let slice = all[z] else {
        unsafe destination.withUnsafeMutableBytes { bytes in
          _ = unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        }
        return
      }
      do throws(PictureError) {
        try slice.read(rows, samples, into: &destination)
      } catch {
        throw error.explanation
      }
    }
  }

  private func volume(
    _ samples: PictureSamples, _ header: PictureHeader, _ layers: Int, _ name: String,
    _ remarks: [String], _ hints: OpeningHints
  ) throws(PictureError) -> VolumeDescription {
    let shape = Shape3(z: layers, y: samples.height, x: samples.width)
    guard FlatLayout.checkedByteCount(shape, samples.voxelType) != nil else {
      throw .headerIsMalformed(file: name, what: "\(shape.words) are more than can be counted")
    }
    var volume = VolumeDescription(
      shape: shape, voxelType: samples.voxelType,
      format: layers == 1 ? header.format : "\(header.format) folder")
    volume.remarks = remarks + samples.remarks
    try check(hints, against: volume, header, file: name)
    if let spacing = hints.spacing {
      volume.spacing = spacing
    } else if let density = header.pixelsPerMetre, density.x > Self.screen, density.y > Self.screen
    {
      // Coarser ones are a screen's or a printer's. How far apart the layers are is nowhere.
      volume.remarks.append(
        "its pixels are \(1e6 / Double(density.y)) x \(1e6 / Double(density.x)) um by its own "
          + "word, and it says nothing of the distance of layers: give --voxel-size")
    }
    return volume
  }

  /// Pixels in a metre that no screen and no printer has: edges of 20 um.
  private static let screen = 50_000

  private func check(
    _ hints: OpeningHints, against volume: VolumeDescription, _ header: PictureHeader,
    file: String
  ) throws(PictureError) {
    if let shape = hints.shape, shape != volume.shape {
      throw .optionDisagrees(
        file: file, option: "--shape", said: "\(shape) (\(shape.words))",
        is: "\(volume.shape) (\(volume.shape.words))")
    }
    if let type = hints.voxelType, type != volume.voxelType {
      throw .optionDisagrees(
        file: file, option: "--type", said: type.rawValue, is: volume.voxelType.rawValue)
    }
    if let order = hints.byteOrder, order != .big, volume.voxelType == .uint16 {
      throw .optionDisagrees(
        file: file, option: "--byte-order", said: order.rawValue, is: ByteOrder.big.rawValue)
    }
    if let offset = hints.offset, offset != 0 {
      throw .optionDisagrees(
        file: file, option: "--offset", said: "\(offset)", is: "where its pixels begin")
    }
  }
}
