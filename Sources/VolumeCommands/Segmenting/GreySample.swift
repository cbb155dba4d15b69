import EngineCore
import VolumeCore

/// Grey values of some layers of a scan, sorted: enough to tell its range from another's.
struct GreySample: Hashable, Sendable {
  /// Layers looked at, spread evenly.
  static let layers = 7
  /// Rows looked at in each.
  static let rows = 64

  /// The values, smallest first; those that are no number are left out.
  let values: [Float]

  /// Looks at `region` of a scan.
  init(_ reader: any VolumeReader, region: Region) throws(Explanation) {
    var values: [Float] = []
    for z in Self.spread(over: region.z, Self.layers) {
      for y in Self.spread(over: region.y, Self.rows) {
        let row = Region(z: z..<(z + 1), y: y..<(y + 1), x: region.x)
        let bytes = try explained { () throws(VolumeReadError) in try reader.bytes(of: row) }
        // A few hundred voxels of a row are enough.
        for x in stride(from: 0, to: region.x.count, by: region.x.count / 512 + 1) {
          values.append(voxel(bytes, reader.volume.voxelType, at: x))
        }
      }
    }
    self.init(values: values)
  }

  /// These values.
  init(values: [Float]) { self.values = values.filter(\.isFinite).sorted() }

  /// The value below which `part` of all lie; `nil` where there is none.
  func quantile(_ part: Double) -> Float? {
    guard !values.isEmpty else { return nil }
    return values[min(Int(part * Double(values.count)), values.count - 1)]
  }

  private static func spread(over range: Range<Int>, _ count: Int) -> [Int] {
    guard range.count > count else { return Array(range) }
    return (0..<count).map { range.lowerBound + range.count * (2 * $0 + 1) / (2 * count) }
  }
}

/// The rule by which grey values become the network's input.
func chosenNormalisation(
  _ choice: SegmentChoices.WindowChoice, _ model: Model, _ volume: VolumeDescription,
  _ sample: GreySample
) throws(Explanation) -> Normalisation {
  switch choice {
  case .given(let window): return window
  case .fromScan: return Normalisation.window(ofSorted: sample.values)
  case .modelRule: break
  }
  // "Divided by the type's largest value" is one rule, whichever type it is written down for.
  let isFullRange = VoxelType.allCases.contains {
    let full = Normalisation.fullRange(of: $0)
    return full != nil && full?.low == model.card.normalisation?.low
      && full?.high == model.card.normalisation?.high
  }
  if let rule = model.card.normalisation, !isFullRange { return rule }
  if let rule = Normalisation.fullRange(of: volume.voxelType) { return rule }
  let low = sample.quantile(0).map { Words.short(Double($0)) } ?? "?"
  let high = sample.quantile(1).map { Words.short(Double($0)) } ?? "?"
  throw Explanation(
    .input,
    "the scan is float32 (values from \(low) to \(high) were seen), and the model has no "
      + "rule for such values",
    remedy: "give --window LOW:HIGH, the values that become 0 and 1, or --window auto")
}

/// What is odd about a scan for this model: another type or another range than it was trained on.
func greyWarnings(
  _ sample: GreySample, _ volume: VolumeDescription, _ model: Model, _ normalisation: Normalisation
) -> [String] {
  var warnings: [String] = []
  if let trained = model.card.voxelType, trained != volume.voxelType {
    warnings.append(
      "the model was trained on \(trained.rawValue), and the scan is \(volume.voxelType.rawValue): "
        + "look at the picture before you trust the labels")
  }
  guard let histogram = model.card.greyHistogram, histogram.contains(where: { $0 > 0 }) else {
    return warnings
  }
  let span = normalisation.high - normalisation.low
  func scan(_ part: Double) -> Double? {
    sample.quantile(part).map { Double(($0 - normalisation.low) / span) }
  }
  func training(_ part: Double) -> Double {
    let total = histogram.reduce(0, +)
    var sum = 0
    for (step, count) in histogram.enumerated() {
      sum += count
      if Double(sum) > part * Double(total) {
        return (Double(step) + 0.5) / Double(histogram.count)
      }
    }
    return 1
  }
  guard let low = scan(0.02), let middle = scan(0.5), let high = scan(0.98) else { return warnings }
  let trained = (low: training(0.02), middle: training(0.5), high: training(0.98))
  let width = max(trained.high - trained.low, 1e-6)
  let isFar = abs(middle - trained.middle) > 0.35 * width
  let isNarrow = high - low < 0.4 * width
  let isWide = high - low > 2.5 * width
  if isFar || isNarrow || isWide {
    func step(_ value: Double) -> String { Words.fixed(value, 3) }
    warnings.append(
      "the scan's grey values are unlike those that the model was trained on: after normalisation "
        + "2 %, half and 98 % of the voxels lie below \(step(low)), \(step(middle)), \(step(high)); "
        + "in training below \(step(trained.low)), \(step(trained.middle)), \(step(trained.high)). "
        + "--window LOW:HIGH can bring them together")
  }
  return warnings
}
