import SystemIO
import VolumeCore

/// The classes of a label volume as a table beside it: `value,name,red,green,blue`.
struct ClassList {
  var classes: [LabelClass]

  static let header = "value,name,red,green,blue"

  static func path(besideRawFile path: String) -> String { path + ".classes.csv" }

  init(_ classes: [LabelClass]) { self.classes = classes }

  /// The table beside `path`, or `nil` where there is none or it is no such table.
  init?(besideRawFile path: String) {
    guard let bytes = try? contents(ofFile: Self.path(besideRawFile: path), limit: 1 << 20) else {
      return nil
    }
    self.init(parsing: String(decoding: bytes, as: UTF8.self))
  }

  init?(parsing text: String) {
    let lines = text.split(whereSeparator: \.isNewline)
    guard let first = lines.first, trimmed(first) == Self.header else { return nil }
    classes = []
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      // A name may hold commas: the numbers are counted from both ends.
      guard fields.count >= 5, let value = Int(trimmed(fields[0])), (0...255).contains(value)
      else { return nil }
      let colour = fields.suffix(3).compactMap { Int(trimmed($0)) }
      guard colour.count == 3, colour.allSatisfy({ (0...255).contains($0) }) else { return nil }
      let name = fields.dropFirst().dropLast(3).joined(separator: ",")
      classes.append(LabelClass(value: value, name: trimmed(name), colour: colour + [255]))
    }
    guard !classes.isEmpty else { return nil }
  }

  var text: String {
    let lines = classes.map { each in
      let colour = (each.colour + [0, 0, 0]).prefix(3).map { "\($0)" }.joined(separator: ",")
      let name = String(each.name.map { $0.isNewline ? " " : $0 })
      return "\(each.value),\(name),\(colour)"
    }
    return ([Self.header] + lines).joined(separator: "\n") + "\n"
  }
}
