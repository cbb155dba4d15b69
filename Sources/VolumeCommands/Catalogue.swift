import EngineCore
import SystemIO
import VolumeCore

/// Everything that can be plugged in, as values; only the composition root knows their types.
public struct Catalogue: Sendable {
  /// Volume formats; the first that recognises a path opens it.
  public var formats: [any VolumeFormat]
  /// Readers of model files.
  public var modelReaders: [any ModelReader]
  /// Engines, the preferred first: `--engine auto` takes the first that can.
  public var engines: [any EngineFactory]
  /// Writes pictures.
  public var pictures: any PictureWriter

  /// A tool with these.
  public init(
    formats: [any VolumeFormat], modelReaders: [any ModelReader], engines: [any EngineFactory],
    pictures: any PictureWriter
  ) {
    self.formats = formats
    self.modelReaders = modelReaders
    self.engines = engines
    self.pictures = pictures
  }
}

/// A picture: rows from the top, red, green and blue of each dot, one byte each.
public struct ColourImage: Hashable, Sendable {
  /// Dots in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// `3 * width * height` bytes.
  public var rgb: [UInt8]

  /// A black picture.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
    rgb = [UInt8](repeating: 0, count: 3 * width * height)
  }
}

/// Writes pictures to files.
public protocol PictureWriter: Sendable {
  /// Writes `image` to `path`, whole or not at all.
  func write(_ image: ColourImage, to path: String) throws(Explanation)
}

extension Catalogue {
  /// Opens the volume at `path` in whichever format recognises it.
  public func open(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader {
    // A format that knows the name says best what keeps it from opening it.
    guard let format = formats.first(where: { $0.recognises(path) }) else {
      throw unrecognised(path)
    }
    return try format.open(path, hints: hints)
  }

  private func unrecognised(_ path: String) -> Explanation {
    let kind = kind(ofPath: path)
    if kind == .missing {
      return Explanation(
        .input, "\(path): there is no such file or folder, or it may not be looked at",
        remedy: "check the path and the permissions of the folders above it")
    }
    let known = list(formats.map(\.name))
    return Explanation(
      .input, "\(path): this is in no format that is known by its name (\(known))",
      remedy: kind == .folder
        ? "give a .zarr store, or a folder that holds .tif slices only"
        : "name a headerless file .raw and give --shape ZxYxX --type uint8|uint16|float32, "
          + "as in --shape 1900x1040x1300 --type uint8")
  }

  /// The format that writes `path`.
  public func formatWriting(_ path: String) throws(Explanation) -> any VolumeFormat {
    guard let format = formats.first(where: { $0.writes(path) }) else {
      throw Explanation(
        .input, "\(path): no format is known that writes files of this name",
        remedy: "end the output's name in .zarr (a store), .raw or .tif")
    }
    return format
  }

  /// Reads the model at `path`.
  public func model(_ path: String) throws(Explanation) -> Model {
    if kind(ofPath: path) == .missing {
      throw Explanation(
        .input, "\(path): there is no such model, or it may not be looked at",
        remedy: "check the path, or leave --model out for the default model")
    }
    guard let reader = modelReaders.first(where: { $0.recognises(path) }) else {
      throw Explanation(
        .input,
        "\(path): this is no model of a kind that is read (\(list(modelReaders.map(\.name))))",
        remedy: "save the whole model in Keras as a file that ends in .h5")
    }
    return try reader.read(path)
  }
}
