import Quantification
import VolumeCore

/// Annotated layers: `FILE@z,z,...`, a volume of just these layers in this order, or one of the whole
/// scan's extent.
struct TruthLayers: Hashable, Sendable {
  var path: String
  /// The layers of the scan.
  var layers: [Int]

  /// Reads `FILE@12,300,588`.
  init(_ text: OptionText) throws(UsageError) {
    let expected = "give the file and its layers in the scan, as in truth.tif@12,300,588"
    guard let at = text.text.lastIndex(of: "@"), at != text.text.startIndex else {
      throw text.wrong("it names no layers", expected)
    }
    path = String(text.text[..<at])
    layers = []
    let words = text.text[text.text.index(after: at)...].split(
      separator: ",", omittingEmptySubsequences: false)
    for word in words {
      guard let layer = decimal(word) else { throw text.wrong("'\(word)' is no layer", expected) }
      guard !layers.contains(layer) else {
        throw text.wrong("layer \(layer) is named twice", expected)
      }
      layers.append(layer)
    }
  }

  /// Opens the file and checks that it fits a scan of `shape` of which `region` is labelled.
  func open(
    _ context: CommandContext, shape: Shape3, region: Region
  ) throws(Explanation) -> OpenTruthLayers {
    for layer in layers where !region.z.contains(layer) {
      throw Explanation(
        .input,
        "--truth-layers: layer \(layer) is not among the labelled ones (\(region.z.lowerBound) to "
          + "\(region.z.upperBound - 1))",
        remedy: "give layers of the scan, the first of which is 0")
    }
    let reader = try context.catalogue.open(path, hints: OpeningHints())
    let found = reader.volume.shape
    let isWhole = found == shape
    guard isWhole || found == Shape3(z: layers.count, y: shape.y, x: shape.x) else {
      throw Explanation(
        .input,
        "\(path) has \(found.words); \(layers.count) annotated layers of this scan would be "
          + "\(layers.count) of \(shape.y) rows x \(shape.x) columns",
        remedy: "give as many layers as the file holds, or a file of the scan's whole extent")
    }
    return OpenTruthLayers(truth: self, reader: reader, isWhole: isWhole, region: region)
  }
}

/// Annotated layers that fit the scan.
struct OpenTruthLayers: Sendable {
  let truth: TruthLayers
  let reader: any VolumeReader
  let isWhole: Bool
  /// The labelled part of the scan.
  let region: Region

  /// How `labels`, which are those of the labelled part, met the truth.
  func compare(
    _ labels: any VolumeReader, classes: [Int]
  ) throws(Explanation) -> LayerComparison {
    var result = LayerComparison(
      rows: region.y.count, columns: region.x.count, classes: classes)
    var seen: Set<Int> = []
    for (place, layer) in truth.layers.enumerated() {
      let there = isWhole ? layer : place
      let annotated = try explained { () throws(VolumeReadError) in
        try reader.bytes(of: Region(z: there..<(there + 1), y: region.y, x: region.x))
      }
      let here = layer - region.z.lowerBound
      let found = try explained { () throws(VolumeReadError) in
        try labels.bytes(
          of: Region(
            z: here..<(here + 1), y: 0..<region.y.count, x: 0..<region.x.count))
      }
      let count = region.y.count * region.x.count
      var bytes = [UInt8](repeating: 0, count: count)
      for i in 0..<count {
        let value = unsafe reader.volume.voxelType.value(annotated.span.bytes, at: i)
        guard value >= 0, value <= 255, value == value.rounded() else {
          throw Explanation(
            .input, "\(truth.path) holds \(Words.short(value)), which is no label",
            remedy: "labels are whole numbers from 0 to 255, 255 for what is not annotated")
        }
        bytes[i] = UInt8(value)
        seen.insert(Int(value))
      }
      result.add(
        layer: layer, prediction: unsafe found.span.bytes, truth: unsafe bytes.span.bytes)
    }
    guard result.voxels > 0 else {
      throw Explanation(
        .input, "\(truth.path) annotates nothing: all of it is 255, or outside",
        remedy: "give layers with labels")
    }
    guard seen.contains(where: { classes.contains($0) }) else {
      throw Explanation(
        .input,
        "\(truth.path) holds the values \(list(seen.sorted().prefix(8).map { "\($0)" })), and the "
          + "classes are \(list(classes.map { "\($0)" }))",
        remedy: "give labels of the same classes: is it the grey scan?")
    }
    return result
  }
}
