import Halving
import Synchronization
import VolumeCore

/// Finds the exterior of a specimen in its scan.
///
/// A cell is dark where every 2 x 2 x 2 voxels of it are, by their mean. Of the dark cells those are
/// outside that a ball of the closing's radius covers whose middle can be moved from a face of the
/// volume to where it is without leaving the dark: so a crack or a pore that is open to the air, and
/// narrower than the ball, stays inside. The outermost cells are given up, and at the edge the scan itself
/// decides, voxel by voxel.
public struct ExteriorSearch: Sendable {
  let scan: any VolumeReader
  /// The scan at half its size, where a store has it.
  let half: (any VolumeReader)?
  let options: ExteriorOptions
  let isStopped: @Sendable () -> Bool

  /// Looks in `scan`, and for what is coarse in `half`, which has half its size and its type.
  public init(
    _ scan: any VolumeReader, half: (any VolumeReader)? = nil, _ options: ExteriorOptions,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) {
    let isHalf =
      half?.volume.shape == scan.volume.shape.halved
      && half?.volume.voxelType == scan.volume.voxelType
    self.scan = scan
    self.half = isHalf ? half : nil
    self.options = options
    self.isStopped = isStopped
  }

  /// Bytes that are read for it at most, of `scan`'s or its half's voxels; what lies at the edge comes
  /// on top.
  public var byteCountRead: Int { (half ?? scan).volume.byteCount }

  /// Bytes of memory that it takes at its peak.
  public static func peakByteCount(for volume: Shape3, _ options: ExteriorOptions) -> Int {
    let cells = CellSet.byteCount(of: Exterior.grid(volume, Exterior.edge(for: volume)))
    // Boxes and their halves; what is dark, its complement and what was made of it; edge cells.
    return options.readingByteCount / 8 * 9 + 5 * cells + EdgeCells.most * 28
  }

  /// Finds it.
  public func run() throws(ExteriorError) -> FoundExterior {
    let volume = scan.volume.shape
    let edge = Exterior.edge(for: volume)
    let threshold = try options.below == nil ? threshold() : nil
    let below = options.below ?? threshold?.value ?? 0
    let radius = (options.closing + edge - 1) / edge
    let dark = try darkCells(below: below, edge: edge)
    let opened = dark.shrunk(by: radius).joinedToFaces.grown(by: radius)
    // Its outermost cells may hold a voxel that is not: the scan itself decides there.
    let cells = opened.complement.withNeighbours.complement
    guard !opened.isEmpty else {
      throw .nothingOutside(below: below, closing: options.closing)
    }
    guard edge == Exterior.finestEdge, let found = try edgeCells(of: cells, below: below) else {
      // Cells too coarse, or too many: all of a cell is outside, or nothing.
      return FoundExterior(
        exterior: Exterior(
          volume: volume, edge: edge, cells: cells, edges: EdgeCells(cells.shape)),
        below: below, air: threshold?.air, material: threshold?.material, hasFineEdge: false)
    }
    return FoundExterior(
      exterior: Exterior(volume: volume, cells: cells, edge: found), below: below,
      air: threshold?.air, material: threshold?.material, hasFineEdge: true)
  }

  /// The half-size voxels of a box of the reader, with the box that they fill.
  private func halved(_ box: Region, _ bytes: RawSpan) -> (Region, [UInt8])? {
    guard half == nil else { return nil }
    let type = scan.volume.voxelType
    let small = box.halved
    var result = [UInt8](repeating: 0, count: small.voxelCount * type.byteCount)
    var span = result.mutableSpan
    var raw = unsafe span.mutableBytes
    Halving(.mean, of: type).halve(box, from: bytes, of: box, into: &raw, of: small)
    return (small, result)
  }

  /// Calls `body` with the half-size voxels of what was read.
  private func withHalf<Value>(
    _ box: Region, _ bytes: RawSpan, _ body: (Region, RawSpan) -> Value
  ) -> Value {
    guard let (small, voxels) = halved(box, bytes) else { return body(box, bytes) }
    return body(small, unsafe voxels.span.bytes)
  }

  // MARK: - What is dark

  /// The cells of which every half-size voxel is below `below`.
  func darkCells(below: Double, edge: Int) throws(ExteriorError) -> CellSet {
    let grid = Exterior.grid(scan.volume.shape, edge)
    let result = Mutex(CellSet(grid))
    let reader = half ?? scan
    let type = reader.volume.voxelType
    let boxes = BoxReading(
      all: reader, edge: half == nil ? edge : edge / 2, options, isStopped: isStopped)
    try boxes.forEach { box, bytes in
      self.withHalf(box, bytes) { small, voxels in
        DarkRows(small, voxels, type, below: below, edge: edge / 2)
      }
    } join: { _, rows in
      result.withLock { $0.set(rows) }
    }
    return result.withLock { $0 }
  }

  // MARK: - How dark air is

  /// Boxes of 16 rows and layers that are looked at, spread evenly along z and y.
  private static let boxesLookedAt = (z: 9, y: 17)
  /// The edge of the places that are averaged, in voxels.
  private static let place = 16

  func threshold() throws(ExteriorError) -> AirThreshold {
    let reader = half ?? scan
    let shape = reader.volume.shape
    let place = half == nil ? Self.place : Self.place / 2
    func spread(_ extent: Int, _ count: Int) -> [Range<Int>] {
      let places = (extent + place - 1) / place
      let chosen = Set((0..<count).map { $0 * max(places - 1, 0) / max(count - 1, 1) })
      return chosen.sorted().map { ($0 * place)..<min(extent, ($0 + 1) * place) }
    }
    let layers = spread(shape.z, Self.boxesLookedAt.z)
    let rows = spread(shape.y, Self.boxesLookedAt.y)
    let boxes = layers.flatMap { z in rows.map { Region(z: z, y: $0, x: 0..<shape.x) } }
    let type = reader.volume.voxelType
    let samples = Mutex<[(Region, AirThreshold.Sample)]>([])
    try BoxReading(reader, boxes: boxes, options, isStopped: isStopped).forEach { box, bytes in
      self.withHalf(box, bytes) { small, voxels in
        AirThreshold.Sample(small, voxels, type, place: Self.place / 2)
      }
    } join: { box, sample in
      samples.withLock { $0.append((box, sample)) }
    }
    var all = AirThreshold.Sample()
    // Threads end as they like, and the sum of floating-point numbers must not depend on it.
    let sorted = samples.withLock { $0 }.sorted {
      ($0.0.z.lowerBound, $0.0.y.lowerBound) < ($1.0.z.lowerBound, $1.0.y.lowerBound)
    }
    for (_, sample) in sorted { all.append(sample) }
    do { return try AirThreshold(all) } catch {
      switch error {
      case .flat: throw .noAir(low: 0, high: 0)
      case .onePart(let low, let high): throw .noAir(low: low, high: high)
      }
    }
  }
}
