import EngineCore
import Quantification
import VolumeCore

/// The greys of all steps of a series, compared before the work begins.
struct GreySurvey: Sendable {
  /// A step's grey peak, and what is done about it.
  struct Step: Sendable {
    var name: String
    var peak: GreyPeak?
    /// Why it is named; empty where it is as the others.
    var warnings: [String]
    /// How its greys are mapped back.
    var map: GreyMap?
  }

  private(set) var steps: [Step] = []
  let training: GreyPeak?
  /// Grey values at 0 and 1, by which peaks are said.
  let normalisation: Normalisation

  /// Compares `requests`, the first of which is what the others are held to.
  init(
    _ requests: [(name: String, request: SegmentRequest)], matches: Bool
  ) throws(Explanation) {
    normalisation =
      requests.first?.request.normalisation ?? Normalisation(low: 0, high: 1, clips: false)
    training = requests.first?.request.model.card.greyHistogram.flatMap {
      GreyPeak(ofHistogram: $0)
    }
    var first: GreyPeak?
    for (name, request) in requests {
      let peak = try Self.peak(of: request, normalisation)
      var step = Step(name: name, peak: peak, warnings: [])
      if let peak, let training {
        let drift = GreyDrift(of: peak, from: training)
        if drift.isBeyond(.fromTraining) {
          step.warnings.append(words(name, peak, drift, "the model's training data", training))
        }
      }
      if let peak, let first {
        let drift = GreyDrift(of: peak, from: first)
        if drift.isBeyond(.betweenSteps) {
          step.warnings.append(words(name, peak, drift, "the first step", first))
          if matches { step.map = GreyMap(from: peak, to: first) }
        }
      }
      if steps.isEmpty { first = peak }
      steps.append(step)
    }
  }

  private static func peak(
    of request: SegmentRequest, _ normalisation: Normalisation
  ) throws(Explanation) -> GreyPeak? {
    let span = normalisation.high - normalisation.low
    guard span > 0 else { return nil }
    let sample = try GreySample(request.reader, region: request.region)
    let values = sample.values.map { ($0 - normalisation.low) / span }
    return GreyPeak(
      ofSorted: values, step: request.scanType.isFloatingPoint ? nil : 1 / span)
  }

  /// A grey value as the scan has it.
  private func grey(_ value: Double) -> String {
    let (low, high) = (Double(normalisation.low), Double(normalisation.high))
    return Words.fixed(low + value * (high - low), high - low > 10 ? 1 : 4)
  }

  private func width(_ value: Double) -> String {
    let span = Double(normalisation.high) - Double(normalisation.low)
    return Words.fixed(value * span, span > 10 ? 1 : 4)
  }

  private func words(
    _ name: String, _ peak: GreyPeak, _ drift: GreyDrift, _ other: String, _ reference: GreyPeak
  ) -> String {
    "\(name): the matrix lies at \(grey(peak.mode)) (\(width(peak.spread)) wide), in \(other) at "
      + "\(grey(reference.mode)) (\(width(reference.spread)) wide): "
      + "\(drift.shift < 0 ? "" : "+")\(width(drift.shift)), \(Words.percent(drift.stretch - 1, 0)) in "
      + "width; \(Words.percent(peak.zeros, 2)) of the voxels are 0, there "
      + Words.percent(reference.zeros, 2)
  }

  /// The table that is said before the work.
  var lines: [String] {
    var table = TextTable(["step", "matrix at", "width", "zeros", ""])
    func add(_ name: String, _ peak: GreyPeak?, _ remark: String) {
      table.add([
        name, peak.map { grey($0.mode) } ?? "-", peak.map { width($0.spread) } ?? "-",
        peak.map { Words.percent($0.zeros, 2) } ?? "-", remark,
      ])
    }
    if training != nil { add("training data", training, "") }
    for step in steps {
      add(
        step.name, step.peak,
        step.map.map { "mapped back: x \(Words.fixed($0.scale, 3)), then \(shift($0))" }
          ?? (step.warnings.isEmpty ? "" : "drifted"))
    }
    return table.lines(leftAligned: [0, 4])
  }

  private func shift(_ map: GreyMap) -> String {
    let offset = offset(of: map)
    return (offset < 0 ? "- " : "+ ") + Words.fixed(abs(offset), 2)
  }

  /// What a map adds to a grey value as the scan has it.
  private func offset(of map: GreyMap) -> Double {
    let (low, high) = (Double(normalisation.low), Double(normalisation.high))
    // scale * (g - low) / span + offset, back in the scan's unit.
    return low - map.scale * low + map.offset * (high - low)
  }

  /// A step for `--json` and the store's record.
  func json(_ step: Step) -> [String: JSONValue] {
    func peak(_ peak: GreyPeak?) -> JSONValue {
      guard let peak else { return .null }
      let span = Double(normalisation.high) - Double(normalisation.low)
      return [
        "mode": .number(Double(normalisation.low) + peak.mode * span),
        "spread": .number(peak.spread * span), "zeros": .number(peak.zeros),
      ]
    }
    return [
      "grey": peak(step.peak), "drifted": .bool(!step.warnings.isEmpty),
      "warnings": .array(step.warnings.map { .string($0) }),
      "match_grey": step.map.map { record(of: $0) } ?? .null,
    ]
  }

  /// How greys were mapped: `scale * grey + offset`.
  func record(of map: GreyMap) -> JSONValue {
    ["scale": .number(map.scale), "offset": .number(offset(of: map))]
  }
}

extension Normalisation {
  /// The rule that takes greys as `map` makes them of what they are.
  func mapped(by map: GreyMap) -> Normalisation {
    // map.scale * (g - low) / span + map.offset is 0 at the new low and 1 at the new high.
    let (low, span) = (Double(low), Double(high) - Double(low))
    return Normalisation(
      low: Float(low - span * map.offset / map.scale),
      high: Float(low + span * (1 - map.offset) / map.scale), clips: clips)
  }
}
