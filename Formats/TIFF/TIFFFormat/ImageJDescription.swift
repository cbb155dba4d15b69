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

  /// What the pages count: `images` is not reliable, and taken only where nothing else is said.
  var axes: PageAxes {
    guard channels.clamped * slices.clamped * frames.clamped == 1 else {
      return PageAxes([("T", frames), ("Z", slices), ("C", channels)])
    }
    return PageAxes(layers: count("images"))
  }

  /// The voxel's edges, from the pixels per unit of the resolution tags; `nil` where the unit is
  /// none of length.
  func spacing(xResolution: Double?, yResolution: Double?) -> VoxelSpacing? {
    guard let name = values["unit"], let unit = LengthUnit.micrometres(in: name) else { return nil }
    // Units of their own for y and z, since ImageJ 1.53.
    func own(_ key: String) -> Double {
      values[key].flatMap { LengthUnit.micrometres(in: $0) } ?? unit
    }
    // ImageJ leaves a spacing of 1 away, and calls one below zero what runs the other way.
    let depth = values["spacing"].map { Double($0) } ?? 1
    guard let x = xResolution, let y = yResolution, let depth, x > 0, y > 0 else { return nil }
    let spacing = VoxelSpacing(
      z: depth.magnitude * own("zunit"), y: own("yunit") / y, x: unit / x)
    return spacing.isPossible ? spacing : nil
  }

  /// A word about values that are not what is stored: ImageJ keeps signed 16-bit voxels so.
  func remark(on type: VoxelType) -> String? {
    guard let offset = values["c0"].flatMap({ Double($0) }), !type.isFloatingPoint else {
      return nil
    }
    let factor = values["c1"].flatMap { Double($0) } ?? 1
    if type == .uint16, offset == -32768, factor == 1 {
      return
        "its voxels are signed in ImageJ (calibration: value = stored - 32768), and are read as "
        + "stored"
    }
    return "ImageJ's calibration (value = \(offset) + \(factor) x stored) is not applied"
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

extension Int {
  /// For a product that only tells one from more.
  fileprivate var clamped: Int { Swift.min(self, 2) }
}
