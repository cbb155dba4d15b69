import Components
import Morphometry
import SystemIO
import VolumeCore

/// `measure pores`: how many, how large, where across the volume, and how near to fibres.
struct PoreMeasuring {
  static let action = MeasureAction(
    name: "pores",
    options: [
      OptionDeclaration("table", "FILE.csv", "the table to write"),
      OptionDeclaration("fibre", "CLASS", "pores: the class to which distances are measured"),
      OptionDeclaration("sizes", "FILE.csv", "pores: the table of equivalent diameters"),
      OptionDeclaration("profile", "FILE.csv", "pores: the table of slabs"),
      OptionDeclaration("diameters", "FILE.csv", "fibres, pores: the table of local thickness"),
      FibreMeasuring.slabOption,
      OptionDeclaration(
        "connectivity", "N",
        "which voxels are neighbours: 6 (faces), 18 (and edges) or 26 (and corners, the default); "
          + "within layers 4 (edges) or 8 (and corners)"),
      OptionDeclaration(
        "scratch", "FOLDER", "where scratch files lie; default: beside what is written"),
      CorrelationMeasuring.reach,
    ],
    examples: [
      "t2s-volume measure pores scan.labels.zarr --class porosity --fibre fibre --table pores.csv"
    ],
    notes: [
      "pores: their components as `components` has them, with the distance to the nearest voxel of "
        + "--fibre (between middles, up to --reach); counts by equivalent diameter in steps of a voxel; "
        + "per slab of layers the share of the class in what is known (without 254 and 255) and the "
        + "pores that begin there; local thickness with its D10, D50 and D90."
    ]
  ) { input throws(Explanation) in try PoreMeasuring(input).run() }

  let input: MeasureInput
  let values: [Int]
  let fibres: [Int]?
  let reach: Int
  let slab: Int
  let connectivity: ComponentConnectivity

  init(_ input: MeasureInput) throws(Explanation) {
    self.input = input
    values = try input.classes()
    fibres = input.arguments.values["fibre"] == nil ? nil : try input.classes("fibre")
    reach =
      try input.value("reach") { text throws(UsageError) in try text.wholeNumber(atLeast: 2) } ?? 24
    slab = try input.value("slab") { text throws(UsageError) in try text.wholeNumber() } ?? 16
    connectivity = try ComponentMeasuring.connectivity(input)
    guard reach <= 50 else {
      throw Explanation(.input, "--reach \(reach) is too far", remedy: "give 50 voxels or less")
    }
    guard !connectivity.isLayered else {
      throw Explanation(
        .input, "pores are measured in space", remedy: "give --connectivity 6, 18 or 26")
    }
  }

  func run() throws(Explanation) -> [String: JSONValue] {
    let edge = try input.cubeEdge("a pore's size")
    let table = try input.output("table", ending: ".csv")
    let sizes = try input.output("sizes", ending: ".csv")
    let profile = try input.output("profile", ending: ".csv")
    let diameters = try input.output("diameters", ending: ".csv")
    var options = input.componentOptions(of: values, beside: table)
    options.connectivity = connectivity
    options.keepsVoxels = fibres != nil
    let found = try findComponents(input, options)
    let near = try fibres.map { fibres throws(Explanation) in
      let numbers = found.numberedVolume()
      let part = VolumePart(input.labels, region: input.region)
      let pass = try input.prepared(ComponentSurroundings.pass(numbers, part, reach: reach))
      return try input.watch("distances to fibres", pass) {
        isStopped, progress throws(Explanation) in
        try ComponentSurroundings(
          pass, count: found.count, reach: reach, isNear: input.flags(of: fibres),
          isStopped: isStopped, progress: progress)
      }
    }
    var bySize: [Int: (count: Int, voxels: Int)] = [:]
    var slabs = [Int](repeating: 0, count: (input.region.z.count + slab - 1) / slab)
    let summary = try ComponentTable(input: input, found: found, path: table).write(
      extra: near == nil ? [] : ["distance_to_fibre_\(input.unit)"]
    ) { one in
      let bin = Int(one.equivalentDiameter(nil).rounded(.down))
      bySize[bin, default: (0, 0)].count += 1
      bySize[bin, default: (0, 0)].voxels += one.voxels
      slabs[(one.first.z - input.region.z.lowerBound) / slab] += 1
      return near.map { [text($0.distance(of: one.number).map { $0 * edge })] } ?? []
    }
    if let sizes {
      try writeTable(
        sizes,
        columns: [
          "equivalent_diameter_from_in_voxels", "equivalent_diameter_from_\(input.unit)", "pores",
          "voxels",
        ],
        bySize.sorted { $0.key < $1.key }.map {
          ["\($0.key)", "\(Double($0.key) * edge)", "\($0.value.count)", "\($0.value.voxels)"]
        })
    }
    if let profile { try writeProfile(profile, begins: slabs) }
    let thickness = try measureThickness(input, values, reach: reach, table: diameters)
    var result: [String: JSONValue] = [
      "labels": .string(input.path), "unit": .string(input.unit), "pores": .integer(found.count),
    ]
    result.merge(summary.json) { _, new in new }
    result.merge(thickness.json(input)) { _, new in new }
    for line in summary.lines(of: input.name(of: values), input) + thickness.lines(input) {
      input.context.console.say(line)
    }
    result["peak_bytes"] = peakResidentBytes().map { .integer($0) } ?? .null
    return result
  }

  /// The class's share in each slab, by counting the voxels of layers.
  private func writeProfile(_ path: String, begins: [Int]) throws(Explanation) {
    let pass = try input.prepared(LayerCounts.pass(input.labels, region: input.region))
    let layers = try input.watch("profile", pass) { isStopped, progress throws(Explanation) in
      try LayerCounts(
        pass, isClass: input.flags(of: values), isKnown: input.known(beside: values),
        isStopped: isStopped, progress: progress)
    }
    let rows = begins.enumerated().map { index, count in
      let own = (index * slab)..<min((index + 1) * slab, input.region.z.count)
      let (inside, known) = (
        layers.ofClass[own].reduce(0, +), layers.known[own].reduce(0, +)
      )
      return [
        "\(own.lowerBound + input.region.z.lowerBound)",
        "\(own.upperBound + input.region.z.lowerBound)", "\(known)", "\(inside)",
        text(known > 0 ? Double(inside) / Double(known) : nil), "\(count)",
      ]
    }
    try writeTable(
      path, columns: ["z_begin", "z_end", "known_voxels", "voxels", "share", "pores_beginning"],
      rows)
  }
}
