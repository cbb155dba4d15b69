/// A volume that can be read region by region, whatever its format: the seam of all input.
///
/// A reader is safe to use from several threads. It never holds more than `cacheByteCount` of voxels.
public protocol VolumeReader: AnyObject, Sendable {
  /// What the file says of itself.
  var volume: VolumeDescription { get }

  /// Reads `region`, which lies in the volume, into `destination` in C order (z, y, x), in the
  /// machine's byte order.
  ///
  /// `destination` has exactly `region.voxelCount * voxelType.byteCount` bytes.
  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError)

  /// Memory that reading boxes of `shape`, one beside the other along x, then y, with z fastest,
  /// needs so that nothing is decoded twice; 0 where nothing is decoded.
  func cacheByteCount(forBoxesOf shape: Shape3) -> Int

  /// The same where boxes of `shape` come one beside the other along x, then y, and z last, as a copy
  /// reads them.
  func cacheByteCount(forSlabsOf shape: Shape3) -> Int

  /// Whether voxels lie in the file as they are, so that a box read in many small ones costs hardly
  /// more than read at once.
  var readsPlainVoxels: Bool { get }

  /// Says that `region`, which lies in the volume, will be read next, so that the disk may begin with it
  /// meanwhile. Nothing waits for it, and what goes wrong is told by `read`.
  func willRead(_ region: Region)

  /// Keeps at most `byteCount` bytes of decoded voxels from now on.
  func limitCache(to byteCount: Int)

  /// Tells the input apart from another of the same name: a short text of name, size and a
  /// checksum of the first bytes.
  var fingerprint: String { get }

  /// The files that voxels are read from, where they are others than the path that was opened: what
  /// must not be written to meanwhile.
  var filesRead: [String] { get }
}

extension VolumeReader {
  /// Nothing is decoded.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int { 0 }
  /// What any order needs.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int { cacheByteCount(forBoxesOf: shape) }
  /// Most formats decode something.
  public var readsPlainVoxels: Bool { false }
  /// Nothing is begun ahead.
  public func willRead(_ region: Region) {}
  /// Nothing is kept.
  public func limitCache(to byteCount: Int) {}
  /// None but what was opened.
  public var filesRead: [String] { [] }

  /// All bytes of `region` in C order, for what is small: tests, pictures, single layers.
  public func bytes(of region: Region) throws(VolumeReadError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: region.voxelCount * volume.voxelType.byteCount)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    try read(region, into: &raw)
    return bytes
  }
}

/// Reading `region` failed.
public struct VolumeReadError: ExplainedError, Hashable {
  /// What was to be read.
  public var region: Region
  /// Why it could not be.
  public var reason: Explanation

  /// Reading `region` failed for `reason`.
  public init(region: Region, reason: Explanation) {
    self.region = region
    self.reason = reason
  }

  /// The reason, with the place.
  public var explanation: Explanation {
    Explanation(reason.kind, "reading \(region): \(reason.what)", remedy: reason.remedy)
  }
}
