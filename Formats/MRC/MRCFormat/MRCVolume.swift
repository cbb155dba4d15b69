import VolumeCore
import VoxelFiles

/// Where the voxels of an MRC file lie, checked: extents, order of the axes, bytes.
struct MRCVolume {
  /// The extent of one volume.
  var shape: Shape3
  /// Bytes from one voxel to the next along each axis.
  var strides: FlatLayout.Strides
  /// Whole volumes behind each other.
  var volumes: Int
  /// Bytes of all values.
  var byteCount: Int
  /// Bytes before the first.
  var offset: Int
  /// What the file's columns, rows and sections are: 0 for x, 1 for y, 2 for z.
  var axes: [Int]

  /// Whether the file's order is the house's.
  var isInOrder: Bool { axes == [0, 1, 2] }

  init(_ header: MRCHeader, _ mode: MRCMode, file: String) throws(MRCError) {
    // Files that say nothing of their axes mean x, y, z.
    let said = header.axes
    let axes = said == [0, 0, 0] ? [0, 1, 2] : said.map { $0 - 1 }
    guard Set(axes) == [0, 1, 2] else { throw .axesAreImpossible(file: file, axes: said) }
    self.axes = axes
    let extents = header.extents
    func impossible() -> MRCError { .extentIsImpossible(file: file, extents: extents) }
    guard extents.allSatisfy({ $0 > 0 }) else { throw impossible() }

    volumes = 1
    var sections = extents[2]
    if (401...630).contains(header.spaceGroup) {
      let each = header.grid[2]
      guard each > 0, sections.isMultiple(of: each), axes[2] == 2 else {
        throw .stackIsUneven(file: file, sections: sections, each: each)
      }
      volumes = sections / each
      sections = each
    }
    let width = mode.stored.byteCount * mode.count
    let (rowByteCount, rowOverflows) =
      mode == .nibbles
      ? ((extents[0] + 1) / 2, false) : extents[0].multipliedReportingOverflow(by: width)
    let (layer, layerOverflows) = rowByteCount.multipliedReportingOverflow(by: extents[1])
    let (all, overflows) = layer.multipliedReportingOverflow(by: extents[2])
    guard !rowOverflows, !layerOverflows, !overflows, all < 1 << 59 else { throw impossible() }
    byteCount = all
    guard header.extendedByteCount >= 0 else {
      throw .extendedHeaderIsImpossible(file: file, byteCount: header.extendedByteCount)
    }
    offset = MRCHeader.byteCount + header.extendedByteCount

    let counts = [extents[0], extents[1], sections]
    let steps = [width, rowByteCount, layer]
    /// The file's axis that is x (0), y (1) or z (2).
    func place(_ axis: Int) -> Int { axes.firstIndex(of: axis) ?? axis }
    shape = Shape3(z: counts[place(2)], y: counts[place(1)], x: counts[place(0)])
    strides = .init(z: steps[place(2)], y: steps[place(1)], x: steps[place(0)])
  }

  /// Bytes of one of the volumes.
  var volumeByteCount: Int { byteCount / volumes }
}

extension MRCHeader {
  /// Puts voxel size and place into `volume`, with remarks on what is not used.
  func describe(_ volume: inout VolumeDescription, axes: [Int]) {
    volume.remarks += remarks
    let (cell, grid) = (cell, grid)
    guard cell.contains(where: { $0 != 0 }) else { return }
    guard cell.allSatisfy({ $0.isFinite && $0 > 0 }), grid.allSatisfy({ $0 > 0 }) else {
      volume.remarks.append(
        "its cell of \(cell[0]) x \(cell[1]) x \(cell[2]) Angstrom (x, y, z) in \(grid[0]) x "
          + "\(grid[1]) x \(grid[2]) steps gives no voxel size, and is not used")
      return
    }
    let edges = (0..<3).map { Self.step(of: cell[$0], in: grid[$0]) }
    // What programs write that know no size.
    guard edges.contains(where: { $0 != 1 }) else {
      volume.remarks.append(
        "its voxels of 1 Angstrom are what programs write that know no size, and not used: give "
          + "--voxel-size")
      return
    }
    if angles.contains(where: { $0 != 90 && $0 != 0 }) {
      volume.remarks.append(
        "its cell has angles of \(angles[0]), \(angles[1]) and \(angles[2]) degrees; voxels are "
          + "read as if they were right")
    }
    volume.spacing = VoxelSpacing(z: edges[2], y: edges[1], x: edges[0], unit: 1e-4)
    place(&volume, edges: edges, axes: axes)
  }

  private func place(_ volume: inout VolumeDescription, edges: [Double], axes: [Int]) {
    // Columns, rows and sections are counted in the file's order, origin and edges are not.
    var first = [0, 0, 0]
    for (index, axis) in axes.enumerated() { first[axis] = starts[index] }
    let hasOrigin = origin.contains { $0 != 0 }
    if let flags = imodFlags, flags & 4 != 0, hasOrigin {
      volume.remarks.append(
        "its origin has the opposite sign by a flag of IMOD, and is not used")
      return
    }
    guard !hasOrigin || origin.allSatisfy(\.isFinite) else { return }
    guard hasOrigin || first.contains(where: { $0 != 0 }) else { return }
    if hasOrigin, first.contains(where: { $0 != 0 }) {
      volume.remarks.append(
        "it has an origin and a first voxel of (\(first[0]), \(first[1]), \(first[2])) (x, y, z); "
          + "the origin is taken")
    }
    let place = hasOrigin ? origin : (0..<3).map { Double(first[$0]) * edges[$0] }
    volume.position = PhysicalPosition(z: place[2], y: place[1], x: place[0], unit: 1e-4)
  }

  /// The shortest decimal of which `count` are `edge`: 6500, where dividing gives 6500.0003.
  package static func step(of edge: Float, in count: Int) -> Double {
    let exact = Double(edge) / Double(count)
    for digits in 1...8 {
      let step = rounded(exact, toDigits: digits)
      if Float(step * Double(count)) == edge { return step }
    }
    return exact
  }

  /// `value` with so many digits, where it is no extreme one.
  private static func rounded(_ value: Double, toDigits digits: Int) -> Double {
    guard (1e-6..<1e12).contains(value) else { return value }
    var power = 0
    var least = 1.0
    for _ in 1..<digits { least *= 10 }
    var scaled = value
    while scaled < least {
      scaled *= 10
      power += 1
    }
    while scaled >= least * 10 {
      scaled /= 10
      power -= 1
    }
    var factor = 1.0
    for _ in 0..<abs(power) { factor *= 10 }
    return power >= 0 ? scaled.rounded() / factor : scaled.rounded() * factor
  }
}
