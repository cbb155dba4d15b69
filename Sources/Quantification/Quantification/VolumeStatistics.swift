import VolumeCore

/// What is counted of labels while they are in memory: each class's voxels, profiles, cells and greys;
/// of a block or of the whole volume, and the whole is the sum of its blocks.
public struct VolumeStatistics: Hashable, Sendable {
  /// Voxels of each class in all, per layer, row and column, and per cell.
  public private(set) var tally: LabelTally
  /// Grey values of each class.
  public private(set) var greys: GreyHistograms

  /// Nothing counted yet of `region`, a part of a volume of extent `volume`.
  public init(of region: Region, in volume: Shape3, classes: [Int], bins: GreyBins) {
    tally = LabelTally(of: region, in: volume, classes: classes)
    greys = GreyHistograms(bins, classes: classes)
  }

  /// Counts the labels of all of the part; once.
  public mutating func count(_ labels: RawSpan) { tally.count(labels) }

  /// Counts the greys of some of the part; regions are of any one coordinate system.
  public mutating func countGreys(
    _ part: Region, labels: RawSpan, of labelBox: Region, greys: RawSpan, of greyBox: Region
  ) {
    self.greys.count(part, labels: labels, of: labelBox, greys: greys, of: greyBox)
  }

  /// Adds what was counted of a part of this part.
  public mutating func add(_ part: VolumeStatistics) {
    tally.add(part.tally)
    greys.add(part.greys)
  }
}

extension VolumeStatistics {
  /// The counts for a file, numbers in strings, since most of their letters would be commas.
  public var json: JSONValue {
    let classes = tally.classes.map { item -> JSONValue in
      [
        "value": .integer(item.value), "z": .string(packed(item.z)), "y": .string(packed(item.y)),
        "x": .string(packed(item.x)), "cells": .string(packed(item.cells)),
        "greys": .string(packed(greys.histogram(of: item.value))),
      ]
    }
    return [
      "classes": .array(classes), "region": .string(tally.region.description),
      "volume": .string(tally.volume.description),
      "bins": [
        "type": .string(greys.bins.voxelType.rawValue), "low": .number(Double(greys.bins.low)),
        "high": .number(Double(greys.bins.high)),
      ],
    ]
  }

  /// Reads the counts of `region` in `volume`; `nil` where the document is not theirs.
  public init?(_ document: JSONValue, of region: Region, in volume: Shape3) {
    guard document["region"]?.string == region.description,
      document["volume"]?.string == volume.description,
      Region(volume).contains(region),
      let bins = document["bins"], let type = bins["type"]?.string.flatMap(VoxelType.init),
      VoxelType.computed.contains(type), let low = bins["low"]?.number,
      let high = bins["high"]?.number, let items = document["classes"]?.array
    else { return nil }
    var classes: [LabelTally.Class] = []
    var histograms: [[Int]] = []
    for item in items {
      guard let value = item["value"]?.integer, (0...255).contains(value),
        let z = unpacked(item["z"]), let y = unpacked(item["y"]), let x = unpacked(item["x"]),
        let cells = unpacked(item["cells"]), let greys = unpacked(item["greys"]),
        greys.count == GreyBins.count
      else { return nil }
      classes.append(LabelTally.Class(value: value, z: z, y: y, x: x, cells: cells))
      histograms.append(greys)
    }
    let values = classes.map(\.value)
    guard Set(values).count == values.count,
      let tally = LabelTally(of: region, in: volume, classes: classes)
    else { return nil }
    self.tally = tally
    greys = GreyHistograms(
      GreyBins(type, low: Float(low), high: Float(high)), classes: values)
    for (value, histogram) in zip(values, histograms) { greys.add(histogram, of: value) }
  }
}

/// "3 0 0 12": runs of zeros, which are most of some classes, as "3 0x2 12".
func packed(_ counts: [Int]) -> String {
  var words: [String] = []
  var zeros = 0
  func close() {
    if zeros > 0 { words.append(zeros == 1 ? "0" : "0x\(zeros)") }
    zeros = 0
  }
  for count in counts {
    if count == 0 {
      zeros += 1
    } else {
      close()
      words.append(String(count))
    }
  }
  close()
  return words.joined(separator: " ")
}

func unpacked(_ value: JSONValue?) -> [Int]? {
  guard let text = value?.string else { return nil }
  var counts: [Int] = []
  // More than any profile or list of cells has, so that no damaged file fills the memory.
  let most = 1 << 20
  for word in text.split(separator: " ") {
    if word.hasPrefix("0x") {
      guard let run = Int(word.dropFirst(2)), run > 0, run <= most else { return nil }
      counts += Array(repeating: 0, count: run)
    } else {
      guard let count = Int(word), count >= 0 else { return nil }
      counts.append(count)
    }
    guard counts.count <= most else { return nil }
  }
  return counts
}
