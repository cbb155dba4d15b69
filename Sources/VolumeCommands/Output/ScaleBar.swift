import Glibc
import VolumeCore

/// A line of a round length below a picture, that tells how large things are.
public struct ScaleBar: Hashable, Sendable {
  /// Its length as a part of the picture's width.
  public var part: Double
  /// "200 µm", or "50 voxels" where the voxel's size is not known.
  public var text: String

  /// A bar of `part` of the width that says `text`.
  public init(part: Double, text: String) { (self.part, self.text) = (part, text) }

  /// The longest round bar that takes no more than a quarter of a width of `voxels`.
  ///
  /// - Parameter edge: micrometres of a voxel in this direction, where they are known.
  static func fitting(voxels: Double, edge: Double?) -> ScaleBar {
    guard let edge, edge > 0, edge.isFinite else {
      let length = max(1, round(voxels / 4))
      return ScaleBar(
        part: min(1, length / voxels), text: length == 1 ? "1 voxel" : "\(Int(length)) voxels")
    }
    let length = round(voxels * edge / 4)
    let (value, unit) =
      length >= 1e6
      ? (length / 1e6, "m")
      : length >= 1e3 ? (length / 1e3, "mm") : length >= 1 ? (length, "µm") : (length * 1e3, "nm")
    return ScaleBar(part: length / (voxels * edge), text: "\(Words.short(value)) \(unit)")
  }

  /// The largest of 1, 2, 5, 10, 20, ... that is at most `length`.
  private static func round(_ length: Double) -> Double {
    let power = pow(10, floor(log10(length) + 1e-9))
    let digit = [5.0, 2, 1].first { $0 * power <= length * (1 + 1e-9) } ?? 1
    return digit * power
  }
}

/// A picture whose pixels have their colours already, above its scale bar.
public struct ColourPicture: Hashable, Sendable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Red, green and blue, row by row.
  public var rgb: [UInt8]
  /// Below it.
  public var scaleBar: ScaleBar?

  /// A picture of `rgb`.
  public init(width: Int, height: Int, rgb: [UInt8]) {
    (self.width, self.height, self.rgb) = (width, height, rgb)
  }
}
