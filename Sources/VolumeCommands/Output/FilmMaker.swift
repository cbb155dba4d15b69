import VolumeCore

/// One picture of a film: panels side by side, above what they show.
public struct FilmFrame: Hashable, Sendable {
  /// What is shown.
  public enum Content: Hashable, Sendable {
    /// Layers, each grey or with its labels over it, all of one size.
    case layers([LayerPicture])
    /// A picture that is drawn already.
    case colours(ColourPicture)
  }

  /// What is shown.
  public var content: Content
  /// Below it, at the right: "z = 12".
  public var caption: String
  /// Letters of the film's longest caption, so that all pictures are of one size.
  public var captionLength: Int
  /// Below it, at the left; of a panel's width.
  public var scaleBar: ScaleBar?
  /// Classes whose colours are named below.
  public var legend: [LabelClass] = []
  /// The longer edge of a panel: larger layers are shrunk to it, smaller ones enlarged by a whole
  /// number as far as they fit.
  public var edge: Int

  /// `content` above `caption`, in panels of `edge` pixels.
  public init(_ content: Content, caption: String, edge: Int) {
    (self.content, self.caption, self.edge) = (content, caption, edge)
    captionLength = caption.count
  }
}

/// A film that is being made: it has its name only once it is whole.
public protocol Film: AnyObject {
  /// What encodes it, in words: "H.264 (libx264)".
  var encoder: String? { get }
  /// Pixels in a row and rows, once there is a picture.
  var size: (width: Int, height: Int)? { get }
  /// Adds a picture; all are of the size of the first.
  func add(_ frame: FilmFrame) throws(Explanation)
  /// Gives the film its name.
  func finish() throws(Explanation)
  /// Removes what there is.
  func discard()
}

/// Makes films.
public protocol FilmMaker: Sendable {
  /// Endings of the names of films that can be made: ".mp4".
  var endings: [String] { get }
  /// Begins a film at `path` of `picturesPerSecond`.
  func begin(_ path: String, picturesPerSecond: Int) throws(Explanation) -> any Film
}
