import VolumeCore

extension TilePlan {
  /// Voxels that the network gives a result for, those of the halo included.
  public var computedVoxelCount: Int {
    runs.reduce(0) { $0 + output($1).count }
      * columns.reduce(0) { $0 + $1.inputY.count * $1.inputX.count }
  }

  /// Voxels of the scan that tiles ask for, those asked for again included; what is reflected is
  /// read once.
  public var readVoxelCount: Int {
    runs.reduce(0) { $0 + $1.input.clamped(to: 0..<volume.z).count }
      * columns.reduce(0) {
        $0 + $1.inputY.clamped(to: 0..<volume.y).count * $1.inputX.clamped(to: 0..<volume.x).count
      }
  }
}

extension TilePlan {
  /// Layers at either end of a tile's input that have no result.
  public var layerMargin: Int { margin }

  /// What tiles of inputs of `shape` read, some of them, spread over the volume.
  public func inputs(ofShape shape: Shape3, atMost count: Int) -> [Region] {
    let depths = runs.filter { $0.input.count == shape.z }
    let planes = columns.filter { $0.inputY.count == shape.y && $0.inputX.count == shape.x }
    let all = depths.count * planes.count
    return (0..<min(count, all)).map { place in
      // In steps of about the golden ratio, so that any few lie apart.
      let number = Int(0.618_034 * Double(place) * Double(all)) % all
      let plane = planes[number % planes.count]
      return Region(
        z: depths[number / planes.count].input, y: plane.inputY, x: plane.inputX)
    }
  }
}
