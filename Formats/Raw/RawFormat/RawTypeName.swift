import VolumeCore

/// A voxel type as somebody named it, whether or not it can be read.
public enum RawTypeName: Hashable, Sendable {
  /// One that can be read.
  case known(VoxelType)
  /// One that cannot: "int16", "bool".
  case foreign(String)

  /// Reads a type's name as numpy, Fiji and people spell it, in any case; `nil` where it is none.
  public init?(_ text: String) {
    var name = text.lowercased()
    while let first = name.first, "|<>=".contains(first) { name.removeFirst() }
    switch name {
    case "uint8", "u8", "u1", "uchar", "8bit", "8bits": self = .known(.uint8)
    case "uint16", "u16", "u2", "ushort", "16bit", "16bits": self = .known(.uint16)
    case "float32", "f32", "f4", "float", "single", "32bit", "32bits", "32float", "32bitfloat":
      self = .known(.float32)
    case "int8", "i1", "s8", "char": self = .known(.int8)
    case "int16", "i2", "i16", "s16", "short": self = .known(.int16)
    case "uint32", "u4", "u32": self = .known(.uint32)
    case "int32", "i4", "i32", "s32", "int": self = .known(.int32)
    case "uint64", "u64": self = .known(.uint64)
    case "int64", "i64", "s64": self = .known(.int64)
    case "float64", "f64", "f8", "double", "64bit", "64bits": self = .known(.float64)
    // "u8" and "i8" are eight bits to some and eight bytes to others; "u8" is Fiji's.
    case "i8", "float16", "f16", "half", "f2", "bool", "1bit", "bit", "packed_binary", "12bit",
      "24bit", "rgb", "rgb24", "complex64", "complex128":
      self = .foreign(name)
    default: return nil
    }
  }

  /// The type's name.
  public var name: String {
    switch self {
    case .known(let type): type.rawValue
    case .foreign(let name): name
    }
  }

  /// The type, where it can be read.
  public var voxelType: VoxelType? {
    if case .known(let type) = self { type } else { nil }
  }
}
