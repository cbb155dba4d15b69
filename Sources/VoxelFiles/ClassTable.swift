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

  /// Where the colours for Fiji lie.
  public static func lookupPath(beside path: String) -> String { path + ".lut" }

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

  /// The colours as a lookup table of ImageJ: 256 bytes of red, 256 of green and 256 of blue.
  ///
  /// A value without a class is white, so that it is seen.
  public var lookupTable: [UInt8] {
    var bytes = [UInt8](repeating: 255, count: 768)
    for each in classes where (0...255).contains(each.value) {
      for (channel, value) in (each.colour + [0, 0, 0]).prefix(3).enumerated() {
        bytes[256 * channel + each.value] = UInt8(clamping: value)
      }
    }
    return bytes
  }

  /// What a writer of the volume at `path` lays beside it: the table of `classes` and their colours
  /// for Fiji, or, where there are none, nothing in place of old ones.
  public static func companions(
    beside path: String, of classes: [LabelClass]?
  ) -> [(path: String, bytes: [UInt8]?)] {
    let table = ClassTable(classes ?? [])
    let isEmpty = table.classes.isEmpty
    return [
      (Self.path(beside: path), isEmpty ? nil : Array(table.text.utf8)),
      (lookupPath(beside: path), isEmpty ? nil : table.lookupTable),
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
