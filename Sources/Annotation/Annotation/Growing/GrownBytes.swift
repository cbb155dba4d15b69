import SystemIO
import VolumeCore

/// The bytes of all voxels on disk, in which classes' places are collected block by block.
struct GrownBytes: Sendable {
  let file: ScratchFile
  /// The volume's extent.
  let shape: Shape3
  /// The bit of a voxel that says whether the second class has won it; `nil` where the voxel's byte
  /// is the place of the class that has.
  let bit: Int?

  /// Keeps the labels of the block in `memory`.
  func keep(_ memory: FloodBlock) throws(SystemError) {
    let region = memory.region
    guard let bit else {
      return try memory.withLabels { span throws(SystemError) in
        try file.writeVoxels(span, of: region, in: shape)
      }
    }
    var sets = [UInt8](repeating: 0, count: region.voxelCount)
    var span = sets.mutableSpan
    var bytes = unsafe span.mutableBytes
    try file.readVoxels(region, in: shape, into: &bytes)
    memory.withLabels { places in
      for i in 0..<region.voxelCount {
        let place = unsafe places.unsafeLoad(fromByteOffset: i, as: UInt8.self)
        // Outside is outside in every growth, and what none reaches is the rest's.
        let old = sets[i]
        sets[i] =
          place == SeedRule.blocked
          ? place : old & ~(1 << UInt8(bit)) | (place == 1 ? 1 << UInt8(bit) : 0)
      }
    }
    try file.writeVoxels(unsafe sets.span.bytes, of: region, in: shape)
  }
}
