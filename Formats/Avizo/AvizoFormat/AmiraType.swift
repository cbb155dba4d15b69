import VolumeCore

/// What a value is, by Amira's word for it.
struct AmiraType: Hashable {
  /// The type of one number.
  let voxelType: VoxelType
  /// Numbers of one value: two of a complex one.
  let numbers: Int

  /// The type that `word` stands for, or `nil` where it is none that is read.
  init?(_ word: String) {
    let type: VoxelType
    switch word {
    case "byte", "ubyte", "uchar", "uint8": type = .uint8
    case "sbyte", "int8": type = .int8
    case "short", "int16": type = .int16
    case "ushort", "uint16": type = .uint16
    case "int", "int32": type = .int32
    case "uint", "uint32": type = .uint32
    case "long", "int64": type = .int64
    case "ulong", "uint64": type = .uint64
    case "float", "complex": type = .float32
    case "double": type = .float64
    default: return nil
    }
    voxelType = type
    numbers = word == "complex" ? 2 : 1
  }
}
