import Synchronization
import Testing
import VolumeCore
import VolumePasses
import VolumeTesting

@Suite struct `A pass over blocks` {
  /// The sum of each voxel's position in the volume times its value, by core voxels alone.
  private func weighed(_ prepared: PreparedPass) throws -> (sum: Int, voxels: Int, blocks: Int) {
    let parts = try prepared.run(gather: { [0, 0, 0] }) { sums, block in
      let shape = block.region.shape
      block.withVoxels { bytes in
        for at in block.core.indices {
          let place =
            ((at.z - block.region.z.lowerBound) * shape.y + at.y - block.region.y.lowerBound)
            * shape.x + at.x - block.region.x.lowerBound
          let value = unsafe Int(bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
          sums[0] += value * (at.z * 10007 + at.y * 101 + at.x)
          sums[1] += 1
        }
      }
      sums[2] += 1
    }
    return (
      parts.reduce(0) { $0 + $1[0] }, parts.reduce(0) { $0 + $1[1] }, parts.reduce(0) { $0 + $1[2] }
    )
  }

  @Test(arguments: 0..<20)
  func `hands out every voxel of its region once, whatever the blocks and threads`(
    seed: UInt64
  ) throws {
    var random = SeededRandom(seed: seed)
    let shape = Shape3(
      z: .random(in: 1...9, using: &random), y: .random(in: 1...40, using: &random),
      x: .random(in: 1...50, using: &random))
    let scan = MemoryVolume.scan(shape, seed: seed)
    func range(_ extent: Int) -> Range<Int> {
      let first = Int.random(in: 0..<extent, using: &random)
      return first..<Int.random(in: (first + 1)...extent, using: &random)
    }
    let region = Region(z: range(shape.z), y: range(shape.y), x: range(shape.x))
    let bytes = try scan.bytes(of: region)
    var expected = 0
    for (index, at) in region.indices.enumerated() {
      expected += Int(bytes[index]) * (at.z * 10007 + at.y * 101 + at.x)
    }
    for (block, halo, threads) in [(100, 0, 1), (3, 2, 2), (7, 5, 4)] {
      var pass = BlockPass([PassInput(scan, as: .labels)], region: region)
      pass.block = Shape3(z: block, y: block * 2, x: block)
      pass.halo = Shape3(z: halo, y: 1, x: halo)
      let found = try weighed(try pass.prepared(memory: 1 << 24, threads: threads))
      #expect(found.sum == expected && found.voxels == region.voxelCount)
    }
  }

  @Test func `reads the halo as far as the volume reaches`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 6, y: 8, x: 10), seed: 1)
    var pass = BlockPass([PassInput(scan, as: .asStored)])
    pass.block = Shape3(z: 3, y: 4, x: 5)
    pass.halo = Shape3(z: 1, y: 2, x: 3)
    let regions = try pass.prepared(memory: 1 << 20, threads: 1).run(gather: { [Region]() }) {
      $0.append($1.region)
    }
    #expect(regions[0].first == Region(z: 0..<4, y: 0..<6, x: 0..<8))
    #expect(regions[0].last == Region(z: 2..<6, y: 2..<8, x: 2..<10))
    #expect(regions[0].count == 8)
    pass.looksBack = false
    let behind = try pass.prepared(memory: 1 << 20, threads: 1).run(gather: { [Region]() }) {
      $0.append($1.region)
    }
    #expect(behind[0].first == Region(z: 0..<4, y: 0..<6, x: 0..<8))
    #expect(behind[0].last == Region(z: 3..<6, y: 4..<8, x: 5..<10))
  }

  @Test func `makes its blocks smaller until one fits, and says what the smallest needs`() throws {
    let scan = MemoryVolume(
      Shape3(z: 4, y: 300, x: 300), .uint16, Array(repeating: 0, count: 720_000))
    var pass = BlockPass([PassInput(scan, as: .float)])
    pass.halo = Shape3(z: 1, y: 1, x: 1)
    for memory in [80_000, 200_000, 1 << 20, 1 << 26] {
      let prepared = try pass.prepared(memory: memory, threads: 8)
      #expect(prepared.byteCount <= memory)
      #expect(prepared.grid.largestBlock.voxelCount * 6 <= memory)
    }
    #expect(throws: Explanation.self) { try pass.prepared(memory: 70_000, threads: 1) }
    pass.leastBlock = Shape3(z: 1, y: 300, x: 300)
    #expect(throws: Explanation.self) { try pass.prepared(memory: 1_000_000, threads: 1) }
  }

  @Test func `turns wide labels into bytes, and names the place of what is no label`() throws {
    let shape = Shape3(z: 2, y: 3, x: 4)
    var bytes = [UInt8](repeating: 0, count: shape.voxelCount * 2)
    for index in 0..<shape.voxelCount { bytes[index * 2] = UInt8(index) }
    let whole = MemoryVolume(shape, .uint16, bytes)
    let sum = try BlockPass([PassInput(whole, as: .labels)]).prepared(memory: 1 << 20, threads: 1)
      .run(gather: { 0 }) { sum, block in
        block.withVoxels { span in
          for i in 0..<span.byteCount {
            sum += unsafe Int(span.unsafeLoad(fromByteOffset: i, as: UInt8.self))
          }
        }
      }
    #expect(sum == [276])
    bytes[(1 * 12 + 2 * 4 + 3) * 2 + 1] = 2
    let odd = MemoryVolume(shape, .uint16, bytes)
    do {
      _ = try BlockPass([PassInput(odd, as: .labels)]).prepared(memory: 1 << 20, threads: 1)
        .run(gather: { 0 }) { _, _ in }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.what.contains("(1, 2, 3) is 535"))
    }
  }

  @Test func `widens grey values to single precision`() throws {
    let shape = Shape3(z: 1, y: 1, x: 3)
    let bytes: [UInt8] = [1, 0, 0, 128, 255, 255]
    for (type, expected) in [
      (VoxelType.uint16, [1, 32768, 65535] as [Float]), (.int16, [1, -32768, -1]),
    ] {
      let volume = MemoryVolume(shape, type, bytes)
      let values = try BlockPass([PassInput(volume, as: .float)])
        .prepared(memory: 1 << 20, threads: 1).run(gather: { [Float]() }) { values, block in
          block.withVoxels { span in
            for i in 0..<3 {
              values.append(unsafe span.unsafeLoad(fromByteOffset: i * 4, as: Float.self))
            }
          }
        }
      #expect(values == [expected])
    }
  }

  @Test func `stops at the first error, and before the next block when asked to`() throws {
    let scan = MemoryVolume.scan(Shape3(z: 64, y: 8, x: 8), seed: 3)
    var pass = BlockPass([PassInput(scan, as: .asStored)])
    pass.block = Shape3(z: 1, y: 8, x: 8)
    let prepared = try pass.prepared(memory: 1 << 20, threads: 2)
    let wrong = Explanation(.failed, "the third block is odd", remedy: "none")
    #expect(throws: wrong) {
      try prepared.run(gather: { 0 }) { count, block throws(Explanation) in
        count += 1
        if block.number == 2 { throw wrong }
      }
    }
    let seen = Atomic<Int>(0)
    let counts = try prepared.run(
      isStopped: { seen.load(ordering: .relaxed) >= 5 }, gather: { 0 }
    ) { count, _ in
      count += 1
      seen.add(1, ordering: .relaxed)
    }
    #expect((5...7).contains(counts.reduce(0, +)))
  }
}
