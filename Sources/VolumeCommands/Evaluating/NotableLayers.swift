import Evaluation
import VolumeCore

/// Pictures of the layers that are worth looking at: grey, truth, prediction and errors side by side.
struct NotableLayers {
  let inputs: EvaluationInputs
  let classes: [LabelClass]

  /// "notable-z-0012.png".
  static func pictureName(_ axis: LayerCurves.Axis, _ position: Int) -> String {
    let digits = String(position)
    let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
    return "notable-\(axis.rawValue)-\(zeros)\(digits).png"
  }

  /// The colour of errors: vermilion, which is no usual class's.
  private static let wrong = LabelClass(value: 1, name: "wrong", colour: [213, 94, 0, 255])

  /// Voxels along the longer edge of a layer across `axis`.
  private func longestEdge(_ axis: Slice.Axis) -> Int {
    let shape = inputs.pairing.truth.volume.shape
    return switch axis {
    case .z: max(shape.y, shape.x)
    case .y: max(shape.z, shape.x)
    case .x: max(shape.z, shape.y)
    }
  }

  /// A layer, of which no more is kept than a page shows.
  private func slice(
    _ reader: any VolumeReader, _ axis: Slice.Axis, _ position: Int
  ) throws(Explanation) -> Slice {
    try Slice(reader, axis: axis, position: position, longestEdge: 2048)
  }

  /// One sheet for layer `position` across `axis`; `captions` say why.
  func sheet(
    _ axis: LayerCurves.Axis, _ position: Int, captions: [String]
  ) throws(Explanation) -> PictureSheet {
    let across: Slice.Axis = axis == .z ? .z : axis == .y ? .y : .x
    let truth = try slice(inputs.pairing.truth, across, position)
    let prediction = try slice(inputs.pairing.prediction, across, position)
    let grey = try inputs.scan.map { scan throws(Explanation) in
      try slice(scan, across, position)
    }
    let mask = try inputs.pairing.mask.map { mask throws(Explanation) in
      try slice(mask, across, position)
    }
    let under = grey?.values ?? [Float](repeating: 0, count: truth.values.count)
    func labels(_ slice: Slice) -> [UInt8] { slice.values.map { UInt8(exactly: $0) ?? 255 } }
    let (truths, predictions) = (labels(truth), labels(prediction))
    let errors = truths.indices.map { i -> UInt8 in
      let counts = truths[i] != 255 && (mask.map { $0.values[i] != 0 } ?? true)
      return counts && truths[i] != predictions[i] ? 1 : 255
    }
    let step = max(1, longestEdge(across) / max(truth.width, truth.height, 1))
    func panel(
      _ labels: [UInt8]?, _ classes: [LabelClass], _ caption: [String]
    ) -> PictureSheet.Panel {
      var picture = LayerPicture(width: truth.width, height: truth.height, grey: under)
      picture.labels = labels
      picture.classes = classes
      picture.view = labels == nil ? .grey : .overlay
      return PictureSheet.Panel(picture: picture, voxelsPerValue: step, caption: caption)
    }
    var sheet = PictureSheet()
    if grey != nil { sheet.panels.append(panel(nil, [], ["\(axis.rawValue) = \(position)"])) }
    sheet.panels.append(panel(truths, classes, ["truth"]))
    sheet.panels.append(panel(predictions, classes, ["prediction"]))
    var wrong = panel(errors, [Self.wrong], ["errors"] + captions)
    wrong.picture.opacity = 1
    sheet.panels.append(wrong)
    sheet.columns = sheet.panels.count
    // Small layers enlarged by a whole number, large ones as they are, as far as a page is wide.
    let longest = max(truth.width, truth.height, 1)
    sheet.edge = min(1024, longest * max(1, 640 / longest))
    return sheet
  }
}
