import EngineCore
import SystemIO
import VolumeCore

/// Everything that can be plugged in, as values; only the composition root knows their types.
public struct Catalogue: Sendable {
  /// Volume formats; the first that recognises a path opens it.
  public var formats: [any VolumeFormat]
  /// Readers of model files.
  public var modelReaders: [any ModelReader]
  /// Writers of model files.
  public var modelWriters: [any ModelWriter]
  /// Engines, the preferred first: `--engine auto` takes the first that can.
  public var engines: [any EngineFactory]
  /// Engines that train, the preferred first.
  public var trainers: [any TrainingEngineFactory]
  /// Writes pictures.
  public var pictures: any PictureWriter
  /// Makes films.
  public var films: (any FilmMaker)?
  /// Gives layers to paint programs.
  public var paint: (any PaintPictures)?
  /// Tells the state of stores, and mends them.
  public var stores: (any StoreChecking)?
  /// Writes tables into stores.
  public var columns: (any ColumnStoring)?
  /// Suggests how headerless files may be read.
  public var guesser: (any VolumeGuessing)?

  /// A tool with these.
  public init(
    formats: [any VolumeFormat], modelReaders: [any ModelReader],
    modelWriters: [any ModelWriter] = [], engines: [any EngineFactory],
    trainers: [any TrainingEngineFactory] = [], pictures: any PictureWriter,
    films: (any FilmMaker)? = nil, paint: (any PaintPictures)? = nil,
    stores: (any StoreChecking)? = nil, columns: (any ColumnStoring)? = nil,
    guesser: (any VolumeGuessing)? = nil
  ) {
    self.formats = formats
    self.modelReaders = modelReaders
    self.modelWriters = modelWriters
    self.engines = engines
    self.trainers = trainers
    self.pictures = pictures
    self.films = films
    self.paint = paint
    self.stores = stores
    self.columns = columns
    self.guesser = guesser
  }
}

extension Catalogue {
  /// Opens the volume at `path` in whichever format recognises it.
  public func open(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader {
    // A format that knows the name says best what keeps it from opening it.
    guard let format = formats.first(where: { $0.recognises(path) }) else {
      throw unrecognised(path)
    }
    try checkUse(of: hints, format, path)
    return try format.open(path, hints: hints)
  }

  /// Refuses options that choose what this volume does not have: they were meant for another.
  private func checkUse(
    of hints: OpeningHints, _ format: any VolumeFormat, _ path: String
  ) throws(Explanation) {
    if let level = hints.level, level != "0", !format.hasLevels {
      throw Explanation(
        .input, "\(path): --level says \(level), and \(format.name) files have one level, 0",
        remedy: "leave --level out")
    }
    if hints.fillsGaps, !format.hasSlices || kind(ofPath: path) != .folder {
      throw Explanation(
        .input, "\(path): --gaps fills the missing layers of a folder of slices, which this is not",
        remedy: "leave --gaps out")
    }
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
        ? "give a store, or a folder that holds the slices of one volume and nothing else"
        : "name a headerless file .raw and give --shape and --type, as in --shape 1900x1040x1300 "
          + "--type uint8; types are \(list(VoxelType.allCases.map(\.rawValue)))")
  }

  /// The format that writes `path`.
  public func formatWriting(_ path: String) throws(Explanation) -> any VolumeFormat {
    guard let format = formats.first(where: { $0.writes(path) }) else {
      throw Explanation(
        .input, "\(path): no format is known that writes files of this name",
        remedy: "end the output's name in \(list(writtenEndings))")
    }
    return format
  }

  /// The endings of names that are written, the store's first.
  var writtenEndings: [String] {
    // Asked one by one, since each format knows its own names alone.
    let endings = [
      ".zarr", ".raw", ".tif", ".h5", ".nrrd", ".nhdr", ".mha", ".mhd", ".nii", ".nii.gz",
      ".hdr", ".npy", ".mrc",
      ".vol", "/",
    ]
    return endings.filter { ending in
      formats.contains { $0.writes("output" + ending) }
    }.map { $0 == "/" ? "/ (a folder of slices)" : $0 }
  }

  /// The writer of models of the name `path`.
  public func modelWriter(_ path: String) throws(Explanation) -> any ModelWriter {
    guard let writer = modelWriters.first(where: { $0.recognises(path) }) else {
      throw Explanation(
        .input, "\(path): no kind of model is known that has such a name",
        remedy: "end the output's name in \(list(modelWriters.flatMap(\.endings)))")
    }
    return writer
  }

  /// Reads the model at `path`.
  public func model(_ path: String) throws(Explanation) -> Model {
    guard let reader = modelReaders.first(where: { $0.recognises(path) }) else {
      if kind(ofPath: path) == .missing {
        throw Explanation(
          .input, "\(path): there is no such model, or it may not be looked at",
          remedy: "check the path, or leave --model out for the default model")
      }
      throw Explanation(
        .input,
        "\(path): this is no model of a kind that is read (\(list(modelReaders.map(\.name))))",
        remedy: "save the whole model in Keras as a file that ends in .h5")
    }
    return try reader.read(path)
  }
}
