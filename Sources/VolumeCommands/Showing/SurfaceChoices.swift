import Rendering
import VolumeCore

/// Which classes are seen from where, in which colours: what `show surface` and an orbit share.
struct SurfaceChoices {
  static var options: [OptionDeclaration] {
    [
      OptionDeclaration(
        "class", "N[,N...]",
        "surface and orbit: the label values that are shown; default: the classes of the labels but 0"
      ),
      OptionDeclaration(
        "azimuth", "DEGREES",
        "surface and orbit: how far round the z axis the viewer stands; default: 30"),
      OptionDeclaration(
        "elevation", "DEGREES",
        "surface and orbit: how far above the layers, -90 to 90; 90 looks at a layer; default: 25"),
      OptionDeclaration(
        "pixels", "N",
        "the picture's longer edge: of a surface (default: 1024), or of each panel of a film (640; of a training 480)"
      ),
      OptionDeclaration(
        "background", "COLOUR",
        "white, the default of a surface, or black, that of an orbit"),
    ]
  }

  /// More could not be told apart.
  private static let mostClasses = 8

  let values: [Int]?
  let azimuth: Double
  let elevation: Double
  /// The picture's longer edge.
  let edge: Int
  let background: [UInt8]

  init(_ arguments: Arguments, edge: Int, isLight: Bool) throws(UsageError) {
    values = try arguments.value("class") { text throws(UsageError) in
      var values: [Int] = []
      for word in text.text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let value = Int(word), value >= 0, value <= 255, !values.contains(value) else {
          throw text.wrong("these are no label values", "numbers from 0 to 255, as 1,2")
        }
        values.append(value)
      }
      guard values.count <= Self.mostClasses else {
        throw text.wrong("so many are not told apart", "\(Self.mostClasses) at most")
      }
      return values
    }
    azimuth = try Self.degrees("azimuth", 30, most: 360, arguments)
    elevation = try Self.degrees("elevation", 25, most: 90, arguments)
    self.edge =
      try arguments.value("pixels") { text throws(UsageError) in
        let value = try text.wholeNumber(atLeast: 16)
        guard value <= 8192 else { throw text.wrong("that is too large", "16 to 8192") }
        return value
      } ?? edge
    let colour =
      try arguments.value("background") { text throws(UsageError) in
        try text.oneOf(["white", "black"])
      } ?? (isLight ? "white" : "black")
    background = [UInt8](repeating: colour == "white" ? 255 : 0, count: 3)
  }

  private static func degrees(
    _ name: String, _ otherwise: Double, most: Double, _ arguments: Arguments
  ) throws(UsageError) -> Double {
    try arguments.value(name) { text throws(UsageError) in
      guard let value = signedDecimal(text.text), abs(value) <= most else {
        throw text.wrong("this is no such angle", "degrees from -\(Int(most)) to \(Int(most))")
      }
      return value
    } ?? otherwise
  }

  /// The classes that are shown of `volume`.
  func labels(of volume: VolumeDescription) -> [LabelClass] {
    let known = volume.classes ?? []
    let chosen =
      values
      ?? known.map(\.value).filter { $0 > 0 && $0 < LabelClass.outsideValue }
      .prefix(Self.mostClasses).map(\.self)
    return (chosen.isEmpty ? [1, 2] : chosen).map { value in
      known.first { $0.value == value }
        ?? LabelClass(
          value: value, name: "class \(value)",
          colour: LabelClass.palette[value % LabelClass.palette.count])
    }
  }

  /// Their colours: fibres white, pores red, as is usual for composites; a class of another name is
  /// white where it is the first, red where it is the second, else has its own.
  func colours(_ labels: [LabelClass]) -> [[UInt8]] {
    let (white, red): ([UInt8], [UInt8]) = ([255, 255, 255], [214, 39, 40])
    return labels.enumerated().map { place, label in
      let name = label.name.lowercased()
      if name.hasPrefix("fib") { return white }
      if name.hasPrefix("por") || name.hasPrefix("void") { return red }
      let taken = labels.map { $0.name.lowercased() }
      let hasNames = taken.contains {
        $0.hasPrefix("fib") || $0.hasPrefix("por") || $0.hasPrefix("void")
      }
      if !hasNames, place < 2 { return place == 0 ? white : red }
      let own = label.colour.prefix(3).map { UInt8(max(0, min(255, $0))) }
      return own.count == 3 ? own : white
    }
  }

  /// The bar below a picture of `camera`.
  func scaleBar(_ camera: SurfaceCamera, _ volume: VolumeDescription) -> ScaleBar {
    let shortest = volume.spacing.map { min($0.z, $0.y, $0.x) }
    return .fitting(voxels: Double(camera.width) / camera.scale, edge: shortest)
  }

  func nothing(in path: String, _ labels: [LabelClass]) -> Explanation {
    Explanation(
      .input,
      "no voxel of \(path) is "
        + labels.map { "\($0.value)" }.joined(separator: " or "),
      remedy: "--class takes label values that are there; t2s-volume info lists the classes")
  }
}
