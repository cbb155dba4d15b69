import EngineCore
import NeuralGraph
import TilePlanning
import VolumeCore

/// Boxes of labels across the borders of tiles, computed again as one piece: what shows whether tiles
/// show.
public struct SeamCheck: Sendable {
  /// What came of it.
  public struct Result: Hashable, Sendable {
    /// The boxes, in the scan, each with what was found.
    public var boxes: [(region: Region, agreement: Agreement)] = []
    /// Why nothing could be checked, where that is so.
    public var why: String?

    /// Nothing was checked.
    public init(why: String? = nil) { self.why = why }

    /// All boxes together.
    public var agreement: Agreement {
      boxes.reduce(into: Agreement()) { $0 += $1.agreement }
    }

    /// Equal where all that was found is.
    public static func == (a: Result, b: Result) -> Bool {
      a.why == b.why && a.boxes.map(\.region) == b.boxes.map(\.region)
        && a.boxes.map(\.agreement) == b.boxes.map(\.agreement)
    }

    /// Hashes what was found.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(boxes.map(\.region))
      hasher.combine(boxes.map(\.agreement))
    }
  }

  /// What a check may cost of the voxels that the run computed, where nobody says how many boxes.
  public static let share = 0.02
  /// More boxes tell no more.
  public static let mostBoxes = 256

  /// The boxes, in the scan.
  public let regions: [Region]
  private let plan: SegmentationPlan

  /// Chooses boxes for a run of `plan`: corners where borders of tiles cross, and places along one
  /// border, by turns; none where no border lies inside.
  ///
  /// - Parameters:
  ///   - count: how many; `nil`: as many as cost less than `share` of the run, and at least one.
  ///   - seed: which ones.
  public init(_ plan: SegmentationPlan, count: Int?, seed: UInt64) {
    self.plan = plan
    let borders = TileBorders(plan.tiling, plan.execution.graph)
    guard !borders.isEmpty else {
      regions = []
      return
    }
    let computed = plan.tiling.overhead * Double(plan.tiling.region.voxelCount)
    let affordable = min(
      Self.mostBoxes, max(1, Int(Self.share * computed / Double(borders.boxVoxelCount))))
    var draw = SeededDraw(seed)
    var regions: [Region] = []
    let wanted = count ?? affordable
    // Few borders have few places; some are drawn twice.
    for attempt in 0..<(4 * wanted) where regions.count < wanted {
      let region = borders.box(attempt, &draw)
      if !regions.contains(region) { regions.append(region) }
    }
    self.regions = regions
  }

  /// Computes the boxes again and compares them with `labels`.
  ///
  /// - Parameters:
  ///   - memory: bytes that the process may take; a box that needs more is not checked.
  ///   - stopSignal: asked between boxes.
  public func run(
    from scan: any VolumeReader, comparingWith labels: any VolumeReader, memory: Int,
    stopSignal: () -> Int32? = { nil }
  ) throws(Explanation) -> Result {
    guard plan.reduction.passes == 1 else {
      return Result(why: "labels of several passes are not computed again")
    }
    guard plan.tiling.blend == nil else {
      return Result(why: "tiles that are blended are not those of one piece")
    }
    guard !regions.isEmpty else {
      return Result(why: "no border of tiles lies inside")
    }
    let graph = plan.execution.graph
    var tiles: [Tile] = []
    for region in regions {
      var options = TilingOptions()
      options.region = region
      do {
        let one = try options.plan(
          covering: scan.volume.shape, for: graph, core: region.shape, block: region.shape)
        tiles += one.columns.flatMap { column in
          one.slabs.flatMap { one.tiles(of: column, in: $0) }
        }
      } catch {
        throw error.explanation
      }
    }
    var execution = plan.execution
    execution.shapes = Array(Set(tiles.map(\.input.shape)))
      .sorted { ($0.voxelCount, $0.y) > ($1.voxelCount, $1.y) }
    let needed = try Recomputation.memory(execution, plan.factory)
    guard needed <= memory else {
      return Result(
        why: "a box computed at once takes \((needed + (1 << 20) - 1) >> 20) MiB of memory")
    }
    let again = try Recomputation(
      execution, factory: plan.factory, from: scan, comparingWith: labels,
      at: plan.tiling.region.origin)
    var result = Result()
    for tile in tiles {
      guard stopSignal() == nil else {
        result.why = "stopped before the end"
        return result
      }
      result.boxes.append((tile.core, try again.compare(tile)))
    }
    return result
  }
}

/// Where tiles meet, and boxes across that.
struct TileBorders {
  private let region: Region
  private let stride: Shape3
  private let borders: [Axis: [Int]]
  /// Half the edge of a box.
  private let half: Shape3
  /// The voxels that a box reads.
  let boxVoxelCount: Int

  init(_ tiling: TilePlan, _ graph: Graph) {
    region = tiling.within
    stride = tiling.stride
    let (before, after) = tiling.reach
    let seesLayers = before.z + after.z > 0
    func starts(_ all: [Int], _ first: Int) -> [Int] { Set(all).filter { $0 > first }.sorted() }
    var borders: [Axis: [Int]] = [:]
    borders[.y] = starts(tiling.columns.map(\.y.lowerBound), region.y.lowerBound)
    borders[.x] = starts(tiling.columns.map(\.x.lowerBound), region.x.lowerBound)
    // Layers that are labelled each by itself have no border between them.
    borders[.z] =
      !seesLayers
      ? []
      : starts(
        tiling.slabs.flatMap { slab in
          tiling.columns.first.map { tiling.tiles(of: $0, in: slab).map(\.core.z.lowerBound) } ?? []
        }, region.z.lowerBound)
    self.borders = borders
    let wide = graph.isPlanar ? 32 : 16
    let deep = graph.isPlanar ? (seesLayers ? 1 : 0) : 16
    let strides = tiling.stride
    half = Shape3(
      z: deep, y: max(wide, 2 * strides.y).roundedUp(to: strides.y),
      x: max(wide, 2 * strides.x).roundedUp(to: strides.x))
    let shape = Shape3(
      z: min(max(2 * half.z, 1) + before.z + after.z, tiling.volume.z),
      y: min(2 * half.y + before.y + after.y, tiling.volume.y),
      x: min(2 * half.x + before.x + after.x, tiling.volume.x))
    boxVoxelCount = shape.voxelCount
  }

  var isEmpty: Bool { borders.values.allSatisfy(\.isEmpty) }

  /// A box: every other one across borders of all axes that have any, the rest across one.
  func box(_ number: Int, _ draw: inout SeededDraw) -> Region {
    let axes = Axis.allCases.filter { borders[$0]?.isEmpty == false }
    let crossed = number % 2 == 0 ? axes : [axes[draw.below(axes.count)]]
    func range(_ axis: Axis, _ range: Range<Int>) -> Range<Int> {
      let half = half[axis]
      guard half > 0 else {
        let layer = range.lowerBound + draw.below(range.count)
        return layer..<(layer + 1)
      }
      let all = crossed.contains(axis) ? borders[axis] ?? [] : []
      let middle =
        all.isEmpty ? range.lowerBound + draw.below(range.count) : all[draw.below(all.count)]
      // At multiples of the stride, so that boxes inside the scan have one shape.
      let first = max(range.lowerBound, (middle - half) / stride[axis] * stride[axis])
      return first..<min(range.upperBound, max(first + 2 * half, middle + 1))
    }
    return Region(z: range(.z, region.z), y: range(.y, region.y), x: range(.x, region.x))
  }
}

/// Numbers that follow from a seed (SplitMix64), so that a check can be made again.
public struct SeededDraw: Sendable {
  private var state: UInt64

  /// The numbers of `seed`.
  public init(_ seed: UInt64) { state = seed }

  /// The next number, of 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is positive.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// `count` different numbers below `bound`, sorted; all where there are no more.
  public mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
    guard count < bound else { return Array(0..<bound) }
    // Floyd's way: each set is as likely as any other.
    var chosen: Set<Int> = []
    for last in (bound - count)..<bound {
      let one = below(last + 1)
      chosen.insert(chosen.contains(one) ? last : one)
    }
    return chosen.sorted()
  }
}

extension Int {
  /// The next multiple of `step` that is not smaller.
  fileprivate func roundedUp(to step: Int) -> Int { (self + step - 1) / step * step }
}
