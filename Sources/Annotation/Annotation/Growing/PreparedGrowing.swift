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
    // Water has costs and labels at each face, classes that grow each a cost.
    let places = growing.height == .grey ? 2 : growing.seeds.classes.count
    let faces = growing.reach == .volume ? grid.count.voxelCount * places * 6 * faceByteCount : 0
    return growing.scan.volume.shape.voxelCount + faces
  }

  /// Bytes of the largest face.
  var faceByteCount: Int {
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
  ///   - waveBegins: called before each wave of blocks.
  public func run(
    isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Int) -> Void = { _ in },
    waveBegins: (GrowthWave) -> Void = { _ in }
  ) throws(Explanation) -> (labels: any VolumeReader, report: GrowthReport)? {
    let seeds = growing.seeds
    let reading: any VolumeReader = growing.heights?.volume ?? growing.scan
    reading.limitCache(to: reading.cacheByteCount(forBoxesOf: grid.chunk) * threads / 2)
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
    let growths = growths(state.sums)
    if folder?.found != nil {
      let fresh = state.growths == 0 ? state.fresh : []
      progress(voxels - fresh.reduce(0) { $0 + grid.region(of: grid.indices(at: $1)).voxelCount })
    }
    let files = GrowthFiles(prepared: self, labels: labels, folder: folder)
    while state.growths < growths.count {
      let number = state.growths
      let growth = try grow(
        growths[number], rule, files, &state, isStopped,
        { if number == 0 { progress($0) } },
        { waveBegins(GrowthWave(growths: growths.count, growth: number, number: $0, blocks: $1)) })
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

  /// The labels before anything has grown: what is in the way of writing them can be looked for.
  public func emptyLabels() throws(Explanation) -> any VolumeReader {
    let file = try scratched { () throws(SystemError) in
      try ScratchFile(inFolder: growing.scratchFolder)
    }
    return GrownLabels(growing, file, values)
  }

  /// Removes what was kept of the growth, once its labels are written.
  public func forget() throws(Explanation) {
    guard let path = growing.keptIn else { return }
    try scratched { () throws(SystemError) in try removeFolder(path) }
  }

  /// Makes one growth; returns whether it came to an end.
  private func grow(
    _ growth: PlannedGrowth, _ rule: SeedRule, _ files: GrowthFiles, _ state: inout KeptGrowth,
    _ isStopped: @escaping @Sendable () -> Bool, _ progress: @escaping @Sendable (Int) -> Void,
    _ begins: (Int, Int) -> Void
  ) throws(Explanation) -> Bool {
    let number = state.growths
    let folder = files.folder
    // Of a watershed the second half needs what the first has come to at faces.
    let faces = try scratched { () throws(SystemError) in
      try files.faces(number, places: growth.places)
    }
    let water = try scratched { () throws(SystemError) in
      if case .divide = growth { try files.faces(0, places: 1) } else { FaceFile?.none }
    }
    let before = state
    var keep: GrowthWaves.Keeping?
    if let folder {
      keep = { (pending, fresh, visits) throws(SystemError) in
        var state = before
        (state.pending, state.fresh) = (pending, fresh)
        state.visits += visits
        // Nothing of what the state takes for done may still be on its way to the disk.
        try faces?.file.synchronise()
        try files.labels.synchronise()
        try folder.keep(state)
      }
    }
    // Blocks beside those that an earlier run was at may have missed their news.
    let isGoingOn = folder?.found != nil && faces != nil
    let waves = GrowthWaves(
      pending: isGoingOn ? withNeighbours(state.pending) : state.pending, fresh: state.fresh,
      keepingEvery: growing.keepingInterval, keep)
    switch growth {
    case .classes(let levels, let joined, let bit):
      try run(
        Growth(
          prepared: self, levels: levels, joined: joined, labels: files.bytes(bit), faces: faces),
        rule, waves, isStopped, progress, begins: begins)
    case .rise(let levels):
      try run(
        WaterRise(prepared: self, levels: levels, costs: faces), rule, waves, isStopped, progress,
        begins: begins)
    case .divide(let levels, let joined, let bit):
      let both = water.flatMap { water in faces.map { (costs: water, labels: $0) } }
      try run(
        WaterDivide(
          prepared: self, levels: levels, joined: joined, labels: files.bytes(bit), faces: both),
        rule, waves, isStopped, progress, begins: begins)
    }
    state.visits += waves.visits
    guard !isStopped() else { return false }
    state.growths += 1
    state.pending = Array(0..<grid.count.voxelCount)
    state.fresh = state.pending
    let done = state
    try scratched { () throws(SystemError) in
      guard let folder else { return }
      try files.labels.synchronise()
      try faces?.file.synchronise()
      try folder.keep(done)
      if case .rise = growth { return }
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

  /// The growths, one after the other: of all classes, or of each that grows by itself.
  private func growths(_ sums: [SeedSum]) -> [PlannedGrowth] {
    let alone = growing.alone.enumerated().map { bit, place in
      (bit: bit, place: place, joined: sums.indices.map { UInt8($0 == place ? 1 : 0) })
    }
    switch growing.height {
    case .grey:
      let levels = (0..<65536).map { UInt16($0) }
      guard !alone.isEmpty else { return [.rise(levels), .divide(levels, joined: nil, bit: nil)] }
      return [.rise(levels)] + alone.map { .divide(levels, joined: $0.joined, bit: $0.bit) }
    case .difference:
      func levels(_ sums: [SeedSum]) -> [[UInt16]] {
        sums.map { scale.levels(sum: $0.sum, count: $0.count) }
      }
      guard !alone.isEmpty else { return [.classes(levels(sums), joined: nil, bit: nil)] }
      return alone.map { item in
        var pair = [SeedSum(), sums[item.place]]
        for other in sums.indices where other != item.place {
          pair[0].count += sums[other].count
          pair[0].sum += sums[other].sum
        }
        return .classes(levels(pair), joined: item.joined, bit: item.bit)
      }
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
      "form": 2, "scan": .string(growing.scan.fingerprint),
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
      "heights": .string(growing.heights?.name ?? ""), "reach": text(growing.reach),
      "height": text(growing.height),
      "alone": .array(growing.alone.map { .integer($0) }), "blocks": text(grid.chunk),
    ]
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

  /// Reads `blocks`, each on one of the threads, and hands them to `body` with their places; their grey
  /// values are those of `heights` where these are given.
  func walk(
    _ blocks: [Int], _ rule: SeedRule, heights: (any VolumeReader)? = nil,
    _ isStopped: @escaping @Sendable () -> Bool,
    _ body: @escaping @Sendable (FloodBlock, Region, Int) throws(Explanation) -> Void
  ) throws(Explanation) {
    let (grid, growing) = (grid, growing)
    let indices = grid.indices
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    let work: @Sendable () throws(Explanation) -> Void = { () throws(Explanation) in
      let memory = FloodBlock(
        grid.largestBlock, crossesLayers: growing.reach == .volume,
        voxelBytes: growing.voxelBytes,
        labelBytes: growing.seeds.labels?.volume.voxelType.byteCount ?? 0)
      while !failed.load(ordering: .relaxed), !isStopped() {
        let ticket = next.add(1, ordering: .relaxed).oldValue
        guard ticket < blocks.count else { break }
        let region = grid.region(of: indices[blocks[ticket]])
        do throws(Explanation) {
          try memory.load(region, growing.scan, labels: growing.seeds.labels, rule)
          if let heights { try memory.replaceGreys(by: heights) }
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
