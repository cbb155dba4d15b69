import VolumeCore

/// A layer of a fractured bar as labels and grey values.
extension Fracture {
  private static let metal: Float = 40_000
  private static let empty: Float = 9_000
  /// Powder that was not molten, and what lies between its grains.
  private static let powder: Float = 21_000
  private static let powderSpread: Float = 4_500
  /// Grey for one of the noise's units: about a twelfth of the difference of metal and air.
  private static let noiseUnit: Float = 190
  /// Half the width over which an edge is blurred, in voxels.
  private static let blur: Float = 1.2

  /// Labels of layer `z`, and grey values where there is noise to add to them.
  func draw(
    _ z: Int, y: Range<Int>, x: Range<Int>, noise: [Float]?
  ) -> (labels: [UInt8], grey: [UInt16]) {
    let depths = depths(z, y: y, x: x)
    var labels: [UInt8] = []
    var grey: [UInt16] = []
    labels.reserveCapacity(depths.air.count)
    grey.reserveCapacity(noise == nil ? 0 : depths.air.count)
    for index in depths.air.indices {
      let (air, crack) = (depths.air[index], depths.crack[index])
      let (defect, pore) = (depths.defect[index], depths.pore[index])
      let kind: Kind =
        air > 0
        ? .exterior : crack > 0 ? .crack : pore > 0 ? .porosity : defect > 0 ? .defect : .inside
      labels.append(kind.rawValue)
      guard let noise else { continue }
      let hollow = Self.filled(max(air, crack, pore))
      let loose = Self.filled(defect)
      let grain = texture(z, index, y, x)
      let solid = Self.metal + loose * (Self.powder + Self.powderSpread * grain - Self.metal)
      let value = solid + hollow * (Self.empty - solid) + Self.noiseUnit * noise[index]
      grey.append(UInt16(max(0, min(65_535, value.rounded()))))
    }
    return (labels, grey)
  }

  /// How much of a voxel lies inside, `depth` from the surface.
  private static func filled(_ depth: Float) -> Float {
    max(0, min(1, 0.5 + depth / (2 * blur)))
  }

  private func texture(_ z: Int, _ index: Int, _ y: Range<Int>, _ x: Range<Int>) -> Float {
    grains(z / 2).smooth(
      y.lowerBound + index / x.count, x.lowerBound + index % x.count, length: 3)
  }
}
