import EngineCore
import VolumeCore

/// What the user wrote for an option, with the ways to read it; each error shows the right form.
public struct OptionText: Hashable, Sendable {
  /// The option's name, without dashes.
  public var option: String
  /// The value as written.
  public var text: String

  /// `text`, given for `--option`.
  public init(option: String, text: String) {
    self.option = option
    self.text = text
  }

  func wrong(_ why: String, _ expected: String) -> UsageError {
    .badValue(option: option, text: text, why: why, expected: expected)
  }

  /// A whole number of at least `smallest`.
  public func wholeNumber(atLeast smallest: Int = 1) throws(UsageError) -> Int {
    let form = "give a whole number of \(smallest) or more"
    guard let number = decimal(text) else { throw wrong("this is no whole number", form) }
    guard number >= smallest else { throw wrong("this is too small", form) }
    return number
  }

  /// A share of a whole: `1%`, `0.01`, above 0 and up to all.
  public func share() throws(UsageError) -> Double {
    let form = "give a share such as 1% or 0.01"
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.dropLast()) : text) else {
      throw wrong("this is no number", form)
    }
    let share = isPercent ? number / 100 : number
    guard share > 0, share <= 1 else { throw wrong("this is not above 0 and up to all", form) }
    return share
  }

  /// One of `names`.
  public func oneOf(_ names: [String]) throws(UsageError) -> String {
    guard names.contains(text) else {
      let near = nearest(to: text, among: names).map { "; did you mean \($0)?" } ?? ""
      throw wrong("there is no such choice", "give \(list(names))\(near)")
    }
    return text
  }

  /// A voxel type that the tool reads.
  public func voxelType() throws(UsageError) -> VoxelType {
    let aliases: [String: VoxelType] = [
      "u8": .uint8, "8bit": .uint8, "uchar": .uint8, "u16": .uint16, "16bit": .uint16,
      "ushort": .uint16, "float": .float32, "f32": .float32, "short": .int16, "double": .float64,
    ]
    if let type = VoxelType(rawValue: text) ?? aliases[text] { return type }
    throw wrong(
      "there is no such voxel type", "give \(list(VoxelType.allCases.map(\.rawValue)))")
  }

  /// A byte order.
  public func byteOrder() throws(UsageError) -> ByteOrder {
    let known: [String: ByteOrder] = [
      "little": .little, "le": .little, "big": .big, "be": .big,
    ]
    guard let order = known[text] else {
      throw wrong("there is no such byte order", "give little or big")
    }
    return order
  }

  /// Bytes: `1G` (2^30), `400M`, `512K`, or a plain number.
  public func byteCount() throws(UsageError) -> Int {
    let form = "give bytes, or a number with K, M, G or T (1G is 2^30): --\(option) 1G"
    let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
    var digits = Substring(text.uppercased())
    if digits.hasSuffix("IB") {
      digits = digits.dropLast(2)
    } else if digits.hasSuffix("B") {
      digits = digits.dropLast()
    }
    var shift = 0
    if let last = digits.last, let known = shifts[last] {
      shift = known
      digits = digits.dropLast()
    }
    guard let number = positiveDecimal(digits) else {
      throw wrong("this is no amount of memory", form)
    }
    let bytes = number * Double(1 << shift)
    guard bytes >= 1, bytes < 0x1p62 else { throw wrong("this is out of range", form) }
    return Int(bytes)
  }

  /// The edges of a voxel in micrometres: `1.3um`, `1.3µm`, `0.0013mm`, `1300nm`; where they
  /// differ, z, y and x: `2.6x1.3x1.3um`.
  public func voxelSpacing() throws(UsageError) -> VoxelSpacing {
    let form =
      "give a length with its unit: --\(option) 1.3um (or nm, µm, mm), or one for each of z, y and x: "
      + "--\(option) 2.6x1.3x1.3um"
    let units: [(String, Double)] = [
      ("nm", 1e-3), ("um", 1), ("µm", 1), ("μm", 1), ("mm", 1e3),
    ]
    guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }) else {
      throw wrong(
        positiveDecimal(text[...]) == nil ? "this is no length" : "the unit is missing", form)
    }
    let parts = text.dropLast(unit.count).split(separator: "x", omittingEmptySubsequences: false)
    let edges = parts.compactMap { positiveDecimal($0).map { $0 * factor } }
    guard edges.count == parts.count, edges.count == 1 || edges.count == 3 else {
      throw wrong("this is no length", form)
    }
    guard edges.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw wrong("a voxel has a length", form)
    }
    return edges.count == 1
      ? VoxelSpacing(cube: edges[0]) : VoxelSpacing(z: edges[0], y: edges[1], x: edges[2])
  }

  /// Grey values that become 0 and 1: `LOW:HIGH`; `nil` for `auto`.
  public func window() throws(UsageError) -> Normalisation? {
    let form = "give LOW:HIGH with LOW < HIGH, as in --\(option) 0:4095, or auto"
    if text == "auto" { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = signedDecimal(parts[0]), let high = signedDecimal(parts[1])
    else { throw wrong("this is no window of grey values", form) }
    let window = Normalisation(low: Float(low), high: Float(high), clips: true)
    guard window.low < window.high, window.low.isFinite, window.high.isFinite else {
      throw wrong("the window is empty", form)
    }
    return window
  }

  /// Voxels in a second: `12.5M`, `800k`, or a plain number.
  public func voxelRate() throws(UsageError) -> Double {
    let form = "give voxels computed in a second, as in 12M, 800k or 12000000"
    let factors: [Character: Double] = ["k": 1e3, "M": 1e6, "G": 1e9]
    let factor = text.last.flatMap { factors[$0] }
    guard let number = positiveDecimal(factor == nil ? text[...] : text.dropLast()), number > 0
    else {
      throw wrong("this is no rate", form)
    }
    return number * (factor ?? 1)
  }
}

/// Digits only, and not more than fit: neither `+5` nor `0x10` nor ` 5`.
func decimal(_ text: some StringProtocol) -> Int? {
  guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
  return Int(text)
}

/// Digits with at most one point.
func positiveDecimal(_ text: some StringProtocol) -> Double? {
  let digits = text.utf8.filter { $0 != 46 }
  guard !digits.isEmpty, text.utf8.count - digits.count <= 1,
    digits.allSatisfy({ (48...57).contains($0) })
  else { return nil }
  return Double(String(text))
}

/// The same with a minus before it.
func signedDecimal(_ text: some StringProtocol) -> Double? {
  text.hasPrefix("-") ? positiveDecimal(text.dropFirst()).map { -$0 } : positiveDecimal(text)
}

/// "a, b or c".
func list(_ names: [String]) -> String {
  guard names.count > 1, let last = names.last else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " or " + last
}
