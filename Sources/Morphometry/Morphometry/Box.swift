import VolumeCore

extension Region {
  /// The place of a voxel in an array of this box.
  func place(_ z: Int, _ y: Int, _ x: Int) -> Int {
    ((z - self.z.lowerBound) * self.y.count + y - self.y.lowerBound) * self.x.count + x
      - self.x.lowerBound
  }

  /// The voxel at a place of such an array.
  func index(of place: Int) -> Index3 {
    let row = place / x.count
    return Index3(
      z: z.lowerBound + row / y.count, y: y.lowerBound + row % y.count,
      x: x.lowerBound + place % x.count)
  }
}
