import SystemIO
import VolumeCore

/// The classes of a label volume as a table beside it: `value,name,red,green,blue`.
///
/// It lies beside files of formats that have no place for names and colours.
public struct ClassTable: Hashable, Sendable {
  /// The classes, in the order of the lines.
  public var classes: [LabelClass]

  static let header = "value,name,red,green,blue"

  /// Where the table of the volume at `path` lies.
  public static func path(beside path: String) -> String { path + ".classes.csv" }

  /// The table of `classes`.
  public init(_ classes: [LabelClass]) { self.classes = classes }

  /// The table beside `path`, or `nil` where there is none or it is no such table.
  public init?(beside path: String) {
    guard let bytes = try? contents(ofFile: Self.path(beside: path), limit: 1 << 20) else {
      return nil
    }
    self.init(parsing: String(decoding: bytes, as: UTF8.self))
  }

  /// The table that `text` is, or `nil` where it is none.
  public init?(parsing text: String) {
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

  /// The table's text.
  public var text: String {
    let lines = classes.map { each in
      let colour = (each.colour + [0, 0, 0]).prefix(3).map { "\($0)" }.joined(separator: ",")
      let name = String(each.name.map { $0.isNewline ? " " : $0 })
      return "\(each.value),\(name),\(colour)"
    }
    return ([Self.header] + lines).joined(separator: "\n") + "\n"
  }

  /// The colours as ImageJ reads them from a file `.lut`: 256 reds, 256 greens, 256 blues; values
  /// without a class are their own grey.
  public var lookupTable: [UInt8] {
    var table: [UInt8] = []
    for channel in 0..<3 {
      for value in 0..<256 {
        let colour = classes.first { $0.value == value }?.colour
        let level = colour.map { $0.count > channel ? $0[channel] : 0 } ?? value
        table.append(UInt8(max(0, min(255, level))))
      }
    }
    return table
  }

  /// What a writer of the volume at `path` lays beside it: the table of `classes` and their colours
  /// for Fiji, or, where there are none, nothing in place of old ones.
  public static func companions(
    beside path: String, of classes: [LabelClass]?
  ) -> [(path: String, bytes: [UInt8]?)] {
    let table = (classes ?? []).isEmpty ? nil : ClassTable(classes ?? [])
    return [
      (Self.path(beside: path), table.map { Array($0.text.utf8) }),
      (path + ".lut", table?.lookupTable),
    ]
  }
}

/// `text` without the spaces around it.
public func trimmed(_ text: some StringProtocol) -> String {
  var part = text[...]
  while let first = part.first, first.isWhitespace { part = part.dropFirst() }
  while let last = part.last, last.isWhitespace { part = part.dropLast() }
  return String(part)
}
