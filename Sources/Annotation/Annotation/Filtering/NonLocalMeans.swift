import Glibc
import VolumeCore

extension FilterBox {
  /// Non-local means of the voxels that have `patch + search` around them along z (where `z` is not 0),
  /// y and x.
  func nonLocalMeans(patch: Int, search: Int, strength: Float, crossesLayers: Bool) -> FilterBox {
    let (patchZ, searchZ) = crossesLayers ? (patch, search) : (0, 0)
    let reach = patch + search
    let inner = Shape3(
      z: shape.z - 2 * (patchZ + searchZ), y: shape.y - 2 * reach, x: shape.x - 2 * reach)
    let wide = Shape3(z: inner.z + 2 * patchZ, y: inner.y + 2 * patch, x: inner.x + 2 * patch)
    var sums = [Float](repeating: 0, count: inner.voxelCount)
    var weights = sums
    let ones = [Float](repeating: 1, count: 2 * patch + 1)
    let voxels = Float((2 * patchZ + 1) * (2 * patch + 1) * (2 * patch + 1))
    let scale = -1 / (strength * strength * voxels)
    for dz in -searchZ...searchZ {
      for dy in -search...search {
        for dx in -search...search {
          // The squared difference from the voxel that far away, then its sums over patches.
          var squares = FilterBox(
            shape: wide, values: [Float](repeating: 0, count: wide.voxelCount))
          for z in 0..<wide.z {
            for y in 0..<wide.y {
              let here = ((z + searchZ) * shape.y + y + search) * shape.x + search
              let there = ((z + searchZ + dz) * shape.y + y + search + dy) * shape.x + search + dx
              let to = (z * wide.y + y) * wide.x
              for x in 0..<wide.x {
                let difference = values[here + x] - values[there + x]
                squares.values[to + x] = difference * difference
              }
            }
          }
          var patches = squares.convolved(2, ones).convolved(1, ones)
          if crossesLayers { patches = patches.convolved(0, ones) }
          for z in 0..<inner.z {
            for y in 0..<inner.y {
              let there =
                ((z + patchZ + searchZ + dz) * shape.y + y + reach + dy) * shape.x + reach + dx
              let to = (z * inner.y + y) * inner.x
              for x in 0..<inner.x {
                let weight = expf(patches.values[to + x] * scale)
                weights[to + x] += weight
                sums[to + x] += weight * values[there + x]
              }
            }
          }
        }
      }
    }
    for i in sums.indices { sums[i] /= weights[i] }
    return FilterBox(shape: inner, values: sums)
  }
}
