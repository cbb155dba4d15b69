import CFiltering
import VolumeCore

extension FilterBox {
  /// Non-local means of the voxels that have `patch + search` around them along z (where `z` is not 0),
  /// y and x.
  func nonLocalMeans(patch: Int, search: Int, strength: Float, crossesLayers: Bool) -> FilterBox {
    let (patchZ, searchZ) = crossesLayers ? (patch, search) : (0, 0)
    let reach = patch + search
    let inner = Shape3(
      z: shape.z - 2 * (patchZ + searchZ), y: shape.y - 2 * reach, x: shape.x - 2 * reach)
    var means = [Float](repeating: 0, count: inner.voxelCount)
    // So few rows that what all shifts of them read stays in a core's cache.
    let most = min(inner.y, 16)
    unsafe values.withUnsafeBufferPointer { values in
      var filter = unsafe t2s_nonlocal(
        values: values.baseAddress, layer: shape.y * shape.x, row: shape.x, patch: patch,
        search: search, patch_z: patchZ, search_z: searchZ, strength_squared: strength * strength)
      var room = [Float](
        repeating: 0, count: unsafe t2s_nonlocal_room(&filter, most, inner.x))
      unsafe means.withUnsafeMutableBufferPointer { means in
        unsafe room.withUnsafeMutableBufferPointer { room in
          guard let means = means.baseAddress else { return }
          for z in 0..<inner.z {
            for y in stride(from: 0, to: inner.y, by: most) {
              let target = unsafe means + (z * inner.y + y) * inner.x
              unsafe t2s_nonlocal_rows(
                &filter, z, y, min(most, inner.y - y), inner.x, target, room.baseAddress)
            }
          }
        }
      }
    }
    return FilterBox(shape: inner, values: means)
  }
}
