import VolumeCore

/// The value of voxels that nobody wrote, as one voxel's bytes.
public struct FillValue: Hashable, Sendable {
  /// One voxel, least significant byte first.
  public let bytes: [UInt8]
  /// As the metadata spell it.
  let json: JSONValue

  /// Zero, the only value that this tool writes.
  public static func zero(_ type: VoxelType) -> FillValue {
    FillValue(bytes: Array(repeating: 0, count: type.byteCount), json: 0)
  }

  init(bytes: [UInt8], json: JSONValue) {
    self.bytes = bytes
    self.json = json
  }

  /// Reads what the metadata spell; `nil` where `type` has no such value.
  init?(_ json: JSONValue, of type: VoxelType) {
    var bytes: [UInt8] = []
    switch type {
    case .uint8:
      guard let value = json.integer.flatMap(UInt8.init(exactly:)) else { return nil }
      bytes.append(value)
    case .int8:
      guard let value = json.integer.flatMap(Int8.init(exactly:)) else { return nil }
      bytes.append(UInt8(bitPattern: value))
    case .uint16:
      guard let value = json.integer.flatMap(UInt16.init(exactly:)) else { return nil }
      bytes.append(littleEndian: value)
    case .int16:
      guard let value = json.integer.flatMap(Int16.init(exactly:)) else { return nil }
      bytes.append(littleEndian: value)
    case .uint32:
      guard let value = json.integer.flatMap(UInt32.init(exactly:)) else { return nil }
      bytes.append(littleEndian: value)
    case .int32:
      guard let value = json.integer.flatMap(Int32.init(exactly:)) else { return nil }
      bytes.append(littleEndian: value)
    case .uint64:
      guard let value = json.integer.flatMap(UInt64.init(exactly:)) else { return nil }
      bytes.append(littleEndian: value)
    case .int64:
      guard let value = json.integer else { return nil }
      bytes.append(littleEndian: Int64(value))
    case .float32:
      guard let value = Self.float(json) else { return nil }
      bytes.append(littleEndian: value.bitPattern)
    case .float64:
      guard let value = Self.double(json) else { return nil }
      bytes.append(littleEndian: value.bitPattern)
    }
    self.init(bytes: bytes, json: json)
  }

  private static func float(_ json: JSONValue) -> Float? {
    if let number = json.number { return Float(number) }
    switch json.string {
    case "NaN": return Float(bitPattern: 0x7FC0_0000)
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    case .some(let text) where text.hasPrefix("0x") && text.utf8.count == 10:
      return UInt32(text.dropFirst(2), radix: 16).map { Float(bitPattern: $0) }
    default: return nil
    }
  }

  private static func double(_ json: JSONValue) -> Double? {
    if let number = json.number { return number }
    switch json.string {
    case "NaN": return Double(bitPattern: 0x7FF8_0000_0000_0000)
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    case .some(let text) where text.hasPrefix("0x") && text.utf8.count == 18:
      return UInt64(text.dropFirst(2), radix: 16).map { Double(bitPattern: $0) }
    default: return nil
    }
  }
}
