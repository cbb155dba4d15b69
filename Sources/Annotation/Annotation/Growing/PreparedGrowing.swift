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

  /// Lets classes grow; returns the labels, which are read from disk. Where a stopped run of the same
  /// growth was kept, this one goes on.
  ///
  /// - Parameters:
  ///   - isStopped: whether to stop before the next block; `nil` is then returned.
  ///   - progress: called with the voxels of each block that was worked on for the first time, and at
  ///     the beginning with those of an earlier run.
  public func run(
    isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Explanation) -> (labels: any VolumeReader, report: GrowthReport)? {
    let seeds = growing.seeds
    growing.scan.limitCache(to: growing.scan.cacheByteCount(forBoxesOf: grid.chunk) * threads / 2)
    let rule = SeedRule(seeds, scale)
    let blocks = grid.count.voxelCount
    let all = Array(0..<blocks)
    let folder: GrowthFolder?
    var state: KeptGrowth
    if let kept = try keptFolder(mustBeThere: true), let found = kept.found {
      (folder, state) = (kept, found)
    } else {
      let sums = try seedSums(rule, isStopped)
      guard !isStopped() else { return nil }
      try checkSeeds(sums)
      state = KeptGrowth(sums: sums, pending: all, fresh: all)
      folder = try keptFolder(mustBeThere: false)
    }
    let voxels = growing.scan.volume.shape.voxelCount
    let labels = try scratched { () throws(SystemError) in
      let file: ScratchFile
      if let folder {
        file = try folder.labels()
      } else {
        file = try ScratchFile(inFolder: growing.scratchFolder)
      }
      try file.resize(to: voxels)
      return file
    }
    let rivals = rivals(state.sums)
    if folder?.found != nil {
      let fresh = state.growths == 0 ? state.fresh : []
      progress(voxels - fresh.reduce(0) { $0 + grid.region(of: grid.indices(at: $1)).voxelCount })
    }
    while state.growths < rivals.count {
      let growth = try grow(rivals[state.growths], rule, labels, folder, &state, isStopped) {
        [isFirst = state.growths == 0] in
        if isFirst { progress($0) }
      }
      guard growth else { return nil }
    }
    var report = GrowthReport(
      seeds: state.sums.map(\.count),
      means: state.sums.map { Double($0.sum) / Double($0.count) - Double(scale.offset) })
    report.blocks = blocks
    report.visits = state.visits
    return (GrownLabels(growing, labels, values), report)
  }

  /// The folder that keeps the growth, where one is wanted and, before there is anything to keep, where
  /// an earlier run left it.
  private func keptFolder(mustBeThere: Bool) throws(Explanation) -> GrowthFolder? {
    guard let path = growing.keptIn, !mustBeThere || kind(ofPath: path) != .missing else {
      return nil
    }
    return try GrowthFolder(
      path, identity: identity, classes: growing.seeds.classes.count,
      blocks: grid.count.voxelCount)
  }

  /// Removes what was kept of the growth, once its labels are written.
  public func forget() throws(Explanation) {
    guard let path = growing.keptIn else { return }
    try scratched { () throws(SystemError) in try removeFolder(path) }
  }

  /// Lets the classes of one growth grow; returns whether they came to an end.
  private func grow(
    _ rivals: Rivals, _ rule: SeedRule, _ labels: ScratchFile, _ folder: GrowthFolder?,
    _ state: inout KeptGrowth, _ isStopped: @escaping @Sendable () -> Bool,
    _ progress: @escaping @Sendable (Int) -> Void
  ) throws(Explanation) -> Bool {
    let crosses = growing.reach == .volume && grid.count.voxelCount > 1
    let number = state.growths
    let faces = try scratched { () throws(SystemError) -> ScratchFile? in
      guard crosses else { return nil }
      if let folder { return try folder.faces(number) }
      return try ScratchFile(inFolder: growing.scratchFolder)
    }
    let before = state
    var keep: GrowthWaves.Keeping?
    if let folder {
      keep = { (pending, fresh, visits) throws(SystemError) in
        var state = before
        (state.pending, state.fresh) = (pending, fresh)
        state.visits += visits
        // Nothing of what the state takes for done may still be on its way to the disk.
        try faces?.synchronise()
        try labels.synchronise()
        try folder.keep(state)
      }
    }
    // Blocks beside those that an earlier run was at may have missed their news.
    let isGoingOn = folder?.found != nil && crosses
    let waves = GrowthWaves(
      pending: isGoingOn ? withNeighbours(state.pending) : state.pending, fresh: state.fresh,
      keepingEvery: growing.keepingInterval, keep)
    let growth = Growth(
      prepared: self, rule: rule, levels: rivals.levels, joined: rivals.joined, bit: rivals.bit,
      labels: labels, faces: faces)
    try growth.run(waves, isStopped, progress)
    state.visits += waves.visits
    guard !isStopped() else { return false }
    state.growths += 1
    state.pending = Array(0..<grid.count.voxelCount)
    state.fresh = state.pending
    let done = state
    try scratched { () throws(SystemError) in
      guard let folder else { return }
      try labels.synchronise()
      try folder.keep(done)
      try folder.removeFaces(number)
    }
    return true
  }

  /// `blocks`, and those that share a face with one of them.
  private func withNeighbours(_ blocks: [Int]) -> [Int] {
    var all = Set(blocks)
    for block in blocks {
      let index = grid.indices(at: block)
      for face in Face.all {
        if let other = face.neighbour(of: index, in: grid.count) {
          all.insert(grid.place(of: other))
        }
      }
    }
    return all.sorted()
  }

  private func checkSeeds(_ sums: [SeedSum]) throws(Explanation) {
    for (item, sum) in zip(growing.seeds.classes, sums) where sum.count == 0 {
      throw Explanation(
        .input, "no voxel is a seed of '\(item.name)'",
        remedy: item.greys == nil
          ? "mark voxels of value \(item.value), or leave the class out"
          : "give grey values that occur: t2s-volume info says which do")
    }
  }

  /// Classes that grow against each other.
  private struct Rivals {
    var levels: [[UInt16]]
    var joined: [UInt8]?
    var bit: Int?
  }

  /// The growths, one after the other: of all classes, or of each that grows by itself.
  private func rivals(_ sums: [SeedSum]) -> [Rivals] {
    guard !growing.alone.isEmpty else { return [Rivals(levels: levels(sums))] }
    return growing.alone.enumerated().map { bit, place in
      var pair = [SeedSum(), sums[place]]
      for other in sums.indices where other != place {
        pair[0].count += sums[other].count
        pair[0].sum += sums[other].sum
      }
      return Rivals(
        levels: levels(pair), joined: sums.indices.map { UInt8($0 == place ? 1 : 0) }, bit: bit)
    }
  }

  /// The label of each byte of the scratch file.
  private var values: [UInt8] {
    var table = [UInt8](repeating: LabelClass.unannotated, count: 256)
    if growing.alone.isEmpty {
      for (place, item) in growing.seeds.classes.enumerated() { table[place] = UInt8(item.value) }
    } else {
      table = combination()
    }
    table[Int(SeedRule.blocked)] = UInt8(LabelClass.outsideValue)
    return table
  }

  /// All that labels and blocks follow from.
  private var identity: JSONValue {
    let seeds = growing.seeds
    func text(_ value: some Any) -> JSONValue { .string("\(value)") }
    return [
      "form": 1, "scan": .string(growing.scan.fingerprint),
      "shape": text(growing.scan.volume.shape), "type": text(growing.scan.volume.voxelType),
      "markers": .string(seeds.labels?.fingerprint ?? ""),
      "classes": .array(
        seeds.classes.map { item in
          [
            "value": .integer(item.value), "name": .string(item.name),
            "greys": .string(item.greys.map { "\($0)" } ?? ""),
          ]
        }),
      "points": .array(
        seeds.points.map { [.integer($0.classPlace), .string("\($0.place)")] }),
      "reach": text(growing.reach), "height": text(growing.height),
      "alone": .array(growing.alone.map { .integer($0) }), "blocks": text(grid.chunk),
    ]
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
