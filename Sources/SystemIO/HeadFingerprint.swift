import VolumeCore

/// Tells a file apart from another of its name: name, size and a checksum (FNV-1a, 64 bits) of
/// its first `headByteCount` bytes.
///
///     scan.raw 2097152 fnv1a:8c2f0e8d5b1a9d04
public func headFingerprint(
  ofFile path: String, headByteCount: Int = 1 << 20
) throws(SystemError) -> String {
  let file = try FileHandle(readingFrom: path)
  let byteCount = try file.byteCount
  var head = [UInt8](repeating: 0, count: min(byteCount, headByteCount))
  var span = head.mutableSpan
  var raw = unsafe span.mutableBytes
  let read = try file.read(at: 0, into: &raw)
  return "\(fileName(ofPath: path)) \(byteCount) \(fnv1a(Array(head.prefix(read))))"
}

/// The fingerprint of `bytes` with the name of its kind: `fnv1a:` and 16 hexadecimal digits.
public func fnv1a(_ bytes: [UInt8]) -> String {
  var fingerprint = Fingerprint()
  fingerprint.update(unsafe bytes.span.bytes)
  return "fnv1a:" + fingerprint.text
}

/// The last part of `path`: `scan.raw` of `/data/scan.raw`.
public func fileName(ofPath path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}

/// The folder that `path` lies in: `/data` of `/data/scan.raw`, `.` of `scan.raw`.
public func folder(ofPath path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
