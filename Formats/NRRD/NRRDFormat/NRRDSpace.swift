import VolumeCore
import VoxelFiles

extension NRRDHeader {
  /// Spaces of which programs take the unit to be the millimetre.
  private static let anatomical = [
    "right-anterior-superior", "ras", "left-anterior-superior", "las", "left-posterior-superior",
    "lps", "right-anterior-superior-time", "rast", "left-anterior-superior-time", "last",
    "left-posterior-superior-time", "lpst", "scanner-xyz", "scanner-xyz-time",
  ]

  /// Puts voxel size and place into `volume`, with remarks on what is not used.
  func describe(
    _ volume: inout VolumeDescription, _ axes: NRRDAxes, file: String
  ) throws(NRRDError) {
    let count = axes.sizes.count
    let directions = try vectors("space directions", count: count, file: file)
    let spacings = try numbers("spacings", count: count, file: file)
    let origin = try vectors("space origin", count: 1, file: file)?.first ?? nil
    if let directions {
      try place(&volume, axes, directions, origin, file: file)
    } else if let spacings {
      let units = texts("units")
      let edges = axes.spatial.map { spacings[$0] }
      let factors = axes.spatial.map { axis in
        units.flatMap { axis < $0.count ? LengthUnit.micrometres(in: $0[axis]) : nil }
      }
      set(&volume, edges: edges, factors: factors, what: "spacings")
    }
  }

  /// Voxel size and place by vectors in a space.
  private func place(
    _ volume: inout VolumeDescription, _ axes: NRRDAxes, _ directions: [[Double]?],
    _ origin: [Double]?, file: String
  ) throws(NRRDError) {
    let vectors = axes.spatial.map { directions[$0] ?? [] }
    guard let dimension = vectors.first?.count, dimension > 0,
      vectors.allSatisfy({ $0.count == dimension })
    else {
      throw .valueIsMalformed(
        file: file, field: "space directions", value: fields["space directions"] ?? "")
    }
    let units = texts("space units")?.map { LengthUnit.micrometres(in: $0) } ?? []
    let space = fields["space"]?.lowercased() ?? ""
    let isAnatomical = units.isEmpty && Self.anatomical.contains(space)
    /// The unit of the axis of the space along which `vector` lies, or of all of them.
    func factor(_ vector: [Double]) -> Double? {
      if isAnatomical { return 1e3 }
      guard units.count == dimension else { return nil }
      let along = vector.indices.filter { vector[$0] != 0 }
      guard let first = along.first, along.allSatisfy({ units[$0] == units[first] }) else {
        return nil
      }
      return units[first]
    }
    let edges = vectors.map { vector -> Double? in
      let along = vector.filter { $0 != 0 }
      if along.count == 1 { return along[0].magnitude }
      return vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    // Ones without a unit are what every writer puts there.
    if isAnatomical, edges.allSatisfy({ $0 == 1 }) { return }
    set(&volume, edges: edges, factors: vectors.map(factor), what: "space directions")
    if isAnatomical, volume.spacing != nil {
      volume.remarks.append(
        "its space \(space) has no unit and is taken as millimetres, as most programs do; "
          + "--voxel-size says otherwise")
    }
    let isStraight = vectors.enumerated().allSatisfy { axis, vector in
      vector.enumerated().allSatisfy { $0 == axis ? $1 > 0 : $1 == 0 }
    }
    if !isStraight {
      volume.remarks.append(
        "its space directions turn or mirror it; voxels are read as they are stored")
    }
    let factors = isAnatomical ? [1e3, 1e3, 1e3] : units.compactMap { $0 }
    if let origin, origin.count >= 3, factors.count >= 3, origin.contains(where: { $0 != 0 }) {
      volume.position = PhysicalPosition(
        z: scaledLength(origin[2], by: factors[2]), y: scaledLength(origin[1], by: factors[1]),
        x: scaledLength(origin[0], by: factors[0]))
    }
  }

  /// Takes `edges` (x, y, z) for the voxel size where each has a unit and is a length.
  private func set(
    _ volume: inout VolumeDescription, edges: [Double?], factors: [Double?], what: String
  ) {
    let known = edges.compactMap { $0 }
    guard known.count == edges.count, known.count >= 2 else { return }
    let words = known.map { "\($0)" }.joined(separator: " ")
    let units = factors.compactMap { $0 }
    guard units.count == known.count else {
      if known.contains(where: { $0 != 1 }) {
        volume.remarks.append(
          "its \(what) of \(words) (x, y, z) have no unit of length that is known, and are not "
            + "used: give --voxel-size")
      }
      return
    }
    // A single layer has a thickness where a pixel has an edge.
    let all = (0..<3).map { $0 < known.count ? scaledLength(known[$0], by: units[$0]) : nil }
    guard let x = all[0], let y = all[1] else { return }
    let spacing = VoxelSpacing(z: all[2] ?? y, y: y, x: x)
    if spacing.isPossible {
      volume.spacing = spacing
    } else {
      volume.remarks.append("its \(what) of \(words) (x, y, z) are no voxel size, and not used")
    }
  }

  /// The header of `volume`, whose voxels follow, or lie in `dataFile`.
  ///
  /// Lengths are written in millimetres, which programs that look at no unit take them for.
  static func text(of volume: VolumeDescription, dataFile: String?) -> String {
    let shape = volume.shape
    var lines = [
      "NRRD0004", "type: \(volume.voxelType.nrrdName)", "dimension: 3",
    ]
    if let spacing = volume.spacing {
      let edges = [spacing.x, spacing.y, spacing.z].map { scaledLength($0, by: 1e-3) }
      lines += [
        "space dimension: 3", "sizes: \(shape.x) \(shape.y) \(shape.z)",
        "space directions: (\(edges[0]),0,0) (0,\(edges[1]),0) (0,0,\(edges[2]))",
        "kinds: domain domain domain", "space units: \"mm\" \"mm\" \"mm\"",
      ]
      if let place = volume.positionToWrite {
        let origin = [place.x, place.y, place.z].map { "\(scaledLength($0, by: 1e-3))" }
        lines.append("space origin: (\(origin.joined(separator: ",")))")
      }
    } else {
      lines += ["sizes: \(shape.x) \(shape.y) \(shape.z)", "kinds: domain domain domain"]
    }
    lines += ["endian: little", "encoding: raw"]
    if let dataFile { lines.append("data file: \(dataFile)") }
    return lines.joined(separator: "\n") + "\n\n"
  }
}
