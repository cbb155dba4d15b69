import EngineCore
import SystemIO
import VolumeCore

/// `show slices` and `show sheet`: several planes of a scan on one picture, labels over them.
struct ShowSheet {
  /// Which planes.
  enum Kind: String {
    /// One across each axis, through one voxel.
    case slices
    /// Layers across one axis, evenly spread.
    case sheet
  }

  /// Voxels along the longer edge of a plane that are kept: twice what is drawn, of however many planes.
  private static let longestEdge = 1024
  /// Planes on a sheet at most.
  private static let mostPlanes = 100

  let kind: Kind
  let scan: String
  let output: String
  let arguments: Arguments
  let context: CommandContext
  private let at: [Int]?
  private let axis: Slice.Axis
  private let count: Int
  private let hints: OpeningHints

  init(
    _ kind: Kind, _ operands: [String], _ arguments: Arguments, _ context: CommandContext
  ) throws(UsageError) {
    self.kind = kind
    guard let scan = operands.first, operands.count == 1 else {
      throw .operandMissing("SCAN", command: "show \(kind.rawValue)")
    }
    self.scan = scan
    output = arguments.values["output"] ?? outputName(for: scan, suffix: ".\(kind.rawValue).png")
    guard output.lowercased().hasSuffix(".png") else {
      throw OptionText(option: "output", text: output)
        .wrong("pictures are written as PNG", "end the name in .png")
    }
    self.arguments = arguments
    self.context = context
    at = try arguments.value("at") { text throws(UsageError) in
      let parts = text.text.split(separator: ",").map { Int($0) }
      guard parts.count == 3, parts.allSatisfy({ ($0 ?? -1) >= 0 }) else {
        throw text.wrong("this is no voxel", "z,y,x as in 40,512,300")
      }
      return parts.compactMap(\.self)
    }
    axis =
      try arguments.value("axis") { text throws(UsageError) in
        try text.oneOf(Slice.Axis.allCases.map(\.rawValue))
      }.flatMap(Slice.Axis.init) ?? .z
    let wanted = try arguments.value("count") { text throws(UsageError) in try text.wholeNumber() }
    count = wanted ?? 12
    guard count <= Self.mostPlanes else {
      throw OptionText(option: "count", text: "\(count)")
        .wrong("nobody looks at so many on one sheet", "1 to \(Self.mostPlanes)")
    }
    hints = try arguments.openingHints()
  }

  func make() throws(Explanation) -> [String: JSONValue] {
    let reader = try context.openInput(scan, hints: hints)
    let shape = reader.volume.shape
    var labels: (any VolumeReader)?
    if let path = arguments.values["labels"] {
      let opened = try context.openInput(path, hints: hints)
      guard opened.volume.shape == shape else {
        throw Explanation(
          .input, "the scan has \(shape.words), the labels have \(opened.volume.shape.words)",
          remedy: "give the labels of this very scan")
      }
      labels = opened
    }
    try checkApart(output, from: [scan] + (arguments.values["labels"].map { [$0] } ?? []))
    if kind != .sheet || arguments.values["output"] != nil,
      SystemIO.kind(ofPath: output) != .missing,
      !arguments.has("overwrite")
    {
      throw Explanation(
        .input, "\(output) is there already",
        remedy: "give --overwrite to replace it, or another --output")
    }
    let planes = try planes(of: shape)
    var sheet = PictureSheet()
    sheet.columns = kind == .slices ? 3 : min(4, planes.count)
    var longest = 1
    for plane in planes {
      try context.checkForStop(remedy: "give the same command again")
      let (panel, edge) = try panel(plane.axis, plane.position, reader, labels, shape)
      sheet.panels.append(panel)
      longest = max(longest, edge)
    }
    // Small planes enlarged by a whole number, large ones made smaller.
    let most = kind == .slices ? 768 : 480
    sheet.edge = longest <= most ? longest * max(1, most / longest) : most
    try context.catalogue.pictures.write(sheet, to: output)
    context.console.say(
      "\(output): "
        + planes.map { "\($0.axis.rawValue) = \($0.position)" }.joined(separator: ", "))
    return [
      "output": .string(output),
      "planes": .array(
        planes.map { ["axis": .string($0.axis.rawValue), "position": .integer($0.position)] }),
    ]
  }

  private func planes(
    of shape: Shape3
  ) throws(Explanation) -> [(axis: Slice.Axis, position: Int)] {
    switch kind {
    case .slices:
      let centre = at ?? [shape.z / 2, shape.y / 2, shape.x / 2]
      guard centre[0] < shape.z, centre[1] < shape.y, centre[2] < shape.x else {
        throw Explanation(
          .input, "--at \(centre[0]),\(centre[1]),\(centre[2]) lies outside of \(shape.words)",
          remedy: "give z,y,x of a voxel of the scan, counted from 0")
      }
      return [(.z, centre[0]), (.y, centre[1]), (.x, centre[2])]
    case .sheet:
      let depth = axis.extent(of: shape)
      let number = min(count, depth)
      return (0..<number).map { (axis, (2 * $0 + 1) * depth / (2 * number)) }
    }
  }

  private func panel(
    _ axis: Slice.Axis, _ position: Int, _ reader: any VolumeReader,
    _ labels: (any VolumeReader)?, _ shape: Shape3
  ) throws(Explanation) -> (PictureSheet.Panel, edge: Int) {
    let grey = try Slice(
      reader, axis: axis, position: position, longestEdge: Self.longestEdge)
    var picture = LayerPicture(width: grey.width, height: grey.height, grey: grey.values)
    picture.view = labels == nil ? .grey : .overlay
    if let labels {
      let slice = try Slice(
        labels, axis: axis, position: position, longestEdge: Self.longestEdge)
      picture.labels = slice.values.map { UInt8(exactly: $0) ?? 255 }
      picture.classes = labels.volume.classes ?? []
    }
    let across = axis == .x ? shape.y : shape.x
    let step = max(1, across / max(grey.width, 1))
    let names = axis == .z ? "x right, y down" : axis == .y ? "x right, z down" : "y right, z down"
    return (
      PictureSheet.Panel(
        picture: picture, voxelsPerValue: step,
        caption: ["\(axis.rawValue) = \(position)"] + (kind == .slices ? [names] : [])),
      max(grey.width, grey.height)
    )
  }
}
