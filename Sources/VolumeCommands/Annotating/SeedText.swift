import Annotation
import VolumeCore

/// Seeds as they were typed.
struct SeedText: Sendable {
  private let ranges: OptionText?
  private let points: [String]
  private let isMarked: Bool
  private let alone: OptionText?

  init(_ arguments: Arguments) throws(UsageError) {
    ranges = arguments.values["seeds"].map { OptionText(option: "seeds", text: $0) }
    points = arguments.lists["point"] ?? []
    isMarked = arguments.values["markers"] != nil
    alone = arguments.values["alone"].map { OptionText(option: "alone", text: $0) }
    if ranges == nil, points.isEmpty, !isMarked {
      throw .optionMissing(
        option: "seeds", why: "nothing says where classes begin",
        expected:
          "give --seeds 'matrix=40..110,fibre>=145', --markers LABELS or --point CLASS=Z,Y,X")
    }
  }

  /// The seeds: classes are those of the ranges, then those of the markers, then those of points.
  func seeds(_ markers: (any VolumeReader)?) throws(UsageError) -> GrowthSeeds {
    var classes = try ranges.map { text throws(UsageError) in try Self.classes(text) } ?? []
    for item in markers?.volume.classes ?? []
    where item.value < LabelClass.outsideValue
      && !classes.contains(where: { $0.value == item.value })
    {
      classes.append(GrowthClass(value: item.value, name: item.name))
    }
    if let markers, markers.volume.classes == nil, ranges == nil {
      throw .optionMissing(
        option: "seeds", why: "the markers do not say what their values are called",
        expected: "name them in the order of values 0, 1, 2: --seeds 'matrix,fibre,porosity'")
    }
    var seeds = GrowthSeeds(classes: classes, labels: markers)
    for point in points {
      let text = OptionText(option: "point", text: point)
      let form = "give a class and a voxel, layer first: --point fibre=12,400,300"
      let sides = point.split(separator: "=", omittingEmptySubsequences: false)
      let numbers = sides.last?.split(separator: ",").map { decimal($0) } ?? []
      guard sides.count == 2, numbers.count == 3, let z = numbers[0], let y = numbers[1],
        let x = numbers[2]
      else { throw text.wrong("this is no class and voxel", form) }
      let name = String(sides[0])
      if !seeds.classes.contains(where: { $0.name == name }) {
        let value = (seeds.classes.map(\.value).max() ?? -1) + 1
        seeds.classes.append(GrowthClass(value: value, name: name))
      }
      let place = seeds.classes.firstIndex { $0.name == name } ?? 0
      seeds.points.append(SeedPoint(Index3(z: z, y: y, x: x), classPlace: place))
    }
    return seeds
  }

  /// The places of the classes that grow by themselves.
  func alone(_ seeds: GrowthSeeds) throws(UsageError) -> [Int] {
    guard let alone else { return [] }
    var places: [Int] = []
    let names = seeds.classes.map(\.name)
    for name in alone.text.split(separator: ",") {
      guard let place = names.firstIndex(of: String(name)), !places.contains(place) else {
        throw alone.wrong("'\(name)' is no class, or is named twice", "name some of \(list(names))")
      }
      places.append(place)
    }
    guard places.count < names.count else {
      throw alone.wrong("no class is left for the rest", "leave one out")
    }
    return places
  }

  /// `matrix=40..110,fibre>=145,porosity<=20`: values 0, 1, 2; a name alone has no grey seeds.
  static func classes(_ text: OptionText) throws(UsageError) -> [GrowthClass] {
    let form = "give a range of grey values for each class: matrix=40..110,fibre>=145,porosity<=20"
    var classes: [GrowthClass] = []
    for (value, field) in text.text.split(separator: ",", omittingEmptySubsequences: false)
      .enumerated()
    {
      let name = field.prefix { !"=<>".contains($0) }
      let rest = field.dropFirst(name.count)
      guard !name.isEmpty, value < 250 else { throw text.wrong("'\(field)' names no class", form) }
      let odd = text.wrong("'\(field)' is no range", form)
      var greys: ClosedRange<Double>?
      if rest.hasPrefix(">=") {
        guard let low = signedDecimal(rest.dropFirst(2)) else { throw odd }
        greys = low...(.infinity)
      } else if rest.hasPrefix("<=") {
        guard let high = signedDecimal(rest.dropFirst(2)) else { throw odd }
        greys = -.infinity...high
      } else if rest.hasPrefix("=") {
        let bounds = rest.dropFirst().split(separator: "..").map { signedDecimal($0) }
        guard bounds.count == 1 || bounds.count == 2, let low = bounds[0], let high = bounds.last,
          let high, low <= high
        else { throw odd }
        greys = low...high
      } else if !rest.isEmpty {
        throw odd
      }
      classes.append(GrowthClass(value: value, name: String(name), greys: greys))
    }
    return classes
  }
}
