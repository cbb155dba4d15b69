/// Text of a program that runs on Windows: UTF-16 or UTF-8 with a mark in front, UTF-8 without, or,
/// where it is no UTF-8, Windows-1252.
func windowsText(_ bytes: [UInt8]) -> String {
  if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes.dropFirst(2), isBigEndian: false) }
  if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes.dropFirst(2), isBigEndian: true) }
  let rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
  if let text = String(validating: rest, as: UTF8.self) { return text }
  var scalars = String.UnicodeScalarView()
  for byte in rest {
    let code = (0x80...0x9F).contains(byte) ? windows1252[Int(byte) - 0x80] : UInt32(byte)
    scalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
  }
  return String(scalars)
}

private func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> String {
  var units: [UInt16] = []
  units.reserveCapacity(bytes.count / 2)
  var at = bytes.startIndex
  while at + 1 < bytes.endIndex {
    let (first, second) = (UInt16(bytes[at]), UInt16(bytes[at + 1]))
    units.append(isBigEndian ? first << 8 | second : second << 8 | first)
    at += 2
  }
  return String(decoding: units, as: UTF16.self)
}

/// What Windows-1252 has where Latin-1 has control characters, from 0x80 on.
private let windows1252: [UInt32] = [
  0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
  0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
  0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
]
