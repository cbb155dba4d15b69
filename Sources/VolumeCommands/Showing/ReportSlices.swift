import SystemIO
import VolumeCore

/// The slices that a report lets its readers go through, as pictures inside the page.
struct ReportSlices {
  /// Edges of a slice at most, and slices across an axis.
  static let edge = 320
  static let slices = 24

  /// What the page's script reads.
  let json: JSONValue

  /// Bytes for slices of volumes with edges of at most `edge`: three volumes, one of which is read.
  static func byteCount(edge: Int) -> Int {
    CoarseVolume.byteCount(edge: edge) + 2 * edge * edge * edge
  }

  /// Slices of what there is: grey values, labels, and a truth to find errors with.
  init(
    scan: (path: String, hints: OpeningHints)?, labels: String?, truth: String?,
    classes: [LabelClass], shape: Shape3, edge: Int = Self.edge, _ context: CommandContext
  ) throws(Explanation) {
    func coarse(
      _ path: String?, _ hints: OpeningHints = OpeningHints(), as form: CoarseVolume.Form
    ) throws(Explanation) -> CoarseVolume? {
      guard let path else { return nil }
      return try CoarseVolume(path, hints, as: form, edge: edge, context)
    }
    let grey = try coarse(scan?.path, scan?.hints ?? OpeningHints(), as: .greys)
    let label = try coarse(labels, as: .labels)
    let right = try coarse(truth, as: .labels)
    var axes: [String: JSONValue] = [:]
    for axis in Slice.Axis.allCases {
      guard let size = (grey ?? label).map({ $0.plane(axis, 0) }) else { continue }
      let depth = (grey ?? label).map { axis.extent(of: $0.shape) } ?? 1
      let count = min(Self.slices, depth)
      var slices: [JSONValue] = []
      for number in 0..<count {
        let at = (2 * number + 1) * depth / (2 * count)
        func png(_ volume: CoarseVolume?) throws(Explanation) -> JSONValue {
          guard let volume, axis.extent(of: volume.shape) == depth else { return .null }
          let plane = volume.plane(axis, at)
          let bytes = try context.catalogue.pictures.greyPNG(
            width: plane.width, height: plane.height, values: plane.values)
          return .string(HTML.base64(bytes))
        }
        var slice: [String: JSONValue] = [
          "position": .integer(at * ((grey ?? label)?.step ?? 1)),
          "grey": try png(grey), "labels": try png(label),
        ]
        if let right, let label, right.shape == label.shape {
          let (found, known) = (label.plane(axis, at).values, right.plane(axis, at).values)
          let wrong = zip(found, known).map { found, known -> UInt8 in
            known == UInt8(LabelClass.unannotatedValue) || known == found ? 0 : 1
          }
          let bytes = try context.catalogue.pictures.greyPNG(
            width: size.width, height: size.height, values: wrong)
          slice["errors"] = .string(HTML.base64(bytes))
        }
        slices.append(.object(slice))
      }
      axes[axis.rawValue] = [
        "width": .integer(size.width), "height": .integer(size.height),
        "extent": .integer(axis.extent(of: shape)), "slices": .array(slices),
      ]
    }
    var colours: [String: JSONValue] = [:]
    for item in classes {
      colours["\(item.value)"] = .array(item.colour.prefix(3).map { .integer($0) })
    }
    json = ["axes": .object(axes), "colours": .object(colours)]
  }
}
