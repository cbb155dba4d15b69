import VolumeCore

/// Where everything lies in a TIFF that we write, little-endian throughout:
/// header, first directory and its values | voxels of all pages | the other directories.
struct TIFFLayout {
  let shape: Shape3
  let voxelType: VoxelType
  let spacing: VoxelSpacing?
  let classes: [LabelClass]
  /// 64-bit offsets, for files beyond what 32 bits reach.
  let isBig: Bool
  /// Where the first page's voxels lie.
  let firstVoxel: Int
  /// What follows the first directory: texts and tables that do not fit into an entry.
  private let extras: Extras

  private struct Extras {
    var description: [UInt8]
    var resolution: [UInt8]
    var colours: [UInt8]
  }

  var pageCount: Int { shape.z }
  var pageByteCount: Int { shape.y * shape.x * voxelType.byteCount }

  init(_ volume: VolumeDescription, isBig: Bool) {
    shape = volume.shape
    voxelType = volume.voxelType
    spacing = volume.spacing
    // A colour table goes with eight bits only; the names go into the description.
    classes = volume.classes ?? []
    let colours = volume.voxelType == .uint8 ? classes : []
    self.isBig = isBig
    extras = Extras(
      description: Self.description(shape, spacing, classes),
      resolution: spacing.map { Self.rational(1 / $0.x) + Self.rational(1 / $0.y) } ?? [],
      colours: Self.colourMap(colours))
    // Header and directory take some 300 bytes; the voxels begin at a page of memory.
    let bytes =
      1024 + extras.description.count + extras.resolution.count + extras.colours.count
    firstVoxel = (bytes + 4095) / 4096 * 4096
  }

  /// Where the voxels of page `index`, counted from 0, lie.
  func voxels(ofPage index: Int) -> Int { firstVoxel + index * pageByteCount }

  /// Where the directory of page `index` lies.
  func directoryOffset(ofPage index: Int) -> Int {
    guard index > 0 else { return headerByteCount }
    // Directories begin at even offsets.
    let end = (firstVoxel + pageCount * pageByteCount + 1) / 2 * 2
    return end + (index - 1) * directory(ofPage: 0).count
  }

  /// Unsigned, signed or floating point.
  private var sampleFormat: Int {
    voxelType.isFloatingPoint ? 3 : voxelType.isSigned ? 2 : 1
  }

  private var headerByteCount: Int { isBig ? 16 : 8 }
  private var word: Int { isBig ? 8 : 4 }

  private static func description(
    _ shape: Shape3, _ spacing: VoxelSpacing?, _ classes: [LabelClass]
  ) -> [UInt8] {
    var text = "ImageJ=1.54f\nimages=\(shape.z)\nslices=\(shape.z)\nloop=false\n"
    if let spacing { text += "unit=micron\nspacing=\(spacing.z)\n" }
    for each in classes where !each.name.isEmpty {
      text += "class_\(each.value)=\(each.name.filter { !$0.isNewline && $0 != "=" })\n"
    }
    let bytes = Array(text.utf8) + [0]
    return bytes.count % 2 == 0 ? bytes : bytes + [0]
  }

  /// 256 reds, greens and blues of 16 bits; values without a class are their own grey.
  private static func colourMap(_ classes: [LabelClass]) -> [UInt8] {
    guard !classes.isEmpty else { return [] }
    var map = [UInt8]()
    for channel in 0..<3 {
      for value in 0..<256 {
        let colour = classes.first { $0.value == value }?.colour
        let level = colour.map { $0.count > channel ? $0[channel] : 0 } ?? value
        // 257 makes 65535 of 255.
        map += Self.bytes(UInt64(max(0, min(255, level)) * 257), 2)
      }
    }
    return map
  }

  /// Header, first directory, and the values of all directories.
  var head: [UInt8] {
    var bytes: [UInt8] = [0x49, 0x49]
    bytes += Self.bytes(isBig ? 43 : 42, 2)
    if isBig { bytes += Self.bytes(8, 2) + Self.bytes(0, 2) }
    bytes += Self.bytes(UInt64(headerByteCount), word)
    bytes += directory(ofPage: 0)
    return bytes + extras.description + extras.resolution + extras.colours
  }

  /// The directory of page `index`; all have the same length.
  func directory(ofPage index: Int) -> [UInt8] {
    var entries: [(tag: Int, type: Int, count: Int, value: Int)] = []
    func add(_ tag: Int, _ type: Int, _ count: Int, _ value: Int) {
      entries.append((tag, type, count, value))
    }
    let short = 3
    let long = isBig ? 16 : 4
    let hasColours = !extras.colours.isEmpty
    let entryCount = 12 + (spacing == nil ? 0 : 3) + (hasColours ? 1 : 0)
    let directoryBytes =
      (isBig ? 8 : 2) + entryCount * (isBig ? 20 : 12) + word
    let description = headerByteCount + directoryBytes
    let resolution = description + extras.description.count
    let colours = resolution + extras.resolution.count

    add(TIFFTag.subfileType, 4, 1, 0)
    add(TIFFTag.width, 4, 1, shape.x)
    add(TIFFTag.height, 4, 1, shape.y)
    add(TIFFTag.bitsPerSample, short, 1, 8 * voxelType.byteCount)
    add(TIFFTag.compression, short, 1, 1)
    add(TIFFTag.photometric, short, 1, hasColours ? 3 : 1)
    add(TIFFTag.description, 2, extras.description.count, description)
    add(TIFFTag.stripOffsets, long, 1, voxels(ofPage: index))
    add(TIFFTag.samplesPerPixel, short, 1, 1)
    add(TIFFTag.rowsPerStrip, 4, 1, shape.y)
    add(TIFFTag.stripByteCounts, long, 1, pageByteCount)
    if spacing != nil {
      add(TIFFTag.xResolution, 5, 1, resolution)
      add(TIFFTag.yResolution, 5, 1, resolution + 8)
      // No unit that TIFF knows: ImageJ's description has it.
      add(TIFFTag.resolutionUnit, short, 1, 1)
    }
    if hasColours { add(TIFFTag.colourMap, short, 768, colours) }
    add(TIFFTag.sampleFormat, short, 1, sampleFormat)
    precondition(entries.count == entryCount)

    var bytes = Self.bytes(UInt64(entries.count), isBig ? 8 : 2)
    for entry in entries {
      bytes += Self.bytes(UInt64(entry.tag), 2) + Self.bytes(UInt64(entry.type), 2)
      bytes += Self.bytes(UInt64(entry.count), word)
      if entry.type == 5, isBig {
        // A fraction fits into a 64-bit entry, and must then lie in it.
        let start = entry.value - resolution
        bytes += extras.resolution[start..<(start + 8)]
      } else {
        bytes += Self.bytes(UInt64(entry.value), word)
      }
    }
    let next =
      index + 1 < pageCount ? directoryOffset(next: index + 1, bytes: bytes.count + word) : 0
    return bytes + Self.bytes(UInt64(next), word)
  }

  private func directoryOffset(next index: Int, bytes: Int) -> Int {
    (firstVoxel + pageCount * pageByteCount + 1) / 2 * 2 + (index - 1) * bytes
  }

  /// `value` in `count` bytes, least significant first.
  private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  /// The first of the best fractions of two 32-bit numbers that is as near to `value` as a double is,
  /// or the last: its continued fraction. 1/1.3 is 10/13, and so comes back as 1.3.
  private static func rational(_ value: Double) -> [UInt8] {
    guard value.isFinite, value > 0, value < Double(UInt32.max) else {
      return bytes(1, 4) + bytes(1, 4)
    }
    var (over, under) = ((0.0, 1.0), (1.0, 0.0))
    var rest = value
    for _ in 0..<64 {
      let whole = rest.rounded(.down)
      let next = (whole * over.1 + over.0, whole * under.1 + under.0)
      guard max(next.0, next.1) <= Double(UInt32.max) else { break }
      over = (over.1, next.0)
      under = (under.1, next.1)
      if abs(over.1 / under.1 - value) <= value * 1e-15 || rest == whole { break }
      rest = 1 / (rest - whole)
    }
    // A value below every fraction is the least of them.
    guard over.1 >= 1 else { return bytes(1, 4) + bytes(UInt64(UInt32.max), 4) }
    return bytes(UInt64(over.1), 4) + bytes(UInt64(under.1), 4)
  }
}
