import VolumeCore

/// What a voxel of an MRC file is.
enum MRCMode: Hashable {
  /// One number.
  case plain(VoxelType)
  /// A half-precision number.
  case half
  /// Several numbers beside each other: what they are, for people.
  case several(VoxelType, Int, String)
  /// Four bits, two voxels to a byte, the first in its lower half; each row begins a byte.
  case nibbles

  /// IMOD's flags that matter here.
  private enum Flag {
    static let signedBytes = 1
    static let packedBytes = 16
  }

  /// What `header` says; `remarks` gets what is to be known of it.
  init(
    _ header: MRCHeader, said: VoxelType?, remarks: inout [String], file: String
  ) throws(MRCError) {
    switch header.mode {
    case 0:
      if let flags = header.imodFlags {
        guard flags & Flag.packedBytes == 0 else { throw .packsBytes(file: file) }
        self = .plain(flags & Flag.signedBytes == 0 ? .uint8 : .int8)
      } else if header.version == 20140 || header.version == 20141 {
        self = .plain(.int8)
      } else if let said, said == .uint8 || said == .int8 {
        self = .plain(said)
      } else {
        remarks.append(
          "its bytes are read as int8, which the format says since 2014; older programs meant uint8, "
            + "and --type uint8 reads them so")
        self = .plain(.int8)
      }
    case 1: self = .plain(.int16)
    case 2: self = .plain(.float32)
    case 3: self = .several(.int16, 2, "the real and the imaginary part")
    case 4: self = .several(.float32, 2, "the real and the imaginary part")
    case 6: self = .plain(.uint16)
    case 12: self = .half
    case 16: self = .several(.uint8, 3, "red, green, blue")
    case 101: self = .nibbles
    default: throw .modeIsNotRead(file: file, mode: header.mode)
    }
  }

  /// What is stored; of four bits what they become.
  var stored: VoxelType {
    switch self {
    case .plain(let type), .several(let type, _, _): type
    case .half: .uint16
    case .nibbles: .uint8
    }
  }

  /// What is handed on.
  var read: VoxelType { self == .half ? .float32 : stored }

  /// Values of a voxel.
  var count: Int { if case .several(_, let count, _) = self { count } else { 1 } }

  /// What they are, for people.
  var kind: String { if case .several(_, _, let kind) = self { kind } else { "" } }

  /// The number for voxels of `type`, with what is stored; `nil` where the format has none.
  static func number(for type: VoxelType) -> (mode: Int32, stored: VoxelType)? {
    switch type {
    case .int8: (0, .int8)
    case .int16: (1, .int16)
    case .float32: (2, .float32)
    case .uint16: (6, .uint16)
    // There is no mode for them that all programs read alike; twice as wide, all do.
    case .uint8: (6, .uint16)
    case .uint32, .int32, .uint64, .int64, .float64: nil
    }
  }
}
