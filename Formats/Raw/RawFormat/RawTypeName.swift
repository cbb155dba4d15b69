import VolumeCore

/// A voxel type as somebody named it, whether or not it can be read.
public enum RawTypeName: Hashable, Sendable {
  /// One that can be read.
  case known(VoxelType)
  /// One bit a voxel, eight voxels in a byte: PyHST's PACKED_BINARY.
  case packedBits
  /// One that cannot: "float16", "complex64".
  case foreign(String)

  /// Reads a type's name as numpy, Fiji and people spell it, in any case; `nil` where it is none.
  public init?(_ text: String) {
    let lower = text.lowercased()
    var name = Substring(lower)
    while let first = name.first, "|<>=".contains(first) { name.removeFirst() }
    // With its sign of the byte order it is numpy's, whose number counts bytes.
    if name.count < lower.count, let type = Self.numpyCodes[String(name)] {
      self = .known(type)
      return
    }
    switch name {
    case "uint8", "u8", "u1", "uchar", "8bit", "8bits", "bool", "ubyte": self = .known(.uint8)
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
    case "packed_binary": self = .packedBits
    // "u8" and "i8" are eight bits to some and eight bytes to others; "u8" is Fiji's.
    case "i8", "float16", "f16", "half", "f2", "1bit", "bit", "12bit", "24bit", "rgb", "rgb24",
      "complex64", "complex128":
      self = .foreign(String(name))
    default: return nil
    }
  }

  private static let numpyCodes: [String: VoxelType] = [
    "b1": .uint8, "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "i1": .int8,
    "i2": .int16, "i4": .int32, "i8": .int64, "f4": .float32, "f8": .float64,
  ]

  /// The byte order that numpy writes before a type: `<u2`, `>f4`.
  static func byteOrder(in text: String) -> ByteOrder? {
    switch text.first {
    case "<": .little
    case ">": .big
    default: nil
    }
  }

  /// The type's name.
  public var name: String {
    switch self {
    case .known(let type): type.rawValue
    case .packedBits: "PACKED_BINARY"
    case .foreign(let name): name
    }
  }

  /// The type that its voxels are read as, where they can be.
  public var voxelType: VoxelType? {
    switch self {
    case .known(let type): type
    case .packedBits: .uint8
    case .foreign: nil
    }
  }
}
