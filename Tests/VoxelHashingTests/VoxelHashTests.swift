import Testing
import VolumeCore
import VolumeTesting
import VoxelHashing

@Suite struct `A hash of voxels` {
  static let box = Region(z: 3..<6, y: 10..<17, x: 5..<42)
  static let widths = [1, 2, 4, 8]

  private func bytes(_ width: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return (0..<(Self.box.voxelCount * width)).map { _ in
      UInt8(truncatingIfNeeded: random.next())
    }
  }

  private func hash(_ box: Region, _ bytes: [UInt8], _ width: Int) -> VoxelHash {
    let hasher = VoxelHasher(columns: Self.box.x)
    return hasher.layers(box, of: unsafe bytes.span.bytes, width: width).reduce(VoxelHash(), +)
  }

  /// What the hash is, to be read.
  private func reference(_ box: Region, _ bytes: [UInt8], _ width: Int) -> VoxelHash {
    var sum: UInt64 = 0
    for (i, at) in box.indices.enumerated() {
      var bits: UInt64 = 0
      for byte in bytes[(i * width)..<((i + 1) * width)].reversed() {
        bits = bits << 8 | UInt64(byte)
      }
      sum &+= (bits &+ 1) &* PlaceNumbers.row(at.z, at.y) &* UInt64(PlaceNumbers.column(at.x))
    }
    return VoxelHash(sum)
  }

  @Test(arguments: widths)
  func `is the sum that it says`(width: Int) {
    let bytes = bytes(width)
    #expect(hash(Self.box, bytes, width) == reference(Self.box, bytes, width))
  }

  @Test(arguments: widths)
  func `is the sum of its parts however they are cut`(width: Int) {
    let bytes = bytes(width)
    let whole = hash(Self.box, bytes, width)
    for cut in [Self.box.z.lowerBound + 1, Self.box.z.lowerBound + 2] {
      for y in [11, 14, 16] {
        for x in [6, 21, 41] {
          var sum = VoxelHash()
          for z in [3..<cut, cut..<6] {
            for y in [10..<y, y..<17] {
              for x in [5..<x, x..<42] {
                let part = Region(z: z, y: y, x: x)
                var copy = [UInt8](repeating: 0, count: part.voxelCount * width)
                var span = copy.mutableSpan
                var raw = unsafe span.mutableBytes
                copyVoxels(
                  part, from: unsafe bytes.span.bytes, of: Self.box, to: &raw, of: part,
                  width: width)
                sum += hash(part, copy, width)
              }
            }
          }
          #expect(sum == whole)
        }
      }
    }
  }

  @Test func `changes with every bit, and with every pair of voxels that trade places`() {
    let bytes = bytes(2)
    let whole = hash(Self.box, bytes, 2)
    for bit in 0..<(8 * bytes.count) {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(hash(Self.box, changed, 2) != whole)
    }
    var random = SeededRandom(seed: 7)
    for _ in 0..<2000 {
      let a = Int(random.next() % UInt64(Self.box.voxelCount))
      let b = Int(random.next() % UInt64(Self.box.voxelCount))
      var changed = bytes
      changed.swapAt(2 * a, 2 * b)
      changed.swapAt(2 * a + 1, 2 * b + 1)
      #expect((hash(Self.box, changed, 2) != whole) == (changed != bytes))
    }
  }

  @Test func `is known to other versions by its text`() {
    let bytes = (0..<(Self.box.voxelCount)).map { UInt8(truncatingIfNeeded: $0) }
    let hash = hash(Self.box, bytes, 1)
    #expect(hash.text == "9f892b05c537df71")
    #expect(VoxelHash(hash.text) == hash)
    #expect(VoxelHash("12") == nil)
    #expect(VoxelHash("000000000000000g") == nil)
  }
}
