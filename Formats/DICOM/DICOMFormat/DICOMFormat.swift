import SystemIO
import VolumeCore
import VoxelFiles

/// DICOM: a folder with the slices of one scan, ordered by where they lie, or one file of one or more
/// frames. Specification: https://www.dicomstandard.org/current (PS3.3, PS3.5, PS3.10).
public struct DICOMFormat: VolumeFormat {
  /// The format's name.
  public let name = "DICOM"

  /// Folders of slices.
  public var hasSlices: Bool { true }

  /// The format.
  public init() {}

  private static let suffixes = [".dcm", ".dicom", ".ima"]

  private static func isNamed(_ name: String) -> Bool {
    let lower = name.lowercased()
    return !name.hasPrefix(".") && suffixes.contains { lower.hasSuffix($0) }
  }

  /// Files without a suffix are common: those that begin so are taken.
  private static func beginsSo(_ path: String) -> Bool {
    guard let head = try? head(ofFile: path, limit: 132) else { return false }
    return DICOMHeader.isDICOM(head.bytes)
  }

  /// Whether `path` is a DICOM file or a folder of such.
  public func recognises(_ path: String) -> Bool {
    switch kind(ofPath: path) {
    case .folder:
      guard let names = try? names(inFolder: path) else { return false }
      let files = names.filter { !$0.hasPrefix(".") }
      // In a folder without suffixes, the first files say what it is.
      return files.contains(where: Self.isNamed)
        || files.prefix(3).contains { !$0.contains(".") && Self.beginsSo("\(path)/\($0)") }
    case .file:
      return Self.isNamed(path)
        || !fileName(ofPath: path).contains(".") && Self.beginsSo(path)
    case .missing: return Self.isNamed(path)
    case .other: return false
    }
  }

  /// Opens `path`, or says why not.
  public func open(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader {
    do {
      return try reader(path, hints: hints)
    } catch {
      throw error.explanation
    }
  }

  /// Opens `path`; the error is a value that tests and callers can compare.
  public func reader(
    _ path: String, hints: OpeningHints
  ) throws(DICOMError) -> LayerVolumeReader {
    switch kind(ofPath: path) {
    case .folder: return try open(slices(inFolder: path), fileName(ofPath: path), hints, true)
    case .file:
      return try open([DICOMHeader(ofFile: path)], fileName(ofPath: path), hints, false)
    case .missing, .other: throw .isNothing(path: path)
    }
  }

  private func slices(inFolder path: String) throws(DICOMError) -> [DICOMHeader] {
    let folder = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    let all: [String]
    do throws(SystemError) { all = try names(inFolder: folder) } catch { throw .system(error) }
    var headers: [DICOMHeader] = []
    for name in all.sorted() where !name.hasPrefix(".") && name.uppercased() != "DICOMDIR" {
      let file = "\(folder)/\(name)"
      guard case .file = kind(ofPath: file) else { continue }
      // What lies beside, such as a text, is no slice; what is named as one must be one.
      guard Self.isNamed(name) || Self.beginsSo(file) else { continue }
      headers.append(try DICOMHeader(ofFile: file))
    }
    guard !headers.isEmpty else { throw .hasNoSlices(folder: fileName(ofPath: folder)) }
    try checkSeries(headers, fileName(ofPath: folder))
    return headers
  }

  private func checkSeries(_ headers: [DICOMHeader], _ folder: String) throws(DICOMError) {
    var counts: [String: (count: Int, header: DICOMHeader)] = [:]
    for header in headers { counts[header.series, default: (0, header)].count += 1 }
    guard counts.count > 1 else { return }
    let words = counts.values.sorted { $0.header.file < $1.header.file }.map { count, header in
      let title = header.description.isEmpty ? header.series : header.description
      return "'\(title)' (\(count) \(count == 1 ? "file" : "files"), such as \(header.file))"
    }
    throw .severalSeries(folder: folder, series: words)
  }

  private func open(
    _ headers: [DICOMHeader], _ name: String, _ hints: OpeningHints, _ isFolder: Bool
  ) throws(DICOMError) -> LayerVolumeReader {
    let pixels = try DICOMPixels(headers[0])
    var files: [DICOMFrames] = []
    for header in headers {
      let own = try DICOMPixels(header)
      if let (what, mine, its) = own.difference(pixels) {
        throw .sliceDiffers(
          folder: name, file: header.file, what: what, is: mine, first: headers[0].file, was: its)
      }
      files.append(try DICOMFrames(header, own))
    }
    let all = files
    let order = try DICOMOrder(headers, folder: name, fillsGaps: hints.fillsGaps)
    let volume = try describe(headers[0], pixels, order, name, hints, isFolder)
    let channel: Int
    do {
      channel = try hints.channel(
        of: pixels.samples, kind: pixels.photometric, file: name)
    } catch {
      throw .hint(error)
    }
    // Slices may differ in the order of their bytes.
    let decoders = try headers.map { (header) throws(DICOMError) in
      DICOMDecoding(pixels: try DICOMPixels(header), channel: channel)
    }
    return LayerVolumeReader(
      volume, fingerprint: try fingerprint(headers, name), readsRowsAlone: !pixels.isRunLength
    ) { (z, rows, destination) throws(Explanation) in
      guard let layer = order.layers[z] else {
        unsafe destination.withUnsafeMutableBytes { bytes in
          _ = unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        }
        return
      }
      do throws(DICOMError) {
        let file = all[layer.file]
        try decoders[layer.file].read(
          rows, file.places[layer.frame], frame: layer.frame, of: file, into: &destination)
      } catch {
        throw error.explanation
      }
    }
  }

  private func describe(
    _ header: DICOMHeader, _ pixels: DICOMPixels, _ order: DICOMOrder, _ name: String,
    _ hints: OpeningHints, _ isFolder: Bool
  ) throws(DICOMError) -> VolumeDescription {
    let shape = Shape3(z: order.layers.count, y: pixels.rows, x: pixels.columns)
    guard FlatLayout.checkedByteCount(shape, pixels.voxelType) != nil else {
      throw .isMalformed(file: name, what: "\(shape.words) are more than can be counted")
    }
    var volume = VolumeDescription(
      shape: shape, voxelType: pixels.voxelType, format: isFolder ? "DICOM series" : "DICOM")
    volume.remarks = order.remarks
    let distance = order.distance ?? (shape.z == 1 ? header.between ?? header.sliceThickness : nil)
    if header.pixelSpacing.count == 2, let distance {
      // Of rows first, then of columns, in millimetres.
      let spacing = VoxelSpacing(
        z: distance * 1000, y: header.pixelSpacing[0] * 1000, x: header.pixelSpacing[1] * 1000)
      if spacing.isPossible { volume.spacing = spacing }
    }
    if order.first.count == 3 {
      if zip(header.orientation, [1, 0, 0, 0, 1, 0]).allSatisfy({ abs($0 - $1) < 1e-6 }) {
        volume.position = PhysicalPosition(
          z: order.first[2] * 1000, y: order.first[1] * 1000, x: order.first[0] * 1000)
      } else {
        volume.remarks.append("its axes are turned in space; where it lies is left out")
      }
    }
    if header.slope != 1 || header.intercept != 0 {
      volume.remarks.append(
        "values are as they are stored; the file means \(header.slope) times that plus "
          + "\(header.intercept)")
    }
    if pixels.photometric == "MONOCHROME1" {
      volume.remarks.append("it means its least value to be white; values are as they are stored")
    }
    if pixels.bits < 8 * pixels.width {
      volume.remarks.append("\(pixels.bits) bits of each value count")
    }
    do {
      try hints.compare(
        with: volume, byteOrder: pixels.isBigEndian ? .big : .little, offset: nil, file: name)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    return volume
  }

  private func fingerprint(
    _ headers: [DICOMHeader], _ name: String
  ) throws(DICOMError) -> String {
    let head: String
    do throws(SystemError) {
      head = try headFingerprint(ofFile: headers[0].path)
    } catch {
      throw .system(error)
    }
    guard headers.count > 1 else { return head }
    let sums = headers.flatMap { Array("\($0.file) \($0.fileByteCount)\n".utf8) }
    return "\(name) \(headers.count) slices \(fnv1a(sums)) \(head)"
  }
}
