import VolumeCore

/// Seeded region growing (Adams and Bischof, IEEE Trans. Pattern Analysis and Machine Intelligence
/// 16, 1994), made so that its result does not depend on how the volume is cut.
///
/// The mean grey of a class is that of its seeds, of the whole volume, and stays. A *way* of a class
/// begins at one of its seeds and steps from voxel to face neighbour (four in a layer, six in a
/// volume); it enters no other class's seed. A step onto a voxel is as high as that voxel's grey
/// value differs from the class's mean. The *level* of a way is its highest step, and its *length*
/// the number of steps taken since it rose to that level, that step among them: what came before, at
/// lower levels, was free. Of two ways that of the lower level is better, then that of the lesser
/// length. A voxel that is no seed belongs to the class whose best way to it is the best, and to the
/// first class where several are equal.
///
/// So defined, the best way to a voxel is made of best ways to those before it: of two ways to one
/// voxel the better one stays the better, or becomes equal, by any further step. Whatever the order in
/// which blocks are worked on, passing on what is best at their faces until nothing changes ends at the
/// same numbers. The rival reading, a way of the least *total* length within the level, does not have
/// this property, and neither have running means.
///
/// Steps are compared in 1/256 of a grey value where voxels have 8 bits, in whole grey values where
/// they have 16. Lengths count up to 65535, and longer ways are equally good.
public struct RegionGrowing: Sendable {
  /// Between which voxels ways lead.
  public enum Reach: String, Hashable, Sendable, CaseIterable {
    /// In each layer by itself: four neighbours.
    case layers
    /// From layer to layer as well: six neighbours.
    case volume
  }

  /// How high a step is.
  public enum Height: String, Hashable, Sendable {
    /// As the voxel's grey value differs from the class's mean: region growing.
    case difference
    /// As the voxel's grey value is: a watershed from markers (Meyer, Signal Processing 38, 1994), in
    /// which water rises from all seeds over the grey values. The best way to a voxel is that of any
    /// class; the voxel belongs to the class of the neighbour whose best way is the best, from which
    /// its water comes, and to the first class of several such neighbours. So water that has run over
    /// a pass into another class's basin does not win what lies behind it.
    case grey
  }

  /// The grey values.
  public var scan: any VolumeReader
  /// Where classes begin.
  public var seeds: GrowthSeeds
  /// Between which voxels ways lead.
  public var reach: Reach
  /// How high a step is.
  public var height = Height.difference
  /// What water rises over in place of the scan's grey values, of its shape and of whole numbers of at
  /// most 16 bits, and what it is called; seeds are of the scan's grey values all the same.
  public var heights: (volume: any ComputedVolume, name: String)?
  /// The places of classes that grow by themselves, each against all others in one; a voxel that
  /// several win belongs to the first in this order. Empty: all classes grow against each other.
  public var alone: [Int] = []
  /// The largest block.
  public var block = Shape3(z: 64, y: 256, x: 256)
  /// A folder for what does not fit into memory: one byte for each voxel, and four for each class
  /// (eight for a watershed) and each voxel of blocks' faces.
  public var scratchFolder: String
  /// A folder of its own that keeps what growing has come to, so that the same growth goes on after a
  /// stop; `nil`: nothing is kept. `PreparedGrowing.forget` removes it.
  public var keptIn: String?
  /// After how long at most it is kept again: what a process that is killed has to do twice.
  public var keepingInterval = Duration.seconds(30)

  /// Grows `seeds` in `scan`.
  public init(_ scan: any VolumeReader, seeds: GrowthSeeds, reach: Reach, scratchFolder: String) {
    self.scan = scan
    self.seeds = seeds
    self.reach = reach
    self.scratchFolder = scratchFolder
  }

  /// Chooses blocks that fit into `memory`; throws where none do, or the options are at odds.
  public func prepared(memory: Int, threads: Int) throws(Explanation) -> PreparedGrowing {
    guard let scale = GreyScale(scan.volume.voxelType) else {
      throw Explanation(
        .input, "voxels of \(scan.volume.voxelType.rawValue) have too many grey values to grow by",
        remedy: "convert the scan to uint8 or uint16: t2s-volume convert --type uint16 --window")
    }
    try checkClasses()
    let shape = scan.volume.shape
    if let labels = seeds.labels, labels.volume.shape != shape {
      throw Explanation(
        .input,
        "the scan has \(shape.words), the labels that are seeds \(labels.volume.shape.words)",
        remedy: "give seeds of the scan's extent")
    }
    for point in seeds.points
    where !Region(shape).contains(Region(origin: point.place, shape: Shape3(z: 1, y: 1, x: 1))) {
      throw Explanation(
        .input, "the seed at z, y, x = \(point.place) lies outside the scan of \(shape.words)",
        remedy: "count voxels from 0, layers first")
    }
    // Ways lead through all of a layer, so that without faces a block has whole layers.
    var chunk = block
    if reach == .layers {
      chunk = Shape3(
        z: max(1, block.voxelCount / max(1, shape.y * shape.x)), y: shape.y, x: shape.x)
    }
    chunk = ChunkGrid(volume: shape, chunk: chunk).largestBlock
    while byteCount(of: chunk) > memory || chunk.voxelCount > 1 << 30 {
      if reach == .volume, max(chunk.y, chunk.x) > 32 {
        if chunk.y >= chunk.x { chunk.y = (chunk.y + 1) / 2 } else { chunk.x = (chunk.x + 1) / 2 }
      } else if chunk.z > 1 {
        chunk.z = (chunk.z + 1) / 2
      } else {
        let needed = (byteCount(of: chunk) + (1 << 20) - 1) >> 20
        throw Explanation(
          .input,
          "--memory \(memory >> 20)M is too small: growing in a block of \(chunk) takes \(needed) MiB",
          remedy: "give --memory \(needed)M or more")
      }
    }
    let grid = ChunkGrid(volume: shape, chunk: chunk)
    return PreparedGrowing(
      growing: self, scale: scale, grid: grid,
      threads: max(1, min(threads, grid.count.voxelCount, memory / byteCount(of: chunk))),
      threadByteCount: byteCount(of: chunk))
  }

  private func byteCount(of chunk: Shape3) -> Int {
    let reading =
      heights.map {
        $0.volume.cacheByteCount(forBoxesOf: chunk) / 2
          + $0.volume.scratchByteCount(forBoxesOf: chunk)
      } ?? scan.cacheByteCount(forBoxesOf: chunk) / 2
    return FloodBlock.byteCount(
      of: chunk, crossesLayers: reach == .volume, voxelBytes: voxelBytes,
      labelBytes: seeds.labels?.volume.voxelType.byteCount ?? 0) + reading
  }

  /// Bytes of the larger voxels of those that are read.
  var voxelBytes: Int {
    max(scan.volume.voxelType.byteCount, heights?.volume.volume.voxelType.byteCount ?? 0)
  }

  private func checkClasses() throws(Explanation) {
    let classes = seeds.classes
    guard classes.count >= 2, classes.count <= 250 else {
      throw Explanation(
        .input, "\(classes.count) classes were given seeds", remedy: "give two or more, at most 250"
      )
    }
    precondition(alone.allSatisfy { classes.indices.contains($0) })
    for (place, item) in classes.enumerated() {
      for other in classes[..<place] {
        if other.value == item.value || other.name == item.name {
          throw Explanation(
            .input, "'\(other.name)' and '\(item.name)' are one class twice",
            remedy: "give each class one value and one name")
        }
        if let mine = item.greys, let others = other.greys, mine.overlaps(others) {
          throw Explanation(
            .input,
            "the grey values of the seeds of '\(other.name)' and '\(item.name)' overlap",
            remedy: "give ranges that have no value in common")
        }
      }
    }
    if alone.count > 7 {
      throw Explanation(
        .input, "\(alone.count) classes are to grow by themselves", remedy: "give at most 7")
    }
  }
}
