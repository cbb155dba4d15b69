import Annotation
import EngineCore
import SystemIO
import VolumeCore

/// Layers that are given to a paint program: pictures, and a sheet that says what their colours are.
struct PaintFolder: Sendable {
  /// What lies beside the pictures.
  static let sheetName = "annotation.json"

  var path: String
  var shape: Shape3
  var layers: [Int]
  var classes: [LabelClass]

  /// The picture of layer `z`.
  static func picture(
    _ folder: String, _ z: Int, _ format: PaintFormat, _ what: String = "layer"
  ) -> String {
    let digits = "\(z)"
    let zeros = String(repeating: "0", count: max(0, 5 - digits.count))
    return "\(folder)/\(what)-\(zeros)\(digits).\(format.endings[0])"
  }

  /// The layer's grey values with `window`, or all that the layer has, drawn black to white.
  static func grey(
    _ scan: any VolumeReader, _ z: Int, _ window: Normalisation?
  ) throws(Explanation) -> PalettePicture {
    let shape = scan.volume.shape
    let bytes = try explained { () throws(VolumeReadError) in
      try scan.bytes(of: Region(z: z..<(z + 1), y: 0..<shape.y, x: 0..<shape.x))
    }
    let values = unsafe scan.volume.voxelType.values(
      bytes.span.bytes, from: 0, count: shape.y * shape.x)
    var (low, high) = (window?.low ?? .infinity, window?.high ?? -.infinity)
    if window == nil {
      for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    }
    let scale = high > low ? 255 / (high - low) : 0
    let places = values.map { value -> UInt8 in
      let place = (value - low) * scale
      return place.isNaN ? 0 : UInt8(min(max(place, 0), 255))
    }
    return PalettePicture(
      width: shape.x, height: shape.y, places: places,
      colours: (0..<256).map { Array(repeating: UInt8($0), count: 3) })
  }

  /// Classes without names, for labels that do not say what they are.
  static func values(
    _ labels: any VolumeReader, _ layers: [Int]
  ) throws(Explanation) -> [LabelClass] {
    var isThere = [Bool](repeating: false, count: 256)
    for z in layers { for label in try labelLayer(z, of: labels) { isThere[Int(label)] = true } }
    return (0..<LabelClass.outsideValue).filter { isThere[$0] }.map { value in
      LabelClass(
        value: value, name: "class \(value)",
        colour: LabelClass.palette[value % LabelClass.palette.count])
    }
  }

  /// The sheet of these layers.
  func sheet(_ palette: LabelPalette) -> JSONValue {
    [
      "shape": shape.json, "layers": .array(layers.map { .integer($0) }),
      "classes": .array(
        palette.entries.map { entry in
          [
            "value": .integer(Int(entry.value)), "name": .string(entry.name),
            "colour": .array(entry.colour.map { .integer(Int($0)) }),
          ]
        }),
    ]
  }

  /// The layers of `shape`.
  init(_ path: String, shape: Shape3, layers: [Int], classes: [LabelClass]) {
    (self.path, self.shape, self.layers, self.classes) = (path, shape, layers, classes)
  }

  /// Reads the sheet of the folder at `path`.
  init(reading path: String) throws(Explanation) {
    let file = path + "/" + Self.sheetName
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try contents(ofFile: file)
    } catch {
      throw Explanation(
        .input, "\(file): \(error.message)",
        remedy: "give the folder that annotate export made, with its \(Self.sheetName)")
    }
    let sheet = JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    let extents = sheet?["shape"]?.array?.compactMap(\.integer) ?? []
    let layers = sheet?["layers"]?.array?.compactMap(\.integer) ?? []
    let classes = (sheet?["classes"]?.array ?? []).compactMap { item -> LabelClass? in
      guard let value = item["value"]?.integer, let name = item["name"]?.string,
        let colour = item["colour"]?.array?.compactMap(\.integer), colour.count == 3,
        (0...255).contains(value), colour.allSatisfy({ (0...255).contains($0) })
      else { return nil }
      return LabelClass(value: value, name: name, colour: colour + [255])
    }
    guard extents.count == 3, extents.allSatisfy({ $0 > 0 }), !layers.isEmpty,
      Shape3(z: extents[0], y: extents[1], x: extents[2]).checkedVoxelCount != nil,
      layers.allSatisfy({ (0..<extents[0]).contains($0) }), !classes.isEmpty,
      Set(layers).count == layers.count
    else {
      throw Explanation(
        .input, "\(file) does not say which layers of what the pictures are",
        remedy: "export the layers again: the file must stay as it was made")
    }
    self.init(
      path, shape: Shape3(z: extents[0], y: extents[1], x: extents[2]), layers: layers,
      classes: classes.filter { $0.value < LabelClass.outsideValue })
  }

  /// The pictures of layers that are in the folder, whatever their format, by their layers.
  func pictures() throws(Explanation) -> [Int: String] {
    let found = try explained { () throws(SystemError) in try names(inFolder: path) }
    let stems = Dictionary(
      layers.map { (Self.stem(fileName(of: Self.picture("", $0, .png))), $0) },
      uniquingKeysWith: { a, _ in a })
    var pictures: [Int: String] = [:]
    for name in found where name.hasPrefix("layer-") {
      let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
      let isPicture = PaintFormat.allCases.contains { $0.endings.contains(ending) }
      guard isPicture, let z = stems[Self.stem(name)] else {
        throw Explanation(
          .input, "\(path)/\(name) is none of the layers that were exported",
          remedy: "pictures keep their names, as in "
            + "\(fileName(of: Self.picture("", layers[0], .png))) (or .tif)")
      }
      if let other = pictures[z] {
        throw Explanation(
          .input, "\(path) holds two pictures of layer \(z), \(other) and \(name)",
          remedy: "keep the one that was painted")
      }
      pictures[z] = name
    }
    return pictures
  }

  /// `name` without its ending.
  private static func stem(_ name: String) -> String {
    String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)])
  }

  /// The labels in `picture`, a file of this folder.
  func labels(
    in picture: String, _ palette: LabelPalette, _ paint: any PaintPictures
  ) throws(Explanation) -> [UInt8] {
    let file = path + "/" + picture
    let picture = try paint.readPainted(file, limit: max(4 * shape.y * shape.x, 1 << 20))
    guard picture.width == shape.x, picture.height == shape.y else {
      throw Explanation(
        .input,
        "\(file) has \(picture.height) rows x \(picture.width) columns, and the layers have "
          + "\(shape.y) x \(shape.x)",
        remedy: "save the picture in its own size, neither scaled nor cropped")
    }
    do throws(LabelPalette.Fault) {
      return try palette.labels(ofRGBA: picture.rgba, width: shape.x)
    } catch {
      throw error.explanation(file)
    }
  }
}

extension LabelPalette.Fault {
  /// In words, of the picture `file`.
  func explanation(_ file: String) -> Explanation {
    switch self {
    case .unknownColour(let row, let column, let colour, let nearest):
      Explanation(
        .input,
        "\(file): the pixel in row \(row), column \(column) has the colour \(list(colour)), which is "
          + "no class's; the nearest is that of '\(nearest)'",
        remedy: "paint with a hard brush, without anti-aliasing or blending, in the colours that "
          + "\(PaintFolder.sheetName) lists")
    case .notOpaque(let row, let column, let alpha):
      Explanation(
        .input,
        "\(file): the pixel in row \(row), column \(column) has an opacity of \(alpha) of 255",
        remedy: "flatten the picture: every pixel must be opaque")
    case .unknownLabel(let row, let column, let label):
      Explanation(
        .input, "\(file): the voxel in row \(row), column \(column) is \(label), which is no class",
        remedy: "the labels' own list of classes lacks it: convert them without that list")
    }
  }

  private func list(_ colour: [UInt8]) -> String {
    "(" + colour.map { "\($0)" }.joined(separator: ", ") + ")"
  }
}
