import Components
import Evaluation
import VolumeCore

/// Connected errors as rows of a table.
enum ErrorTables {
  /// The names of a layer's rows and columns.
  static func names(_ axis: LayerCurves.Axis) -> (rows: String, columns: String) {
    switch axis {
    case .z: ("y", "x")
    case .y: ("z", "x")
    case .x: ("z", "y")
    }
  }

  static func columns(_ axis: LayerCurves.Axis) -> [String] {
    let (r, c) = names(axis)
    return [
      axis.rawValue, "area_voxels", "\(r)_first", "\(r)_last", "\(c)_first", "\(c)_last",
      "\(r)_centroid", "\(c)_centroid", "major_axis_voxels", "minor_axis_voxels",
    ]
  }

  static func row(_ item: ErrorBlob) -> [String] {
    let (blob, origin) = (item.blob, item.origin)
    let (centroid, axes) = (blob.centroid, blob.axes)
    let whole = [
      item.position, blob.area, blob.rows.lowerBound + origin.row,
      blob.rows.upperBound - 1 + origin.row, blob.columns.lowerBound + origin.column,
      blob.columns.upperBound - 1 + origin.column,
    ]
    let broken = [
      centroid.row + Double(origin.row), centroid.column + Double(origin.column), axes.major,
      axes.minor,
    ]
    return whole.map { "\($0)" } + broken.map { Words.fixed($0, 3) }
  }

  static let solidColumns = [
    "voxels", "z_first", "z_last", "y_first", "y_last", "x_first", "x_last", "z_centroid",
    "y_centroid", "x_centroid", "longest_axis_voxels", "middle_axis_voxels", "shortest_axis_voxels",
  ]

  static func row(_ component: Component) -> [String] {
    let box = component.box
    let whole = [
      component.voxels, box.z.lowerBound, box.z.upperBound - 1, box.y.lowerBound,
      box.y.upperBound - 1, box.x.lowerBound, box.x.upperBound - 1,
    ]
    let centroid = component.centroid
    let broken = [centroid.z, centroid.y, centroid.x] + component.axes(nil).lengths
    return whole.map { "\($0)" } + broken.map { Words.fixed($0, 3) }
  }

  /// Layers worth looking at, with why.
  static func notable(_ axes: [AxisErrors]) -> String {
    var lines = ["axis,layer,reason,figure,picture"]
    for errors in axes {
      for reason in NotableReason.allCases {
        guard let layer = errors.notable(reason) else { continue }
        lines.append(
          "\(errors.axis.rawValue),\(layer.position),\(reason.rawValue),"
            + "\(Words.short(reason.figure(layer))),"
            + NotableLayers.pictureName(errors.axis, layer.position))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
