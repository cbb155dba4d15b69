/// Copies the voxels that two boxes share from one buffer to the other; both are in C order.
///
/// - Parameters:
///   - part: the voxels to copy; it lies in both boxes.
///   - source: the voxels of `sourceRegion`.
///   - destination: the voxels of `destinationRegion`.
///   - width: bytes of a voxel.
public func copyVoxels(
  _ part: Region, from source: RawSpan, of sourceRegion: Region,
  to destination: inout MutableRawSpan, of destinationRegion: Region, width: Int
) {
  precondition(sourceRegion.contains(part) && destinationRegion.contains(part))
  precondition(source.byteCount == sourceRegion.voxelCount * width)
  precondition(destination.byteCount == destinationRegion.voxelCount * width)
  guard !part.isEmpty else { return }
  let s = sourceRegion.shape
  let d = destinationRegion.shape
  let from = part.relative(to: sourceRegion.origin)
  let to = part.relative(to: destinationRegion.origin)
  let rowBytes = part.x.count * width
  unsafe source.withUnsafeBytes { source in
    unsafe destination.withUnsafeMutableBytes { destination in
      for z in 0..<part.z.count {
        for y in 0..<part.y.count {
          let a =
            (((from.z.lowerBound + z) * s.y + from.y.lowerBound + y) * s.x
              + from.x.lowerBound) * width
          let b =
            (((to.z.lowerBound + z) * d.y + to.y.lowerBound + y) * d.x
              + to.x.lowerBound) * width
          unsafe UnsafeMutableRawBufferPointer(rebasing: destination[b..<(b + rowBytes)])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[a..<(a + rowBytes)]))
        }
      }
    }
  }
}
