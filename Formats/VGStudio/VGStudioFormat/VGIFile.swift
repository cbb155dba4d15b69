import VolumeCore
import VoxelFiles

/// What a `[file1]` says: a file of voxels and the part of it that belongs to the volume.
struct VGIFile: Hashable {
  /// The name as it is written, often with the path of the computer that wrote it.
  let name: String
  /// Bytes before the first voxel.
  let skipped: Int
  /// The extent of all that the file holds.
  let size: Shape3
  /// The part that belongs to the volume.
  let part: Region
  /// What a voxel is.
  let voxelType: VoxelType
  /// Bytes of the whole file.
  let byteCount: Int

  /// Decodes `section`; what it leaves out is taken from `representation`.
  ///
  /// - Parameters:
  ///   - said: the type that the user gave, for headers that leave it out.
  ///   - file: the header, for messages.
  init(
    _ section: VGIHeader.Section, representation: VGIHeader.Section?, said: VoxelType?,
    file: String
  ) throws(VGStudioError) {
    let format = (section.values["fileformat"] ?? "raw").lowercased()
    guard format == "raw" else {
      throw .formatIsNotRead(file: file, format: section.values["fileformat"] ?? "")
    }
    guard let name = section.values["name"].map(Self.unquoted), !name.isEmpty else {
      throw .leavesOut(file: file, key: "Name", section: section.name)
    }
    self.name = name
    let skip = try section.integers("skipheader", counts: [1], file: file) ?? [0]
    guard skip[0] >= 0 else {
      throw .numberIsWrong(file: file, key: "skipheader", text: "\(skip[0])")
    }
    skipped = skip[0]
    let source = section.values["size"] == nil ? representation ?? section : section
    guard let extent = try source.integers("size", counts: [3], file: file) else {
      throw .leavesOut(file: file, key: "Size", section: section.name)
    }
    size = Shape3(z: extent[2], y: extent[1], x: extent[0])
    voxelType = try Self.voxelType(
      section, representation: representation, said: said, file: file)

    guard let voxels = FlatLayout.checkedByteCount(size, voxelType) else {
      throw .extentIsImpossible(file: file, shape: size)
    }
    let (all, overflows) = voxels.addingReportingOverflow(skipped)
    guard !overflows else {
      throw .numberIsWrong(file: file, key: "skipheader", text: "\(skipped)")
    }
    byteCount = all

    let first =
      try section.integers("regionofintereststart", counts: [3], file: file) ?? [0, 0, 0]
    let last =
      try section.integers("regionofinterestend", counts: [3], file: file)
      ?? extent.map { $0 - 1 }
    for axis in 0..<3 {
      guard first[axis] >= 0, first[axis] <= last[axis], last[axis] < extent[axis] else {
        throw .partIsOutside(file: file, first: first, last: last, size: extent)
      }
    }
    part = Region(
      z: first[2]..<(last[2] + 1), y: first[1]..<(last[1] + 1), x: first[0]..<(last[0] + 1))
  }

  private static func unquoted(_ name: String) -> String {
    guard name.count > 1, name.hasPrefix("\""), name.hasSuffix("\"") else { return name }
    return String(name.dropFirst().dropLast())
  }

  private static func voxelType(
    _ section: VGIHeader.Section, representation: VGIHeader.Section?, said: VoxelType?,
    file: String
  ) throws(VGStudioError) -> VoxelType {
    // Type and width belong together: the one of the file does not go with the other of the
    // representation, which is what VGStudio makes of it in memory.
    let source = section.values["datatype"] == nil ? representation ?? section : section
    let bits = try source.integers("bitsperelement", counts: [1], file: file)?[0]
    guard let text = source.values["datatype"] else {
      guard bits == nil, let said else { throw .typeIsNotSaid(file: file, bits: bits) }
      return said
    }
    let word = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    if let exact = VoxelType(rawValue: word) {
      guard bits == nil || bits == 8 * exact.byteCount else {
        throw .typeIsNotRead(file: file, type: text, bits: bits)
      }
      return exact
    }
    let known: VoxelType?
    switch word {
    case "unsigned integer": known = bits.flatMap { integer(bits: $0, isSigned: false) }
    case "signed integer": known = bits.flatMap { integer(bits: $0, isSigned: true) }
    case "float": known = bits == 32 ? .float32 : bits == 64 ? .float64 : nil
    case "double": known = bits == 64 ? .float64 : nil
    default: throw .typeIsNotRead(file: file, type: text, bits: bits)
    }
    if let known { return known }
    guard bits == nil else { throw .typeIsNotRead(file: file, type: text, bits: bits) }
    // The user may say how wide it is, not that it is of another kind.
    guard let said, said.isFloatingPoint == (word == "float" || word == "double"),
      said.isSigned == (word != "unsigned integer")
    else { throw .typeIsNotSaid(file: file, bits: nil) }
    return said
  }

  private static func integer(bits: Int, isSigned: Bool) -> VoxelType? {
    bits % 8 == 0 ? VoxelType.integer(byteCount: bits / 8, isSigned: isSigned) : nil
  }
}
