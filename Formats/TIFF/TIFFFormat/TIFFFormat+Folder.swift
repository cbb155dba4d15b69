import SystemIO
import VolumeCore

extension TIFFFormat {
  /// Opens a folder with one file for each layer; every slice's header is checked.
  func readerOfFolder(_ path: String, _ hints: OpeningHints) throws(TIFFError) -> TIFFReader {
    let folder = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    var slices: [String] = []
    var strangers: [String] = []
    var folders = 0
    do {
      for name in try names(inFolder: folder) where !name.hasPrefix(".") {
        if kind(ofPath: folder + "/" + name) == .folder {
          folders += 1
        } else if Self.isSlice(name) {
          slices.append(name)
        } else {
          strangers.append(name)
        }
      }
    } catch {
      throw .system(error)
    }
    guard !slices.isEmpty else { throw .folderHasNoSlices(folder: folder) }
    guard strangers.isEmpty else { throw .folderHasStrangers(folder: folder, names: strangers) }
    let ordered = try SliceNames(ordering: slices, folder: folder)

    var located: [TIFFReader.Slice] = []
    located.reserveCapacity(ordered.names.count)
    var first: (name: String, page: TIFFPage, order: ByteOrder, imageJ: ImageJDescription?)?
    var sums: [UInt8] = []
    var resolution: (x: Double?, y: Double?) = (nil, nil)
    for (index, name) in ordered.names.enumerated() {
      let file = try TIFFBytes(folder + "/" + name)
      guard file.firstDirectory != 0 else { throw .hasNoPages(file: name) }
      let directory = try TIFFDirectory(file, at: file.firstDirectory, page: 1)
      let page = try TIFFPage(directory)
      guard directory.next == 0 else { throw .sliceHasPages(folder: folder, slice: name) }
      if let first, page.extent != first.page.extent {
        throw .sliceDiffers(
          folder: folder, slice: name, is: "\(page.extent)", first: first.name,
          was: "\(first.page.extent)")
      }
      guard TIFFDecoder.decodes(page.compression) else {
        throw .codecIsMissing(file: name, page: 1, compression: page.compression)
      }
      if first == nil {
        let text = try directory.text(TIFFTag.description) ?? ""
        first = (name, page, file.order, ImageJDescription(parsing: text))
        resolution = (
          try directory.rational(TIFFTag.xResolution), try directory.rational(TIFFTag.yResolution)
        )
      }
      located.append(TIFFReader.Slice(page, file: index, number: 1, order: file.order))
      sums += Array("\(name) \(file.byteCount)\n".utf8)
    }
    guard let first else { throw .folderHasNoSlices(folder: folder) }

    var volume = VolumeDescription(
      shape: Shape3(
        z: located.count, y: first.page.extent.height, x: first.page.extent.width),
      voxelType: first.page.extent.voxelType, format: "TIFF folder")
    volume.remarks = ordered.remarks + Self.remarks(on: first.page)
    if folders > 0 {
      volume.remarks.append(
        "\(folders) \(folders == 1 ? "folder" : "folders") inside it were not looked into")
    }
    volume.spacing = first.imageJ?.spacing(xResolution: resolution.x, yResolution: resolution.y)
    try Self.check(hints, against: volume, order: first.order, file: folder)
    Self.apply(hints.spacing, to: &volume)
    let head: String
    do {
      head = try headFingerprint(ofFile: folder + "/" + first.name)
    } catch {
      throw .system(error)
    }
    return TIFFReader(
      volume: volume,
      fingerprint: "\(fileName(ofPath: folder)) \(located.count) slices \(fnv1a(sums)) \(head)",
      paths: ordered.names.map { folder + "/" + $0 }, slices: located, single: nil)
  }
}
