import Evaluation
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Runs compared` {
  @Test(arguments: 0..<10)
  func `have the counts that each has alone, however the volume is cut`(seed: UInt64) throws {
    let pair = Pair(seed: seed)
    let other = Pair(seed: seed)
    let second = other.prediction.map { UInt8(($0 + 1) % 3) }
    let readers = [
      MemoryVolume(pair.shape, .uint8, pair.prediction), MemoryVolume(pair.shape, .uint8, second),
    ]
    var found: [RunComparison] = []
    for way in ways {
      found.append(
        try RunComparison(
          readers, truth: MemoryVolume(pair.shape, .uint8, pair.truth),
          mask: MemoryVolume(pair.shape, .uint8, pair.mask), region: pair.region,
          classes: [0, 1, 2], way))
    }
    #expect(found.allSatisfy { $0 == found[0] })
    #expect(found[0].matrix(0) == (try pair.pairing().confusion(ways[0]).withoutSkipped))
    #expect(found[0].difference(0, 0).value == 0)
    let (there, back) = (found[0].difference(0, 1), found[0].difference(1, 0))
    #expect(there.value == -back.value && there.error == back.error)
  }

  /// The jackknife's error of a mean over equal blocks is that of the mean itself.
  @Test func `have the error of leaving one block out`() throws {
    // 64 blocks of 16^3 in a row; the second run is wrong in as many voxels of a block as its number.
    let shape = Shape3(z: 16, y: 16, x: 1024)
    let truth = [UInt8](repeating: 0, count: shape.voxelCount)
    var prediction = truth
    for block in 0..<64 {
      for i in 0..<block {
        prediction[((i / 16) * 16 + i % 16) * 1024 + block * 16] = 1
      }
    }
    let comparison = try RunComparison(
      [MemoryVolume(shape, .uint8, truth), MemoryVolume(shape, .uint8, prediction)],
      truth: MemoryVolume(shape, .uint8, truth), region: Region(shape), classes: [0, 1], ways[0])
    #expect(comparison.blocks.count == Shape3(z: 1, y: 1, x: 64))
    let difference = comparison.difference(0, 1)
    // Class 0 of the second has 1 - e; class 1 is wrong wherever it is: the mean is (1 - e) / 2.
    let wrong = (0..<64).map(Double.init)
    let (each, total) = (4096.0, 64 * 4096.0)
    let e = wrong.reduce(0, +) / total
    #expect(abs(difference.value - (1 - (1 - e) / 2)) < 1e-12)
    let left = wrong.map { (1 - (1 - (e * total - $0) / (total - each)) / 2) }
    let mean = left.reduce(0, +) / 64
    let spread = left.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(abs((difference.error ?? 0) - (63.0 / 64 * spread).squareRoot()) < 1e-12)
    #expect(difference.freedom == 63)
  }

  @Test func `are cut into at least 64 blocks where that leaves 16 voxels`() {
    #expect(RunComparison.blocks(of: Shape3(z: 2048, y: 2048, x: 2048)).chunk.x == 512)
    #expect(RunComparison.blocks(of: Shape3(z: 1, y: 1040, x: 904)).chunk.x == 128)
    #expect(RunComparison.blocks(of: Shape3(z: 8, y: 8, x: 8)).chunk.x == 16)
  }
}

extension ConfusionMatrix {
  /// The same counts, as if nothing had been skipped.
  fileprivate var withoutSkipped: ConfusionMatrix {
    var copy = ConfusionMatrix()
    for t in values {
      for p in values where count(truth: t, prediction: p) > 0 {
        copy.add(count(truth: t, prediction: p), truth: t, prediction: p)
      }
    }
    return copy
  }
}
