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
    let costs = ReadCosts()
    var table: PageTable?
    var about: (file: AboutFile, directory: TIFFDirectory, name: String)?
    var sums: [UInt8] = []
    var leadingGaps = 0
    for (index, name) in found.slices.names.enumerated() {
      guard let name else {
        if table == nil { leadingGaps += 1 } else { table?.addMissing() }
        sums += Array("missing\n".utf8)
        continue
      }
      let file = try TIFFBytes(found.path(of: name), costs: costs)
      guard file.firstDirectory != 0 else { throw .hasNoPages(file: name) }
      let directory = try TIFFDirectory(file, at: file.firstDirectory, page: 1)
      let described: AboutFile
      if let about {
        described = about.file
      } else {
        described = try AboutFile(ofSlice: directory, channel: hints.channel)
      }
      let page = try TIFFPage(directory, sample: described.sample)
      guard directory.next == 0, !described.hidesImages(of: page, file) else {
        throw .sliceHasPages(folder: folder, slice: name)
      }
      if let about, let table {
        guard page.layout.extent == table.extent else {
          throw .sliceDiffers(
            folder: folder, slice: name, is: "\(page.layout.extent)", first: about.name,
            was: "\(table.extent)")
        }
      } else {
        about = (described, directory, name)
        var begun = PageTable(of: page)
        for _ in 0..<leadingGaps { begun.addMissing() }
        table = begun
      }
      table?.add(page, file: index, number: 1)
      sums += Array("\(name) \(file.byteCount)\n".utf8)
    }
    guard let about, let table else { throw .hasNoPages(file: folder) }

    let layers = table.layers
    let extent = table.extent
    var volume = VolumeDescription(
      shape: Shape3(z: layers.count, y: extent.height, x: extent.width),
      voxelType: extent.voxelType, format: "TIFF folder")
    volume.remarks = found.remarks + table.remarks
    switch about.file.description {
    case .imageJ(let imageJ):
      volume.spacing = imageJ.spacing(
        xResolution: try about.directory.rational(TIFFTag.xResolution),
        yResolution: try about.directory.rational(TIFFTag.yResolution))
      if let remark = imageJ.remark(on: volume.voxelType) { volume.remarks.append(remark) }
      volume.classes = try about.file.classes(about.directory)
    case .ome(let ome): volume.spacing = ome.spacing
    case .shaped, .none: break
    }
    try Self.check(hints, against: volume, order: table.layouts[0].order, file: folder)
    Self.apply(hints.spacing, to: &volume)
    let head: String
    do {
      head = try headFingerprint(ofFile: found.path(of: about.name))
    } catch {
      throw .system(error)
    }
    return TIFFReader(
      volume: volume,
      fingerprint: "\(fileName(ofPath: folder)) \(layers.count) slices \(fnv1a(sums)) \(head)",
      paths: found.slices.names.map { $0.map(found.path(of:)) ?? "" }, slices: layers,
      layouts: table.layouts, single: nil, costs: costs)
  }
}
