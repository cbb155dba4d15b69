import Halving
import SystemIO
import VolumeCore

/// A shard at half its size: what it gives to the next level.
final class ShardHalf: @unchecked Sendable {
  /// Where it lies in the next level.
  let region: Region
  private let halving: Halving
  // Written while it is made, and only read afterwards.
  private var voxels: PageBuffer

  /// Zeros, until the chunks of `shard` are added.
  init(of shard: Region, by halving: Halving) {
    region = shard.halved
    self.halving = halving
    voxels = PageBuffer(byteCount: region.voxelCount * halving.voxelType.byteCount)
  }

  /// Bytes held.
  var byteCount: Int { voxels.byteCount }

  /// Lends it to be made.
  func make<Value, Failure>(
    _ body: (RegionBeingHalved) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try voxels.withMutableBytes { bytes throws(Failure) in
      try bytes.withRegionBeingHalved(region, by: halving, body)
    }
  }

  /// Lends its voxels, in C order.
  func withBytes<Value, Failure>(
    _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try voxels.withBytes(body)
  }

  /// Lends its voxels to be read from elsewhere.
  func fill<Failure>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    try voxels.withMutableBytes(body)
  }

  /// Copies it to where it lies in `destination`, the voxels of `destinationRegion`.
  func copy(to destination: inout MutableRawSpan, of destinationRegion: Region) {
    voxels.withBytes { voxels in
      copyVoxels(
        region, from: voxels, of: region, to: &destination, of: destinationRegion,
        width: halving.voxelType.byteCount)
    }
  }
}

/// Memory of a level, which several threads fill chunk by chunk of the level below: chunks begin
/// at even places, so no two of them give to the same voxel.
@safe struct RegionBeingHalved: @unchecked Sendable {
  private let region: Region
  private let halving: Halving
  private let bytes: UnsafeMutableRawBufferPointer

  fileprivate init(_ region: Region, _ halving: Halving, _ bytes: UnsafeMutableRawBufferPointer) {
    self.region = region
    self.halving = halving
    unsafe self.bytes = bytes
  }

  /// Adds `part`, which lies in the box of a chunk, whose voxels are `chunk`.
  func add(_ part: Region, from chunk: RawSpan, of box: Region) {
    var destination = unsafe bytes.mutableBytes
    halving.halve(part, from: chunk, of: box, into: &destination, of: region)
  }
}

extension MutableRawSpan {
  /// Lends these bytes, the voxels of `region`, to be filled with halves of the level below.
  mutating func withRegionBeingHalved<Value, Failure>(
    _ region: Region, by halving: Halving,
    _ body: (RegionBeingHalved) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try unsafe withUnsafeMutableBytes { bytes throws(Failure) in
      try body(unsafe RegionBeingHalved(region, halving, bytes))
    }
  }
}
