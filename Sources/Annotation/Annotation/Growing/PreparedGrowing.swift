import CFlooding
import Pipelines
import Synchronization
import SystemIO
import VolumeCore

/// What a growth found beside the labels.
public struct GrowthReport: Hashable, Sendable {
  /// The seeds of each class.
  public var seeds: [Int]
  /// The mean grey value of each class's seeds.
  public var means: [Double]
  /// Blocks in the volume, and how often one was worked on.
  public var blocks = 0
  /// How often a block was worked on, all growths together.
  public var visits = 0
}

/// A growth with its blocks chosen.
public struct PreparedGrowing: Sendable {
  let growing: RegionGrowing
  let scale: GreyScale
  /// The blocks.
  public let grid: ChunkGrid
  /// Threads that each work on a block.
  public let threads: Int
  let threadByteCount: Int

  /// What it holds at its peak.
  public var byteCount: Int { threads * threadByteCount }

  /// Bytes on disk until the labels are written.
  public var scratchByteCount: Int {
    let faces = growing.reach == .volume ? grid.count.voxelCount * slotByteCount : 0
    return growing.scan.volume.shape.voxelCount + faces
  }

  private var slotByteCount: Int { growing.seeds.classes.count * 6 * faceByteCount }
  private var faceByteCount: Int {
    let chunk = grid.chunk
    return 4 * max(chunk.z * chunk.y, chunk.z * chunk.x, chunk.y * chunk.x)
  }

  /// Lets classes grow; returns the labels, which are read from disk.
  ///
  /// - Parameters:
  ///   - isStopped: whether to stop before the next block; `nil` is then returned.
  ///   - progress: called with the voxels of each block that was worked on for the first time.
  public func run(
    isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> (labels: any VolumeReader, report: GrowthReport)? {
    let seeds = growing.seeds
    growing.scan.limitCache(to: growing.scan.cacheByteCount(forBoxesOf: grid.chunk) * threads / 2)
    let rule = SeedRule(seeds, scale)
    let sums = try seedSums(rule, isStopped)
    guard !isStopped() else { return nil }
    for (item, sum) in zip(seeds.classes, sums) where sum.count == 0 {
      throw Explanation(
        .input, "no voxel is a seed of '\(item.name)'",
        remedy: item.greys == nil
          ? "mark voxels of value \(item.value), or leave the class out"
          : "give grey values that occur: t2s-volume info says which do")
    }
    var report = GrowthReport(
      seeds: sums.map(\.count),
      means: sums.map { Double($0.sum) / Double($0.count) - Double(scale.offset) })
    report.blocks = grid.count.voxelCount
    let labels: ScratchFile
    do throws(SystemError) {
      labels = try ScratchFile(inFolder: growing.scratchFolder)
      try labels.resize(to: growing.scan.volume.shape.voxelCount)
    } catch {
      throw error.explanation
    }
    var table = [UInt8](repeating: LabelClass.unannotated, count: 256)
    if growing.alone.isEmpty {
      for (place, item) in seeds.classes.enumerated() { table[place] = UInt8(item.value) }
      let growth = Growth(
        prepared: self, rule: rule, levels: levels(sums), joined: nil, bit: nil, labels: labels)
      report.visits += try growth.run(isStopped, progress)
    } else {
      table = combination()
      for (bit, place) in growing.alone.enumerated() {
        let joined = seeds.classes.indices.map { UInt8($0 == place ? 1 : 0) }
        var pair = [SeedSum(), sums[place]]
        for other in sums.indices where other != place {
          pair[0].count += sums[other].count
          pair[0].sum += sums[other].sum
        }
        let growth = Growth(
          prepared: self, rule: rule, levels: levels(pair), joined: joined, bit: bit,
          labels: labels)
        report.visits += try growth.run(isStopped) { voxels in if bit == 0 { progress(voxels) } }
        guard !isStopped() else { return nil }
      }
    }
    table[Int(SeedRule.blocked)] = UInt8(LabelClass.outsideValue)
    guard !isStopped() else { return nil }
    return (GrownLabels(growing, labels, table), report)
  }

  private func levels(_ sums: [SeedSum]) -> [[UInt16]] {
    switch growing.height {
    case .difference: sums.map { scale.levels(sum: $0.sum, count: $0.count) }
    case .grey: sums.map { _ in (0..<65536).map { UInt16($0) } }
    }
  }

  /// The value of each set of classes that won a growth by themselves, one bit for each.
  private func combination() -> [UInt8] {
    let classes = growing.seeds.classes
    let rest = classes.indices.first { !growing.alone.contains($0) } ?? 0
    return (0..<256).map { (set: Int) -> UInt8 in
      let winner = growing.alone.indices.first { (set >> $0) & 1 == 1 }
      return UInt8(classes[winner.map { growing.alone[$0] } ?? rest].value)
    }
  }

  /// The seeds of each class in the whole volume.
  private func seedSums(
    _ rule: SeedRule, _ isStopped: @escaping @Sendable () -> Bool
  ) throws(Explanation) -> [SeedSum] {
    let count = growing.seeds.classes.count
    let total = Mutex([SeedSum](repeating: SeedSum(), count: count))
    try walk(Array(0..<grid.count.voxelCount), rule, isStopped) { memory, _, _ in
      var sums = [SeedSum](repeating: SeedSum(), count: count)
      memory.add(to: &sums)
      total.withLock { total in
        for place in sums.indices {
          total[place].count += sums[place].count
          total[place].sum += sums[place].sum
        }
      }
    }
    return total.withLock { $0 }
  }

  /// Reads `blocks`, each on one of the threads, and hands them to `body` with their places.
  func walk(
    _ blocks: [Int], _ rule: SeedRule, _ isStopped: @escaping @Sendable () -> Bool,
    _ body: @escaping @Sendable (FloodBlock, Region, Int) throws(Explanation) -> Void
  ) throws(Explanation) {
    let (grid, growing) = (grid, growing)
    let indices = grid.indices
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let work: @Sendable () throws(Explanation) -> Void = { () throws(Explanation) in
      let memory = FloodBlock(
        grid.largestBlock, crossesLayers: growing.reach == .volume,
        voxelBytes: growing.scan.volume.voxelType.byteCount,
        labelBytes: growing.seeds.labels?.volume.voxelType.byteCount ?? 0)
      while !failed.load(ordering: .relaxed), !isStopped() {
        let ticket = next.add(1, ordering: .relaxed).oldValue
        guard ticket < blocks.count else { break }
        let region = grid.region(of: indices[blocks[ticket]])
        do throws(Explanation) {
          try memory.load(region, growing.scan, labels: growing.seeds.labels, rule)
          try body(memory, region, blocks[ticket])
        } catch {
          failed.store(true, ordering: .relaxed)
          throw error
        }
      }
    }
    let stages = (0..<min(threads, max(1, blocks.count))).map { _ in StageThread<Explanation>(work)
    }
    var failure: Explanation?
    for stage in stages {
      do throws(Explanation) { try stage.join() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }

  /// Where the costs of a class at a face of a block lie among those of all.
  func faceOffset(block: Int, place: Int, face: Face) -> Int {
    block * slotByteCount + (place * 6 + face.place) * faceByteCount
  }
}

extension LabelClass {
  /// `unannotatedValue` as a voxel has it.
  static var unannotated: UInt8 { UInt8(unannotatedValue) }
}

/// Labels that were grown, as a volume.
final class GrownLabels: VolumeReader {
  let volume: VolumeDescription
  private let source: any VolumeReader
  private let labels: ScratchFile
  private let table: [UInt8]

  init(_ growing: RegionGrowing, _ labels: ScratchFile, _ table: [UInt8]) {
    var volume = growing.scan.volume
    volume.voxelType = .uint8
    volume.classes = growing.seeds.classes.map { item in
      LabelClass(
        value: item.value, name: item.name,
        colour: LabelClass.palette[item.value % LabelClass.palette.count])
    }
    self.volume = volume
    source = growing.scan
    self.labels = labels
    self.table = table
  }

  var fingerprint: String { source.fingerprint }
  var filesRead: [String] { source.filesRead }
  var readsPlainVoxels: Bool { true }

  func read(_ region: Region, into destination: inout MutableRawSpan) throws(VolumeReadError) {
    do throws(SystemError) {
      try labels.readVoxels(region, in: volume.shape, into: &destination)
    } catch {
      throw VolumeReadError(region: region, reason: error.explanation)
    }
    unsafe destination.withUnsafeMutableBytes { bytes in
      for i in bytes.indices { unsafe bytes[i] = table[Int(bytes[i])] }
    }
  }
}
