import VolumeCore

extension Region {
  /// The place of a voxel of this box in C order.
  func place(_ z: Int, _ y: Int, _ x: Int) -> Int {
    ((z - self.z.lowerBound) * self.y.count + y - self.y.lowerBound) * self.x.count + x
      - self.x.lowerBound
  }
}
