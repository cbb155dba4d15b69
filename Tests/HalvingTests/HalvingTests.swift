import Halving
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Halving a volume` {
  static let shapes = [
    Shape3(z: 1, y: 1, x: 1), Shape3(z: 2, y: 2, x: 2), Shape3(z: 3, y: 5, x: 7),
    Shape3(z: 4, y: 6, x: 129), Shape3(z: 1, y: 2, x: 64), Shape3(z: 6, y: 1, x: 33),
  ]
  static let rules: [(HalvingRule, VoxelType)] =
    VoxelType.allCases.map { (.mean, $0) }
    + VoxelType.allCases.filter { !$0.isFloatingPoint }.map { (.mode, $0) }

  /// Random bits, of which every third volume has few values, so that some occur more often.
  static func voxels(_ shape: Shape3, _ type: VoxelType, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    let mask: UInt8 = seed % 3 == 0 ? 0x81 : 0xFF
    return (0..<(shape.voxelCount * type.byteCount)).map { place in
      let byte = UInt8(truncatingIfNeeded: random.next() >> 24) & mask
      return mask == 0x81 && place % type.byteCount != type.byteCount - 1 ? byte & 1 : byte
    }
  }

  static func halve(_ voxels: [UInt8], of shape: Shape3, _ halving: Halving) -> [UInt8] {
    var half = [UInt8](
      repeating: 0, count: shape.halved.voxelCount * halving.voxelType.byteCount)
    var span = half.mutableSpan
    var raw = unsafe span.mutableBytes
    halving.halve(
      Region(shape), from: unsafe voxels.span.bytes, of: Region(shape), into: &raw,
      of: Region(shape.halved))
    return half
  }

  @Test(arguments: rules, shapes)
  func `is what the plain loops compute`(rule: (HalvingRule, VoxelType), shape: Shape3) {
    let (rule, type) = rule
    for seed in 1...6 as ClosedRange<UInt64> {
      let voxels = Self.voxels(shape, type, seed: seed)
      let found = Self.halve(voxels, of: shape, Halving(rule, of: type))
      #expect(found == ReferenceHalving(rule, of: type).halve(voxels, of: shape), "seed \(seed)")
    }
  }

  @Test(arguments: rules)
  func `is the same box by box`(rule: (HalvingRule, VoxelType)) {
    let (rule, type) = rule
    let shape = Shape3(z: 5, y: 9, x: 11)
    let halving = Halving(rule, of: type)
    let voxels = Self.voxels(shape, type, seed: 5)
    let whole = Region(shape)
    var half = [UInt8](repeating: 0, count: shape.halved.voxelCount * type.byteCount)
    var span = half.mutableSpan
    var raw = unsafe span.mutableBytes
    for part in ChunkGrid(volume: shape, chunk: Shape3(z: 2, y: 4, x: 6)).boxes {
      halving.halve(
        part, from: unsafe voxels.span.bytes, of: whole, into: &raw, of: whole.halved)
    }
    #expect(half == Self.halve(voxels, of: shape, halving))
  }

  /// Eight voxels, and what they become.
  static let means: [([UInt8], UInt8)] = [
    ([0, 0, 0, 0, 0, 0, 0, 4], 0), ([0, 0, 0, 0, 0, 0, 0, 5], 1), ([1, 1, 1, 1, 1, 1, 1, 5], 2),
    ([255, 255, 255, 255, 255, 255, 255, 255], 255), ([0, 1, 2, 3, 4, 5, 6, 7], 4),
  ]

  @Test(arguments: means)
  func `rounds a mean to the nearest, and halves to even`(voxels: [UInt8], mean: UInt8) {
    let shape = Shape3(z: 2, y: 2, x: 2)
    #expect(Self.halve(voxels, of: shape, Halving(.mean, of: .uint8)) == [mean])
  }

  /// Eight labels, and what they become.
  static let modes: [([UInt8], UInt8)] = [
    ([7, 7, 3, 3, 3, 1, 1, 0], 3), ([7, 7, 3, 3, 9, 1, 1, 0], 1), ([7, 6, 5, 4, 3, 2, 1, 9], 1),
    ([0, 0, 0, 0, 2, 2, 2, 2], 0), ([5, 5, 5, 5, 5, 0, 0, 0], 5), ([8, 8, 8, 8, 8, 8, 8, 8], 8),
  ]

  @Test(arguments: modes)
  func `takes the smallest of the most frequent labels`(voxels: [UInt8], mode: UInt8) {
    let shape = Shape3(z: 2, y: 2, x: 2)
    #expect(Self.halve(voxels, of: shape, Halving(.mode, of: .uint8)) == [mode])
  }

  @Test func `leaves at an odd end the mean of what is there`() {
    let found = Self.halve(
      [10, 20, 31, 30, 40, 50], of: Shape3(z: 1, y: 2, x: 3), Halving(.mean, of: .uint8))
    #expect(found == [25, 40])
  }

  @Test func `makes one NaN of all, whatever their bits`() {
    for bits in [0x7FC0_0001, 0xFFC0_0000, 0x7F80_0001, 0x7FFF_FFFF] as [UInt32] {
      var voxels = [Float](repeating: 1, count: 8)
      voxels[5] = Float(bitPattern: bits)
      let bytes = unsafe voxels.withUnsafeBytes { unsafe Array($0) }
      let found = Self.halve(bytes, of: Shape3(z: 2, y: 2, x: 2), Halving(.mean, of: .float32))
      #expect(found == [0, 0, 0xC0, 0x7F])
    }
  }
}

extension ChunkGrid {
  /// The voxels of each box.
  var boxes: [Region] { indices.map(region(of:)) }
}
