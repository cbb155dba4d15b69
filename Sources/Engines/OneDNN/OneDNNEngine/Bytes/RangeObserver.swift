import EngineCore

/// Looks at values on their way through the network, in two passes over the same tiles: how far each
/// channel reaches, then how often it comes how far.
package final class RangeObserver {
  /// Parts of the reach that are told apart.
  static let bins = 2048

  private struct Seen {
    var reach: [Float]
    var isNegative: [Bool]
    /// [channel][bin], of magnitudes above zero.
    var counts: [Int]
  }

  /// Channels of the buffers that are watched.
  private let channels: [Int: Int]
  private var seen: [Int: Seen] = [:]
  private var isSeenInPart: Set<Int> = []
  /// Whether the reach is known and magnitudes are counted.
  var counts = false {
    didSet {
      for (buffer, count) in channels {
        seen[buffer]?.counts = Array(repeating: 0, count: count * Self.bins)
      }
    }
  }

  init(channels: [Int: Int]) {
    self.channels = channels
    for (buffer, count) in channels {
      seen[buffer] = Seen(
        reach: Array(repeating: 0, count: count), isNegative: Array(repeating: false, count: count),
        counts: [])
    }
  }

  /// Whether no value was infinite.
  var isFinite: Bool { seen.values.allSatisfy { $0.reach.allSatisfy(\.isFinite) } }

  /// A tile begins, or a layer of it.
  func beginPart() { isSeenInPart = [] }

  /// Looks at the numbers of `buffer`, once in each part.
  @unsafe func see(_ buffer: Int, _ address: UnsafeMutableRawPointer, _ pixels: Int) {
    guard let channels = channels[buffer], isSeenInPart.insert(buffer).inserted,
      var all = seen.removeValue(forKey: buffer)
    else { return }
    let numbers = unsafe address.assumingMemoryBound(to: Float.self)
    for channel in 0..<channels {
      if counts {
        guard all.reach[channel] > 0 else { continue }
        let factor = Float(Self.bins) / all.reach[channel]
        for pixel in 0..<pixels {
          let value = unsafe abs(numbers[pixel * channels + channel])
          if value > 0 {
            all.counts[channel * Self.bins + min(Int(value * factor), Self.bins - 1)] += 1
          }
        }
      } else {
        var (low, high) = (Float(0), Float(0))
        for pixel in 0..<pixels {
          let value = unsafe numbers[pixel * channels + channel]
          low = min(low, value)
          high = max(high, value)
        }
        all.reach[channel] = max(all.reach[channel], high, -low)
        if low < 0 { all.isNegative[channel] = true }
      }
    }
    seen[buffer] = all
  }

  /// The limit of each of `count` channels of `buffer` from `first` on with the least squared error:
  /// narrower, more of the largest values are drawn to it; wider, all are rounded more coarsely.
  func limits(_ buffer: Int, first: Int, count: Int) -> [Float] {
    guard let all = seen[buffer] else { return [] }
    return (first..<first + count).map { channel in
      let counts = all.counts[channel * Self.bins..<(channel + 1) * Self.bins]
      return all.reach[channel]
        * Self.bestLimit(Array(counts), levels: all.isNegative[channel] ? 127 : 255)
    }
  }

  /// The limit, as a part of the reach.
  package static func bestLimit(_ counts: [Int], levels: Int) -> Float {
    let total = counts.reduce(0, +)
    guard total > 0 else { return 1 }
    // From the widest limit down; above it, the sums of n, of n * value, and of n * value^2.
    var (above, sum, squares) = (0.0, 0.0, 0.0)
    var best = (limit: 1.0, error: Double.infinity)
    for bin in counts.indices.reversed() {
      let limit = Double(bin + 1) / Double(counts.count)
      let step = limit / Double(levels)
      let drawn = squares - 2 * limit * sum + limit * limit * above
      let error = (Double(total) - above) * step * step / 12 + drawn
      if error < best.error { best = (limit, error) }
      let value = (Double(bin) + 0.5) / Double(counts.count)
      let count = Double(counts[bin])
      above += count
      sum += count * value
      squares += count * value * value
    }
    return Float(best.limit)
  }
}

extension OneDNNEngineFactory {
  /// Computes the tiles twice, one after the other on this thread.
  public func quantisation(
    for plan: ExecutionPlan, tiles: [CalibrationTile]
  ) throws(EngineError) -> Quantisation {
    var plan = plan
    (plan.precision, plan.quantisation, plan.output) = (.f32, nil, .labels)
    let network = try LoweredNetwork(plan, channelsLast: true)
    let program = try Program(plan, network, streams: .never)
    let observed = Set(network.places.values.map(\.buffer))
    let observer = RangeObserver(
      channels: Dictionary(
        uniqueKeysWithValues: observed.map { ($0, network.buffers[$0].channels) }))
    let worker = try Worker(program)
    worker.observer = observer
    for isSecond in [false, true] {
      observer.counts = isSecond
      for tile in tiles {
        let input = AlignedMemory(tile.voxels)
        let output = AlignedMemory(byteCount: plan.outputShape(for: tile.shape).voxelCount)
        try unsafe worker.run(tile.shape, input: input.base, output: output.base)
      }
      guard observer.isFinite else {
        throw .unsupported(
          engine: "oneDNN", node: "input", why: "values of the network are infinite on this scan")
      }
    }
    var limits: [String: [Float]] = [:]
    let channels = network.graph.channels
    for (node, place) in network.places {
      limits[network.graph.nodes[node].name] = observer.limits(
        place.buffer, first: place.firstChannel, count: channels[node])
    }
    return Quantisation(limits: limits)
  }
}
