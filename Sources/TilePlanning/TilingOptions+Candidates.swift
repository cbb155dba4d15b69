import NeuralGraph
import VolumeCore

extension TilingOptions {
  /// What tiles of `shape` may write: that, and before it, where they may be joined, a row of them. With a
  /// halo that is not all that the network sees, labels depend on where tiles meet.
  public func candidates(of shape: Shape3, region: Shape3, for graph: Graph) -> [Shape3] {
    guard joinsRows, graph.isPlanar, halo == nil, shape.x < region.x else { return [shape] }
    return [Shape3(z: shape.z, y: shape.y, x: region.x), shape]
  }

  /// What an automatic tile may write for `graph`, large ones first.
  public func candidates(region: Shape3, block: Shape3, for graph: Graph) -> [Shape3] {
    let planes = candidates(region: region, block: block)
    if !graph.isPlanar {
      // The halo costs along all axes, so all should be long; but memory holds the volume.
      // Deep ones are computed a few layers at a time, so what they take is their voxels alone.
      let deep = [16, 8, 4, 2].map { $0 * block.z }.filter { $0 < region.z }
      let whole = region.z <= 16 * block.z && region.z > block.z ? [region.z] : []
      let extent = max(region.y, region.x)
      // Equal parts of the region waste no halo on a narrow rest.
      let parts = (1...6).map { ((extent + $0 - 1) / $0 + 15) / 16 * 16 }
      let edges = Set(Self.lengths(block.y, below: extent) + parts.map { min($0, extent) })
      var all: [Shape3] = []
      var seen: Set<Shape3> = []
      for depth in whole + deep + Self.lengths(block.z, below: region.z) {
        for edge in edges.sorted(by: >) {
          // Bands of whole rows have no halo along x; squares need less memory.
          for columns in [region.x, min(edge, region.x)] {
            let core = Shape3(z: depth, y: min(edge, region.y), x: columns)
            if seen.insert(core).inserted { all.append(core) }
          }
        }
      }
      return all
    }
    guard graph.layerMargin > 0 else { return planes }
    // Layers beside each are read for every tile: several layers a tile read them less often.
    return planes.flatMap { plane in
      [16, 8, 4, 2, 1].filter { $0 <= max(1, min(block.z, region.z)) }.map {
        Shape3(z: $0, y: plane.y, x: plane.x)
      }
    }
  }

  /// Lengths from `most` down to 16, each two thirds or three quarters of the one before.
  private static func lengths(_ most: Int, below extent: Int) -> [Int] {
    var result: [Int] = []
    var length = most
    while length >= 16 {
      for next in [length, length / 4 * 3] where next >= 16 && next < extent { result.append(next) }
      length /= 2
    }
    return result.isEmpty || extent <= most ? [extent] + result : result
  }

  /// What an automatic tile may write of single layers, the best first: whole layers, then bands
  /// of them, then squares and halves of these, ever smaller.
  ///
  /// Larger tiles read less halo; parts of a block (a power of two below it) keep few blocks open.
  public func candidates(region: Shape3, block: Shape3) -> [Shape3] {
    var result = [Shape3(z: 1, y: region.y, x: region.x)]
    var rows = block.y
    while rows >= 128 {
      if rows < region.y { result.append(Shape3(z: 1, y: rows, x: region.x)) }
      rows /= 2
    }
    var edge = block.y
    while edge >= 32 {
      if edge < region.y || edge < region.x {
        result.append(Shape3(z: 1, y: min(edge, region.y), x: min(edge, region.x)))
        // Between a square and the next there is much memory, and rows that lie together read well.
        let half = edge / 2 / 64 * 64
        if edge.isMultiple(of: 128), half < region.y, edge < region.x {
          result.append(Shape3(z: 1, y: half, x: edge))
        }
      }
      edge = edge > 256 ? edge - edge / 4 / 64 * 64 : edge / 2
    }
    return result
  }
}
