import SystemIO
import VolumeCore
import VoxelFiles

extension TIFFFormat {
  /// Opens a folder with one file for each layer; every slice's header is checked.
  func readerOfFolder(_ path: String, _ hints: OpeningHints) throws(TIFFError) -> TIFFReader {
    let found: SliceFolder
    do {
      found = try SliceFolder(path, hints: hints, kinds: ".tif or .tiff", isSlice: Self.isSlice)
    } catch {
      throw .folder(error)
    }
    let folder = found.path
    let slices = found.slices.names

    var located: [TIFFReader.Slice] = []
    located.reserveCapacity(slices.count)
    var first: (name: String, page: TIFFPage, order: ByteOrder, imageJ: ImageJDescription?)?
    var sums: [UInt8] = []
    var resolution: (x: Double?, y: Double?) = (nil, nil)
    for (index, name) in slices.enumerated() {
      guard let name else {
        located.append(.missing)
        sums += Array("missing\n".utf8)
        continue
      }
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
    guard let first else { throw .hasNoPages(file: folder) }

    var volume = VolumeDescription(
      shape: Shape3(
        z: located.count, y: first.page.extent.height, x: first.page.extent.width),
      voxelType: first.page.extent.voxelType, format: "TIFF folder")
    volume.remarks = found.remarks + Self.remarks(on: first.page)
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
      paths: slices.map { $0.map(found.path(of:)) ?? "" }, slices: located, single: nil)
  }
}
