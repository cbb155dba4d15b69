import VolumeCore

/// One option of a command, as data: the parser, the help and the tests read the same.
public struct OptionDeclaration: Hashable, Sendable {
  /// Without the dashes: "tile".
  public var name: String
  /// What its value is called in the help: "SIZE"; `nil` for an option that takes none.
  public var value: String?
  /// What it does and what is the default, in one or two lines.
  public var help: String
  /// A letter by which it may be given as well: `-n`.
  public var short: Character?
  /// Whether it may be given several times: `Arguments.lists` has all of its values.
  public var repeats: Bool

  /// The option `--name VALUE`, or `--name` where `value` is `nil`.
  public init(
    _ name: String, _ value: String?, _ help: String, short: Character? = nil,
    repeats: Bool = false
  ) {
    self.short = short
    self.repeats = repeats
    self.name = name
    self.value = value
    self.help = help
  }

  /// `--json`, which every command has.
  public static let json = OptionDeclaration(
    "json", nil, "print exactly one JSON object on standard output; progress goes to standard error"
  )
  /// `--options`, which every command has.
  public static let optionFile = OptionDeclaration(
    "options", "FILE", "options from a file, a line each: memory = 2G; what is typed counts instead"
  )
  /// `--help`, which every command has.
  public static let help = OptionDeclaration("help", nil, "show this text")

  /// What describes an input further than its path does; every command that reads has them.
  public static let inputs: [OptionDeclaration] = bytes("type") + places

  /// What describes a raw file whose sidecar or name does not; `type` is what its voxel type is
  /// given by.
  static func bytes(_ type: String) -> [OptionDeclaration] {
    [
      OptionDeclaration(
        "shape", "ZxYxX",
        "a raw file's extent, layers first: 1900x1040x1300, or x=1300,y=1040,z=1900"),
      OptionDeclaration(
        type, "TYPE", "a raw file's voxel type: \(list(VoxelType.allCases.map(\.rawValue)))"),
      OptionDeclaration("byte-order", "ORDER", "a raw file's byte order: little or big"),
      OptionDeclaration("offset", "BYTES", "bytes before a raw file's first voxel"),
      OptionDeclaration(
        "voxel-size", "LENGTH", "a voxel's edge where the file has none: 1.3um, 0.0013mm, 1300nm"),
    ]
  }

  /// What chooses between the volumes of one file, and what to do about those of a folder that are
  /// not there.
  static let places: [OptionDeclaration] = [
    OptionDeclaration("channel", "N", "one channel of a file that has several, counted from 0"),
    OptionDeclaration(
      "level", "NAME", "one resolution level of a store, by name or number; default: the finest"),
    OptionDeclaration(
      "gaps", "fill", "layers that are missing in a folder of slices become zeros"),
  ]

  /// `--overwrite`, of every command that makes a volume.
  public static let overwrite = OptionDeclaration(
    "overwrite", nil, "replace an output that is finished, or that another plan began")
  /// `--memory`, of every command that keeps voxels.
  public static let memory = OptionDeclaration(
    "memory", "SIZE", "memory that may be used: 1G (2^30), 400M; default: half of what is free")
  /// `--compression`, of every command that makes a store.
  static let compression = OptionDeclaration(
    "compression", "CODEC",
    "how a store is compressed: none, or zstd:N with N from 1 (fast, the default) to 22 (small)")
  /// `--no-pyramid`, of every command that makes a store.
  static let noPyramid = OptionDeclaration(
    "no-pyramid", nil, "make no levels of lower resolution in a store")
  /// `--threads`.
  public static let threads = OptionDeclaration(
    "threads", "N", "processor cores to keep busy; default: all")
}
