import VolumeCore

extension FilterBox {
  /// The gradient's magnitude where the box is smoothed by the Gaussian `bell` of `sigma`, times
  /// `scale`, and `most` at most.
  func gradient(
    _ bell: [Float], sigma: Float, scale: Float, most: Float, crossesLayers: Bool
  ) -> FilterBox {
    let reach = bell.count / 2
    // The Gaussian's derivative; of which sign does not matter.
    let slope = bell.enumerated().map { Float($0 - reach) / (sigma * sigma) * $1 }
    let axes = crossesLayers ? [2, 1, 0] : [2, 1]
    var sum: FilterBox?
    for steep in axes {
      var box = self
      for axis in axes { box = box.convolved(axis, axis == steep ? slope : bell) }
      if var before = sum {
        for i in before.values.indices { before.values[i] += box.values[i] * box.values[i] }
        sum = before
      } else {
        for i in box.values.indices { box.values[i] *= box.values[i] }
        sum = box
      }
    }
    guard var result = sum else { return self }
    for i in result.values.indices {
      result.values[i] = min(most, result.values[i].squareRoot() * scale)
    }
    return result
  }
}
