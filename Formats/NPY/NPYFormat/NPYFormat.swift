import SystemIO
import VolumeCore
import VoxelFiles

/// Arrays of numpy: `.npy`.
public struct NPYFormat: VolumeFormat {
  /// "NPY".
  public let name = "NPY"

  /// The format.
  public init() {}

  /// Whether the name ends in `.npy`, or in `.npz`, which is refused with what to do.
  public func recognises(_ path: String) -> Bool {
    let name = path.lowercased()
    return (name.hasSuffix(".npy") || name.hasSuffix(".npz")) && kind(ofPath: path) != .folder
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
  ) throws(NPYError) -> any VolumeReader {
    let file = fileName(ofPath: path)
    let start = try asNPYError { () throws(SystemError) in
      try head(ofFile: path, limit: NPYHeader.longestText + 12)
    }
    guard !start.bytes.starts(with: [0x50, 0x4B]) else { throw .isArchive(file: file) }
    let header = try NPYHeader(decoding: start.bytes, file: file)
    let element = try NPYElement(header.descr, file: file)
    let array = try NPYAxes(header, element, file: file)

    var volume = VolumeDescription(
      shape: array.shape, voxelType: element.stored, format: "NPY")
    volume.remarks = array.remarks
    var offset = header.byteCount
    switch element.kind {
    case .plain, .half:
      _ = try channel(hints, of: 1, kind: "", file: file)
    case .boolean:
      _ = try channel(hints, of: 1, kind: "", file: file)
      volume.remarks.append("its truth values are read as uint8: 0 and 1")
    case .complex(let type):
      let part = try channel(hints, of: 2, kind: "the real and the imaginary part", file: file)
      offset += part * type.byteCount
    }
    var layout = FlatLayout(
      shape: array.shape, voxelType: element.stored, byteOrder: element.byteOrder, path: path,
      offset: offset)
    layout.strides = array.strides
    guard start.fileByteCount == header.byteCount + array.byteCount else {
      throw .flat(
        .sizeDisagrees(
          path: path, needed: header.byteCount + array.byteCount, found: start.fileByteCount))
    }
    var seen = volume
    if case .half = element.kind { seen.voxelType = .float32 }
    do {
      try hints.compare(
        with: seen, byteOrder: element.byteOrder, offset: header.byteCount, file: file)
    } catch {
      throw .hint(error)
    }
    hints.applySpacing(to: &volume)
    if volume.voxelType == .uint8 { volume.classes = ClassTable(beside: path)?.classes }
    let fingerprint = try asNPYError { () throws(SystemError) in
      try headFingerprint(ofFile: path)
    }
    let reader = FlatVolumeReader(layout, volume, fingerprint: fingerprint)
    if case .half = element.kind { return HalfFloatReader(reader) }
    return reader
  }

  private func channel(
    _ hints: OpeningHints, of count: Int, kind: String, file: String
  ) throws(NPYError) -> Int {
    do { return try hints.channel(of: count, kind: kind, file: file) } catch { throw .hint(error) }
  }

  /// Whether `path` names an NPY output.
  public func writes(_ path: String) -> Bool { path.lowercased().hasSuffix(".npy") }

  /// An array and no more.
  public func leftOut(of volume: VolumeDescription, at path: String) -> [String] {
    (volume.spacing == nil ? [] : ["voxel size"]) + (volume.position == nil ? [] : ["position"])
  }

  /// Begins the output at `path`: an array (z, y, x) in C order.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    let volume = output.volume
    var parts = FlatVolumeWriter.Parts(
      header: NPYHeader(describing: volume.shape, volume.voxelType).encoded)
    parts.companions = ClassTable.companions(beside: path, of: volume.classes)
    return try FlatVolumeWriter(path, output, parts)
  }
}

/// Where the voxels of an array lie: its three axes, and how far apart their elements are.
struct NPYAxes {
  var shape: Shape3
  var strides: FlatLayout.Strides
  var byteCount: Int
  var remarks: [String] = []

  /// Checks what `header` claims; axes of one element beyond three are left out.
  init(_ header: NPYHeader, _ element: NPYElement, file: String) throws(NPYError) {
    var bytes = element.byteCount
    for extent in header.shape {
      let (product, overflows) = bytes.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflows, product < 1 << 60 else {
        throw .extentIsImpossible(file: file, shape: header.shape)
      }
      bytes = product
    }
    byteCount = bytes
    // (extent, stride) of each axis in the order of the indices.
    var axes: [(Int, Int)] = []
    var stride = element.byteCount
    for extent in header.isFortran ? header.shape : header.shape.reversed() {
      axes.append((extent, stride))
      stride *= extent
    }
    if !header.isFortran { axes.reverse() }
    while axes.count > 3, let single = axes.firstIndex(where: { $0.0 == 1 }) {
      axes.remove(at: single)
    }
    if header.shape.count > 3, axes.count == 3 {
      remarks.append("its axes of one element are left out of \(header.shape)")
    }
    if axes.count == 2 {
      axes.insert((1, byteCount), at: 0)
      remarks.append("its two axes are read as one layer")
    }
    guard axes.count == 3 else { throw .hasOtherAxes(file: file, shape: header.shape) }
    shape = Shape3(z: axes[0].0, y: axes[1].0, x: axes[2].0)
    strides = .init(z: axes[0].1, y: axes[1].1, x: axes[2].1)
  }
}

/// Runs `call`, and makes what the system says part of this module's errors.
func asNPYError<Value>(_ call: () throws(SystemError) -> Value) throws(NPYError) -> Value {
  do { return try call() } catch { throw .system(error) }
}
