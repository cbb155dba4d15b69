import EngineCore
import VolumeCore

/// A layer of a scan, and of its labels, read to be drawn.
struct LayerDrawing: Sendable {
  var scan: any VolumeReader
  var labels: (any VolumeReader)?
  var axis = Slice.Axis.z
  /// The layer, or `nil` for the middle one.
  var layer: Int?
  /// The window, or `nil` for one that fits the layer.
  var window: Normalisation?
  var view = LayerPicture.View.both
  /// Each class's part of the volume, for the legend.
  var fractions: [Int: Double] = [:]

  /// Draws it; returns the layer that it drew.
  func draw(to path: String, with pictures: any PictureWriter) throws(Explanation) -> Int {
    if let labels, labels.volume.shape != scan.volume.shape {
      throw Explanation(
        .input,
        "the scan has \(scan.volume.shape.words), the labels have \(labels.volume.shape.words)",
        remedy: "give the labels of this very scan")
    }
    let position = layer ?? axis.extent(of: scan.volume.shape) / 2
    let grey = try Slice(scan, axis: axis, position: position)
    var picture = LayerPicture(width: grey.width, height: grey.height, grey: grey.values)
    if let labels {
      let slice = try Slice(labels, axis: axis, position: position)
      // A value that is no label is drawn as one that nobody annotated: not at all.
      picture.labels = slice.values.map { UInt8(exactly: $0) ?? 255 }
      picture.classes = labels.volume.classes ?? []
    }
    picture.window = window
    picture.view = view
    picture.fractions = fractions
    try pictures.write(picture, to: path)
    return position
  }
}

/// `NAME` of an input with another suffix, in the current folder: "a/big.raw" gives "big.labels.zarr".
package func outputName(for input: String, suffix: String) -> String {
  var name = fileName(of: input)
  let known = [".ome.zarr", ".zarr", ".raw", ".vol", ".bin", ".tif", ".tiff"]
  let ending = known.first { name.lowercased().hasSuffix($0) && name.count > $0.count }
  if let ending { name = String(name.dropLast(ending.count)) }
  return name + suffix
}
