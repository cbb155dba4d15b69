import VolumeCore

extension ModelCard {
  /// Takes apart a card's document, for a network that tells `classCount` classes apart.
  public init(
    _ text: String, fallbackName: String, classCount: Int
  ) throws(ModelCardError) {
    guard let document = JSONValue(parsing: text), document.object != nil else { throw .notJSON }
    guard document["version"]?.integer == 1 else {
      throw .version(document["version"]?.integer)
    }
    guard let list = document["classes"]?.array else { throw .malformed("classes") }
    guard list.count == classCount else {
      throw .classCount(card: list.count, network: classCount)
    }
    var classes: [LabelClass] = []
    for (place, item) in list.enumerated() {
      let labelClass = try Self.labelClass(item)
      guard labelClass.value == place else {
        throw .classValue(name: labelClass.name, value: labelClass.value, place: place)
      }
      classes.append(labelClass)
    }
    guard Self.axisOrders.contains(document["axes"] ?? .null) else { throw .malformed("axes") }
    self.init(
      name: document["name"]?.string ?? fallbackName, classes: classes,
      normalisation: try Self.normalisation(document["normalisation"]),
      voxelType: try Self.voxelType(document["voxel_type"]),
      greyHistogram: try Self.histogram(document["grey_histogram"]), document: document)
  }

  /// The orders in which the arrays of the training may have listed a scan's axes; of images, z is
  /// left out.
  private static let axisOrders: [JSONValue] = [.null, "zyx", "yx", "xyz", "xy"]

  /// Whether the network was trained on arrays whose first axis is x.
  public var listsAxesFromX: Bool { document["axes"] == "xyz" || document["axes"] == "xy" }

  private static func labelClass(_ item: JSONValue) throws(ModelCardError) -> LabelClass {
    guard let value = item["value"]?.integer, let name = item["name"]?.string else {
      throw .malformed("classes")
    }
    guard let given = item["colour"] else {
      let palette = LabelClass.palette
      return LabelClass(
        value: value, name: name, colour: palette[Int(value.magnitude % UInt(palette.count))])
    }
    var colour: [Int] = []
    for part in given.array ?? [] {
      guard let part = part.integer, (0...255).contains(part) else { throw .malformed("colour") }
      colour.append(part)
    }
    if colour.count == 3 { colour.append(255) }
    guard colour.count == 4 else { throw .malformed("colour") }
    return LabelClass(value: value, name: name, colour: colour)
  }

  private static func normalisation(
    _ item: JSONValue?
  ) throws(ModelCardError) -> Normalisation? {
    guard let item, item != .null else { return nil }
    guard let low = item["low"]?.number.map(Float.init),
      let high = item["high"]?.number.map(Float.init), low.isFinite, high.isFinite, low < high
    else { throw .malformed("normalisation") }
    return Normalisation(low: low, high: high, clips: item["clips"]?.bool ?? false)
  }

  private static func voxelType(_ item: JSONValue?) throws(ModelCardError) -> VoxelType? {
    guard let item, item != .null else { return nil }
    guard let type = item.string.flatMap(VoxelType.init(rawValue:)) else {
      throw .malformed("voxel_type")
    }
    return type
  }

  private static func histogram(_ item: JSONValue?) throws(ModelCardError) -> [Int]? {
    guard let item, item != .null else { return nil }
    let counts = (item.array ?? []).compactMap(\.integer)
    guard counts.count == 256, item.array?.count == 256, counts.allSatisfy({ $0 >= 0 }) else {
      throw .malformed("grey_histogram")
    }
    return counts
  }

  /// The card of a model that has none.
  public init(unnamed name: String, classCount: Int) {
    self.init(
      name: name, classes: LabelClass.unnamed(count: classCount), normalisation: nil,
      voxelType: nil, greyHistogram: nil, document: .null)
  }
}
