import HDF5Child
import HDF5Library
import SystemIO
import VolumeCore
import VoxelFiles

/// Checks what was found against the options and the file, and makes the reader that suits it.
struct HDF5Opening {
  private let contents: HDF5Contents
  private var found: FoundVolume
  private let hints: OpeningHints
  private var file: String { contents.file }
  private var dataset: HDF5Dataset { found.dataset }

  init(_ contents: HDF5Contents, _ found: FoundVolume, _ hints: OpeningHints) {
    self.contents = contents
    self.found = found
    self.hints = hints
  }

  /// The reader.
  func reader(leavesAllToLibrary: Bool) throws(HDF5FormatError) -> any VolumeReader {
    let type = try voxelType()
    guard dataset.extents.allSatisfy({ $0 > 0 }) else { throw impossible() }
    let axes = try DatasetAxes(found, file: file)
    let shape = axes.shape(found.extents ?? dataset.extents)
    guard FlatLayout.checkedByteCount(axes.shape(dataset.extents), type) != nil,
      dataset.extents.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) > 0,
      Self.count(dataset.extents) != nil
    else { throw impossible() }
    try checkOtherFiles()
    guard dataset.storedByteCount > 0 || dataset.layout == .virtual else {
      throw .notWritten(file: file, dataset: dataset.path)
    }
    var volume = VolumeDescription(shape: shape, voxelType: type, format: found.format)
    describe(&volume)
    try check(volume)
    let fingerprint = try fingerprint()
    if !leavesAllToLibrary, let flat = try flat(volume, axes, fingerprint) { return flat }
    let source = HDF5Source(
      file: file, dataset: dataset, axes: axes, clients: ClientPool(contents.client),
      width: type.byteCount)
    let pipeline =
      leavesAllToLibrary
      ? nil : ChunkPipeline(dataset, width: type.byteCount)
    if let pipeline {
      return try ChunkedVolumeReader(volume, source, pipeline, fingerprint: fingerprint)
    }
    for filter in dataset.filters where !filter.isAvailable {
      throw .filterIsMissing(
        file: file, dataset: dataset.path, filter: filter.number, name: filter.words)
    }
    return BoxVolumeReader(volume, source, fingerprint: fingerprint)
  }

  private func impossible() -> HDF5FormatError {
    .impossibleExtents(file: file, dataset: dataset.path, extents: dataset.extents)
  }

  private static func count(_ extents: [Int]) -> Int? {
    var count = 1
    for extent in extents {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard !overflows, product < 1 << 60 else { return nil }
      count = product
    }
    return count
  }

  private func voxelType() throws(HDF5FormatError) -> VoxelType {
    let element = dataset.element
    if element.isComplex { throw .isComplex(file: file, dataset: dataset.path) }
    guard let type = element.voxelType else {
      throw .notNumbers(file: file, dataset: dataset.path, what: element.words)
    }
    return found.isUnsigned
      ? VoxelType.integer(byteCount: type.byteCount, isSigned: false) ?? type : type
  }

  /// A virtual dataset's sources have been looked at by the library's process; what names files
  /// without a header is looked at here.
  private func checkOtherFiles() throws(HDF5FormatError) {
    guard dataset.layout == .external else { return }
    for other in dataset.otherFiles {
      guard let path = insidePath(other, besideHeader: file) else {
        throw .isOutside(file: file, dataset: dataset.path, other: other)
      }
      guard case .file = kind(ofPath: path) else {
        throw .otherIsMissing(file: file, dataset: dataset.path, other: other)
      }
    }
  }

  private func describe(_ volume: inout VolumeDescription) {
    let element = dataset.element
    volume.spacing = found.about.spacing
    volume.position = found.about.position
    volume.classes = found.about.classes
    volume.remarks = found.about.remarks
    volume.remarks.append("the dataset is \(dataset.path)")
    if element.isBool {
      volume.remarks.append("false and true are read as 0 and 1")
    } else if element.kind == .enumeration {
      volume.remarks.append("values with names are read as their numbers")
      if volume.classes == nil, volume.voxelType == .uint8 { volume.classes = namedClasses() }
    } else if element.kind == .bits {
      volume.remarks.append("bits are read as whole numbers")
    } else if element.kind == .float, element.byteCount == 2 {
      volume.remarks.append("half precision is read as float32, which holds every value of it")
    }
    if dataset.uncoveredCount > 0 {
      volume.remarks.append(
        "\(dataset.uncoveredCount) voxels lie in none of the files that it is made of, and are read "
          + "as the value that the file gives such")
    }
    if case .chunked(let edges) = dataset.layout, let written = dataset.writtenChunkCount {
      let all = zip(dataset.extents, edges).reduce(1) {
        $0.multipliedReportingOverflow(by: ($1.0 - 1) / max(1, $1.1) + 1).partialValue
      }
      if written < all {
        volume.remarks.append(
          "\(all - written) of \(all) chunks were never written, and are read as the value that the "
            + "file gives such")
      }
    }
    hints.applySpacing(to: &volume)
  }

  private func namedClasses() -> [LabelClass]? {
    let element = dataset.element
    guard element.names.count == element.values.count,
      element.values.allSatisfy({ (0...255).contains($0) })
    else { return nil }
    return zip(element.values, element.names).sorted { $0.0 < $1.0 }.map { value, name in
      LabelClass(
        value: value, name: name, colour: LabelClass.palette[value % LabelClass.palette.count])
    }
  }

  private func check(_ volume: VolumeDescription) throws(HDF5FormatError) {
    do {
      try hints.check(
        against: volume, byteOrder: dataset.element.isBigEndian ? .big : .little, offset: nil,
        channels: .max, file: file)
    } catch {
      throw .optionDisagrees(error)
    }
  }

  private func fingerprint() throws(HDF5FormatError) -> String {
    do {
      return "\(try headFingerprint(ofFile: file)):\(Self.oneLine(dataset.path))"
    } catch {
      throw .system(error)
    }
  }

  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }

  /// Numbers in one piece are read where they lie.
  private func flat(
    _ volume: VolumeDescription, _ axes: DatasetAxes, _ fingerprint: String
  ) throws(HDF5FormatError) -> FlatVolumeReader? {
    guard case .contiguous(let offset) = dataset.layout, dataset.element.isPlain else {
      return nil
    }
    guard let offset else { throw .notWritten(file: file, dataset: dataset.path) }
    let width = volume.voxelType.byteCount
    let steps = axes.steps(dataset.extents)
    let before = zip(axes.fixed, steps.all).reduce(0) { $0 + $1.0 * $1.1 }
    let all = (Self.count(dataset.extents) ?? 0) * width
    let (needed, overflows) = offset.addingReportingOverflow(all)
    guard case .file(let byteCount) = kind(ofPath: dataset.file), !overflows, needed <= byteCount
    else {
      var byteCount = 0
      if case .file(let found) = kind(ofPath: dataset.file) { byteCount = found }
      throw .isTruncated(
        file: file, dataset: dataset.path, needed: overflows ? .max : needed,
        byteCount: byteCount)
    }
    var layout = FlatLayout(
      shape: volume.shape, voxelType: volume.voxelType,
      byteOrder: dataset.element.isBigEndian ? .big : .little, path: dataset.file,
      offset: offset + before * width)
    layout.strides = FlatLayout.Strides(
      z: (axes.z == nil ? steps.y * dataset.extents[axes.y] : steps.z) * width,
      y: steps.y * width, x: steps.x * width)
    return FlatVolumeReader(layout, volume, fingerprint: fingerprint)
  }
}
