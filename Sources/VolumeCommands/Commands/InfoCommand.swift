import EngineCore
import VolumeCore

/// `info`: what a volume or a model is.
public struct InfoCommand: Command {
  /// The command.
  public init() {}

  /// "info".
  public var name: String { "info" }
  /// What it does.
  public var summary: String { "say what a volume or a model is" }
  /// What it takes.
  public var operands: String { "PATH" }
  /// Its options.
  public var options: [OptionDeclaration] { OptionDeclaration.inputs }
  /// Lines to type.
  public var examples: [String] {
    [
      "t2s-volume info scan.raw", "t2s-volume info scan.h5:/entry0000/reconstruction/results/data",
      "t2s-volume info big.labels.zarr", "t2s-volume info model.h5",
    ]
  }

  /// Tells.
  public func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(Explanation) -> [String: JSONValue] {
    let (path, hints) = try explained { () throws(UsageError) in
      (try arguments.operands(["PATH"], of: name)[0], try arguments.openingHints())
    }
    let isVolume = context.catalogue.formats.contains { $0.recognises(path) }
    let isModel = context.catalogue.modelReaders.contains {
      $0.recognises(path) && (!isVolume || $0.holdsModel(path))
    }
    if isModel {
      let report = ModelReport(try context.catalogue.model(path))
      for line in report.page { context.console.say(line) }
      return report.json
    }
    let reader = try context.catalogue.open(path, hints: hints)
    let report = VolumeReport(path: path, volume: reader.volume, fingerprint: reader.fingerprint)
    for line in report.page { context.console.say(line) }
    var json = report.json
    if let counted = try RunStatistics.kept(path, shape: reader.volume.shape, context) {
      for line in [""] + counted.table.lines + ["  " + counted.table.remark] {
        context.console.say(line)
      }
      json["fractions"] = counted.table.json
    }
    return json
  }
}

/// What is known of a volume, for people and as JSON.
struct VolumeReport: Hashable, Sendable {
  var path: String
  var volume: VolumeDescription
  var fingerprint: String

  var page: [String] {
    var lines = [
      path, "  extent      \(volume.shape.words)",
      "  voxels      \(volume.voxelType.rawValue), "
        + "\(Words.grouped(volume.shape.voxelCount)) of them, \(Words.bytes(volume.byteCount))",
      "  voxel size  \(spacingWords)", "  format      \(volume.format)",
    ]
    if volume.origin != Index3(z: 0, y: 0, x: 0) {
      lines.append("  cut out at  \(volume.origin) (z, y, x) of a larger volume")
    }
    if let position = volume.position {
      let place = [position.z, position.y, position.x].map(Words.short).joined(separator: ", ")
      lines.append("  position    first voxel at \(place) µm (z, y, x)")
    }
    lines.append("  identity    \(fingerprint)")
    for (i, label) in (volume.classes ?? []).enumerated() {
      lines.append(
        "  \(i == 0 ? "classes   " : "          ")  \(label.value) \(label.name)  \(colourWords(label))"
      )
    }
    return lines + volume.remarks.map { "  remark      \($0)" }
  }

  private func colourWords(_ label: LabelClass) -> String {
    let digits = label.colour.prefix(3).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "#" + digits.joined()
  }

  private var spacingWords: String {
    volume.spacing.map(Words.edges) ?? "unknown (give --voxel-size where it matters)"
  }

  var json: [String: JSONValue] {
    let spacing: JSONValue =
      volume.spacing.map { [.number($0.z), .number($0.y), .number($0.x)] } ?? .null
    let classes: JSONValue =
      volume.classes.map { .array($0.map(\.json)) } ?? .null
    return [
      "kind": "volume", "path": .string(path), "shape": volume.shape.json,
      "type": .string(volume.voxelType.rawValue), "voxel_size_um": spacing,
      "origin": [.integer(volume.origin.z), .integer(volume.origin.y), .integer(volume.origin.x)],
      "position_um": volume.position.map { [.number($0.z), .number($0.y), .number($0.x)] } ?? .null,
      "fingerprint": .string(fingerprint), "format": .string(volume.format),
      "bytes": .integer(volume.byteCount), "classes": classes,
      "remarks": .array(volume.remarks.map { .string($0) }),
    ]
  }
}

extension LabelClass {
  /// Value, name and colour.
  var json: JSONValue {
    [
      "value": .integer(value), "name": .string(name),
      "colour": .array(colour.map { .integer($0) }),
    ]
  }
}
