import VolumeCore

/// What a voxel of a NIfTI file is: one number, or several beside each other.
struct NIfTIType: Hashable {
  /// What a number is.
  var stored: VoxelType
  /// How many a voxel has.
  var count = 1
  /// What they are, for people.
  var kind = ""

  /// The type with this number; `nil` where it is not read.
  init?(_ number: Int) {
    let parts = "the real and the imaginary part"
    switch number {
    case 2: stored = .uint8
    case 4: stored = .int16
    case 8: stored = .int32
    case 16: stored = .float32
    case 32: (stored, count, kind) = (.float32, 2, parts)
    case 64: stored = .float64
    case 128: (stored, count, kind) = (.uint8, 3, "red, green, blue")
    case 256: stored = .int8
    case 512: stored = .uint16
    case 768: stored = .uint32
    case 1024: stored = .int64
    case 1280: stored = .uint64
    case 1792: (stored, count, kind) = (.float64, 2, parts)
    case 2304: (stored, count, kind) = (.uint8, 4, "red, green, blue, opacity")
    default: return nil
    }
  }

  /// The number for voxels of `type`.
  static func number(for type: VoxelType) -> Int16 {
    switch type {
    case .uint8: 2
    case .int16: 4
    case .int32: 8
    case .float32: 16
    case .float64: 64
    case .int8: 256
    case .uint16: 512
    case .uint32: 768
    case .int64: 1024
    case .uint64: 1280
    }
  }
}
