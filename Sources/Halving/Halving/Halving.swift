import CHalving
import VolumeCore

/// How eight voxels become one.
public enum HalvingRule: String, Hashable, Sendable {
  /// Their mean: for grey values.
  case mean
  /// The value that most of them have, the smallest of several: for labels.
  case mode
}

/// Makes volumes half as large along each axis, box by box.
///
/// Each 2 x 2 x 2 voxels become one. Where an extent is odd, the last voxel stands for what is
/// there. Whole numbers are rounded to the nearest and halves to even; floating-point numbers are
/// summed in double precision in a fixed order, and any NaN makes the one quiet NaN: equal voxels
/// are equal bytes on every machine.
public struct Halving: Hashable, Sendable {
  /// How eight voxels become one.
  public let rule: HalvingRule
  /// What a voxel is.
  public let voxelType: VoxelType

  /// Halves voxels of `voxelType`; labels are whole numbers.
  public init(_ rule: HalvingRule, of voxelType: VoxelType) {
    precondition(rule == .mean || !voxelType.isFloatingPoint, "labels are whole numbers")
    self.rule = rule
    self.voxelType = voxelType
  }

  /// Writes `part` at half its size.
  ///
  /// - Parameters:
  ///   - part: the voxels to halve: it begins at even places, and what lies beyond its far faces
  ///     does not count.
  ///   - source: the voxels of `sourceRegion`, in which `part` lies.
  ///   - destination: the voxels of `destinationRegion` in the halved volume, in which
  ///     `part.halved` lies; all others are left alone.
  public func halve(
    _ part: Region, from source: RawSpan, of sourceRegion: Region,
    into destination: inout MutableRawSpan, of destinationRegion: Region
  ) {
    let width = voxelType.byteCount
    precondition(part.isHalvable && sourceRegion.contains(part))
    precondition(destinationRegion.contains(part.halved))
    precondition(source.byteCount == sourceRegion.voxelCount * width)
    precondition(destination.byteCount == destinationRegion.voxelCount * width)
    guard !part.isEmpty else { return }
    let (from, to) = (sourceRegion.strides, destinationRegion.strides)
    let first = sourceRegion.offset(of: part.origin) * width
    let firstHalf = destinationRegion.offset(of: part.halved.origin) * width
    let shape = part.shape
    unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        guard let source = source.baseAddress, let destination = destination.baseAddress else {
          return
        }
        let halve = unsafe rule == .mean ? t2s_halve_mean : t2s_halve_mode
        unsafe halve(
          voxelType.halvingType, source + first, from, shape.z, shape.y, shape.x,
          destination + firstHalf, to)
      }
    }
  }
}

extension Region {
  /// Whether it begins at even places, so that no two voxels of it are parted by halving.
  public var isHalvable: Bool {
    z.lowerBound % 2 == 0 && y.lowerBound % 2 == 0 && x.lowerBound % 2 == 0
  }

  /// The box that it becomes at half the size; what is left over at the far faces counts.
  public var halved: Region {
    func half(_ range: Range<Int>) -> Range<Int> {
      (range.lowerBound / 2)..<max(range.lowerBound / 2, (range.upperBound + 1) / 2)
    }
    return Region(z: half(z), y: half(y), x: half(x))
  }

  /// The box that becomes this one at half the size; it may reach beyond the volume by a voxel.
  public var doubled: Region {
    Region(
      z: (2 * z.lowerBound)..<(2 * z.upperBound), y: (2 * y.lowerBound)..<(2 * y.upperBound),
      x: (2 * x.lowerBound)..<(2 * x.upperBound))
  }

  /// From row to row and from layer to layer, in voxels.
  fileprivate var strides: t2s_halve_strides {
    t2s_halve_strides(row: x.count, plane: x.count * y.count)
  }

  /// How many voxels lie before `index`.
  func offset(of index: Index3) -> Int {
    ((index.z - z.lowerBound) * y.count + index.y - y.lowerBound) * x.count + index.x
      - x.lowerBound
  }
}

extension Shape3 {
  /// The extent at half the size.
  public var halved: Shape3 { Region(self).halved.shape }
}

extension VoxelType {
  fileprivate var halvingType: t2s_halve_type {
    switch self {
    case .uint8: T2S_HALVE_UINT8
    case .int8: T2S_HALVE_INT8
    case .uint16: T2S_HALVE_UINT16
    case .int16: T2S_HALVE_INT16
    case .uint32: T2S_HALVE_UINT32
    case .int32: T2S_HALVE_INT32
    case .uint64: T2S_HALVE_UINT64
    case .int64: T2S_HALVE_INT64
    case .float32: T2S_HALVE_FLOAT32
    case .float64: T2S_HALVE_FLOAT64
    }
  }
}
