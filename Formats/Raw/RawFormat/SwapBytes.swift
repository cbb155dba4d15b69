import VolumeCore

/// Reverses the bytes of every voxel of `width` bytes.
func swapBytes(of voxels: inout MutableRawSpan, width: Int) {
  unsafe voxels.withUnsafeMutableBytes { bytes in
    // Plain loops over unaligned loads: the compiler makes shuffles of them.
    switch width {
    case 2:
      for offset in stride(from: 0, to: bytes.count, by: 2) {
        let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        unsafe bytes.storeBytes(of: value.byteSwapped, toByteOffset: offset, as: UInt16.self)
      }
    case 4:
      for offset in stride(from: 0, to: bytes.count, by: 4) {
        let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        unsafe bytes.storeBytes(of: value.byteSwapped, toByteOffset: offset, as: UInt32.self)
      }
    default: break
    }
  }
}
