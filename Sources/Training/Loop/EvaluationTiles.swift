import VolumeCore

/// Crops laid side by side over parts, each scored in its middle alone, so that every voxel is seen
/// with what is around it.
struct EvaluationTiles: Sendable {
  private struct Tile {
    var part: Int
    /// What is scored.
    var core: Region
  }
  private let scans: [AnnotatedScan]
  private let parts: [DataPart]
  private let map: ClassMap
  private let shape: CropShape
  private let tiles: [Tile]

  /// At most `limit` tiles over `parts`, spread evenly where there are more.
  init(
    _ scans: [AnnotatedScan], _ parts: [DataPart], _ map: ClassMap, _ shape: CropShape, limit: Int
  ) {
    self.scans = scans
    self.parts = parts
    self.map = map
    self.shape = shape
    // A quarter at either side is context, where there is room for it.
    func core(_ extent: Int, _ isLooked: Bool) -> Int {
      isLooked && extent >= 16 ? extent - 2 * (extent / 4) : extent
    }
    let size = Shape3(
      z: core(shape.output.z, !shape.isPlanar), y: core(shape.output.y, true),
      x: core(shape.output.x, true))
    // Numbered, and made when they are wanted: there may be millions.
    var counts: [Int] = []
    for part in parts {
      let region = part.region
      let depth =
        shape.isPlanar
        ? scans[part.scan].annotated(in: region.z).count : Self.steps(region.z, size.z)
      counts.append(depth * Self.steps(region.y, size.y) * Self.steps(region.x, size.x))
    }
    let total = counts.reduce(0, +)
    let chosen = min(total, max(limit, 1))
    var tiles: [Tile] = []
    for number in 0..<chosen {
      var index = total <= chosen ? number : (2 * number + 1) * total / (2 * chosen)
      var part = 0
      while index >= counts[part] {
        index -= counts[part]
        part += 1
      }
      let region = parts[part].region
      let columns = Self.steps(region.x, size.x)
      let rows = Self.steps(region.y, size.y)
      func range(_ i: Int, _ range: Range<Int>, _ size: Int) -> Range<Int> {
        let start = range.lowerBound + i * size
        return start..<min(start + size, range.upperBound)
      }
      let layer = index / columns / rows
      let z: Range<Int>
      if shape.isPlanar {
        let number = scans[parts[part].scan].annotated(in: region.z)[layer]
        z = number..<(number + 1)
      } else {
        z = range(layer, region.z, size.z)
      }
      let core = Region(
        z: z, y: range(index / columns % rows, region.y, size.y),
        x: range(index % columns, region.x, size.x))
      tiles.append(Tile(part: part, core: core))
    }
    self.tiles = tiles
  }

  private static func steps(_ range: Range<Int>, _ size: Int) -> Int {
    (range.count + size - 1) / size
  }

  /// How many batches of `samples` crops there are.
  func batchCount(samples: Int) -> Int { (tiles.count + samples - 1) / samples }

  /// Batch `number`; where tiles run out, the last is repeated without labels.
  func batch(_ number: Int, samples: Int) throws(TrainingDataError) -> TrainingBatch {
    var batch = TrainingBatch(voxels: [], labels: [])
    for sample in 0..<samples {
      let index = number * samples + sample
      let tile = tiles[min(index, tiles.count - 1)]
      let part = parts[tile.part]
      let scan = scans[part.scan]
      let output = tile.core.recentred(shape.output)
      batch.voxels += try scan.voxels(output.recentred(shape.input))
      if index < tiles.count {
        batch.labels += try scan.labels(output, within: tile.core, map.table)
      } else {
        batch.labels += [UInt8](
          repeating: AnnotatedScan.ignored, count: shape.output.voxelCount)
      }
    }
    return batch
  }
}
