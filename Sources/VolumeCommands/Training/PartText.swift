import Training
import VolumeCore

/// A part as it is typed: `z=0:1300`, `x=740:904,scan=2`; axes that are not named are whole.
struct PartText: Hashable, Sendable {
  /// The range along each axis that is named; an open end is `nil`.
  var ranges: [String: (low: Int, high: Int?)] {
    Dictionary(uniqueKeysWithValues: zip(axes, zip(lows, highs).map { ($0, $1) }))
  }
  /// Which scan, from 0; `nil`: all.
  var scan: Int?
  private var axes: [String] = []
  private var lows: [Int] = []
  private var highs: [Int?] = []
  private var text: OptionText

  init(_ text: OptionText, scans: Int) throws(UsageError) {
    self.text = text
    let form =
      "give ranges of axes, as in --\(text.option) z=0:1300 or --\(text.option) x=740:904,y=0:512"
      + (scans > 1 ? "; scan=2 chooses one of several scans" : "")
    for part in text.text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2 else { throw text.wrong("'\(part)' is no range of an axis", form) }
      let name = String(sides[0])
      if name == "scan" {
        guard let number = decimal(sides[1]), number >= 1 else {
          throw text.wrong("'\(part)' is no scan", form)
        }
        scan = number - 1
        continue
      }
      guard ["z", "y", "x"].contains(name), !axes.contains(name) else {
        throw text.wrong("'\(part)' is no axis, or is named twice", form)
      }
      let ends = sides[1].split(separator: ":", omittingEmptySubsequences: false)
      guard ends.count == 2, let low = ends[0].isEmpty ? 0 : decimal(ends[0]),
        ends[1].isEmpty || decimal(ends[1]) != nil
      else { throw text.wrong("'\(part)' is no range", form) }
      let high = decimal(ends[1])
      if let high, high <= low { throw text.wrong("'\(part)' is empty", form) }
      axes.append(name)
      lows.append(low)
      highs.append(high)
    }
  }

  static func == (a: PartText, b: PartText) -> Bool { a.text == b.text }
  func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// The parts that it means of `scans`.
  func parts(of scans: [AnnotatedScan]) throws(Explanation) -> [DataPart] {
    if let scan, !scans.indices.contains(scan) {
      throw TrainingDataError.noSuchScan(number: scan + 1, scans: scans.count).explanation
    }
    var parts: [DataPart] = []
    for (number, each) in scans.enumerated() where scan == nil || scan == number {
      var region = Region(each.shape)
      func range(_ axis: String, _ extent: Int) -> Range<Int> {
        guard let wanted = ranges[axis] else { return 0..<extent }
        return wanted.low..<max(wanted.low, wanted.high ?? extent)
      }
      region.z = range("z", each.shape.z)
      region.y = range("y", each.shape.y)
      region.x = range("x", each.shape.x)
      guard Region(each.shape).contains(region), !region.isEmpty else {
        throw TrainingDataError.partOutside(scan: each.name, part: region, shape: each.shape)
          .explanation
      }
      parts.append(DataPart(scan: number, region: region))
    }
    return parts
  }
}
