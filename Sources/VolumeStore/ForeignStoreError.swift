import SystemIO
import VolumeCore
import ZarrFormat

/// Why a store of others cannot be opened or read.
enum ForeignStoreError: Error, Hashable {
  /// The system refused.
  case system(SystemError)
  /// Nothing there that is Zarr.
  case notZarr(path: String)
  /// A store in a ZIP file.
  case isZip(path: String)
  /// A document that is not understood.
  case metadata(path: String, MetadataError)
  /// A plate of many wells, or one of its wells.
  case isPlate(path: String, parts: [String])
  /// Several images, or several arrays, of which one must be chosen.
  case choose(path: String, what: String, among: [String])
  /// A group in which nothing is that can be read.
  case nothingInside(path: String)
  /// There is no such level.
  case noSuchLevel(path: String, level: String, levels: [String])
  /// A level was asked for, but the path is that of one array.
  case hasNoLevels(path: String, level: String)
  /// Several points of time.
  case hasTimes(path: String, count: Int)
  /// Several channels, of which none is chosen.
  case hasChannels(path: String, count: Int)
  /// There is no such channel.
  case noSuchChannel(path: String, channel: Int, count: Int)
  /// Which axis is which cannot be told.
  case axes(path: String, found: String)
  /// Hints about bytes were given, which the store knows better.
  case hintsAreUseless(path: String, shape: Shape3, type: VoxelType)
  /// `--voxel-size` is not what the store says.
  case spacingDiffers(path: String, stored: VoxelSpacing, given: VoxelSpacing)
  /// A chunk's or shard's file without a byte.
  case isEmpty(path: String)
  /// No file where a chunk's or shard's file must be.
  case isNoFile(path: String)
  /// A shard's index cannot be trusted.
  case shard(path: String, ShardError)
  /// More files than can be looked for.
  case tooManyFiles(path: String, limit: Int)
  /// The check was to stop.
  case stopped(path: String)
  /// A chunk cannot be trusted.
  case chunk(path: String, bytes: Range<UInt64>, ChunkError)
}

extension ForeignStoreError: ExplainedError {
  var explanation: Explanation {
    switch self {
    case .system(let error): error.explanation
    case .isEmpty, .isNoFile, .shard, .chunk:
      Explanation(
        .damaged, damage, remedy: "copy the store again from where it is whole, or make it anew")
    case .stopped(let path):
      Explanation(.failed, "\(path) was not looked at to the end", remedy: "give the command again")
    case .tooManyFiles(let path, let limit):
      Explanation(
        .input, "\(path) is cut into more than \(limit) files: too many to look for each",
        remedy: "give the path of one of its parts")
    case .choose, .isPlate, .nothingInside, .hasTimes, .hasChannels, .noSuchChannel, .noSuchLevel,
      .hasNoLevels:
      choice
    default: refusal
    }
  }

  private var refusal: Explanation {
    switch self {
    case .notZarr(let path):
      Explanation(
        .input, "\(path) is no Zarr store: it has no zarr.json, .zgroup or .zarray",
        remedy: "give the folder of an image or of an array")
    case .isZip(let path):
      Explanation(
        .input, "\(path) is a store in a ZIP file, which is not read",
        remedy: "unpack it (unzip), and give the folder")
    case .metadata(let path, let error):
      Explanation(
        .input, "\(path): \(error)",
        remedy: "write the store with other settings, for example with zarr-python")
    case .axes(let path, let found):
      Explanation(
        .input, "\(path): which of its dimensions are z, y and x cannot be told: \(found)",
        remedy: "name the axes in its OME metadata or in dimension_names")
    case .hintsAreUseless(let path, let shape, let type):
      OpeningHints.useless(path: path, "\(shape), \(type.rawValue)")
    case .spacingDiffers(let path, let stored, let given):
      Explanation(
        .input, "\(path) has voxels of \(stored.words), but --voxel-size says \(given.words)",
        remedy: "leave --voxel-size out")
    default: Explanation(.failed, damage, remedy: "")
    }
  }

  private var choice: Explanation {
    switch self {
    case .isPlate(let path, let parts):
      Explanation(
        .input, "\(path) is a plate of many images (\(Self.list(parts)))",
        remedy: "give the path of one field, such as \(path)/A/1/0")
    case .choose(let path, let what, let among):
      Explanation(
        .input, "\(path) holds \(among.count) \(what): \(Self.list(among))",
        remedy: "give one of them, such as \(path)/\(among.first ?? "")")
    case .nothingInside(let path):
      Explanation(
        .input, "\(path) is a group without an image or an array",
        remedy: "give the path of an image or of an array")
    case .noSuchLevel(let path, let level, let levels):
      Explanation(
        .input, "\(path) has no level \(level)",
        remedy: "its levels are \(Self.list(levels)): give a name or a number from 0")
    case .hasNoLevels(let path, let level):
      Explanation(
        .input, "\(path) is one array, so there is no level \(level) to choose",
        remedy: "leave --level out, or give the image's folder")
    case .hasTimes(let path, let count):
      Explanation(
        .input, "\(path) holds \(count) points of time; one volume is read",
        remedy: "write one point of time to a store of its own")
    case .hasChannels(let path, let count):
      Explanation(
        .input, "\(path) holds \(count) channels; one is read",
        remedy: "choose one with --channel 0 to \(count - 1)")
    case .noSuchChannel(let path, let channel, let count):
      Explanation(
        .input, "\(path) has no channel \(channel)",
        remedy: count > 1
          ? "choose one with --channel 0 to \(count - 1)" : "leave --channel out")
    default: Explanation(.failed, damage, remedy: "")
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
  }

  private var damage: String {
    switch self {
    case .isEmpty(let path): "\(path) has not a single byte"
    case .isNoFile(let path): "\(path) is no file"
    case .shard(let path, let error): "the shard \(path) is damaged: \(error)"
    case .chunk(let path, let bytes, let error):
      "the chunk at bytes \(bytes.lowerBound) to \(bytes.upperBound) of \(path) is damaged: "
        + "\(error)"
    default: "\(self)"
    }
  }
}
