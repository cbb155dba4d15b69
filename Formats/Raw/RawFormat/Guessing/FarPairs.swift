import VolumeCore

/// How alike voxels are that lie far apart in a file: those of neighbouring layers.
final class FarPairs {
  private let file: RawFile
  private let levels: VoxelLevels
  private let offset: Int
  private let voxelCount: Int
  private let reach: Int
  private var known: [Int: Double] = [:]
  private var stretches: [Int: [Float]] = [:]

  /// Stretches that are compared with those further on.
  static let count = 32
  /// Voxels of each.
  static let length = 1024

  init(_ file: RawFile, _ levels: VoxelLevels, after offset: Int, reach: Int) {
    self.file = file
    self.levels = levels
    self.offset = offset
    self.reach = reach
    voxelCount = (file.byteCount - offset) / levels.type.byteCount
  }

  /// The correlation of voxels `distance` apart, without what is coarser than a few voxels; 0 where
  /// there are too few.
  func correlation(at distance: Int) -> Double {
    if let known = known[distance] { return known }
    let length = min(Self.length, voxelCount - distance)
    guard distance > 0, length >= 64 else { return 0 }
    let room = voxelCount - length
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for index in 0..<Self.count {
      // The same places for every distance, so that they are read once; the other way where the
      // end is near.
      let part = (Double(index) + goldenPart(index)) / Double(Self.count)
      var here = Int(Double(room) * part)
      var there = here + distance
      if there > room { there = here - distance }
      if there < 0 {
        here = Int(Double(room - distance) * part)
        there = here + distance
      }
      guard let one = stretch(here, length), let other = stretch(there, length, keeps: false) else {
        continue
      }
      var (xy, xx, yy): (Float, Float, Float) = (0, 0, 0)
      for voxel in 0..<length {
        xy += one[voxel] * other[voxel]
        xx += one[voxel] * one[voxel]
        yy += other[voxel] * other[voxel]
      }
      ab += Double(xy)
      aa += Double(xx)
      bb += Double(yy)
    }
    let correlation = aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
    known[distance] = correlation
    return correlation
  }

  private func stretch(_ first: Int, _ length: Int, keeps: Bool = true) -> [Float]? {
    if length == Self.length, let kept = stretches[first] { return kept }
    let width = levels.type.byteCount
    guard let bytes = file.bytes(at: offset + first * width, count: length * width) else {
      return nil
    }
    let values = highPassed(levels.levels(of: bytes), reach: reach)
    if keeps, length == Self.length, stretches.count < 2 * Self.count { stretches[first] = values }
    return values
  }
}
