import Distances
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `Distances to a set of voxels` {
  /// The least squared distance, by looking at every voxel of the set.
  private func expected(_ features: [UInt8], _ shape: Shape3, reach: Int) -> [UInt16] {
    let places = Region(shape).indices
    let set = places.indices.filter { features[$0] != 0 }.map { places[$0] }
    return places.map { at in
      let least = set.map {
        ($0.z - at.z) * ($0.z - at.z) + ($0.y - at.y) * ($0.y - at.y) + ($0.x - at.x)
          * ($0.x - at.x)
      }.min()
      guard let least, least <= reach * reach else { return SquaredDistances.beyond }
      return UInt16(least)
    }
  }

  @Test(arguments: 0..<40)
  func `are those that looking at every voxel finds`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let shape = Shape3(
      z: .random(in: 1...6, using: &random), y: .random(in: 1...12, using: &random),
      x: .random(in: 1...20, using: &random))
    let rarity = Int.random(in: 2...200, using: &random)
    let features = (0..<shape.voxelCount).map { _ -> UInt8 in
      Int.random(in: 0..<rarity, using: &random) == 0 ? 1 : 0
    }
    let reach = Int.random(in: 1...25, using: &random)
    var distances = SquaredDistances(shape, reach: reach)
    let found = distances.compute(features)
    #expect(found == features.contains(1))
    #expect(distances.values == expected(features, shape, reach: reach))
    // The same again, of other features in the same memory.
    let others = features.map { 1 - $0 }
    distances.compute(others)
    #expect(distances.values == expected(others, shape, reach: reach))
  }

  @Test func `reach as far as they can without overflow`() {
    let shape = Shape3(z: 110, y: 110, x: 1)
    var features = [UInt8](repeating: 0, count: shape.voxelCount)
    features[0] = 1
    var distances = SquaredDistances(shape, reach: 100)
    distances.compute(features)
    #expect(distances.values[60 * 110 + 80] == 10_000)
    #expect(distances.values[60 * 110 + 81] == SquaredDistances.beyond)
    #expect(distances.values[109 * 110 + 109] == SquaredDistances.beyond)
  }
}
