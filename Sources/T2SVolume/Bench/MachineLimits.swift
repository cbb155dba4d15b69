import Compression
import EngineCore
import NeuralGraph
import OneDNNEngine
import Pipelines
import SystemIO
import VolumeCommands
import VolumeCore

/// What this machine can do at best, each figure the best of a few tries.
struct MachineLimits {
  var threads: Int
  /// A scan whose first bytes stand for all.
  var file: String?
  /// The extent of that scan, of bytes; `nil` where its rows are to be compressed as they lie.
  var shape: Shape3?

  func measure(_ context: CommandContext) throws(Explanation) -> [String: JSONValue] {
    var result: [String: JSONValue] = [
      "cpu": .string(Self.processorName), "threads": .integer(threads),
    ]
    let copy = Self.memoryCopy()
    result["memory_copy_bytes_per_second"] = .number(copy)
    context.console.say("\(Self.processorName), \(threads) threads")
    context.console.say("  memory copy          \(Words.bytes(Int(copy)))/s")
    let bytes: [Precision] = OneDNNEngineFactory().byteArithmetic == .fast ? [.int8] : []
    for precision in OneDNNEngineFactory().precisions + bytes {
      let rate = try Self.convolution(precision, threads: threads)
      result["convolution_\(precision.rawValue)_flop_per_second"] = .number(rate)
      context.console.say(
        "  convolution \(precision.rawValue)     \(Words.fixed(rate / 1e9, 0)) GFLOP/s (3x3, 64 channels)"
      )
    }
    guard let file else { return result }
    do {
      var bytes = try Self.head(of: file)
      result["file_read_bytes_per_second"] = .number(try Self.fileRead(file))
      if let shape { bytes = Self.chunks(of: bytes, shape) }
      let rate = try Self.compression(bytes, threads: threads)
      result["zstd_bytes_per_second"] = .number(rate.speed)
      result["zstd_ratio"] = .number(rate.ratio)
      context.console.say(
        "  zstd -1              \(Words.bytes(Int(rate.speed)))/s of this scan, to 1/\(Words.fixed(rate.ratio, 2))"
      )
      let disk = try Self.fileCopy(bytes, beside: file)
      result["file_copy_bytes_per_second"] = .number(disk)
      context.console.say("  write and fsync      \(Words.bytes(Int(disk)))/s")
    } catch let error as SystemError {
      throw error.explanation
    } catch {
      throw Explanation(.failed, "\(error)", remedy: "report this")
    }
    return result
  }

  /// The voxels of the first layers as chunks of 64 x 64 x 64, as a store compresses them.
  private static func chunks(of bytes: [UInt8], _ shape: Shape3) -> [UInt8] {
    let layers = min(shape.z, bytes.count / max(1, shape.y * shape.x))
    let whole = Region(Shape3(z: layers, y: shape.y, x: shape.x))
    let voxels = Array(bytes.prefix(whole.voxelCount))
    let grid = ChunkGrid(volume: whole.shape, chunk: Shape3(z: 64, y: 64, x: 64))
    var result: [UInt8] = []
    result.reserveCapacity(whole.voxelCount)
    for index in grid.indices {
      let box = grid.region(of: index)
      var chunk = [UInt8](repeating: 0, count: box.voxelCount)
      var span = chunk.mutableSpan
      var raw = unsafe span.mutableBytes
      copyVoxels(
        box, from: unsafe voxels.span.bytes, of: whole, to: &raw, of: box, width: 1)
      result += chunk
    }
    return result
  }

  /// Bytes a second of reading a file from its beginning to its end, in pieces.
  private static func fileRead(_ path: String) throws -> Double {
    let file = try FileHandle(readingFrom: path)
    let count = try file.byteCount
    var piece = PageBuffer(byteCount: 16 << 20)
    let seconds = try best(of: 3) {
      for offset in stride(from: 0, to: count, by: piece.byteCount) {
        let part = min(piece.byteCount, count - offset)
        try piece.withMutableBytes(first: part) { span throws(SystemError) in
          _ = try file.read(at: offset, into: &span)
        }
      }
    }
    return Double(count) / seconds
  }

  /// Seconds of the fastest of `tries` runs.
  static func best(of tries: Int, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<tries {
      let start = monotonicNanoseconds()
      try body()
      best = min(best, Double(monotonicNanoseconds() - start) / 1e9)
    }
    return best
  }

  static var processorName: String {
    // The file has no size of its own, so it is read to a bound.
    guard let file = try? FileHandle(readingFrom: "/proc/cpuinfo") else { return "processor" }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    guard let count = try? file.read(at: 0, into: &raw) else { return "processor" }
    let lines = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
    func field(_ name: String) -> String? {
      lines.first { $0.hasPrefix(name) }?.split(separator: ":").last.map {
        String($0.drop { $0 == " " })
      }
    }
    let family = field("cpu family").map { " family \($0)" } ?? ""
    let model = field("model\t").map { " model \($0)" } ?? ""
    return (field("model name") ?? "processor") + family + model
  }

  /// Bytes a second that a copy moves, each read once and written once.
  static func memoryCopy() -> Double {
    let count = 256 << 20
    var from = PageBuffer(byteCount: count)
    var to = PageBuffer(byteCount: count)
    from.withMutableBytes { $0.storeBytes(of: 1, as: UInt8.self) }
    let box = Region(Shape3(z: 1, y: 1, x: count))
    let seconds = best(of: 4) {
      from.withBytes { source in
        to.withMutableBytes { copyVoxels(box, from: source, of: box, to: &$0, of: box, width: 1) }
      }
    }
    return Double(count) / seconds
  }

  /// The best rate of a wide 3x3 convolution, on every core at once, through the engine itself.
  static func convolution(_ precision: Precision, threads: Int) throws(Explanation) -> Double {
    // Small enough that values of 64 channels stay in a core's cache: larger ones measure the memory.
    let shape = Shape3(z: 1, y: 64, x: 64)
    func graph(layers: Int) -> Graph {
      var nodes = [Node(name: "input", operation: .input(channels: 1), inputs: [])]
      var random = SystemRandomNumberGenerator()
      for layer in 0...(layers + 1) {
        let inputs = layer == 0 ? 1 : 64
        let outputs = layer == layers + 1 ? 2 : 64
        let edge = layer == layers + 1 ? 1 : 3
        let kernel = Shape3(z: 1, y: edge, x: edge)
        let one = Shape3(z: 1, y: 1, x: 1)
        nodes.append(
          Node(
            name: "convolution \(layer)",
            operation: .convolution(
              Convolution(
                kernel: kernel, stride: one, padding: .same(kernel: kernel, stride: one),
                inputs: inputs, outputs: outputs,
                weights: (0..<(edge * edge * inputs * outputs)).map { _ in
                  Float.random(in: -0.05...0.05, using: &random)
                }, bias: Array(repeating: 0, count: outputs))), inputs: [layer]))
      }
      return Graph(nodes: nodes, output: nodes.count - 1)
    }
    /// Seconds for one tile on each thread.
    func seconds(layers: Int) throws(EngineError) -> Double {
      var plan = ExecutionPlan(
        graph: graph(layers: layers), normalisation: Normalisation(low: 0, high: 255, clips: false),
        voxelType: .uint8, shapes: [shape], precision: precision, threads: threads)
      if precision == .int8 {
        // A convolution's time does not depend on what its values are.
        plan.quantisation = Quantisation(
          limits: Dictionary(
            uniqueKeysWithValues: (0...(layers + 1)).map {
              ("convolution \($0)", Array(repeating: 1, count: $0 == layers + 1 ? 2 : 64))
            }))
      }
      let engine = try OneDNNEngineFactory().makeEngine(for: plan, slots: threads)
      let voxels = (0..<shape.voxelCount).map { UInt8(truncatingIfNeeded: $0 &* 97) }
      var best = Double.infinity
      for _ in 0..<12 {
        let start = monotonicNanoseconds()
        for slot in 0..<threads { try engine.submit(slot, shape: shape, unsafe voxels.span.bytes) }
        for slot in 0..<threads { try engine.collect(slot) { _ throws(EngineError) in } }
        best = min(best, Double(monotonicNanoseconds() - start) / 1e9)
      }
      return best
    }
    do throws(EngineError) {
      // What the ends of the network take falls out of the difference; of three, the middle one: where something
      // else ran all through a measurement, its difference is far too large or too small.
      var differences: [Double] = []
      for _ in 0..<3 { differences.append(try seconds(layers: 12) - seconds(layers: 4)) }
      let more = differences.sorted()[1]
      let operations = 8 * 2 * 9 * 64 * 64 * shape.voxelCount * threads
      return Double(operations) / max(more, 1e-9)
    } catch {
      throw error.explanation
    }
  }

  /// The first bytes of a file, at most 256 MiB.
  private static func head(of path: String) throws(SystemError) -> [UInt8] {
    let file = try FileHandle(readingFrom: path)
    var bytes = [UInt8](repeating: 0, count: min(try file.byteCount, 256 << 20))
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    _ = try file.read(at: 0, into: &raw)
    return bytes
  }

  private static func compression(
    _ bytes: [UInt8], threads: Int
  ) throws -> (speed: Double, ratio: Double) {
    let piece = 256 << 10
    let pieces = max(1, bytes.count / piece)
    let sizes = (0..<threads).map { _ in SharedCount() }
    let seconds = best(of: 3) {
      let workers = (0..<threads).map { thread in
        StageThread<Never> {
          guard var compressor = try? ZstdCompressor(level: 1) else { return }
          var out = [UInt8](repeating: 0, count: ZstdCompressor.bound(for: piece))
          var total = 0
          for index in stride(from: thread, to: pieces, by: threads) {
            let end = min((index + 1) * piece, bytes.count)
            let source = bytes[(index * piece)..<end]
            var span = out.mutableSpan
            var raw = unsafe span.mutableBytes
            total += (try? compressor.compress(unsafe source.span.bytes, into: &raw)) ?? 0
          }
          sizes[thread].value = total
        }
      }
      for worker in workers { worker.join() }
    }
    let compressed = sizes.reduce(0) { $0 + $1.value }
    return (Double(bytes.count) / seconds, Double(bytes.count) / Double(max(compressed, 1)))
  }

  private static func fileCopy(_ bytes: [UInt8], beside path: String) throws -> Double {
    let copy = path + ".bench.tmp"
    defer { try? removeFile(copy) }
    let seconds = try best(of: 3) {
      let file = try FileHandle(creating: copy)
      try file.write(unsafe bytes.span.bytes, at: 0)
      try file.synchronise()
    }
    return Double(bytes.count) / seconds
  }
}

/// A number that one thread writes and another reads after it was joined.
private final class SharedCount: @unchecked Sendable {
  var value = 0
}
