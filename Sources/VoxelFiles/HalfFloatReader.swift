import VolumeCore

/// Half-precision voxels, handed on in single precision, which holds each of them exactly.
public final class HalfFloatReader: VolumeReader {
  /// What the file says, with float32 voxels.
  public let volume: VolumeDescription
  private let stored: any VolumeReader

  /// The volume whose voxels `stored` reads as uint16, being the bits of half-precision numbers.
  public init(_ stored: any VolumeReader) {
    precondition(stored.volume.voxelType == .uint16)
    self.stored = stored
    var volume = stored.volume
    volume.voxelType = .float32
    volume.remarks.append("its half-precision (float16) voxels are read as float32, exactly")
    self.volume = volume
  }

  /// That of the file.
  public var fingerprint: String { stored.fingerprint }

  /// Those of the file.
  public var filesRead: [String] { stored.filesRead }

  /// What the file needs.
  public func cacheByteCount(forBoxesOf shape: Shape3) -> Int {
    stored.cacheByteCount(forBoxesOf: shape)
  }

  /// What the file needs.
  public func cacheByteCount(forSlabsOf shape: Shape3) -> Int {
    stored.cacheByteCount(forSlabsOf: shape)
  }

  /// As the file's.
  public var readsPlainVoxels: Bool { stored.readsPlainVoxels }

  /// Hands it on.
  public func limitCache(to byteCount: Int) { stored.limitCache(to: byteCount) }

  /// Reads `region` into `destination`.
  public func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let count = region.voxelCount
    precondition(destination.byteCount == 4 * count)
    // The halves are read into the second half of the place for the singles, and widened forwards:
    // none is overwritten before it was read.
    try unsafe destination.withUnsafeMutableBytes { (bytes) throws(VolumeReadError) in
      var halves = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[(2 * count)...])
        .mutableBytes
      try stored.read(region, into: &halves)
      for index in 0..<count {
        let half = unsafe bytes.loadUnaligned(
          fromByteOffset: 2 * count + 2 * index, as: UInt16.self)
        unsafe bytes.storeBytes(
          of: Float(Float16(bitPattern: half)), toByteOffset: 4 * index, as: Float.self)
      }
    }
  }
}
