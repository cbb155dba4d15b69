import VolumeCore
import VoxelHashing

/// Holds a scan against the hashes of what labels were made of.
public final class InputCheck {
  /// A block of which voxels are others now.
  public struct Mismatch: Hashable, Sendable {
    /// The block of labels.
    public var block: Index3
    /// What it covers, in the scan.
    public var region: Region
    /// The first layer of the scan that differs.
    public var layer: Int

    /// A block whose voxels are others from `layer` on.
    public init(block: Index3, region: Region, layer: Int) {
      self.block = block
      self.region = region
      self.layer = layer
    }
  }

  private let scan: any VolumeReader
  private let grid: ChunkGrid
  private let origin: Index3
  private let facts: (Index3) throws(Explanation) -> InputFacts?
  private let labels: (any VolumeReader)?
  private let hasher: VoxelHasher
  private var seen: [Index3: Set<Int>] = [:]
  /// Layers of blocks that were compared.
  public private(set) var layerCount = 0

  /// A check of `scan`, of which the blocks of `grid` cover what begins at `origin`; `facts` are what
  /// `InputHashes` found of a block.
  ///
  /// - Parameter labels: tell what is outside; without them blocks that have some of it are not
  ///   compared.
  public init(
    _ scan: any VolumeReader, grid: ChunkGrid, origin: Index3, labels: (any VolumeReader)? = nil,
    facts: @escaping (Index3) throws(Explanation) -> InputFacts?
  ) {
    self.scan = scan
    self.grid = grid
    self.origin = origin
    self.facts = facts
    self.labels = labels
    hasher = VoxelHasher(columns: 0..<scan.volume.shape.x)
  }

  /// The blocks that meet `region` of the scan and of which its layers are not what they were; layers
  /// that were compared before are not read again.
  public func mismatches(in region: Region) throws(Explanation) -> [Mismatch] {
    let whole = Region(grid.volume).moved(by: origin)
    let inside = region.clamped(to: whole)
    var found: [Mismatch] = []
    for block in grid.indices(meeting: inside.relative(to: origin)).indices {
      let covered = grid.region(of: block).moved(by: origin)
      if let one = try mismatch(block, layers: inside.z.clamped(to: covered.z)) {
        found.append(one)
      }
    }
    return found
  }

  /// Compares some layers of a block.
  public func mismatch(
    _ block: Index3, layers: some Sequence<Int>
  ) throws(Explanation) -> Mismatch? {
    let region = grid.region(of: block).moved(by: origin)
    guard let facts = try facts(block), facts.layers.count == region.z.count else { return nil }
    let isWhole = facts.voxels == region.voxelCount
    guard isWhole || labels != nil else { return nil }
    for z in layers where seen[block, default: []].insert(z).inserted {
      layerCount += 1
      let layer = Region(z: z..<(z + 1), y: region.y, x: region.x)
      if try hash(layer, isWhole: isWhole) != facts.layers[z - region.z.lowerBound] {
        return Mismatch(block: block, region: region, layer: z)
      }
    }
    return nil
  }

  /// The hash of a layer of a block, without what of it is outside.
  private func hash(_ layer: Region, isWhole: Bool) throws(Explanation) -> VoxelHash {
    let width = scan.volume.voxelType.byteCount
    do throws(VolumeReadError) {
      let bytes = try scan.bytes(of: layer)
      guard !isWhole, let labels else {
        return hasher.layers(layer, of: unsafe bytes.span.bytes, width: width)[0]
      }
      let values = try labels.bytes(of: layer.relative(to: origin))
      var hash = VoxelHash()
      layer.forEachRow(in: layer, and: layer) { z, y, offset, _ in
        for x in specimen(layer.x, unsafe values.span.bytes, offset) {
          hash += hasher.hash(
            row: (z, y), x, of: unsafe bytes.span.bytes,
            at: offset + x.lowerBound - layer.x.lowerBound, width: width)
        }
      }
      return hash
    } catch {
      throw error.explanation
    }
  }
}
