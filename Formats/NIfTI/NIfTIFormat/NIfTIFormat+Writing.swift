import SystemIO
import VolumeCore
import VoxelFiles

extension NIfTIFormat {
  /// Whether `path` names a NIfTI output.
  public func writes(_ path: String) -> Bool {
    let name = path.lowercased()
    return [".nii", ".nii.gz", ".hdr"].contains { name.hasSuffix($0) }
  }

  private static func dataFile(_ header: String) -> String {
    header.dropLast(4) + (header.hasSuffix(".HDR") ? ".IMG" : ".img")
  }

  /// `X.hdr` has its voxels in `X.img`.
  public func filesWritten(_ path: String) -> [String] {
    path.lowercased().hasSuffix(".hdr") ? [path, Self.dataFile(path)] : [path]
  }

  /// Begins the output at `path`: one file, compressed where its name ends in `.gz`, or, for `X.hdr`, the
  /// header and its voxels in `X.img`.
  ///
  /// It is of version 1, or, where an extent is more than 32,767, of version 2.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    let volume = output.volume
    let companions = ClassTable.companions(beside: path, of: volume.classes)
    guard path.lowercased().hasSuffix(".hdr") else {
      var parts = FlatVolumeWriter.Parts(
        header: NIfTIHeader.bytes(describing: volume, isSingleFile: true))
      parts.companions = companions
      if path.lowercased().hasSuffix(".gz") { return try GzipVolumeWriter(path, output, parts) }
      return try FlatVolumeWriter(path, output, parts)
    }
    return try FlatVolumeWriter.detached(
      header: path, NIfTIHeader.bytes(describing: volume, isSingleFile: false),
      data: Self.dataFile(path), output, companions: companions)
  }
}

extension NIfTIHeader {
  /// The header of `volume`, and what lies between it and the voxels of a single file.
  ///
  /// Lengths are written in millimetres, which programs that look at no unit take them for.
  static func bytes(describing volume: VolumeDescription, isSingleFile: Bool) -> [UInt8] {
    let extents = [volume.shape.x, volume.shape.y, volume.shape.z]
    let version: Version = extents.allSatisfy { $0 <= Int(Int16.max) } ? .one : .two
    let count = version.byteCount + (isSingleFile ? 4 : 0)
    var header = NIfTIFields(version, byteCount: count)
    header.put(magic: isSingleFile ? "n+" : "ni")
    header.put(dimensions: [3] + extents + [1, 1, 1, 1])
    header.put(type: NIfTIType.number(for: volume.voxelType), bits: 8 * volume.voxelType.byteCount)
    if isSingleFile { header.put(offset: count) }
    header.put(1, at: 112, 176)
    // Labels.
    if volume.classes?.isEmpty == false { header.put(code: 1002, at: 68, 504) }
    header.put(text: "t2s-volume", at: 148, 240)
    let edges = volume.spacing.map { spacing in
      [spacing.x, spacing.y, spacing.z].map { scaledLength($0, by: 1e-3) }
    }
    for (axis, edge) in ([1] + (edges ?? [1, 1, 1]) + [1, 1, 1, 1]).enumerated() {
      header.put(edge, at: 76 + 4 * axis, 104 + 8 * axis)
    }
    guard let edges else { return header.bytes.bytes }
    header.put(unit: 2)
    let place = volume.positionToWrite ?? PhysicalPosition(z: 0, y: 0, x: 0)
    let origin = [place.x, place.y, place.z].map { scaledLength($0, by: 1e-3) }
    header.put(code: 1, at: 252, 344)
    header.put(code: 1, at: 254, 348)
    for axis in 0..<3 {
      header.put(origin[axis], at: 268 + 4 * axis, 376 + 8 * axis)
      header.put(edges[axis], at: 280 + 20 * axis, 400 + 40 * axis)
      header.put(origin[axis], at: 292 + 16 * axis, 424 + 32 * axis)
    }
    return header.bytes.bytes
  }
}

/// A header that is being made: each field has a place in either version.
struct NIfTIFields {
  let version: NIfTIHeader.Version
  var bytes: HeaderBytes

  init(_ version: NIfTIHeader.Version, byteCount: Int) {
    self.version = version
    bytes = HeaderBytes([UInt8](repeating: 0, count: byteCount))
    bytes.put(Int32(version.byteCount), at: 0)
    // What Analyze wants there.
    if version == .one { bytes.put("r", at: 38, count: 1) }
  }

  mutating func put(magic: String) {
    switch version {
    case .one: bytes.put(magic + "1", at: 344, count: 3)
    case .two: bytes.put(magic + "2\0\r\n\u{1A}\n", at: 4, count: 8)
    }
  }

  mutating func put(dimensions: [Int]) {
    for (index, value) in dimensions.enumerated() {
      switch version {
      case .one: bytes.put(Int16(value), at: 40 + 2 * index)
      case .two: bytes.put(Int64(value), at: 16 + 8 * index)
      }
    }
  }

  mutating func put(type: Int16, bits: Int) {
    bytes.put(type, at: version == .one ? 70 : 12)
    bytes.put(Int16(bits), at: version == .one ? 72 : 14)
  }

  mutating func put(offset: Int) {
    switch version {
    case .one: bytes.put(Float(offset), at: 108)
    case .two: bytes.put(Int64(offset), at: 168)
    }
  }

  mutating func put(unit: Int) {
    switch version {
    case .one: bytes.put(UInt8(unit), at: 123)
    case .two: bytes.put(Int32(unit), at: 500)
    }
  }

  mutating func put(code: Int, at first: Int, _ second: Int) {
    switch version {
    case .one: bytes.put(Int16(code), at: first)
    case .two: bytes.put(Int32(code), at: second)
    }
  }

  mutating func put(text: String, at first: Int, _ second: Int) {
    bytes.put(text, at: version == .one ? first : second, count: 79)
  }

  mutating func put(_ number: Double, at first: Int, _ second: Int) {
    switch version {
    case .one: bytes.put(Float(number), at: first)
    case .two: bytes.put(number, at: second)
    }
  }
}
