import Components
import Morphometry
import SystemIO
import VolumeCore

/// `measure contact`: the surface of each class, and the area in which each two meet.
struct ContactMeasuring {
  static let action = MeasureAction(
    name: "contact",
    options: [OptionDeclaration("table", "FILE.csv", "the table to write")],
    examples: ["t2s-volume measure contact scan.labels.zarr --table contacts.csv"],
    notes: [
      "contact: faces between voxels of each two classes. area_faces is their sum, exact where the "
        + "boundary lies along the grid; area_isotropic is two thirds of it, right on average where all "
        + "directions are alike (Cauchy and Crofton). The surface of a class is Lindblad's, without the "
        + "volume's own faces; specific surfaces are per volume of what was measured without 254 and 255, "
        + "and per volume of the class."
    ]
  ) { input throws(Explanation) in try ContactMeasuring(input: input).run() }

  let input: MeasureInput

  func run() throws(Explanation) -> [String: JSONValue] {
    let table = try input.output("table", ending: ".csv")
    let pass = try input.prepared(Contacts.pass(input.labels, region: input.region))
    let contacts = try input.watch("contacts", pass) { isStopped, progress throws(Explanation) in
      try Contacts(pass, isStopped: isStopped, progress: progress)
    }
    let s = input.spacing ?? VoxelSpacing(cube: 1)
    let areas = [s.y * s.x, s.z * s.x, s.z * s.y]
    let voxel = s.z * s.y * s.x
    let unknown = [LabelClass.outsideValue, LabelClass.unannotatedValue]
    let known = (0..<256).filter { !unknown.contains($0) }.reduce(0) { $0 + contacts.voxels[$1] }
    let isCube = abs(s.y / s.x - 1) < 1e-6 && abs(s.z / s.x - 1) < 1e-6
    let u = input.unit
    var rows: [[String]] = []
    var json: [JSONValue] = []
    func add(
      _ a: Int, _ b: Int?, _ faces: [Int], area: Double, estimate: Double?
    ) {
      let own = Double(contacts.voxels[a]) * voxel
      let perVolume = estimate.map { $0 / (Double(known) * voxel) }
      rows.append(
        [
          "\(a)", input.plainName(a), b.map { "\($0)" } ?? "",
          b.map(input.plainName) ?? "all others",
          "\(faces[0])", "\(faces[1])", "\(faces[2])", "\(area)", text(estimate),
          text(known > 0 ? perVolume : nil), text(estimate.map { $0 / own }),
        ])
      json.append([
        "class": .integer(a), "other": b.map { .integer($0) } ?? .null,
        "faces": .array(faces.map { .integer($0) }), "area_faces": .number(area),
        "area_estimate": estimate.map { .number($0) } ?? .null,
      ])
    }
    for (value, cells) in contacts.cells.sorted(by: { $0.key < $1.key }) {
      var faces = [0, 0, 0]
      for (pair, counts) in contacts.faces where pair.first == value || pair.second == value {
        for axis in 0..<3 { faces[axis] += counts[axis] }
      }
      let area = zip(faces, areas).reduce(0) { $0 + Double($1.0) * $1.1 }
      let thousandths = cells.enumerated().reduce(0) { $0 + surfaceWeight($1.offset) * $1.element }
      add(
        value, nil, faces, area: area,
        estimate: isCube ? Double(thousandths) / 1000 * s.x * s.x : nil)
    }
    for (pair, faces) in contacts.faces.sorted(by: { $0.key < $1.key }) {
      let area = zip(faces, areas).reduce(0) { $0 + Double($1.0) * $1.1 }
      add(pair.first, pair.second, faces, area: area, estimate: area * 2 / 3)
    }
    if let table {
      try writeTable(
        table,
        columns: [
          "class", "class_name", "other", "other_name", "faces_z", "faces_y", "faces_x",
          "area_faces_\(u)2", "area_lindblad_or_isotropic_\(u)2", "per_volume_per_\(u)",
          "per_class_volume_per_\(u)",
        ], rows)
    }
    for row in rows {
      input.context.console.say(
        "\(row[1]) and \(row[3]): \(Words.fixed(Double(row[7]) ?? 0, 1)) \(input.unitWords)² of faces, "
          + "\(row[8].isEmpty ? "no estimate (voxels are not cubes)" : Words.fixed(Double(row[8]) ?? 0, 1) + " estimated")"
      )
    }
    if rows.isEmpty { input.context.console.say("\(input.path): all of it is one class") }
    return [
      "labels": .string(input.path), "unit": .string(u), "contacts": .array(json),
      "table": table.map { .string($0) } ?? .null,
      "peak_bytes": peakResidentBytes().map { .integer($0) } ?? .null,
    ]
  }
}

/// A cell of a table; empty where there is no value.
func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
