import VolumeCore

/// What ImageJ writes into the description of a stack's first page: lines of `key=value`.
struct ImageJDescription: Hashable {
  private var values: [String: String] = [:]

  /// Reads a description; `nil` where ImageJ did not write it.
  init?(parsing text: String) {
    guard text.hasPrefix("ImageJ=") else { return nil }
    for line in text.split(whereSeparator: \.isNewline) {
      guard let equals = line.firstIndex(of: "=") else { continue }
      values[String(line[..<equals])] = String(line[line.index(after: equals)...])
    }
  }

  private func count(_ key: String) -> Int {
    values[key].flatMap { Int($0) }.map { max(1, $0) } ?? 1
  }

  /// Channels; 1 where it is not said.
  var channels: Int { count("channels") }
  /// Times; 1 where it is not said.
  var frames: Int { count("frames") }
  /// Layers; 1 where it is not said.
  var slices: Int { count("slices") }
  /// All images of the stack.
  var images: Int {
    let (a, first) = channels.multipliedReportingOverflow(by: slices)
    let (b, second) = a.multipliedReportingOverflow(by: frames)
    return first || second ? count("images") : max(b, count("images"))
  }

  /// The voxel's edges, from the pixels per unit of the resolution tags; `nil` where the unit is
  /// none of length.
  func spacing(xResolution: Double?, yResolution: Double?) -> VoxelSpacing? {
    let unit: Double
    switch values["unit"] {
    case "micron", "um", "µm", "μm", "\\u00B5m", "microns": unit = 1
    case "nm": unit = 1e-3
    case "mm": unit = 1e3
    default: return nil
    }
    // ImageJ leaves a spacing of 1 away.
    let depth = values["spacing"].map { Double($0) } ?? 1
    guard let x = xResolution, let y = yResolution, let depth, x > 0, y > 0, depth > 0,
      x.isFinite, y.isFinite, depth.isFinite
    else { return nil }
    return VoxelSpacing(z: depth * unit, y: unit / y, x: unit / x)
  }

  /// The classes that our own label images name: `class_1=fibre`, with their colours.
  func classes(colours: (Int) -> [Int]) -> [LabelClass]? {
    let classes = values.compactMap { key, name -> LabelClass? in
      guard key.hasPrefix("class_"), let value = Int(key.dropFirst(6)), (0...255).contains(value)
      else { return nil }
      return LabelClass(value: value, name: name, colour: colours(value))
    }
    return classes.isEmpty ? nil : classes.sorted { $0.value < $1.value }
  }
}
