import CChecksum

/// The checksum CRC32C (Castagnoli, RFC 3720), which Zarr puts behind chunks and indices.
public struct CRC32C: Hashable, Sendable {
  /// The checksum of all bytes so far.
  public private(set) var value: UInt32 = 0

  /// The checksum of no bytes.
  public init() {}

  /// The checksum of `bytes`.
  public static func checksum(of bytes: RawSpan) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe t2s_crc32c(0, $0.baseAddress, $0.count) }
  }

  /// The checksum of `bytes`.
  public static func checksum(of bytes: [UInt8]) -> UInt32 {
    checksum(of: unsafe bytes.span.bytes)
  }

  /// Adds `bytes` behind those before.
  public mutating func update(_ bytes: RawSpan) {
    value = unsafe bytes.withUnsafeBytes { unsafe t2s_crc32c(value, $0.baseAddress, $0.count) }
  }

  /// Adds `bytes` behind those before.
  public mutating func update(_ bytes: [UInt8]) { update(unsafe bytes.span.bytes) }

  /// The checksum by tables alone, for CPUs without the instruction; public to be compared.
  package static func portableChecksum(of bytes: RawSpan) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe t2s_crc32c_portable(0, $0.baseAddress, $0.count) }
  }
}
