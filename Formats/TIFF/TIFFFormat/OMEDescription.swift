import VolumeCore
import XMLReading

/// What the OME-XML in the first page's description says: which page is which layer of which
/// channel, and how large a voxel is.
struct OMEDescription: Hashable {
  /// Rows and columns of a layer.
  var height: Int
  var width: Int
  /// Samples of a pixel that count as channels of their own.
  var samples: Int
  /// What pages count where nothing else is said, and the number of channels and layers.
  var axes: PageAxes
  /// The page of each plane, in the order of `axes`, or `nil` where no page is named.
  private var pages: [Int?]
  var spacing: VoxelSpacing?
  /// Where the first layer of each channel lies, by channel.
  private var positions: [Int: PhysicalPosition] = [:]

  /// Whether `text` is OME-XML.
  static func isOne(_ text: String) -> Bool {
    text.prefix(1024).contains("<OME") || text.prefix(1024).contains(":OME ")
  }

  /// Reads OME-XML; what it must say and does not is an error, since nothing is guessed.
  init(parsing text: String, file: String, mostPages: Int) throws(TIFFError) {
    func wrong(_ what: String) -> TIFFError { .descriptionIsUnclear(file: file, what: what) }
    guard let root = XMLElement(parsing: Array(text.utf8)), root.name == "OME" else {
      throw wrong("its OME-XML is not well formed")
    }
    if root.child("BinaryOnly") != nil { throw .isOneOfSeveralFiles(file: file) }
    let images = root.children("Image")
    guard let pixels = images.first?.child("Pixels") else {
      throw wrong("its OME-XML has no Pixels")
    }
    guard images.count == 1 else { throw .hasSeveralImages(file: file, images: images.count) }
    func size(_ name: String) throws(TIFFError) -> Int {
      guard let size = pixels.attributes[name].flatMap({ Int($0) }), size > 0,
        size <= mostPages << 4
      else { throw wrong("its OME-XML gives no \(name)") }
      return size
    }
    width = try size("SizeX")
    height = try size("SizeY")
    samples = pixels.child("Channel")?.attributes["SamplesPerPixel"].flatMap { Int($0) } ?? 1
    let (channels, layers, times) = (try size("SizeC"), try size("SizeZ"), try size("SizeT"))
    guard samples > 0, channels % samples == 0 else {
      throw wrong("its OME-XML gives \(channels) channels of \(samples) samples")
    }
    let order = Array(pixels.attributes["DimensionOrder"] ?? "")
    guard order.count == 5, order.prefix(2) == ["X", "Y"], Set(order.suffix(3)) == ["Z", "C", "T"]
    else { throw wrong("its OME-XML gives no DimensionOrder that is known") }
    let counts: [Character: Int] = ["Z": layers, "C": channels / samples, "T": times]
    axes = PageAxes(order.suffix(3).reversed().map { ($0, counts[$0] ?? 1) })
    guard let planes = axes.pageCount, planes <= mostPages else {
      throw .hasTooManyPages(file: file, limit: mostPages)
    }
    pages = Array(repeating: nil, count: planes)
    try placePages(pixels, ownUUID: root.attributes["UUID"], file: file)
    readLengths(pixels)
  }

  /// Fills in the page of each plane from the TiffData elements.
  private mutating func placePages(
    _ pixels: XMLElement, ownUUID: String?, file: String
  ) throws(TIFFError) {
    let blocks = pixels.children("TiffData")
    let uuids = Set(blocks.compactMap { $0.child("UUID")?.text.trimmed })
    guard uuids.count <= 1, ownUUID == nil || uuids.allSatisfy({ $0 == ownUUID?.trimmed }) else {
      throw .isOneOfSeveralFiles(file: file)
    }
    guard !blocks.isEmpty else {
      pages = pages.indices.map { $0 }
      return
    }
    for block in blocks {
      func number(_ name: String) -> Int? { block.attributes[name].flatMap { Int($0) } }
      var first = 0
      var stride = 1
      for axis in axes.axes.reversed() {
        let place = number("First\(axis.name)") ?? 0
        guard (0..<axis.count).contains(place) else {
          throw .descriptionIsUnclear(
            file: file,
            what: "its OME-XML names a plane First\(axis.name)=\(place) of \(axis.count)")
        }
        first += place * stride
        stride *= axis.count
      }
      let start = number("IFD") ?? 0
      let count = number("PlaneCount") ?? (number("IFD") == nil ? pages.count - first : 1)
      guard start >= 0, start < 1 << 32, count >= 0, count <= pages.count - first else {
        throw .descriptionIsUnclear(
          file: file,
          what: "its OME-XML gives \(count) planes from plane \(first) of \(pages.count)")
      }
      for step in 0..<count { pages[first + step] = start + step }
    }
  }

  /// Voxel size and position, where their units are lengths.
  private mutating func readLengths(_ pixels: XMLElement) {
    func length(_ element: XMLElement, _ name: String, unit standard: String?) -> Double? {
      guard let value = element.attributes[name].flatMap({ Double($0) }), value.isFinite,
        let unit = (element.attributes["\(name)Unit"] ?? standard)
          .flatMap({ LengthUnit.micrometres(in: $0) })
      else { return nil }
      return value * unit
    }
    if let z = length(pixels, "PhysicalSizeZ", unit: "um"),
      let y = length(pixels, "PhysicalSizeY", unit: "um"),
      let x = length(pixels, "PhysicalSizeX", unit: "um")
    {
      let spacing = VoxelSpacing(z: z, y: y, x: x)
      self.spacing = spacing.isPossible ? spacing : nil
    }
    for plane in pixels.children("Plane")
    where plane.attributes["TheZ"] == "0" && (plane.attributes["TheT"] ?? "0") == "0" {
      // Without a unit, positions are in a frame of reference that nobody knows.
      guard let channel = Int(plane.attributes["TheC"] ?? "0"),
        let z = length(plane, "PositionZ", unit: nil),
        let y = length(plane, "PositionY", unit: nil), let x = length(plane, "PositionX", unit: nil)
      else { continue }
      positions[channel] = PhysicalPosition(z: z, y: y, x: x)
    }
  }

  /// The pages of the layers of `channel`, counted from 0; `nil` for layers that no page is named for.
  func pages(ofChannel channel: Int) -> [Int?] {
    axes.pages(ofChannel: channel).map { pages[$0] }
  }

  /// Where the first layer of `channel` lies.
  func position(ofChannel channel: Int) -> PhysicalPosition? { positions[channel] }
}

extension String {
  /// Without spaces and line breaks at its ends.
  fileprivate var trimmed: String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
