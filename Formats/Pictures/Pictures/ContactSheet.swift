import VolumeCore

/// Layers side by side on white, equally wide, each above its caption and a scale.
public struct ContactSheet: Hashable, Sendable {
  /// One layer.
  public struct Panel: Hashable, Sendable {
    /// The grey values.
    public var layer: GreyLayer
    /// How many voxels one of its pixels stands for.
    public var voxelsPerPixel: Int
    /// Lines below it.
    public var caption: [String]
    /// Drawn over it.
    public var labels: LabelLayer?
    /// The labels' colours.
    public var classes: [LabelClass] = []
    /// How much of a label's colour there is where it is drawn, from 0 to 1.
    public var opacity: Float = 0.45

    /// `layer` above `caption`.
    public init(layer: GreyLayer, voxelsPerPixel: Int, caption: [String]) {
      self.layer = layer
      self.voxelsPerPixel = voxelsPerPixel
      self.caption = caption
    }
  }

  /// From the upper left, row by row.
  public var panels: [Panel]
  /// Panels in a row.
  public var columns = 3
  /// The edge of the square in which a layer is drawn.
  public var edge = 384

  /// A sheet of `panels`.
  public init(_ panels: [Panel]) { self.panels = panels }

  /// Draws it.
  public func drawn() -> Picture {
    let margin = 12
    let lineHeight = BitmapFont.height + 5
    let lines = (panels.map(\.caption.count).max() ?? 0) + 1
    let below = margin + lines * lineHeight
    let across = max(1, min(columns, panels.count))
    let down = (panels.count + across - 1) / across
    let pictures = panels.map(picture)
    // A row is as high as its highest picture.
    let heights = (0..<down).map { row in
      pictures[(row * across)..<min((row + 1) * across, pictures.count)].map(\.height).max() ?? 0
    }
    var sheet = Picture(
      width: margin + across * (edge + margin),
      height: margin + heights.reduce(0) { $0 + $1 + below + margin }, filledWith: .white)
    var top = margin
    for (row, height) in heights.enumerated() {
      for column in 0..<across where row * across + column < panels.count {
        let index = row * across + column
        draw(
          panels[index], pictures[index], on: &sheet, row: top, height: height,
          column: margin + column * (edge + margin), lineHeight: lineHeight)
      }
      top += height + below + margin
    }
    return sheet
  }

  /// The picture of a panel, at most as large as the square.
  private func picture(_ panel: Panel) -> Picture {
    let layer = panel.layer.shrunk(toEdge: edge)
    // Small layers are shown in whole squares, so that single voxels can be seen.
    let zoom = max(1, edge / max(1, layer.width, layer.height))
    var picture = layer.picture(window: GreyWindow(fitting: panel.layer))
    if let labels = panel.labels {
      picture = labels.shrunk(toEdge: edge)
        .picture(over: picture, classes: panel.classes, opacity: panel.opacity)
    }
    return picture.enlarged(zoom)
  }

  private func draw(
    _ panel: Panel, _ picture: Picture, on sheet: inout Picture, row: Int, height: Int,
    column: Int, lineHeight: Int
  ) {
    sheet.draw(picture, row: row + (height - picture.height), column: column)

    // The scale: a round number of voxels, at most a third of the panel.
    let pixelsPerVoxel =
      Double(picture.width) / Double(max(1, panel.layer.width * panel.voxelsPerPixel))
    var voxels = 1
    for step in [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
    where Double(step) * pixelsPerVoxel <= Double(edge) / 3 { voxels = step }
    let length = max(1, Int((Double(voxels) * pixelsPerVoxel).rounded()))
    var top = row + height + 6
    sheet.fill(rows: top..<(top + 3), columns: column..<(column + length), with: .black)
    sheet.write(
      "\(voxels) \(voxels == 1 ? "voxel" : "voxels")", row: top - 2, column: column + length + 6)
    let room = edge / (BitmapFont.width + 1)
    for line in panel.caption {
      top += lineHeight
      sheet.write(String(line.prefix(room)), row: top, column: column)
    }
  }
}

extension Picture {
  /// Every pixel as a square of `times` by `times`.
  public func enlarged(_ times: Int) -> Picture {
    guard times > 1 else { return self }
    var large = Picture(width: width * times, height: height * times)
    for row in 0..<height {
      for column in 0..<width {
        large.fill(
          rows: (row * times)..<((row + 1) * times),
          columns: (column * times)..<((column + 1) * times), with: self[row, column])
      }
    }
    return large
  }
}
