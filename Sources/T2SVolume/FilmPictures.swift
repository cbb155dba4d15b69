import Films
import Pictures
import VolumeCommands
import VolumeCore

/// Films through FFmpeg's libraries.
struct FilmPictures: FilmMaker {
  var endings: [String] { FilmFormat.allCases.map { ".\($0.rawValue)" } }

  func begin(_ path: String, picturesPerSecond: Int) throws(Explanation) -> any Film {
    let name = path.lowercased()
    guard let format = FilmFormat.allCases.first(where: { name.hasSuffix(".\($0.rawValue)") })
    else {
      throw Explanation(
        .input, "\(path): there are no films of such a name",
        remedy: "end the name in \(endings.joined(separator: " or "))")
    }
    return PictureFilm(path, format, picturesPerSecond)
  }
}

/// A film whose pictures are drawn here; it begins with the first, whose size is that of all.
private final class PictureFilm: Film {
  private let path: String
  private let format: FilmFormat
  private let picturesPerSecond: Int
  private var file: FilmFile?

  init(_ path: String, _ format: FilmFormat, _ picturesPerSecond: Int) {
    (self.path, self.format, self.picturesPerSecond) = (path, format, picturesPerSecond)
  }

  var size: (width: Int, height: Int)? { file.map { ($0.width, $0.height) } }

  var encoder: String? {
    file.map {
      switch $0.encoder {
      case "libx264": "H.264 (libx264)"
      case "mpeg4": "MPEG-4 part 2, since this FFmpeg has no libx264"
      case "gif": "GIF"
      default: $0.encoder
      }
    }
  }

  func add(_ frame: FilmFrame) throws(Explanation) {
    let picture = frame.drawn()
    do throws(FilmError) {
      try begun(picture.width, picture.height).add(picture.rgb)
    } catch {
      throw error.explanation
    }
  }

  private func begun(_ width: Int, _ height: Int) throws(FilmError) -> FilmFile {
    if let file { return file }
    let begun = try FilmFile(
      at: path, as: format, width: width, height: height, picturesPerSecond: picturesPerSecond)
    file = begun
    return begun
  }

  func finish() throws(Explanation) {
    do throws(FilmError) { try file?.finish() } catch { throw error.explanation }
  }

  func discard() { file?.discard() }
}

extension FilmFrame {
  /// The picture, with edges of even length.
  fileprivate func drawn() -> Picture {
    let panels: [Picture]
    switch content {
    case .colours(let picture):
      panels = [Picture(width: picture.width, height: picture.height, rgb: picture.rgb)]
    case .layers(let layers): panels = layers.map(panel)
    }
    let above = panels.count == 1 ? panels[0] : Picture.sideBySide(panels)
    var footer = PictureFooter()
    // The bar's part is one of a panel.
    footer.scale = scaleBar.map {
      (part: $0.part * Double(panels[0].width) / Double(above.width), text: $0.text)
    }
    footer.caption = caption
    footer.captionLength = captionLength
    footer.legend = legend.map { LegendEntry($0) }
    let whole = Picture.stacked([above, footer.drawn(width: above.width)])
    guard whole.width % 2 + whole.height % 2 > 0 else { return whole }
    var even = Picture(
      width: whole.width + whole.width % 2, height: whole.height + whole.height % 2,
      filledWith: .white)
    even.draw(whole, row: 0, column: 0)
    return even
  }

  private func panel(_ layer: LayerPicture) -> Picture {
    let grey = GreyLayer(width: layer.width, height: layer.height, values: layer.grey)
    let window =
      layer.window.map { GreyWindow(low: $0.low, high: $0.high) } ?? GreyWindow(fitting: grey)
    var picture = grey.shrunk(toEdge: edge).picture(window: window)
    if layer.view != .grey, let labels = layer.labels {
      picture = LabelLayer(width: layer.width, height: layer.height, labels: labels)
        .shrunk(toEdge: edge).picture(over: picture, classes: layer.classes, opacity: layer.opacity)
    }
    return picture.enlarged(max(1, edge / max(1, picture.width, picture.height)))
  }
}
