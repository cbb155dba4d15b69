import FoundationEssentials
import VolumeCore

extension FillValue {
  /// Reads what metadata of others spell; `nil` where the type has no such value.
  ///
  /// - Parameter large: the value, where it is a whole number that `JSONValue` rounds.
  init?(_ json: JSONValue, of type: VoxelType, isBool: Bool, large: UInt64?) {
    if isBool {
      guard let value = json.bool else { return nil }
      self.init(.integer(value ? 1 : 0), of: type)
    } else if let large, !type.isFloatingPoint {
      guard type == .uint64 else { return nil }
      var bytes: [UInt8] = []
      bytes.append(littleEndian: large)
      self.init(bytes: bytes, json: json)
    } else if !type.isFloatingPoint, case .number(let value) = json, let whole = Int(exactly: value)
    {
      // Some write 0.0 for whole numbers.
      self.init(.integer(whole), of: type)
    } else {
      self.init(json, of: type)
    }
  }

  /// Reads what a `.zarray` spells: numbers, `null` (which is read as zero), or a voxel's bytes in
  /// base64.
  init?(
    zarr2 json: JSONValue, of type: VoxelType, isBool: Bool, _ order: ByteOrder, large: UInt64?
  ) {
    if json == .null {
      self = .zero(type)
    } else if let value = FillValue(json, of: type, isBool: isBool, large: large) {
      self = value
    } else if isBool, let value = json.integer, value == 0 || value == 1 {
      self.init(.integer(value), of: type)
    } else {
      guard let text = json.string, let data = Data(base64Encoded: text),
        data.count == type.byteCount
      else { return nil }
      self.init(bytes: order == .little ? Array(data) : data.reversed(), json: json)
    }
  }
}
