/// A volume cut into boxes of one shape; those at the far faces are cut off by the volume.
public struct ChunkGrid: Hashable, Sendable, Codable {
  /// The extent of the volume.
  public let volume: Shape3
  /// The extent of a box.
  public let chunk: Shape3

  /// Cuts `volume` into boxes of `chunk`; both are positive along every axis.
  public init(volume: Shape3, chunk: Shape3) {
    precondition(chunk.z > 0 && chunk.y > 0 && chunk.x > 0, "an empty chunk cuts nothing")
    self.volume = volume
    self.chunk = chunk
  }

  /// The number of boxes along each axis.
  public var count: Shape3 {
    Shape3(
      z: (volume.z + chunk.z - 1) / chunk.z, y: (volume.y + chunk.y - 1) / chunk.y,
      x: (volume.x + chunk.x - 1) / chunk.x)
  }

  /// The voxels of box `index` that lie in the volume.
  public func region(of index: Index3) -> Region {
    Region(
      origin: Index3(z: index.z * chunk.z, y: index.y * chunk.y, x: index.x * chunk.x),
      shape: chunk
    ).clamped(to: Region(volume))
  }

  /// The boxes that meet `region`, as ranges of indices.
  public func indices(meeting region: Region) -> Region {
    let inside = region.clamped(to: Region(volume))
    guard !inside.isEmpty else { return Region(z: 0..<0, y: 0..<0, x: 0..<0) }
    return Region(
      z: (inside.z.lowerBound / chunk.z)..<((inside.z.upperBound - 1) / chunk.z + 1),
      y: (inside.y.lowerBound / chunk.y)..<((inside.y.upperBound - 1) / chunk.y + 1),
      x: (inside.x.lowerBound / chunk.x)..<((inside.x.upperBound - 1) / chunk.x + 1))
  }

  /// Every box, slowest axis first.
  public var indices: [Index3] { indices(meeting: Region(volume)).indices }

  /// Every box, `layers` layers of boxes at a time: first those above each other, then along x, then y.
  public func indices(layersAtOnce layers: Int) -> [Index3] {
    let count = count
    var result: [Index3] = []
    result.reserveCapacity(count.voxelCount)
    for first in stride(from: 0, to: count.z, by: layers) {
      let together = first..<min(first + layers, count.z)
      for y in 0..<count.y {
        for x in 0..<count.x {
          for z in together { result.append(Index3(z: z, y: y, x: x)) }
        }
      }
    }
    return result
  }
}

extension Region {
  /// Every position in this box, slowest axis first; for boxes of chunks, not of voxels.
  public var indices: [Index3] {
    var result: [Index3] = []
    result.reserveCapacity(voxelCount)
    for z in z { for y in y { for x in x { result.append(Index3(z: z, y: y, x: x)) } } }
    return result
  }
}

extension ChunkGrid {
  /// The extent of the largest box: a whole one, or what of it the volume holds.
  public var largestBlock: Shape3 {
    Shape3(z: min(chunk.z, volume.z), y: min(chunk.y, volume.y), x: min(chunk.x, volume.x))
  }
}
