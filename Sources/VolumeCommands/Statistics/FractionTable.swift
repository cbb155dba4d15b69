import Quantification
import VolumeCore

/// Volume fractions for people and as JSON.
struct FractionTable: Hashable, Sendable {
  var fractions: VolumeFractions
  var classes: [LabelClass]
  /// Layers that were annotated; none: labels are taken as they are.
  var truthLayers: [Int] = []

  /// What a class is called.
  func name(_ value: Int) -> String {
    classes.first { $0.value == value }?.name ?? "class \(value)"
  }

  /// "volume fraction of fibre 12.31 % (95 %: 11.90 to 12.70)".
  static func words(_ estimate: FractionEstimate) -> String {
    Words.percent(estimate.fraction, 3) + interval(estimate.material ?? estimate.volume)
  }

  private static func interval(_ interval: Interval?) -> String {
    interval.map { " (95 %: \(bounds($0)))" } ?? ""
  }

  static func bounds(_ interval: Interval) -> String {
    "\(Words.fixed(interval.low * 100, 3)) to \(Words.fixed(interval.high * 100, 3))"
  }

  /// The table, and what its figures mean.
  var lines: [String] {
    let hasOutside = fractions.inside < fractions.voxels
    let hasTruth = !truthLayers.isEmpty
    var header = ["class", "voxels"]
    if hasOutside { header.append("of all voxels") }
    header.append(hasOutside ? "of the specimen" : "volume fraction")
    if hasTruth { header += ["corrected", "95 %, this volume"] }
    header.append("95 %, the material")
    var table = TextTable(header)
    for item in fractions.classes {
      var row = ["\(item.value) \(name(item.value))", Words.grouped(item.voxels)]
      if hasOutside { row.append(Words.percent(item.ofAll, 3)) }
      row.append(fractions.inside == 0 ? "-" : Words.percent(item.labelled, 3))
      if hasTruth {
        row += [Words.percent(item.fraction, 3), item.volume.map(Self.bounds) ?? "-"]
      }
      row.append(item.material.map(Self.bounds) ?? "-")
      table.add(row)
    }
    if hasOutside {
      func share(_ voxels: Int) -> String {
        Words.percent(Double(voxels) / Double(fractions.voxels), 3)
      }
      let outside = fractions.voxels - fractions.inside
      table.add(
        ["\(LabelClass.outsideValue) outside", Words.grouped(outside), share(outside)])
      table.add(["specimen", Words.grouped(fractions.inside), share(fractions.inside)])
    }
    var lines = table.lines()
    if hasTruth {
      lines += [
        "  Corrected by layers \(truthLayers.map { "\($0)" }.joined(separator: ", ")): how labels there meet the truth."
      ]
    }
    return lines
  }

  /// What the intervals mean, in a line.
  var remark: String {
    truthLayers.isEmpty
      ? "95 %: where the mean of the material lies that this volume is a sample of; the labels' own "
        + "errors are not in it (--truth-layers)"
      : "95 %: of this volume, the labels' errors; of the material, also that this is a sample of it"
  }

  /// One object for each class.
  func json(_ estimate: FractionEstimate) -> [String: JSONValue] {
    func bounds(_ interval: Interval?) -> JSONValue {
      interval.map { [.number($0.low), .number($0.high)] } ?? .null
    }
    let isThere = fractions.inside > 0
    return [
      "value": .integer(estimate.value), "name": .string(name(estimate.value)),
      "voxels": .integer(estimate.voxels),
      "fraction": isThere ? .number(estimate.labelled) : .null,
      "fraction_of_volume": .number(estimate.ofAll),
      "corrected": truthLayers.isEmpty ? .null : .number(estimate.fraction),
      "interval_volume": bounds(estimate.volume), "interval_material": bounds(estimate.material),
    ]
  }

  var json: JSONValue { .array(fractions.classes.map { .object(json($0)) }) }
}
