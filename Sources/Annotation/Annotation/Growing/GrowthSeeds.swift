import VolumeCore

/// A class that grows, and the grey values that are its seeds wherever they are.
public struct GrowthClass: Hashable, Sendable {
  /// The value of its voxels in the result, 0 to 253.
  public var value: Int
  /// Its name.
  public var name: String
  /// Voxels with such a grey are seeds; `nil` where seeds are given in another way only.
  public var greys: ClosedRange<Double>?

  /// The class `name` with voxels of `value`.
  public init(value: Int, name: String, greys: ClosedRange<Double>? = nil) {
    self.value = value
    self.name = name
    self.greys = greys
  }
}

/// A voxel that is a seed.
public struct SeedPoint: Hashable, Sendable {
  /// Where it is.
  public var place: Index3
  /// The place of its class in the list of all.
  public var classPlace: Int

  /// A seed at `place` of the class that is at `classPlace` in the list.
  public init(_ place: Index3, classPlace: Int) {
    self.place = place
    self.classPlace = classPlace
  }
}

/// Where classes begin to grow: a point counts before a label, and a label before a grey value.
public struct GrowthSeeds: Sendable {
  /// The classes; where two reach a voxel alike, the earlier has it.
  public var classes: [GrowthClass]
  /// Labels that are seeds of the class of their value; 255, or a value of no class, is no seed, and
  /// 254 is outside the specimen: it stays 254, and nothing grows through it.
  public var labels: (any VolumeReader)?
  /// Single voxels.
  public var points: [SeedPoint]

  /// Seeds of `classes`.
  public init(
    classes: [GrowthClass], labels: (any VolumeReader)? = nil, points: [SeedPoint] = []
  ) {
    self.classes = classes
    self.labels = labels
    self.points = points
  }
}

/// Tells seeds from other voxels.
struct SeedRule: Sendable {
  /// What a voxel is that is no seed, and one outside: as the flood has it.
  static let none: UInt8 = 255
  static let blocked: UInt8 = 254

  /// The place of the class whose seed a voxel of that grey is.
  let placeOfGrey: [UInt8]
  /// The place of the class of a label.
  let placeOfLabel: [UInt8]
  /// Seeds in a layer and row.
  let points: [Row: [SeedPoint]]

  struct Row: Hashable {
    var z: Int
    var y: Int
  }

  init(_ seeds: GrowthSeeds, _ scale: GreyScale) {
    placeOfGrey = (0..<65536).map { stored in
      let grey = Double(stored - scale.offset)
      let place = seeds.classes.firstIndex { $0.greys?.contains(grey) ?? false }
      return place.map { UInt8($0) } ?? Self.none
    }
    var places = [UInt8](repeating: Self.none, count: 256)
    for (place, item) in seeds.classes.enumerated() { places[item.value] = UInt8(place) }
    places[LabelClass.outsideValue] = Self.blocked
    placeOfLabel = places
    points = Dictionary(grouping: seeds.points) { Row(z: $0.place.z, y: $0.place.y) }
  }

  /// What the voxels of a row are, from `x.lowerBound` on at `place`.
  func classify(
    _ greys: UnsafePointer<UInt16>, labels: UnsafePointer<UInt8>?, _ place: Row, x: Range<Int>,
    into seeds: UnsafeMutablePointer<UInt8>
  ) {
    unsafe placeOfGrey.withUnsafeBufferPointer { table in
      for i in 0..<x.count { unsafe seeds[i] = table[Int(greys[i])] }
    }
    if let labels = unsafe labels {
      unsafe placeOfLabel.withUnsafeBufferPointer { table in
        for i in 0..<x.count {
          let label = unsafe table[Int(labels[i])]
          if label != Self.none { unsafe seeds[i] = label }
        }
      }
    }
    for point in points[place] ?? [] where x.contains(point.place.x) {
      unsafe seeds[point.place.x - x.lowerBound] = UInt8(point.classPlace)
    }
  }
}

/// How grey values are kept while classes grow: as numbers from 0 to 65535.
struct GreyScale: Hashable, Sendable {
  /// What is added to a grey value.
  let offset: Int
  /// Levels for a difference of 1: fractions of a grey value count where there is room for them.
  let fine: Int

  /// The scale of a type; `nil` for one that has more values.
  init?(_ type: VoxelType) {
    switch type {
    case .uint8: (offset, fine) = (0, 256)
    case .int8: (offset, fine) = (128, 256)
    case .uint16: (offset, fine) = (0, 1)
    case .int16: (offset, fine) = (32768, 1)
    default: return nil
    }
  }

  /// The size of a step onto each value from a class whose `count` seeds have stored values that sum
  /// to `sum`: |grey - mean|, rounded, in units of `1 / fine`.
  func levels(sum: Int, count: Int) -> [UInt16] {
    (0..<65536).map { stored in
      let (difference, half) = (abs(stored * count - sum), count / 2)
      // Of whole parts first, since the product with `fine` could overflow for the largest volumes.
      let (whole, rest) = difference.quotientAndRemainder(dividingBy: max(count, 1))
      return UInt16(clamping: whole * fine + (rest * fine + half) / max(count, 1))
    }
  }
}
