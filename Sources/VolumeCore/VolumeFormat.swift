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

  /// Nothing was said.
  public init() {}

  /// Whether nothing was said that describes the bytes.
  public var isSilentAboutBytes: Bool {
    shape == nil && voxelType == nil && byteOrder == nil && offset == nil
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

  /// Opens `path`, or says why not.
  func open(_ path: String, hints: OpeningHints) throws(Explanation) -> any VolumeReader

  /// Whether `path` names an output of this format.
  func writes(_ path: String) -> Bool

  /// Begins, or goes on with, the output at `path`; nothing is created when it throws.
  func create(_ path: String, _ output: OutputDescription) throws(Explanation) -> any VolumeWriter
}

extension VolumeFormat {
  /// Most formats of others are read only.
  public func writes(_ path: String) -> Bool { false }

  /// Refuses.
  public func create(
    _ path: String, _ output: OutputDescription
  ) throws(Explanation) -> any VolumeWriter {
    throw Explanation(
      .input, "\(name) files are not written",
      remedy: "give an output that ends in .zarr, .raw or .tif")
  }
}
