/// What the user said about an input beside its path; a format checks each against what the file
/// itself says.
public struct OpeningHints: Hashable, Sendable {
  /// `--shape`, already in z, y, x.
  public var shape: Shape3?
  /// `--type`.
  public var voxelType: VoxelType?
  /// `--byte-order`.
  public var byteOrder: ByteOrder?
  /// `--offset`: bytes before the first voxel.
  public var offset: Int?
  /// `--voxel-size`.
  public var spacing: VoxelSpacing?

  /// `--channel`: which channel of a file that has several, from 0.
  public var channel: Int?
  /// `--level`: which resolution level, by name or by number.
  public var level: String?
  /// `--gaps fill`: whether layers that a folder lacks are read as zeros instead of refused.
  public var fillsGaps = false
  /// Which files of a folder are its layers, in order, and `nil` for one that is missing: said by a
  /// format that knows it from a log, to the format that reads the files.
  public var slices: [String?]?

  /// Nothing was said.
  public init() {}

  /// Whether nothing was said that describes the bytes.
  public var isSilentAboutBytes: Bool {
    shape == nil && voxelType == nil && byteOrder == nil && offset == nil
  }
}

/// How the chunks of a store are compressed.
public enum StoreCompression: Hashable, Sendable {
  /// Not at all.
  case none
  /// zstd at a level, 1 to 22.
  case zstd(level: Int)

  /// "none", "zstd:1".
  public var words: String {
    switch self {
    case .none: "none"
    case .zstd(let level): "zstd:\(level)"
    }
  }
}

/// What an output is to be.
public struct OutputDescription: Hashable, Sendable {
  /// Extent, type, spacing, origin and classes.
  public var volume: VolumeDescription
  /// What made it and from what; two runs with equal plans make equal bytes. Lies in the store.
  public var plan: [String: JSONValue]
  /// Whether a finished output may be replaced.
  public var overwrites: Bool
  /// `--compression` of a store; `nil`: the format's own choice.
  public var compression: StoreCompression?
  /// `--threads`: how many threads may encode at once; `nil`: all cores.
  public var threads: Int?
  /// Whether a store gets its pyramid of lower resolutions.
  public var hasPyramid = true
  /// Whether an output of the same plan that is finished is gone on with, which writes nothing: for one
  /// of several that are finished one after the other.
  public var acceptsFinished = false
  /// Whether it is there for the time of a run alone: it is cut into small cubes, to be read along any
  /// axis, and has no levels of lower resolution.
  public var isScratch = false
  /// Which part of it is written here, where other processes write the rest; `nil`: all of it.
  public var part: PartShare?
  /// Whether parts that were written are put together.
  public var joinsParts = false

  /// A new output of `volume` made by `plan`.
  public init(volume: VolumeDescription, plan: [String: JSONValue], overwrites: Bool) {
    self.volume = volume
    self.plan = plan
    self.overwrites = overwrites
  }
}

/// One format: opens what it recognises, and creates where it can.
public protocol VolumeFormat: Sendable {
  /// For people: "raw", "TIFF", "OME-Zarr".
  var name: String { get }

  /// Whether `path` is this format's to open, by its name or its kind of folder.
  func recognises(_ path: String) -> Bool

  /// Whether its files may hold a volume in several resolutions, which `--level` chooses from.
  var hasLevels: Bool { get }

  /// Whether its volumes may be folders of slices, in which `--gaps` fills what is missing.
  var hasSlices: Bool { get }

  /// Opens `path`, or says why not.
  func open(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader

  /// Whether `path` names an output of this format.
  func writes(_ path: String) -> Bool

  /// Every file that an output at `path` is written to: its own, and those that hold or describe its
  /// voxels beside it.
  func filesWritten(_ path: String) -> [String]

  /// What an output at `path` has no place for of what is known of `volume`: "voxel size", "position".
  func leftOut(of volume: VolumeDescription, at path: String) -> [String]

  /// What a writer of `output` will say to be its `cacheByteCount`, for plans that are made before
  /// anything is created.
  func cacheByteCount(of output: OutputDescription) -> Int

  /// Throws what `create` would throw at once, such as for an output that is there; creates nothing.
  func check(_ output: OutputDescription, at path: String) throws(Explanation)

  /// Begins, or goes on with, the output at `path`; nothing is created when it throws.
  func create(_ path: String, _ output: OutputDescription) throws(Explanation) -> any VolumeWriter
}

extension VolumeFormat {
  /// One resolution.
  public var hasLevels: Bool { false }

  /// One file, or files of its own.
  public var hasSlices: Bool { false }

  /// Most formats of others are read only.
  public func writes(_ path: String) -> Bool { false }

  /// Nothing is kept.
  public func cacheByteCount(of output: OutputDescription) -> Int { 0 }

  /// The output alone.
  public func filesWritten(_ path: String) -> [String] { [path] }

  /// Nothing.
  public func leftOut(of volume: VolumeDescription, at path: String) -> [String] { [] }

  /// Nothing is known against it.
  public func check(_ output: OutputDescription, at path: String) throws(Explanation) {}

  /// Refuses.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    throw Explanation(
      .input, "\(name) files are not written",
      remedy: "give an output that ends in .zarr, .raw or .tif")
  }
}
