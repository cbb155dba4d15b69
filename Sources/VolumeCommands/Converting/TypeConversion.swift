import VolumeCore

/// How voxels of one type become voxels of another: a checked plan.
///
/// Without a window every value stays what it is; that is only planned where the new type holds each
/// value of the old one. With a window, whole number types are filled from end to end: `low` becomes
/// the least value, `high` the greatest, what lies between is scaled and rounded to the nearest,
/// halves up. Floating-point types keep the values inside the window as they are, rounded to what
/// the type holds. In both, values outside are drawn to the window's ends and counted.
package struct TypeConversion: Hashable, Sendable {
  /// What voxels are now.
  package let source: VoxelType
  /// What they become.
  package let target: VoxelType
  /// The values that are drawn over the target's range; `nil` where all are kept.
  package let window: ValueWindow?

  /// Plans to make voxels of `volume` ones of `target`; the error says what to give where values
  /// could be lost.
  package init(
    _ volume: VolumeDescription, to target: VoxelType, window: ValueWindow?
  ) throws(ConversionError) {
    source = volume.voxelType
    self.target = target
    self.window = window
    guard window != nil || target.holdsAll(of: source) else {
      throw .narrows(from: source, to: target)
    }
    if let window, volume.classes != nil, !isIdentity(window) {
      throw .scalesLabels(window: window, target: target)
    }
  }

  /// Plans to make voxels of `source` ones of `target`, which holds all their values.
  init(widening source: VoxelType, to target: VoxelType) {
    precondition(target.holdsAll(of: source))
    self.source = source
    self.target = target
    window = nil
  }

  /// Whether values that the target has are kept by `window`.
  private func isIdentity(_ window: ValueWindow) -> Bool {
    guard let range = target.range else { return true }
    return window.low == range.lowerBound && window.high == range.upperBound
  }

  /// Whether what lies inside the window stays what it is.
  package var keepsValues: Bool { window.map(isIdentity) ?? true }

  /// "uint16 becomes uint8: 0 to 4095 becomes 0 to 255".
  package var words: String {
    let types = "\(source.rawValue) becomes \(target.rawValue)"
    guard let window else { return "\(types), every value kept" }
    let from = "\(ValueWindow.exact(window.low)) to \(ValueWindow.exact(window.high))"
    guard !isIdentity(window), let range = target.range else {
      return "\(types): values from \(from) are kept, others become the nearer of the two"
    }
    return "\(types): \(from) becomes \(ValueWindow.exact(range.lowerBound)) to "
      + ValueWindow.exact(range.upperBound)
  }
}

/// Why voxels do not become those of another type.
package enum ConversionError: Error, Hashable {
  /// The new type does not hold all values of the old one, and no window says what is to be lost.
  case narrows(from: VoxelType, to: VoxelType)
  /// Labels would become other labels.
  case scalesLabels(window: ValueWindow, target: VoxelType)
}

extension ConversionError {
  /// The error in words, for an input at `path` of which values in `seen` were looked at.
  func explanation(of path: String, seen: ClosedRange<Double>?) -> Explanation {
    switch self {
    case .narrows(let source, let target):
      let range = target.range.map {
        "\(ValueWindow.exact($0.lowerBound)) and \(ValueWindow.exact($0.upperBound))"
      }
      let found = seen.map {
        "; values from \(ValueWindow.exact($0.lowerBound)) to "
          + "\(ValueWindow.exact($0.upperBound)) were seen in a sample"
      }
      let example = seen.flatMap { $0.lowerBound < $0.upperBound ? $0 : nil }.map {
        ", as in --window \(ValueWindow(low: $0.lowerBound, high: $0.upperBound).words)"
      }
      return Explanation(
        .input,
        "\(path): \(target.rawValue) does not hold every value of \(source.rawValue)"
          + (found ?? ""),
        remedy: "say with --window LOW:HIGH which values "
          + (range.map { "become \($0)" } ?? "to keep; others become the nearer of the two")
          + (example ?? ""))
    case .scalesLabels(let window, let target):
      let range = target.range ?? 0...1
      return Explanation(
        .input, "\(path): --window \(window.words) would turn labels into other labels",
        remedy: "give --window "
          + "\(ValueWindow(low: range.lowerBound, high: range.upperBound).words), which keeps them")
    }
  }
}

extension VoxelType {
  /// Whether every value of `other` is one of this type, exactly.
  package func holdsAll(of other: VoxelType) -> Bool {
    if self == other { return true }
    switch self {
    case .float64: return other.byteCount <= 4
    case .float32: return other.byteCount <= 2
    default:
      guard !other.isFloatingPoint else { return false }
      return isSigned == other.isSigned
        ? byteCount >= other.byteCount : isSigned && byteCount > other.byteCount
    }
  }
}
