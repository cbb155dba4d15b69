import EngineCore
import NeuralGraph
import VolumeCore

/// One channel of a feature map, as it is drawn.
struct FeaturePlane {
  var width: Int
  var height: Int
  var values: [Float]

  var low: Float { values.lazy.filter(\.isFinite).min() ?? 0 }
  var high: Float { values.lazy.filter(\.isFinite).max() ?? 0 }
}

/// Feature maps side by side: first the crop, then channel by channel, each over its own range,
/// the half percent at either end left out.
struct FeatureSheet {
  var channels: Int

  /// Panels in a row: about as many as rows.
  var columns: Int {
    var columns = 1
    while columns * columns < channels + 1 { columns += 1 }
    return columns
  }

  /// Smaller where there are many.
  var edge: Int { channels < 32 ? 192 : channels < 128 ? 128 : 96 }

  /// Bytes of the picture while it is drawn and packed.
  var byteCount: Int { 8 * (columns * (edge + 12)) * (columns * (edge + 48)) }

  func drawn(grey: FeaturePlane, _ planes: [FeaturePlane], layer: String) -> PictureSheet {
    var sheet = PictureSheet()
    (sheet.columns, sheet.edge) = (columns, edge)
    func panel(_ plane: FeaturePlane, _ caption: [String]) -> PictureSheet.Panel {
      let picture = LayerPicture(width: plane.width, height: plane.height, grey: plane.values)
      let step = max(1, grey.width / max(1, plane.width))
      return PictureSheet.Panel(picture: picture, voxelsPerValue: step, caption: caption)
    }
    func range(_ plane: FeaturePlane) -> String {
      "\(Words.fixed(Double(plane.low), 2)) to \(Words.fixed(Double(plane.high), 2))"
    }
    sheet.panels = [panel(grey, ["scan", range(grey)])]
    for (number, plane) in planes.enumerated() {
      sheet.panels.append(panel(plane, ["channel \(number)", range(plane)]))
    }
    return sheet
  }
}

/// Where a crop lies: as near around a voxel as the scan has room, with an extent that the network
/// takes.
struct FeatureCrop {
  let box: Region

  init(_ place: Index3, _ wanted: Shape3, _ graph: Graph, _ scan: Shape3) throws(Explanation) {
    guard (0..<scan.z).contains(place.z), (0..<scan.y).contains(place.y),
      (0..<scan.x).contains(place.x)
    else {
      throw Explanation(
        .input,
        "--at \(place.z),\(place.y),\(place.x) lies outside the scan, which has "
          + scan.words, remedy: "layers, rows and columns are counted from 0")
    }
    let stride = graph.totalStride
    var extent = Shape3(z: 1, y: 1, x: 1)
    for axis in Axis.allCases {
      let most = scan[axis] / stride[axis] * stride[axis]
      extent[axis] = min(most, (wanted[axis] + stride[axis] - 1) / stride[axis] * stride[axis])
    }
    if graph.isPlanar { extent.z = graph.layersAsChannels ?? 1 }
    // Networks without padding take other extents than multiples of their stride.
    for more in 0...max(stride.y, stride.x, stride.z) {
      var tried = extent
      tried.y += more
      tried.x += more
      if !graph.isPlanar { tried.z += more }
      guard tried.z <= scan.z, tried.y <= scan.y, tried.x <= scan.x else { break }
      guard (try? graph.shapes(forInput: tried)) != nil else { continue }
      func range(_ middle: Int, _ extent: Int, _ whole: Int) -> Range<Int> {
        let start = min(max(0, middle - extent / 2), whole - extent)
        return start..<(start + extent)
      }
      box = Region(
        z: range(place.z, tried.z, scan.z), y: range(place.y, tried.y, scan.y),
        x: range(place.x, tried.x, scan.x))
      return
    }
    throw Explanation(
      .input, "a crop of \(extent) in a scan of \(scan) does not fit the network",
      remedy: "give another --crop: of multiples of \(stride), or for a network without padding "
        + "larger than its receptive field, \(graph.receptiveField)")
  }
}
