import CCUDA
import Glibc
import VolumeCore

/// Memory of the card, freed when its owner goes.
///
/// What runs on a stream runs after the call that begins it has returned, and knows addresses only:
/// whoever begins it keeps the owner until all is begun. What was begun ends before the memory goes, so that a
/// call that fails in the middle of a check leaves nothing behind that writes to memory of others.
@safe final class DeviceMemory {
  let address: UInt64
  let byteCount: Int
  private let session: GPUSession

  /// Every address that we give to others is a multiple of this.
  static let alignment = 256

  init(_ byteCount: Int, _ session: GPUSession) throws(GPUError) {
    self.byteCount = max(byteCount, Self.alignment)
    self.session = session
    try session.enter()
    var address: CUdeviceptr = 0
    try unsafe session.libraries.check(
      "cuMemAlloc", session.libraries.cuda.memAlloc(&address, self.byteCount))
    self.address = address
  }

  deinit {
    try? session.enter()
    _ = session.libraries.cuda.contextSynchronize()
    _ = session.libraries.cuda.memFree(address)
  }

  /// `byteCount` up to a whole number of alignments.
  static func aligned(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

/// Memory of the host that the card copies from and to by itself; ordinary memory, which is copied more
/// slowly, where the system allows no more of it to be pinned.
@safe final class PinnedMemory: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int
  let isPinned: Bool
  private let session: GPUSession

  init(_ byteCount: Int, _ session: GPUSession) throws(GPUError) {
    self.byteCount = max(byteCount, 4096)
    self.session = session
    try session.enter()
    var address: UnsafeMutableRawPointer?
    let status = unsafe session.libraries.cuda.memHostAlloc(
      &address, self.byteCount, UInt32(T2S_CU_MEMHOSTALLOC_PORTABLE))
    if Int(status) == T2S_CUDA_SUCCESS, let address = unsafe address {
      unsafe base = address
      isPinned = true
    } else {
      unsafe base = .allocate(byteCount: self.byteCount, alignment: 4096)
      isPinned = false
    }
  }

  deinit {
    guard isPinned else {
      unsafe base.deallocate()
      return
    }
    try? session.enter()
    _ = unsafe session.libraries.cuda.memFreeHost(base)
  }

  /// Copies `bytes` to the beginning.
  func fill(_ bytes: RawSpan) {
    precondition(bytes.byteCount <= byteCount)
    unsafe bytes.withUnsafeBytes { bytes in
      if let address = bytes.baseAddress {
        unsafe base.copyMemory(from: address, byteCount: bytes.count)
      }
    }
  }

  /// Lends the first `count` bytes.
  func withBytes<Value, Failure>(
    _ count: Int, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    precondition(count <= byteCount)
    return try body(unsafe UnsafeRawBufferPointer(start: base, count: count).bytes)
  }
}
