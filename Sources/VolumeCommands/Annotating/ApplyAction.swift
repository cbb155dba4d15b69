import Annotation
import SystemIO
import VolumeCore

/// `annotate apply`: corrections by blob, on record, to be taken back.
enum ApplyAction: AnnotateAction {
  static let word = "apply"
  static let summary = "keep, relabel or erase blobs as a table says, on record"
  static let options = [
    OptionDeclaration(
      "erase-to", "CLASS", "apply: what erased blobs become, by name or value; default: 0"),
    OptionDeclaration("undo", nil, "apply: take the edits of a record back"),
  ]
  static let examples = [
    "t2s-volume annotate apply truth.zarr edits.csv --output truth2.zarr",
    "t2s-volume annotate apply truth2.zarr truth2.edits.csv --undo --output truth3.zarr",
  ]
  static let notes = [
    "apply: the column 'action' of each blob says keep, erase or relabel:CLASS. Where it is empty, the "
      + "blob goes with the others of its group, the same thing in the next layers. Every edit is "
      + "written to NAME.edits.csv beside the output, pixel by pixel; with --undo that record takes "
      + "the edits back. The input is never changed."
  ]

  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (paths, target) = try explained { () throws(UsageError) in
      (
        try arguments.operands(["LABELS", "EDITS.csv"], of: "annotate apply"),
        try AnnotateOutput(arguments, of: word)
      )
    }
    let labels = try context.openInput(paths[0], hints: target.hints)
    let shape = labels.volume.shape
    guard labels.volume.voxelType == .uint8 else {
      throw Explanation(
        .input, "\(paths[0]) has voxels of \(labels.volume.voxelType.rawValue)",
        remedy: "convert the labels to uint8 first")
    }
    let isUndo = arguments.has("undo")
    let table = try EditTable(paths[1])
    let blank = try LabelChoice.value(
      arguments.values["erase-to"] ?? "0", labels.volume, default: 0)
    let rows =
      isUndo ? try table.record() : try table.actions(labels.volume, erased: blank)
    let byLayer = Dictionary(grouping: rows, by: \.layer)
    if let far = byLayer.keys.max(), far >= shape.z {
      throw Explanation(
        .input, "\(paths[1]) names layer \(far), and \(paths[0]) has \(shape.words)",
        remedy: "give the labels that the table was made from")
    }
    context.console.note(
      "editing \(byLayer.count) layers, at most \(Words.memory(shape.y * shape.x * 40)) of memory for "
        + "one of them")
    let patches = try LayerPatches(
      byLayer.keys.sorted(), of: shape, scratchFolder: scratchFolder(target.output))
    var record: [BlobEdit] = []
    for z in byLayer.keys.sorted() {
      try context.checkForStop(remedy: "give the same command again")
      let before = try labelLayer(z, of: labels)
      var after = before
      for row in byLayer[z] ?? [] {
        let edit = try row.edit(before, width: shape.x, of: paths[1])
        if let odd = edit.apply(to: &after, width: shape.x) {
          throw Explanation(
            .input,
            "\(paths[1]), line \(row.line): the voxel at z, y, x = (\(z), \(odd.row), \(odd.column)) is "
              + "not \(edit.from) any more",
            remedy: "give the labels that the table was made from, and each blob once")
        }
        record.append(edit)
      }
      try patches.write(after, layer: z)
    }
    let recordPath = SiblingStores.base(of: target.output) + ".edits.csv"
    if kind(ofPath: recordPath) != .missing, !target.overwrites {
      throw Explanation(
        .input, "\(recordPath) is there already", remedy: "give --overwrite, or another --output")
    }
    try checkApart(recordPath, from: [paths[1]])
    let text = EditTable.text(record)
    let writing = try target.writing(
      PatchedVolume(labels.volume, base: labels, patches),
      plan: [
        "command": "annotate apply", "edits": .string(fnv1a(Array(text.utf8))),
        "edited_blobs": .integer(record.count),
      ], inputs: [(paths[0], labels)], context)
    // The record is there before the labels are: no edit is without it.
    try explained { () throws(SystemError) in
      try writeFileAtomically(recordPath, Array(text.utf8))
    }
    var result = target.say(try writing.run("writing", context), shape, context)
    let changed = record.reduce(0) { $0 + $1.area }
    context.console.say(
      "\(record.count) blobs, \(Words.grouped(changed)) voxels; on record in \(recordPath)")
    result["edits"] = .integer(record.count)
    result["changed_voxels"] = .integer(changed)
    result["record"] = .string(recordPath)
    return result
  }
}

/// A table of edits: what candidates wrote and somebody filled in, or a record.
struct EditTable: Sendable {
  /// One edit that is asked for.
  struct Row: Sendable {
    var line: Int
    var layer: Int
    /// The blob's first pixel and its size, or its pixels where they are known.
    var row = 0
    var column = 0
    var area = 0
    var runs: [BlobEdit.Run]?
    var from: UInt8
    var to: UInt8

    func edit(_ pixels: [UInt8], width: Int, of path: String) throws(Explanation) -> BlobEdit {
      if let runs { return BlobEdit(layer: layer, from: from, to: to, runs: runs) }
      guard
        let edit = BlobEdit(
          blobAt: row, column, area: area, in: pixels, width: width, layer: layer, from: from,
          to: to)
      else {
        throw Explanation(
          .input,
          "\(path), line \(line): no blob of \(area) voxels of \(from) begins at layer \(layer), row "
            + "\(row), column \(column)",
          remedy: "give the labels that the table was made from")
      }
      return edit
    }
  }

  private let path: String
  private let rows: [[String: String]]

  /// Reads the table at `path`: a header, then fields without quotes.
  init(_ path: String) throws(Explanation) {
    self.path = path
    let bytes = try explained { () throws(SystemError) in try contents(ofFile: path) }
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let names = (lines.first ?? "").split(separator: ",").map(String.init)
    guard names.contains("layer") else {
      throw Explanation(
        .input, "\(path) is no table of edits: its first line names no layer",
        remedy: "give what annotate candidates wrote, with its first line")
    }
    var rows: [[String: String]] = []
    for (place, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == names.count else {
        throw Explanation(
          .input, "\(path), line \(place + 1): \(fields.count) fields and not \(names.count)",
          remedy: "keep the columns as they were; commas part them")
      }
      var row = Dictionary(zip(names, fields), uniquingKeysWith: { a, _ in a })
      row["line"] = "\(place + 1)"
      rows.append(row)
    }
    self.rows = rows
  }

  /// The edits of a table of candidates that was filled in.
  func actions(
    _ volume: VolumeDescription, erased: UInt8
  ) throws(Explanation) -> [Row] {
    func target(_ row: [String: String]) throws(Explanation) -> UInt8? {
      let action = row["action"] ?? ""
      if action == "keep" { return try number(row, "value", 255).map { UInt8($0) } }
      if action == "erase" { return erased }
      if action.isEmpty { return nil }
      guard action.hasPrefix("relabel:") else {
        throw fault(row, "'\(action)' is no action", "write keep, erase or relabel:CLASS")
      }
      return try LabelChoice.value(String(action.dropFirst(8)), volume, default: 0)
    }
    var groups: [String: UInt8] = [:]
    for row in rows {
      guard let to = try target(row), row["action"] != "keep" else { continue }
      let group = row["group"] ?? ""
      if let other = groups[group], other != to {
        // Members that were told otherwise are not those that were told nothing.
        if rows.contains(where: { $0["group"] == group && ($0["action"] ?? "").isEmpty }) {
          throw fault(
            row, "group \(group) is to become \(other) and \(to)",
            "fill in the action of each of its blobs")
        }
      }
      groups[group] = to
    }
    var result: [Row] = []
    for row in rows {
      guard let to = try target(row) ?? groups[row["group"] ?? ""] else { continue }
      guard let from = try number(row, "value", 255), let layer = try number(row, "layer"),
        let first = try number(row, "row"), let column = try number(row, "column"),
        let area = try number(row, "area_voxels")
      else { continue }
      guard UInt8(from) != to else { continue }
      result.append(
        Row(
          line: Int(row["line"] ?? "") ?? 0, layer: layer, row: first, column: column, area: area,
          runs: nil, from: UInt8(from), to: to))
    }
    return result
  }

  /// The edits of a record, taken back.
  func record() throws(Explanation) -> [Row] {
    var result: [Row] = []
    for row in rows {
      guard let from = try number(row, "from", 255), let to = try number(row, "to", 255),
        let layer = try number(row, "layer"), let runs = BlobEdit.runs(row["runs"] ?? "")
      else {
        throw fault(row, "this is no record of an edit", "give NAME.edits.csv as it was made")
      }
      result.append(
        Row(
          line: Int(row["line"] ?? "") ?? 0, layer: layer, runs: runs, from: UInt8(to),
          to: UInt8(from)))
    }
    return result
  }

  private func number(
    _ row: [String: String], _ name: String, _ most: Int = .max
  ) throws(Explanation) -> Int? {
    guard let number = decimal(row[name] ?? ""), number <= most else {
      throw fault(row, "'\(row[name] ?? "")' is no \(name)", "keep the columns as they were")
    }
    return number
  }

  private func fault(
    _ row: [String: String], _ what: String, _ remedy: String
  ) -> Explanation {
    Explanation(.input, "\(path), line \(row["line"] ?? "?"): \(what)", remedy: remedy)
  }

  /// A record of `edits`.
  static func text(_ edits: [BlobEdit]) -> String {
    (["edit,layer,from,to,area_voxels,runs"]
      + edits.enumerated().map { place, edit in
        "\(place + 1),\(edit.layer),\(edit.from),\(edit.to),\(edit.area),\(edit.runText)"
      }).joined(separator: "\n") + "\n"
  }
}
