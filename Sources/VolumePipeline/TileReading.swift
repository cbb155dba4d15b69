import VolumeCore

/// Reads what the network sees of a tile: voxels of the scan, and behind its far faces the scan
/// reflected (the face itself is not repeated, as numpy's "reflect").
struct TileReading {
  let reader: any VolumeReader

  /// Fills `destination` with the voxels of `input`, whose start lies in the scan.
  func read(_ input: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    let volume = reader.volume
    let inside = input.clamped(to: Region(volume.shape))
    if inside == input {
      try reader.read(input, into: &destination)
      return
    }
    let width = volume.voxelType.byteCount
    let count = inside.voxelCount * width
    try unsafe destination.withUnsafeMutableBytes { bytes throws(VolumeReadError) in
      var part = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]).mutableBytes
      try reader.read(inside, into: &part)
    }
    spread(inside.shape, to: input.shape, origin: input.origin, &destination, width)
  }

  /// Moves rows, which lie one after the other, to their places, the last first, and fills what is
  /// missing at their ends and below.
  private func spread(
    _ small: Shape3, to large: Shape3, origin: Index3, _ bytes: inout MutableRawSpan, _ width: Int
  ) {
    let volume = reader.volume.shape
    unsafe bytes.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      func row(_ z: Int, _ y: Int) -> UnsafeMutableRawPointer {
        unsafe base + (z * large.y + y) * large.x * width
      }
      for z in (0..<small.z).reversed() {
        for y in (0..<small.y).reversed() {
          let from = unsafe base + (z * small.y + y) * small.x * width
          unsafe row(z, y).copyMemory(from: from, byteCount: small.x * width)
          for x in small.x..<large.x {
            let source = reflected(origin.x + x, volume.x) - origin.x
            unsafe (row(z, y) + x * width).copyMemory(
              from: row(z, y) + source * width, byteCount: width)
          }
        }
      }
      for z in 0..<small.z {
        for y in small.y..<large.y {
          let source = reflected(origin.y + y, volume.y) - origin.y
          unsafe row(z, y).copyMemory(from: row(z, source), byteCount: large.x * width)
        }
      }
    }
  }
}

/// The position in 0..<extent that `position` is the reflection of; faces are not repeated.
func reflected(_ position: Int, _ extent: Int) -> Int {
  guard extent > 1 else { return 0 }
  let period = 2 * (extent - 1)
  let inside = position % period
  return inside < extent ? inside : period - inside
}
