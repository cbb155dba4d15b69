import CFiltering
import VolumeCore

extension FilterBox {
  /// The medians of boxes of values that are of `type`, of `2 z + 1` layers of `2 half + 1` x
  /// `2 half + 1`.
  func medians(_ z: Int, _ half: Int, of type: VoxelType) -> FilterBox {
    let inner = Shape3(z: shape.z - 2 * z, y: shape.y - 2 * half, x: shape.x - 2 * half)
    let (least, bits): (Int32, CInt) =
      switch type {
      case .uint8: (0, 8)
      case .int8: (-128, 8)
      case .uint16: (0, 16)
      case .int16: (-32768, 16)
      default: (.min, 32)
      }
    let keys = bits < 32 ? values.map { Int32($0) } : values.map { Self.key(of: $0) }
    var medians = [Int32](repeating: 0, count: inner.voxelCount)
    unsafe keys.withUnsafeBufferPointer { keys in
      unsafe medians.withUnsafeMutableBufferPointer { medians in
        guard let keys = keys.baseAddress, let medians = medians.baseAddress else { return }
        for k in 0..<inner.z {
          for j in 0..<inner.y {
            let first = (k * shape.y + j) * shape.x
            unsafe t2s_medians(
              keys + first, shape.y * shape.x, shape.x, z, half, least, bits, inner.x,
              medians + (k * inner.y + j) * inner.x)
          }
        }
      }
    }
    return FilterBox(
      shape: inner,
      values: bits < 32 ? medians.map { Float($0) } : medians.map { Self.value(of: $0) })
  }

  /// A number that is greater for a greater value.
  private static func key(of value: Float) -> Int32 {
    let bits = Int32(bitPattern: value.bitPattern)
    // Of negative values the bits grow as the value sinks.
    return bits < 0 ? bits ^ .max : bits
  }

  private static func value(of key: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: key < 0 ? key ^ .max : key))
  }
}
