import VolumeCore

/// Numbers as people read them.
public enum Words {
  /// "1.4 GB": decimal, as disks are sold and as `ls` is not.
  public static func bytes(_ count: Int) -> String {
    scaled(Double(count), ["bytes", "kB", "MB", "GB", "TB", "PB"])
  }

  /// "400 MiB": binary, as `--memory` counts.
  public static func memory(_ count: Int) -> String {
    scaled(Double(count), ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"], step: 1024)
  }

  /// "120 Mvoxel/s".
  public static func rate(_ voxelsPerSecond: Double) -> String {
    scaled(voxelsPerSecond, ["voxel/s", "kvoxel/s", "Mvoxel/s", "Gvoxel/s"])
  }

  /// "45 s", "3 min 20 s", "2 h 5 min".
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
    if seconds < 9.95 { return "\(fixed(max(seconds, 0), 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  /// `value` with `digits` after the point; Foundation's formats are not worth their weight here.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "-" }
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let scaled = (abs(value) * power).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let number = Int(scaled)
    let sign = value < 0 && number > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(number)" }
    let fraction = String(number % Int(power))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(number / Int(power)).\(zeros)\(fraction)"
  }

  /// `value` as a part of a hundred: "17.03 %"; a dash where there is none.
  public static func percent(_ value: Double?, _ digits: Int = 2) -> String {
    value.map { "\(fixed($0 * 100, digits)) %" } ?? "-"
  }

  /// 1,234,567.
  public static func grouped(_ number: Int) -> String {
    var digits = Substring(String(number.magnitude))
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = digits.dropLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// "voxels of 1.3 µm", or that their size is unknown.
  public static func spacing(_ spacing: VoxelSpacing?) -> String {
    spacing.map { "voxels of \(edges($0))" } ?? "unknown voxel size"
  }

  /// "1.3 µm", or "1.3 x 1.3 x 2 µm (z, y, x)".
  static func edges(_ spacing: VoxelSpacing) -> String {
    let edges = [spacing.z, spacing.y, spacing.x].map(short)
    return Set(edges).count == 1
      ? "\(edges[0]) µm" : "\(edges.joined(separator: " x ")) µm (z, y, x)"
  }

  /// A number without zeros that say nothing, to a millionth: an edge of 1.2999996 µm is 1.3.
  static func short(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    guard abs(value) >= 0.001, abs(value) < 1e9 else { return "\(value)" }
    var text = fixed(value, 6)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  private static func scaled(_ value: Double, _ units: [String], step: Double = 1000) -> String {
    var value = value
    var unit = 0
    while abs(value) >= step, unit + 1 < units.count {
      value /= step
      unit += 1
    }
    let digits = unit == 0 || abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
    return "\(fixed(value, digits)) \(units[unit])"
  }
}

/// A table of a few columns in plain text: the first left-aligned, numbers right-aligned.
package struct TextTable {
  var rows: [[String]]

  package init(_ header: [String]) { rows = [header] }

  package mutating func add(_ row: [String]) { rows.append(row) }

  /// The lines, each indented by two spaces.
  package func lines(leftAligned: Set<Int> = [0]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return leftAligned.contains(column) ? cell + space : space + cell
      }
      var line = "  " + cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
