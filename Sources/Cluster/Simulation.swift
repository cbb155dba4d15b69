import Glibc

/// A model of a cluster that computes the parts of a run: nodes that come one after the other from the
/// queue, a storage that all share, parts that fail.
///
/// What it assumes: every reader and writer has an equal share of the storage's bandwidth, and no more
/// than a node's own; a part reads its piece of the scan with the halo on both sides, computes while it
/// reads, and writes what it made; a part that fails has done a random share of its work, which stays but
/// for the last tile's block, and is sent again; parts make the next level of what is theirs alone, which
/// needs two layers of shards; the finishing job reads that, and of the output what lies between parts, to make
/// the levels above, alone. Nothing else uses the storage.
public struct ClusterModel: Hashable, Sendable {
  /// Nodes that work at once at most.
  public var nodes = 1
  /// Voxels that a node computes in a second.
  public var voxelsPerSecond = 30e6
  /// Bytes that all nodes together read and write in a second.
  public var storageBytesPerSecond = 1e9
  /// Bytes that a node reads and writes in a second.
  public var nodeBytesPerSecond = 1e9
  /// Seconds that a node waits in the queue on the average, each by itself.
  public var queueSeconds = 60.0
  /// Seconds from a part's start to its first voxel: the program, the model, the card.
  public var startSeconds = 20.0
  /// How many parts of a hundred fail once.
  public var failuresPerHundred = 1.0
  /// Seconds until a part that failed is sent again and starts.
  public var requeueSeconds = 120.0
  /// Voxels that the finishing job reads and makes levels of in a second.
  public var finishVoxelsPerSecond = 150e6
  /// Which random numbers.
  public var seed: UInt64 = 1

  /// A node with a card, and 1 GB/s.
  public init() {}
}

/// What is computed in a simulation.
public struct ClusterWork: Hashable, Sendable {
  /// Voxels of the output.
  public var voxels: Int
  /// Bytes of a voxel of the scan, and of what is written for it on disk.
  public var bytesRead = 1.0
  /// Labels shrink.
  public var bytesWritten = 0.1
  /// Layers of the output, which parts are cut along, and those that a part reads beyond its own.
  public var layers: Int
  /// Layers that a part reads on either side of its own.
  public var halo = 0
  /// Pieces that are never cut: shards.
  public var shards: Int
  /// Layers of shards.
  public var slabs: Int
  /// Voxels computed for each one written.
  public var overhead = 1.1

  /// A volume of `layers` layers and `voxels` voxels, in so many shards.
  public init(voxels: Int, layers: Int, shards: Int, slabs: Int? = nil) {
    (self.voxels, self.layers, self.shards) = (voxels, layers, shards)
    self.slabs = slabs ?? shards
  }

  /// The voxels that the finishing job reads, of `parts` parts.
  func voxelsToFinish(parts: Int) -> Double {
    // The next level's shards that are made of two layers of which different parts have one each.
    let pairs = max(1, (slabs + 1) / 2)
    var cut = Set<Int>()
    for number in 1..<max(parts, 1) {
      let border = Double(shards * number / parts) / Double(max(shards, 1)) * Double(slabs)
      let pair = Int(border / 2)
      if border != Double(2 * pair) { cut.insert(pair) }
    }
    let share = min(1, Double(cut.count) / Double(pairs))
    return Double(voxels) * (share + (1 - share) / 8)
  }
}

/// What came of a simulation.
public struct ClusterForecast: Hashable, Sendable {
  /// Parts that the run was cut into.
  public var parts: Int
  /// Seconds from the sending to the finished output.
  public var seconds: Double
  /// Seconds of these that the finishing job took.
  public var finishSeconds: Double
  /// Seconds that nodes were held, over all.
  public var nodeSeconds: Double
  /// What one node would take without waiting, over what these nodes took together.
  public var efficiency: Double
}

extension ClusterModel {
  /// Simulates `work` cut into `parts`.
  public func run(_ work: ClusterWork, parts: Int) -> ClusterForecast {
    var random = SimulationDraw(seed)
    // What each part has to do; whole shards only.
    var waiting = (1...max(parts, 1)).map { number in
      let count = work.shards * number / parts - work.shards * (number - 1) / parts
      let share = Double(count) / Double(max(work.shards, 1))
      let layers = max(1.0, Double(work.layers) * share)
      let seen =
        work.halo == 0 ? 1 : min(Double(work.layers), layers + 2 * Double(work.halo)) / layers
      let voxels = Double(work.voxels) * share
      return SimulatedPart(
        start: startSeconds,
        compute: voxels * work.overhead * (work.halo == 0 ? 1 : min(seen, 2)) / voxelsPerSecond,
        bytes: voxels * (work.bytesRead * seen + work.bytesWritten),
        fails: random.next() < failuresPerHundred / 100, failsAt: random.next())
    }.filter { $0.compute > 0 }
    waiting.reverse()
    // Nodes come when the queue lets them; more than there are parts are not asked for.
    var free = (0..<min(nodes, waiting.count)).map { _ in
      -log(1 - random.next()) * queueSeconds
    }.sorted()
    var running: [SimulatedPart] = []
    var now = 0.0
    var held = 0.0
    while !waiting.isEmpty || !running.isEmpty {
      while !waiting.isEmpty, let node = free.first, node <= now + 1e-9 {
        free.removeFirst()
        if let part = waiting.popLast() { running.append(part) }
      }
      let loading = running.filter { $0.start <= 0 && $0.bytes > 0 }.count
      let rate = min(nodeBytesPerSecond, storageBytesPerSecond / Double(max(loading, 1)))
      // Until the next thing ends, or a node comes.
      var step = running.map { $0.next(rate) }.min() ?? .infinity
      if !waiting.isEmpty, let node = free.first { step = min(step, max(node - now, 0)) }
      guard step.isFinite else { break }
      now += step
      held += step * Double(running.count)
      for index in running.indices { running[index].advance(step, rate) }
      for part in running where part.isOver {
        free.append(part.fails ? now + requeueSeconds : now)
        if part.fails { waiting.append(part.rest(startSeconds)) }
      }
      running.removeAll { $0.isOver }
      free.sort()
    }
    let toFinish = work.voxelsToFinish(parts: parts)
    let written = toFinish * work.bytesWritten
    let finish =
      startSeconds
      + max(
        toFinish / finishVoxelsPerSecond,
        written / min(nodeBytesPerSecond, storageBytesPerSecond))
    let alone =
      startSeconds
      + max(
        Double(work.voxels) * work.overhead / voxelsPerSecond,
        Double(work.voxels) * (work.bytesRead + work.bytesWritten)
          / min(nodeBytesPerSecond, storageBytesPerSecond))
    return ClusterForecast(
      parts: parts, seconds: now + finish, finishSeconds: finish, nodeSeconds: held + finish,
      efficiency: alone / max((now + finish) * Double(nodes), 1e-9))
  }

  /// How many parts are best: of several counts the one after which the output is there first, and of
  /// those that are as quick within a hundredth the fewest.
  ///
  /// - Parameter longest: seconds that a part may take at most, as partitions limit it.
  public func bestParts(
    _ work: ClusterWork, longest: Double = .infinity
  ) -> ClusterForecast {
    let counts = Set(
      [1, 2, 3, 4, 6, 8, 12, 16].map { min(max(1, nodes * $0), max(work.shards, 1)) }
        + [min(max(work.shards, 1), PartLimits.most), max(1, work.slabs / 2)]
    ).sorted()
    let forecasts = counts.map { run(work, parts: $0) }
    let fitting = forecasts.filter {
      Double(work.voxels) * work.overhead / voxelsPerSecond / Double($0.parts) <= longest
    }
    let all = fitting.isEmpty ? Array(forecasts.suffix(1)) : fitting
    let quickest = all.map(\.seconds).min() ?? 0
    return all.first { $0.seconds <= quickest * 1.01 } ?? forecasts[0]
  }
}

/// Limits of clusters.
enum PartLimits {
  /// Slurm's usual largest array.
  static let most = 1000
}

/// One attempt at a part.
private struct SimulatedPart {
  var start: Double
  var compute: Double
  var bytes: Double
  var fails: Bool
  var failsAt: Double

  init(start: Double, compute: Double, bytes: Double, fails: Bool, failsAt: Double) {
    (self.start, self.fails, self.failsAt) = (start, fails, failsAt)
    self.compute = fails ? compute * failsAt : compute
    self.bytes = fails ? bytes * failsAt : bytes
    whole = (compute, bytes)
  }

  private let whole: (compute: Double, bytes: Double)

  var isOver: Bool { start <= 1e-9 && compute <= 1e-9 && bytes <= 1e-6 }

  /// Seconds until something of it ends.
  func next(_ rate: Double) -> Double {
    if start > 1e-9 { return start }
    return [compute, bytes / rate].filter { $0 > 1e-9 }.min() ?? 0
  }

  mutating func advance(_ seconds: Double, _ rate: Double) {
    guard start <= 1e-9 else {
      start -= seconds
      return
    }
    compute = max(0, compute - seconds)
    bytes = max(0, bytes - seconds * rate)
    if bytes < 1 { bytes = 0 }
  }

  /// What is left after it failed.
  func rest(_ start: Double) -> SimulatedPart {
    SimulatedPart(
      start: start, compute: whole.compute * (1 - failsAt), bytes: whole.bytes * (1 - failsAt),
      fails: false, failsAt: 0)
  }
}

/// Random numbers from 0 to below 1 (SplitMix64).
private struct SimulationDraw {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((word ^ word >> 31) >> 11) / 9_007_199_254_740_992
  }
}
