import EngineCore
import VolumeCore

/// A layer to be drawn: grey values, and labels of the same voxels.
public struct LayerPicture: Hashable, Sendable {
  /// What is shown.
  public enum View: String, CaseIterable, Sendable {
    /// The grey values alone.
    case grey
    /// The labels over the grey values.
    case overlay
    /// Both side by side.
    case both
  }

  /// Values in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Row by row, from the top.
  public var grey: [Float]
  /// The same for labels, where there are any.
  public var labels: [UInt8]?
  /// Names and colours of the labels.
  public var classes: [LabelClass] = []
  /// Each class's part of the volume, by its value, for the legend.
  public var fractions: [Int: Double] = [:]
  /// The grey values drawn black and white; `nil`: those that fit the layer.
  public var window: Normalisation?
  /// On a sheet, how much of a label's colour there is where it is drawn, from 0 to 1.
  public var opacity: Float = 0.45
  /// What is shown, where there are labels.
  public var view = View.both
  /// Drawn below it.
  public var scaleBar: ScaleBar?

  /// A layer of grey values.
  public init(width: Int, height: Int, grey: [Float]) {
    self.width = width
    self.height = height
    self.grey = grey
  }
}

/// Small pictures of several layers on one sheet, to be told apart at a glance.
public struct PictureSheet: Hashable, Sendable {
  /// One of them.
  public struct Panel: Hashable, Sendable {
    /// The layer; labels are drawn over it where it has any.
    public var picture: LayerPicture
    /// The distance of the values in a row, and of the rows, in voxels.
    public var voxelsPerValue: Int
    /// Lines below it.
    public var caption: [String]

    /// `picture`, of every `voxelsPerValue`-th voxel, above `caption`.
    public init(picture: LayerPicture, voxelsPerValue: Int, caption: [String]) {
      self.picture = picture
      self.voxelsPerValue = voxelsPerValue
      self.caption = caption
    }
  }

  /// From the upper left, row by row.
  public var panels: [Panel] = []
  /// Panels in a row.
  public var columns = 3
  /// The edge of the square in which a layer is drawn.
  public var edge = 384

  /// An empty sheet.
  public init() {}
}

/// Draws pictures and writes them to files.
public protocol PictureWriter: Sendable {
  /// Writes `picture` to `path`, whole or not at all.
  func write(_ picture: LayerPicture, to path: String) throws(Explanation)
  /// Writes `picture` to `path`, whole or not at all.
  func write(_ picture: ColourPicture, to path: String) throws(Explanation)
  /// Writes `sheet` to `path`, whole or not at all.
  func write(_ sheet: PictureSheet, to path: String) throws(Explanation)
  /// The bytes of a PNG whose grey is `values`, row by row.
  func greyPNG(width: Int, height: Int, values: [UInt8]) throws(Explanation) -> [UInt8]
  /// Writes `chart` to `path`, whole or not at all.
  func write(_ chart: Chart, to path: String) throws(Explanation)
}
