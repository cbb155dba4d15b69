import SystemIO
import VolumeCore

extension TIFFFormat {
  /// Opens one file whose pages are the layers.
  ///
  /// The chain of directories is walked once, by ourselves: libtiff would walk it from the start
  /// for every page.
  func readerOfFile(_ path: String, _ hints: OpeningHints) throws(TIFFError) -> TIFFReader {
    let file = try TIFFBytes(path)
    var slices: [TIFFReader.Slice] = []
    var seen: Set<Int> = []
    var first: (page: TIFFPage, directory: TIFFDirectory)?
    var offset = file.firstDirectory
    while offset != 0 {
      let number = slices.count + 1
      guard seen.insert(offset).inserted else {
        throw .pagesLoop(file: file.name, page: slices.count)
      }
      let directory = try TIFFDirectory(file, at: offset, page: number)
      let page = try TIFFPage(directory)
      if let first, page.extent != first.page.extent {
        throw .pageDiffers(
          file: file.name, page: number, is: "\(page.extent)", first: "\(first.page.extent)")
      }
      guard TIFFDecoder.decodes(page.compression) else {
        throw .codecIsMissing(file: file.name, page: number, compression: page.compression)
      }
      if first == nil { first = (page, directory) }
      slices.append(TIFFReader.Slice(page, file: 0, number: number, order: file.order))
      guard slices.count <= Self.mostPages else {
        throw .hasTooManyPages(file: file.name, limit: Self.mostPages)
      }
      offset = directory.next
    }
    guard let first else { throw .hasNoPages(file: file.name) }

    var volume = VolumeDescription(
      shape: Shape3(z: slices.count, y: first.page.extent.height, x: first.page.extent.width),
      voxelType: first.page.extent.voxelType, format: "TIFF")
    volume.remarks = Self.remarks(on: first.page)
    let text = try first.directory.text(TIFFTag.description) ?? ""
    try Self.refuseChannels(inOME: text, file: file.name)
    if let imageJ = ImageJDescription(parsing: text) {
      volume.format = "TIFF (ImageJ)"
      try Self.apply(imageJ, first, to: &slices, &volume)
    } else if let images = Self.imagesAnnounced(byTifffile: text, first.page.extent) {
      try Self.unfold(images, of: first.page, file, &slices, &volume)
    }
    try Self.check(hints, against: volume, order: file.order, file: file.name)
    Self.apply(hints.spacing, to: &volume)
    let fingerprint: String
    do {
      fingerprint = try headFingerprint(ofFile: path)
    } catch {
      throw .system(error)
    }
    return TIFFReader(
      volume: volume, fingerprint: fingerprint, paths: [path], slices: slices, single: file)
  }

  /// No scan has more layers; a hostile file of tiny pages would fill the memory with their places.
  private static let mostPages = 1 << 20

  /// Takes from ImageJ's description what it alone knows: channels, voxel size, and the images
  /// that follow the only page without a page of their own.
  private static func apply(
    _ imageJ: ImageJDescription, _ first: (page: TIFFPage, directory: TIFFDirectory),
    to slices: inout [TIFFReader.Slice], _ volume: inout VolumeDescription
  ) throws(TIFFError) {
    let file = first.directory.file
    guard imageJ.channels == 1, imageJ.frames == 1 || imageJ.slices == 1 else {
      throw .hasSeveralChannels(
        file: file.name, channels: imageJ.channels, frames: imageJ.frames)
    }
    if imageJ.frames > 1 {
      volume.remarks.append(
        "ImageJ calls the \(imageJ.frames) images times; they are taken as layers")
    }
    try unfold(imageJ.images, of: first.page, file, &slices, &volume)
    volume.spacing = imageJ.spacing(
      xResolution: try first.directory.rational(TIFFTag.xResolution),
      yResolution: try first.directory.rational(TIFFTag.yResolution))
    if volume.voxelType == .uint8 {
      let colours =
        first.directory.count(of: TIFFTag.colourMap) == 768
        ? try first.directory.integers(TIFFTag.colourMap) : []
      volume.classes = imageJ.classes { value in
        colours.count == 768
          ? [colours[value] >> 8, colours[256 + value] >> 8, colours[512 + value] >> 8, 255]
          : LabelClass.palette[value % LabelClass.palette.count]
      }
    }
  }

  /// Finds the images that lie behind the only page without a page of their own: what ImageJ
  /// writes beyond 4 GB, and tifffile on request.
  private static func unfold(
    _ images: Int, of page: TIFFPage, _ file: TIFFBytes, _ slices: inout [TIFFReader.Slice],
    _ volume: inout VolumeDescription
  ) throws(TIFFError) {
    guard slices.count < images else { return }
    guard slices.count == 1, let offset = page.plainOffset else {
      throw .stackIsTruncated(file: file.name, announced: images, held: slices.count)
    }
    let bytes = page.extent.byteCount
    let held = (file.byteCount - offset) / bytes
    guard held >= images else {
      throw .stackIsTruncated(file: file.name, announced: images, held: held)
    }
    guard images <= mostPages else {
      throw .hasTooManyPages(file: file.name, limit: mostPages)
    }
    let only = slices[0]
    slices = (0..<images).map { index in
      var slice = only
      slice.page = index + 1
      slice.plainOffset = offset + index * bytes
      return slice
    }
    volume.shape.z = images
  }

  /// The layers that tifffile's own description, `{"shape": [5, 37, 53]}`, speaks of.
  private static func imagesAnnounced(
    byTifffile text: String, _ extent: TIFFPage.Extent
  ) -> Int? {
    guard text.hasPrefix("{"), let shape = JSONValue(parsing: text)?["shape"]?.array,
      shape.count == 3, shape[1].integer == extent.height, shape[2].integer == extent.width
    else { return nil }
    return shape[0].integer
  }

  /// Bio-Formats may write channels and times as pages; they are not layers.
  private static func refuseChannels(inOME text: String, file: String) throws(TIFFError) {
    guard text.contains("<OME") else { return }
    func size(_ name: String) -> Int {
      // No regular expressions here: the text may be as long as somebody likes.
      for part in text.split(separator: " ") where part.hasPrefix("\(name)=\"") {
        return Int(part.dropFirst(name.count + 2).prefix { $0.isNumber }) ?? 1
      }
      return 1
    }
    let (channels, frames) = (size("SizeC"), size("SizeT"))
    guard channels <= 1, frames <= 1 else {
      throw .hasSeveralChannels(file: file, channels: channels, frames: frames)
    }
  }

  /// What is worth a word of a page that is read.
  static func remarks(on page: TIFFPage) -> [String] {
    var remarks: [String] = []
    if page.compression == 6 || page.compression == 7 || page.compression == 34712 {
      remarks.append("WARNING: its voxels went through a lossy compression")
    }
    if page.orientation != 1 {
      remarks.append("its orientation tag (\(page.orientation)) is not applied, as in ImageJ")
    }
    if page.isPalette { remarks.append("its values are the indices of a colour table") }
    return remarks
  }
}
