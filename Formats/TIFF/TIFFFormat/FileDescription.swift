import VolumeCore

/// What the first page's description tells of a whole file, whoever wrote it.
enum FileDescription {
  /// ImageJ.
  case imageJ(ImageJDescription)
  /// OME-XML.
  case ome(OMEDescription)
  /// tifffile's `{"shape": [5, 37, 53]}`.
  case shaped(PageAxes)
  /// Nothing that is understood: pages are layers.
  case none

  /// Reads `text`, the description of a page of `height` rows x `width` columns, with `planes` of
  /// samples one after the other.
  init(
    parsing text: String, height: Int, width: Int, planes: Int, file: String, mostPages: Int
  ) throws(TIFFError) {
    if let imageJ = ImageJDescription(parsing: text) {
      self = .imageJ(imageJ)
    } else if OMEDescription.isOne(text) {
      let ome = try OMEDescription(parsing: text, file: file, mostPages: mostPages)
      guard ome.height == height, ome.width == width else {
        throw .descriptionIsUnclear(
          file: file,
          what:
            "its OME-XML gives \(ome.height) rows x \(ome.width) columns, and its first page has "
            + "\(height) x \(width)")
      }
      self = .ome(ome)
    } else if let axes = Self.axes(
      shapedBy: text, height: height, width: width, planes: planes)
    {
      self = .shaped(axes)
    } else {
      self = .none
    }
  }

  /// The axes before rows and columns in tifffile's own description.
  private static func axes(
    shapedBy text: String, height: Int, width: Int, planes: Int
  ) -> PageAxes? {
    guard text.hasPrefix("{"), text.utf8.count < 1 << 20, let value = JSONValue(parsing: text),
      let shape = value["shape"]?.array
    else { return nil }
    let extents = shape.compactMap(\.integer)
    // The last axes are rows, columns and perhaps samples, or samples, rows and columns.
    guard extents.count == shape.count, extents.allSatisfy({ $0 > 0 }),
      let row = extents.indices.dropLast().last(where: {
        extents[$0] == height && extents[$0 + 1] == width
      }), row >= extents.count - 3
    else { return nil }
    let names = Array(value["axes"]?.string ?? "")
    var axes: [(Character, Int)] = []
    let end = planes > 1 && row > 0 && extents[row - 1] == planes ? row - 1 : row
    for index in 0..<end where extents[index] > 1 {
      axes.append((names.count == extents.count ? names[index] : "?", extents[index]))
    }
    // A single axis is that of layers, unless it is called channels or times.
    if axes.count == 1, !["C", "S", "T"].contains(axes[0].0) { axes[0].0 = "Z" }
    return PageAxes(axes)
  }

  /// What the pages count, where it is said.
  var axes: PageAxes? {
    switch self {
    case .imageJ(let imageJ): imageJ.axes
    case .ome(let ome): ome.axes
    case .shaped(let axes): axes
    case .none: nil
    }
  }
}
