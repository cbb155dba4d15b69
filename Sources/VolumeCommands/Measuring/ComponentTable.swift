import Components
import VolumeCore

/// The table of components, a row each, and what is said of all of them.
struct ComponentTable {
  let input: MeasureInput
  let found: FoundComponents
  let path: String?

  private var isLayered: Bool { found.options.connectivity.isLayered }

  /// The columns; units are in their names.
  var columns: [TableColumn] {
    let u = input.unit
    var columns = [
      TableColumn("id", .uint32), TableColumn("voxels", .int64),
      TableColumn(isLayered ? "area_\(u)2" : "volume_\(u)3"),
    ]
    columns += [
      "first_z", "first_y", "first_x", "z_begin", "z_end", "y_begin", "y_end", "x_begin", "x_end",
    ].map { TableColumn($0, .uint32) }
    columns += [
      "centroid_z_voxels", "centroid_y_voxels", "centroid_x_voxels", "axis_major_\(u)",
    ].map { TableColumn($0) }
    if !isLayered { columns.append(TableColumn("axis_medium_\(u)")) }
    columns += ["axis_minor_\(u)", "direction_z", "direction_y", "direction_x"].map {
      TableColumn($0)
    }
    if !isLayered {
      columns += [TableColumn("surface_lindblad_\(u)2"), TableColumn("sphericity")]
    }
    columns += [
      TableColumn("equivalent_diameter_\(u)"), TableColumn("feret_13_directions_\(u)"),
      TableColumn("touches_border", .uint8),
    ]
    if found.hasGreys { columns.append(TableColumn("mean_grey")) }
    return columns
  }

  private func row(_ one: Component) -> [TableCell] {
    let spacing = input.spacing
    let axes = one.axes(spacing)
    var cells: [TableCell] = []
    cells.reserveCapacity(32)
    cells.append(.integer(one.number))
    cells.append(.integer(one.voxels))
    cells.append(.number(one.volume(spacing)))
    let (first, box, centroid) = (one.first, one.box, one.centroid)
    for place in [first.z, first.y, first.x] { cells.append(.integer(place)) }
    for range in [box.z, box.y, box.x] {
      cells.append(.integer(range.lowerBound))
      cells.append(.integer(range.upperBound))
    }
    for place in [centroid.z, centroid.y, centroid.x] { cells.append(.number(place)) }
    for length in axes.lengths { cells.append(.number(length)) }
    for part in axes.direction { cells.append(.number(part)) }
    if !isLayered {
      cells.append(TableCell(one.surface(spacing)))
      cells.append(TableCell(one.sphericity(spacing)))
    }
    cells.append(.number(one.equivalentDiameter(spacing)))
    cells.append(.number(one.feretDiameter(spacing)))
    cells.append(.integer(one.touchesBorder ? 1 : 0))
    if found.hasGreys { cells.append(TableCell(one.meanGrey)) }
    return cells
  }

  /// Writes all rows into the store at `path`, a column for each of the table's, in place of a table
  /// that is there.
  func write(
    intoStore path: String, _ compression: StoreCompression?, _ stores: any ColumnStoring
  ) throws(Explanation) {
    let table = try stores.columns(
      columns, rows: found.count, inStore: path, compression: compression,
      attributes: [
        "unit": .string(input.unit), "connectivity": .integer(found.options.connectivity.rawValue),
        "row_of_id": "id - 1",
      ])
    try found.forEach { one throws(Explanation) in
      try table.add(row(one))
      if one.number % 65536 == 0 {
        try input.context.checkForStop(remedy: "give the same command again")
      }
    }
    try table.finish()
  }

  /// Walks over all components, and writes their rows where a path is given, each with the cells of
  /// columns called `extra`.
  func write(
    extra: [String] = [], _ more: (Component) -> [String] = { _ in [] }
  ) throws(Explanation) -> Summary {
    var summary = Summary()
    summary.count = found.count
    let table = try path.map { path throws(Explanation) in
      try StreamedTable(path, columns: columns.map(\.name) + extra)
    }
    try found.forEach { one throws(Explanation) in
      summary.voxels += one.voxels
      summary.atBorder += one.touchesBorder ? 1 : 0
      if one.voxels > summary.largest.voxels { summary.largest = (one.number, one.voxels) }
      let extraCells = more(one)
      try table?.add(row(one), extraCells)
      if one.number % 65536 == 0 {
        try input.context.checkForStop(remedy: "give the same command again")
      }
    }
    try table?.finish()
    summary.path = path
    return summary
  }

  /// What is said of all components.
  struct Summary {
    var count = 0
    var voxels = 0
    var atBorder = 0
    var largest = (number: 0, voxels: 0)
    var path: String?

    var json: [String: JSONValue] {
      [
        "voxels_in_components": .integer(voxels), "touching_border": .integer(atBorder),
        "largest_id": largest.number > 0 ? .integer(largest.number) : .null,
        "largest_voxels": .integer(largest.voxels), "table": path.map { .string($0) } ?? .null,
      ]
    }

    func lines(of name: String, _ input: MeasureInput) -> [String] {
      guard count > 0 else {
        return ["\(input.path): no voxel is \(name): there are no components"]
      }
      let unit = input.spacing == nil ? " (the voxel's size is not known: lengths in voxels)" : ""
      return [
        "\(input.path): \(Words.grouped(count)) components of \(name), "
          + "\(Words.grouped(voxels)) voxels; the largest, number \(largest.number), has "
          + "\(Words.grouped(largest.voxels)); \(Words.grouped(atBorder)) touch the border\(unit)"
      ] + (path.map { ["  table in \($0)"] } ?? [])
    }
  }
}
