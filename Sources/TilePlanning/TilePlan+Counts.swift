import VolumeCore

extension TilePlan {
  /// Voxels that the network gives a result for, those of the halo included.
  public var computedVoxelCount: Int {
    runs.reduce(0) { $0 + ($1.computed ?? output($1).count) }
      * columns.reduce(0) { $0 + $1.computed }
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

extension TilePlan {
  /// How much longer `workers` take than if each had an equal share of the voxels: the last tiles do
  /// not keep all busy, and those at the far faces may be a good deal smaller than the others.
  ///
  /// Tiles go to whoever is free, in their order.
  public func unevenness(workers: Int) -> Double {
    let workers = max(1, workers)
    guard tileCount <= Self.mostSchedulable else { return 1 }
    var busy = [Int](repeating: 0, count: workers)
    for slab in slabs {
      let depths = runs.filter { slab.contains($0.core.lowerBound) }
        .map { $0.computed ?? output($0).count }
      for column in columns {
        for depth in depths {
          let free = busy.indices.min { busy[$0] < busy[$1] } ?? 0
          busy[free] += depth * column.computed
        }
      }
    }
    let last = busy.max() ?? 0
    let all = busy.reduce(0, +)
    return all == 0 ? 1 : Double(last * workers) / Double(all)
  }

  /// Of more tiles than this, the last are no matter.
  private static let mostSchedulable = 2000
}
