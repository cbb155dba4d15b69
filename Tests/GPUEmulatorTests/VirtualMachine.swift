import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import NeuralGraph
import Pipelines
import Synchronization
import SystemIO
import Testing
import VolumeCore
import VolumePipeline

/// Where scans lie and labels go.
struct DiskProfile: Hashable, Sendable, CustomTestStringConvertible {
  var name: String
  var bytesPerSecond: Double

  var testDescription: String { name }

  static let hardDisk = DiskProfile(name: "HDD", bytesPerSecond: 150e6)
  static let sata = DiskProfile(name: "SATA SSD", bytesPerSecond: 500e6)
  static let nvme = DiskProfile(name: "NVMe", bytesPerSecond: 3000e6)
  static let ethernet = DiskProfile(name: "1 GbE", bytesPerSecond: 110e6)
  static let all = [hardDisk, sata, nvme, ethernet]
}

/// A machine's cards.
struct CardProfile: Hashable, Sendable, CustomTestStringConvertible {
  var name: String
  var card: Int
  var count = 1

  var testDescription: String { name }

  static let twoP4000 = CardProfile(name: "2 x Quadro P4000", card: T2S_CARD_P4000, count: 2)
  static let p2000 = CardProfile(name: "Quadro P2000", card: T2S_CARD_P2000)
  static let rtx4090 = CardProfile(name: "RTX 4090", card: T2S_CARD_4090)
  static let a100 = CardProfile(name: "A100", card: T2S_CARD_A100)
  static let h100 = CardProfile(name: "H100", card: T2S_CARD_H100)
  static let all = [twoP4000, p2000, rtx4090, a100, h100]
}

/// A disk by a clock: one request after the other.
final class VirtualDisk: Sendable {
  private let clock: VirtualClock
  private let rate: Double
  private let state = Mutex((freeAt: 0, busy: 0))

  init(_ profile: DiskProfile, _ clock: VirtualClock) {
    self.clock = clock
    rate = profile.bytesPerSecond
  }

  /// Seconds in which it was busy.
  var busy: Double { Double(state.withLock { $0.busy }) / 1e9 }

  /// Reads or writes so many bytes.
  func pass(_ byteCount: Int) { clock.sleep(until: begin(byteCount)) }

  /// Begins to read so many bytes; when they will be there.
  func begin(_ byteCount: Int) -> Int {
    let now = clock.nanoseconds
    return state.withLock { state in
      let time = Int((Double(byteCount) / rate * 1e9).rounded())
      state.busy += time
      state.freeAt = max(state.freeAt, now) + time
      return state.freeAt
    }
  }

  /// Waits until what was begun is there.
  func wait(until end: Int) { clock.sleep(until: end) }
}

/// A scan on such a disk: reading and decoding take their time, and give what memory holds.
final class VirtualScan: VolumeReader {
  let volume: VolumeDescription
  private let disk: VirtualDisk
  /// When what was announced will be in the system's memory.
  private let announced = Mutex<[Region: Int]>([:])
  private let readsAhead: Bool
  var fingerprint: String { "virtual" }

  init(_ shape: Shape3, _ disk: VirtualDisk, readsAhead: Bool) {
    self.readsAhead = readsAhead
    volume = VolumeDescription(shape: shape, voxelType: .uint8, format: "virtual")
    self.disk = disk
  }

  func willRead(_ region: Region) {
    guard readsAhead else { return }
    let end = disk.begin(region.voxelCount)
    announced.withLock { $0[region] = end }
  }

  func read(
    _ region: Region, into destination: inout MutableRawSpan
  ) throws(VolumeReadError) {
    let count = region.voxelCount
    let end = announced.withLock { $0.removeValue(forKey: region) }
    Timeline.work("disk read", byteCount: count) {
      if let end { disk.wait(until: end) } else { disk.pass(count) }
    }
    Timeline.work("decode", byteCount: count) {}
  }
}

/// Labels on such a disk, which keeps none.
final class VirtualOutput: VolumeWriter {
  let grid: ChunkGrid
  private let disk: VirtualDisk
  private let writesRows: Bool
  var writesInOrder: Bool { false }

  init(_ shape: Shape3, block: Shape3, _ disk: VirtualDisk, writesRows: Bool) {
    grid = ChunkGrid(volume: shape, chunk: block)
    self.disk = disk
    self.writesRows = writesRows
  }

  func isCommitted(_ block: Index3) -> Bool { false }

  func commit(_ block: Index3, _ voxels: RawSpan) throws(VolumeWriteError) -> Int {
    // As a store does it: row of chunks by row, so that tiles are read between them.
    let chunks = max(1, min(64, grid.chunk.z) * min(64, grid.chunk.y) * grid.chunk.x)
    let row = writesRows ? chunks : max(1, voxels.byteCount)
    for begin in stride(from: 0, to: voxels.byteCount, by: row) {
      let count = min(row, voxels.byteCount - begin)
      Timeline.work("encode", byteCount: count) {}
      // As if labels could not be compressed, as the model of times has it.
      Timeline.work("disk write", byteCount: count) { disk.pass(count) }
    }
    return voxels.byteCount
  }

  func finish(record: [String: JSONValue]) throws(VolumeWriteError) {}
}

/// A run of the pipeline as it is, on cards, disk and cores that are a model's.
struct VirtualRun {
  var cards: CardProfile
  var disk: DiskProfile
  var host = HostRates()
  var graph: Graph
  var shape: Shape3
  /// For each card; `nil`: as many as the plan takes.
  var slots: Int?
  /// Whether the disk has one thing beside another, as the tool does it: it begins with the next tile while
  /// one is decoded or waits for a slot, and reads tiles between the rows of a block that is written. Without,
  /// and with one slot, a run is what `expectedGain` speaks of: one stage after the other.
  var overlaps = true
  /// Layers of the blocks in which labels are committed.
  var blockDepth = 64

  struct Result {
    var seconds = 0.0
    /// Voxels of 2048 x 2048 a minute.
    var layersPerMinute = 0.0
    var tile = Shape3(z: 0, y: 0, x: 0)
    /// Voxels computed for each that is written.
    var overhead = 0.0
    /// Seconds that each lane needs for what it does, waiting left out.
    var needs: [(lane: String, seconds: Double)] = []
    /// Most bytes of a card that were taken.
    var peak = 0
    var violations: [String] = []
    var leak = ""

    /// The lane that needs longest.
    var slowest: (lane: String, seconds: Double) {
      needs.max { $0.seconds < $1.seconds } ?? ("", 0)
    }
    func needs(_ lane: String) -> Double { needs.first { $0.lane == lane }?.seconds ?? 0 }
    /// The whole over the slowest lane.
    var overSlowest: Double { seconds / slowest.seconds }
    /// How much longer it should take with one slot for each card and nothing beside: all that a tile
    /// waits for, one after the other, over the slowest lane. Encoding is another thread's in any case.
    func expectedGain(cards: Int) -> Double {
      let network = needs("network")
      let others = needs.filter { !["network", "counting and encoding"].contains($0.lane) }
      let rest = others.reduce(0) { $0 + $1.seconds } / Double(cards)
      return max(network + rest, slowest.seconds) / slowest.seconds
    }
  }

  /// Runs it.
  func result(_ emulator: Emulator) throws -> Result {
    let clock = VirtualClock(host)
    emulator.reset(.virtual, card: cards.card, cards: cards.count, clock: clock)
    defer { emulator.reset() }
    var result = Result()
    try Timeline.observed(by: clock, lane: "test") {
      let disk = VirtualDisk(disk, clock)
      let scan = VirtualScan(shape, disk, readsAhead: overlaps)
      let card = ModelCard(
        name: "random", classes: LabelClass.unnamed(count: graph.classCount), normalisation: nil,
        voxelType: nil, greyHistogram: nil, document: [:])
      let model = Model(
        graph: graph, card: card, hasCard: false, path: "", hash: "", format: "test")
      var options = SegmentationOptions()
      options.threads = host.cores
      options.memoryByteCount = 32 << 30
      options.slots = slots.map { $0 * cards.count }
      options.block.z = blockDepth
      let plan = try SegmentationPlan(
        options, model: model, scan: scan,
        factory: CUDNNEngineFactory(emulator.places, trusting: true))
      let output = VirtualOutput(shape, block: options.block, disk, writesRows: overlaps)
      let run = try SegmentationRun(plan, from: scan, to: output).run()
      result.seconds = run.seconds
      result.layersPerMinute = Double(shape.voxelCount) / (2048 * 2048) * 60 / run.seconds
      result.tile = plan.tiling.core
      result.overhead = plan.tiling.overhead
      result.needs = needs(clock.lanes, disk, emulator)
    }
    result.peak = (0..<cards.count).map { emulator.table.peak(Int32($0)) }.max() ?? 0
    result.violations = emulator.violations
    result.leak = emulator.leak
    return result
  }

  /// What each lane takes, by what it does: a thread that waits for the disk needs nothing meanwhile.
  private func needs(
    _ times: LaneTimes, _ disk: VirtualDisk, _ emulator: Emulator
  ) -> [(lane: String, seconds: Double)] {
    func seconds(_ lane: String, _ kinds: [String]) -> Double {
      let found = times.lanes.first { $0.lane == WorkLane(lane) }
      return kinds.reduce(0) { $0 + Double(found?.kinds[$1] ?? 0) / 1e9 }
    }
    var needs = [("disk", disk.busy)]
    needs.append(("decoding", seconds("reader", ["decode"])))
    needs.append(("engine thread", seconds("engine", ["submit", "collect"])))
    let engines = (0..<cards.count).map { card in
      (0..<3).map { emulator.table.busy(Int32(card), Int32($0)) }
    }
    for (number, name) in ["copies to cards", "network", "copies from cards"].enumerated() {
      needs.append((name, engines.map { $0[number] }.max() ?? 0))
    }
    // That it waits for blocks to be written is no work.
    needs.append(("assembling", Double(shape.voxelCount) / host.copying))
    let encoders = times.lanes.map(\.lane.name).filter { $0.hasSuffix("encoder") }
    needs.append(
      ("counting and encoding", encoders.map { seconds($0, ["count", "encode"]) }.max() ?? 0))
    return needs
  }
}
