import Glibc
import VolumeCore

/// Reads what the network sees of a tile: voxels of the scan, and behind its faces the scan
/// reflected (the face itself is not repeated, as numpy's "reflect").
struct TileReading {
  let reader: any VolumeReader

  /// Says that the voxels of `input` will be wanted next.
  func announce(_ input: Region) { reader.willRead(input.clamped(to: Region(reader.volume.shape))) }

  /// Fills `destination` with the voxels of `input`, which begins in the scan but for layers before
  /// its first, and holds whatever is reflected in it.
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
    spread(inside, to: input, &destination, width)
  }

  /// Moves rows, which lie one after the other, to their places, the last first, and fills what is
  /// missing at their ends, below them, and in layers before and behind.
  private func spread(
    _ inside: Region, to input: Region, _ bytes: inout MutableRawSpan, _ width: Int
  ) {
    let volume = reader.volume.shape
    let (small, large) = (inside.shape, input.shape)
    let lead = inside.z.lowerBound - input.z.lowerBound
    unsafe bytes.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      func row(_ z: Int, _ y: Int) -> UnsafeMutableRawPointer {
        unsafe base + (z * large.y + y) * large.x * width
      }
      for z in (0..<small.z).reversed() {
        for y in (0..<small.y).reversed() {
          let from = unsafe base + (z * small.y + y) * small.x * width
          let to = unsafe row(z + lead, y)
          // A row may move by less than its length.
          unsafe memmove(to, from, small.x * width)
          for x in small.x..<large.x {
            let source = reflected(input.x.lowerBound + x, volume.x) - input.x.lowerBound
            unsafe (to + x * width).copyMemory(from: to + source * width, byteCount: width)
          }
        }
      }
      for z in lead..<(lead + small.z) {
        for y in small.y..<large.y {
          let source = reflected(input.y.lowerBound + y, volume.y) - input.y.lowerBound
          unsafe row(z, y).copyMemory(from: row(z, source), byteCount: large.x * width)
        }
      }
      for z in 0..<large.z where !(lead..<(lead + small.z)).contains(z) {
        let source = reflected(input.z.lowerBound + z, volume.z) - input.z.lowerBound
        unsafe row(z, 0).copyMemory(from: row(source, 0), byteCount: large.y * large.x * width)
      }
    }
  }
}

/// The position in 0..<extent that `position` is the reflection of; faces are not repeated.
func reflected(_ position: Int, _ extent: Int) -> Int {
  guard extent > 1 else { return 0 }
  let period = 2 * (extent - 1)
  let remainder = position % period
  let inside = remainder < 0 ? remainder + period : remainder
  return inside < extent ? inside : period - inside
}
