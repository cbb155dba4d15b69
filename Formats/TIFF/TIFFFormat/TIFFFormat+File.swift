import SystemIO
import VolumeCore

extension TIFFFormat {
  /// No scan has more layers; a hostile file of tiny pages would fill the memory with their places.
  static let mostPages = 1 << 20

  /// Opens one file whose pages are the layers.
  ///
  /// The chain of directories is walked once, by ourselves: libtiff would walk it from the start
  /// for every page.
  func readerOfFile(_ path: String, _ hints: OpeningHints) throws(TIFFError) -> TIFFReader {
    let costs = ReadCosts()
    let file = try TIFFBytes(path, costs: costs)
    guard file.firstDirectory != 0 else { throw .hasNoPages(file: file.name) }
    let first = try TIFFDirectory(file, at: file.firstDirectory, page: 1)
    let about = try AboutFile(first, channel: hints.channel)
    let pages = try PageTable(first, about)
    let extent = pages.extent

    var volume = VolumeDescription(
      shape: Shape3(z: 1, y: extent.height, x: extent.width), voxelType: extent.voxelType,
      format: "TIFF")
    volume.remarks = pages.remarks
    let layers = try about.layers(of: pages, first, &volume)
    volume.shape.z = layers.count
    volume.classes = try about.classes(first)
    try Self.check(hints, against: volume, order: file.order, file: file.name)
    Self.apply(hints.spacing, to: &volume)
    let fingerprint: String
    do {
      fingerprint = try headFingerprint(ofFile: path)
    } catch {
      throw .system(error)
    }
    return TIFFReader(
      volume: volume, fingerprint: fingerprint, paths: [path], slices: layers,
      layouts: pages.layouts, single: file, costs: costs)
  }
}

/// All pages of a file, in the order of their directories.
struct PageTable {
  /// One for each directory; `nil`: a preview, which is no layer.
  private(set) var pages: [TIFFReader.Slice?] = []
  private(set) var layouts: [PageLayout] = []
  private(set) var remarks: [String]
  let extent: PageLayout.Extent
  private var layoutIndices: [PageLayout: Int] = [:]

  /// Walks the chain from `first` on.
  init(_ first: TIFFDirectory, _ about: AboutFile) throws(TIFFError) {
    let file = first.file
    let firstPage = try TIFFPage(first, sample: about.sample)
    self.init(of: firstPage)
    add(firstPage, file: 0, number: 1)
    var seen: Set<Int> = [file.firstDirectory]
    var offset = first.next
    var previews = 0
    while offset != 0 {
      let number = pages.count + 1
      guard seen.insert(offset).inserted else {
        throw .pagesLoop(file: file.name, page: pages.count)
      }
      guard number <= TIFFFormat.mostPages else {
        throw .hasTooManyPages(file: file.name, limit: TIFFFormat.mostPages)
      }
      let directory = try TIFFDirectory(file, at: offset, page: number)
      offset = directory.next
      if try isPreview(directory) {
        pages.append(nil)
        previews += 1
        continue
      }
      let page = try TIFFPage(directory, sample: about.sample)
      guard page.layout.extent == extent else {
        throw .pageDiffers(
          file: file.name, page: number, is: "\(page.layout.extent)", first: "\(extent)")
      }
      add(page, file: 0, number: number)
    }
    if previews > 0 {
      remarks.append(
        "\(previews) \(previews == 1 ? "page" : "pages") of previews or masks passed over")
    }
  }

  /// Pages of nothing, to which slices are added.
  init(of first: TIFFPage) {
    extent = first.layout.extent
    remarks = first.remarks
    if first.isPalette { remarks.append("its values are the indices of a colour table") }
  }

  /// Whether the page says that it is a smaller copy, or a mask, of another.
  private func isPreview(_ directory: TIFFDirectory) throws(TIFFError) -> Bool {
    let kind = try directory.integer(TIFFTag.subfileType, default: 0)
    guard kind & 5 != 0 else { return false }
    let height = try directory.integer(TIFFTag.height, default: 0)
    let width = try directory.integer(TIFFTag.width, default: 0)
    // Some writers call every page but the first a smaller copy; its size tells.
    return kind & 4 != 0 || height != extent.height || width != extent.width
  }

  /// Adds a page; its layout is kept once.
  mutating func add(_ page: TIFFPage, file: Int, number: Int) {
    let index: Int
    if let known = layoutIndices[page.layout] {
      index = known
    } else {
      index = layouts.count
      layouts.append(page.layout)
      layoutIndices[page.layout] = index
    }
    pages.append(
      TIFFReader.Slice(file: file, page: number, layout: index, places: page.places))
  }

  /// Adds a layer that is not there.
  mutating func addMissing() {
    pages.append(TIFFReader.Slice(file: 0, page: 0, layout: 0, places: .missing))
  }

  /// All that are layers.
  var layers: [TIFFReader.Slice] { pages.compactMap { $0 } }

  /// Finds the images that lie behind the only page without a page of their own: what ImageJ
  /// writes beyond 4 GB, and tifffile on request.
  func unfolded(to images: Int, _ file: TIFFBytes) throws(TIFFError) -> [TIFFReader.Slice] {
    guard pages.count == 1, let only = pages[0], case .single(let offset, _) = only.places,
      !layouts[only.layout].isCompressed, !layouts[only.layout].isTiled
    else { throw .stackIsTruncated(file: file.name, announced: images, held: pages.count) }
    let layout = layouts[only.layout]
    let byteCount = layout.height * layout.rowByteCount
    let held = (file.byteCount - offset) / byteCount
    guard held >= images else {
      throw .stackIsTruncated(file: file.name, announced: images, held: held)
    }
    guard images <= TIFFFormat.mostPages else {
      throw .hasTooManyPages(file: file.name, limit: TIFFFormat.mostPages)
    }
    return (0..<images).map { index in
      var slice = only
      slice.page = index + 1
      slice.places = .single(offset: offset + index * byteCount, byteCount: byteCount)
      return slice
    }
  }
}
