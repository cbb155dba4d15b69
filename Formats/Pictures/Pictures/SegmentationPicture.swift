import VolumeCore

/// What `show` and `segment` draw of one layer: grey, labels, or labels over grey beside the grey.
public struct SegmentationPicture: Hashable, Sendable {
  /// The grey values, or `nil` where only labels are shown.
  public var grey: GreyLayer?
  /// The labels, or `nil` where only grey values are shown; as large as the grey layer.
  public var labels: LabelLayer?
  /// The colours and names of the labels.
  public var classes: [LabelClass] = []
  /// Each class's part of the whole volume, by value, for the legend.
  public var fractions: [Int: Double] = [:]
  /// What is black and what is white; fitted to the layer where it is `nil`.
  public var window: GreyWindow?
  /// The longest edge of one panel.
  public var maximalEdge = 1024

  /// A picture of `grey`, of `labels`, or of both.
  public init(grey: GreyLayer?, labels: LabelLayer?) {
    self.grey = grey
    self.labels = labels
  }

  /// Draws it: grey and overlay side by side where both are there, above a legend of the classes.
  public func drawn() -> Picture {
    // The window is that of the layer itself: means of many voxels reach less far.
    let window = window ?? grey.map { GreyWindow(fitting: $0) }
    let greyPicture = window.flatMap { grey?.shrunk(toEdge: maximalEdge).picture(window: $0) }
    guard let labels = labels?.shrunk(toEdge: maximalEdge) else {
      return greyPicture ?? Picture(width: 0, height: 0)
    }
    let panels: Picture
    if let greyPicture {
      panels = .sideBySide([
        greyPicture, labels.picture(over: greyPicture, classes: classes),
      ])
    } else {
      panels = labels.picture(classes: classes)
    }
    let entries = classes.map { LegendEntry($0, fraction: fractions[$0.value]) }
    return .stacked([
      panels, .legend(entries, width: panels.width, scale: panels.width < 500 ? 1 : 2),
    ])
  }
}
