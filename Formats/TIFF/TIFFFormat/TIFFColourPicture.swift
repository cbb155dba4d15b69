import VolumeCore

/// A picture of red, green, blue and opacity bytes, whatever kind of TIFF it was read from: with a
/// colour table, grey or of colours, with an opacity or without.
public struct TIFFColourPicture: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green, blue and opacity of each pixel, row by row from the top.
  public let rgba: [UInt8]

  /// Reads the picture at `path`, the only page of its file, of at most `limit` pixels.
  public init(reading path: String, limit: Int) throws(TIFFError) {
    let costs = ReadCosts()
    let file = try TIFFBytes(path, costs: costs)
    guard file.firstDirectory != 0 else { throw .hasNoPages(file: file.name) }
    let directory = try TIFFDirectory(file, at: file.firstDirectory, page: 1)
    try Self.checkIsAlone(directory)
    let samples = try directory.integer(TIFFTag.samplesPerPixel, default: 1)
    let isColour = try directory.integer(TIFFTag.photometric, default: 1) == 2
    let colours = isColour ? 3 : 1
    guard (colours...(colours + 1)).contains(samples) else {
      throw .pictureHasOddSamples(file: file.name, samples: samples, colours: colours)
    }
    var slices: [TIFFReader.Slice] = []
    var layouts: [PageLayout] = []
    var isPalette = false
    for sample in 0..<samples {
      let page = try TIFFPage(directory, sample: sample)
      guard page.layout.voxelType == .uint8 else {
        throw .pictureIsNotOfBytes(file: file.name, type: page.layout.voxelType)
      }
      isPalette = page.isPalette
      layouts.append(page.layout)
      slices.append(TIFFReader.Slice(file: 0, page: 1, layout: sample, places: page.places))
    }
    (width, height) = (layouts[0].width, layouts[0].height)
    guard width * height <= limit else {
      throw .pictureIsTooLarge(file: file.name, width: width, height: height, limit: limit)
    }
    let table = isPalette ? try Self.colourTable(directory) : nil
    // Each sample is read as a layer.
    let volume = VolumeDescription(
      shape: Shape3(z: samples, y: height, x: width), voxelType: .uint8, format: "TIFF")
    let reader = TIFFReader(
      volume: volume, fingerprint: "", paths: [path], slices: slices, layouts: layouts,
      single: file, costs: costs)
    var planes = [UInt8](repeating: 0, count: volume.shape.voxelCount)
    var span = planes.mutableSpan
    var bytes = unsafe span.mutableBytes
    try reader.readLayers(Region(volume.shape), into: &bytes)
    let count = width * height
    var rgba = [UInt8](repeating: 255, count: 4 * count)
    for i in 0..<count {
      for channel in 0..<3 {
        let value = planes[isColour ? channel * count + i : i]
        rgba[4 * i + channel] = table.map { $0[256 * channel + Int(value)] } ?? value
      }
      if samples > colours { rgba[4 * i + 3] = planes[colours * count + i] }
    }
    self.rgba = rgba
  }

  /// Refuses a file with further pages, in which layers of a paint program would be lost.
  private static func checkIsAlone(_ first: TIFFDirectory) throws(TIFFError) {
    let file = first.file
    var seen: Set<Int> = [file.firstDirectory]
    var offset = first.next
    while offset != 0 {
      guard seen.insert(offset).inserted, seen.count <= TIFFFormat.mostPages else {
        throw .pagesLoop(file: file.name, page: seen.count)
      }
      let directory = try TIFFDirectory(file, at: offset, page: seen.count)
      // A smaller copy, as many programs add one, is no further page.
      guard try directory.integer(TIFFTag.subfileType, default: 0) & 1 != 0 else {
        throw .pictureHasPages(file: file.name)
      }
      offset = directory.next
    }
  }

  /// 256 reds, greens and blues.
  private static func colourTable(_ directory: TIFFDirectory) throws(TIFFError) -> [UInt8] {
    let values = try directory.integers(TIFFTag.colourMap)
    guard values.count == 768 else {
      throw .directoryIsMalformed(
        file: directory.file.name, page: directory.page,
        what: "its colour table has \(values.count) numbers and not 768")
    }
    // The specification wants 16 bits, and some programs write eight, as libtiff knows too.
    let isWide = values.contains { $0 > 255 }
    return values.map { UInt8(truncatingIfNeeded: isWide ? $0 >> 8 : $0) }
  }
}
