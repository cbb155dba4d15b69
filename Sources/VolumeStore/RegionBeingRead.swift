import VolumeCore
import ZarrFormat

/// The caller's memory for a region, which several threads fill chunk by chunk: no two of them
/// write the same voxel.
@safe struct RegionBeingRead: @unchecked Sendable {
  let region: Region
  private let bytes: UnsafeMutableRawBufferPointer
  private let metadata: ArrayMetadata

  init(region: Region, bytes: UnsafeMutableRawBufferPointer, metadata: ArrayMetadata) {
    self.region = region
    unsafe self.bytes = bytes
    self.metadata = metadata
  }

  /// Copies what the region wants of chunk `index`, whose voxels are `voxels`.
  func copy(_ index: Index3, _ voxels: RawSpan) {
    var destination = unsafe bytes.mutableBytes
    // Chunks are whole, also where the volume ends inside them.
    let chunk = metadata.layout.chunk
    let box = Region(
      origin: Index3(z: index.z * chunk.z, y: index.y * chunk.y, x: index.x * chunk.x),
      shape: chunk)
    copyVoxels(
      box.clamped(to: region), from: voxels, of: box, to: &destination, of: region,
      width: metadata.voxelType.byteCount)
  }

  /// Fills what the region wants of chunk `index` with the fill value.
  func fill(_ index: Index3) {
    let part = metadata.layout.chunks.region(of: index).clamped(to: region)
      .relative(to: region.origin)
    let width = metadata.voxelType.byteCount
    let row = Array(repeating: metadata.fillValue.bytes, count: part.x.count).flatMap { $0 }
    let shape = region.shape
    unsafe row.withUnsafeBytes { row in
      for z in part.z {
        for y in part.y {
          let start = ((z * shape.y + y) * shape.x + part.x.lowerBound) * width
          unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + row.count)])
            .copyMemory(from: row)
        }
      }
    }
  }
}
