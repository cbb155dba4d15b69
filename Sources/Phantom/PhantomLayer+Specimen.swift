/// Air and crack of a layer.
extension PhantomLayer {
  /// The label of the crack.
  static let crack: UInt8 = 3
  /// The label of the air around the specimen.
  static let outside: UInt8 = 254

  /// Takes away what lies in the air or in the crack, with an edge like a pore's.
  mutating func cut(_ specimen: SpecimenLayer) {
    let matrix = Float(Measured.matrixGrey)
    forVoids(of: specimen, deeperThan: Float(-Measured.poreReach)) { layer, index, depth, _ in
      let solid = max(0, min(1, (1.5 - depth) / 3))
      layer.difference[index] =
        layer.difference[index] * solid + Self.poreProfile(depth) - matrix
    }
  }

  /// Labels what was cut; near an edge the grey decides, as it does for pores.
  mutating func label(_ specimen: SpecimenLayer, _ noise: [Float]) {
    let edge = Float(Measured.poreEdgeGrey - Measured.matrixGrey)
    let seen = Measured.noiseSeenAtFibres
    forVoids(of: specimen, deeperThan: -Self.poreEdgeWidth) { layer, index, depth, isAir in
      if depth >= Self.poreEdgeWidth || layer.difference[index] + seen * noise[index] < edge {
        layer.labels[index] = isAir ? Self.outside : Self.crack
      }
    }
  }

  /// Calls `body` with every voxel that lies deeper than `limit` in the air or in the crack.
  private mutating func forVoids(
    of specimen: SpecimenLayer, deeperThan limit: Float,
    _ body: (inout PhantomLayer, _ index: Int, _ depth: Float, _ isAir: Bool) -> Void
  ) {
    var index = 0
    for y in rows {
      for x in columns {
        let (air, crack) = (specimen.air(y, x), specimen.crack.depth(y, x))
        let depth = max(air, crack)
        if depth > limit { body(&self, index, depth, air >= min(0, crack)) }
        index += 1
      }
    }
  }
}
