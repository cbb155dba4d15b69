import VolumeCore

/// What the first page says of all: how pages are layers, and which channel was asked for.
struct AboutFile {
  let description: FileDescription
  /// Which sample of each pixel is read; `nil` where there is one.
  let sample: Int?
  /// Which of the channels that have pages of their own is read.
  let channel: Int

  /// Reads the description of `first`; throws where there are channels and none was chosen.
  init(_ first: TIFFDirectory, channel: Int?) throws(TIFFError) {
    try self.init(first, try Self.description(first), channel)
  }

  /// The same for a slice, which is one layer whatever a set of files is described to be.
  init(ofSlice first: TIFFDirectory, channel: Int?) throws(TIFFError) {
    try self.init(first, (try? Self.description(first)) ?? .none, channel)
  }

  private static func description(_ first: TIFFDirectory) throws(TIFFError) -> FileDescription {
    let samples = max(1, try first.integer(TIFFTag.samplesPerPixel, default: 1))
    let isPlanar = try first.integer(TIFFTag.planarConfiguration, default: 1) == 2
    return try FileDescription(
      parsing: try first.text(TIFFTag.description) ?? "",
      height: try first.integer(TIFFTag.height, default: 0),
      width: try first.integer(TIFFTag.width, default: 0), planes: isPlanar ? samples : 1,
      file: first.file.name, mostPages: TIFFFormat.mostPages)
  }

  private init(
    _ first: TIFFDirectory, _ description: FileDescription, _ chosen: Int?
  ) throws(TIFFError) {
    let file = first.file.name
    let samples = max(1, try first.integer(TIFFTag.samplesPerPixel, default: 1))
    self.description = description
    if case .ome(let ome) = description, ome.samples != samples {
      throw .descriptionIsUnclear(
        file: file,
        what:
          "its OME-XML gives \(ome.samples) samples for each pixel, and its first page \(samples)")
    }
    let planes = description.axes?.count("C") ?? 1
    guard let chosen else {
      guard planes == 1 else {
        let times = description.axes?.count("T") ?? 1
        throw .hasSeveralChannels(file: file, channels: planes, frames: times)
      }
      sample = nil
      channel = 0
      return
    }
    let (channels, overflowed) = planes.multipliedReportingOverflow(by: samples)
    guard chosen >= 0, overflowed || chosen < channels else {
      throw .channelIsMissing(file: file, channel: chosen, channels: channels)
    }
    sample = samples > 1 ? chosen % samples : nil
    channel = chosen / samples
  }

  /// Whether more images than `page` lie behind it without pages of their own.
  func hidesImages(of page: TIFFPage, _ file: TIFFBytes) -> Bool {
    guard let images = description.axes?.pageCount, images > 1,
      case .single(let offset, _) = page.places, !page.layout.isCompressed, !page.layout.isTiled
    else { return false }
    return (file.byteCount - offset) / (page.layout.height * page.layout.rowByteCount) >= images
  }

  /// The pages of the layers that were asked for, in their order; what else is known goes to
  /// `volume`.
  func layers(
    of pages: PageTable, _ first: TIFFDirectory, _ volume: inout VolumeDescription
  ) throws(TIFFError) -> [TIFFReader.Slice] {
    let file = first.file
    switch description {
    case .none: return pages.layers
    case .shaped(let axes):
      return try ordered(axes, pages, file, &volume)
    case .imageJ(let imageJ):
      volume.format = "TIFF (ImageJ)"
      volume.spacing = imageJ.spacing(
        xResolution: try first.rational(TIFFTag.xResolution),
        yResolution: try first.rational(TIFFTag.yResolution))
      if let remark = imageJ.remark(on: volume.voxelType) { volume.remarks.append(remark) }
      var axes = imageJ.axes
      if axes.count("T") > 1, axes.count("Z") == 1 {
        volume.remarks.append(
          "ImageJ calls the \(axes.count("T")) images times; they are taken as layers")
        axes = PageAxes([("Z", imageJ.frames), ("C", imageJ.channels)])
      }
      return try ordered(axes, pages, file, &volume)
    case .ome(let ome):
      volume.format = "TIFF (OME)"
      volume.spacing = ome.spacing
      volume.position = ome.position(ofChannel: channel)
      try refuseOthers(ome.axes, file)
      var layers: [TIFFReader.Slice] = []
      for (layer, page) in ome.pages(ofChannel: channel).enumerated() {
        guard let page else {
          throw .descriptionIsUnclear(
            file: file.name, what: "its OME-XML names no page for layer \(layer)")
        }
        guard page < pages.pages.count, let slice = pages.pages[page] else {
          throw .stackIsTruncated(
            file: file.name, announced: page + 1, held: pages.pages.count)
        }
        layers.append(slice)
      }
      return layers
    }
  }

  /// The layers of pages that are in the order of `axes`.
  private func ordered(
    _ axes: PageAxes, _ pages: PageTable, _ file: TIFFBytes, _ volume: inout VolumeDescription
  ) throws(TIFFError) -> [TIFFReader.Slice] {
    try refuseOthers(axes, file)
    guard let images = axes.pageCount, images <= TIFFFormat.mostPages else {
      throw .hasTooManyPages(file: file.name, limit: TIFFFormat.mostPages)
    }
    var layers = pages.layers
    if layers.count < images { layers = try pages.unfolded(to: images, file) }
    if layers.count > images {
      guard axes.count("C") == 1 else {
        throw .descriptionIsUnclear(
          file: file.name,
          what: "its description speaks of \(images) images, and it has \(layers.count)")
      }
      if images > 1 {
        volume.remarks.append(
          "its description speaks of \(images) images; all \(layers.count) pages are taken as layers"
        )
      }
      return layers
    }
    return axes.pages(ofChannel: channel).map { layers[$0] }
  }

  private func refuseOthers(_ axes: PageAxes, _ file: TIFFBytes) throws(TIFFError) {
    let others = axes.others
    guard others.isEmpty else {
      let frames = others.reduce(1) { $0.multipliedReportingOverflow(by: $1.count).partialValue }
      throw .hasSeveralChannels(file: file.name, channels: axes.count("C"), frames: frames)
    }
  }

  /// The classes that our own label images name, in the colours of the page's table.
  func classes(_ first: TIFFDirectory) throws(TIFFError) -> [LabelClass]? {
    guard case .imageJ(let imageJ) = description else { return nil }
    let colours =
      first.count(of: TIFFTag.colourMap) == 768 ? try first.integers(TIFFTag.colourMap) : []
    return imageJ.classes { value in
      colours.count == 768
        ? [colours[value] >> 8, colours[256 + value] >> 8, colours[512 + value] >> 8, 255]
        : LabelClass.palette[value % LabelClass.palette.count]
    }
  }
}
