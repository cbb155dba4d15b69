import Compression
import HDF5Library

/// Undoes the filters of a chunk: those that are known here, which is faster than the library and safe
/// with any bytes.
struct ChunkPipeline: Sendable {
  /// One filter.
  enum Step: Hashable, Sendable {
    case deflate
    case shuffle(width: Int)
    case fletcher32
    case lzf
    case blosc
    case lz4
    case bitshuffle(Bitshuffle)
    case zstd

    /// Whether the bytes that it was given are not as many as those that it made.
    var isCompressor: Bool {
      switch self {
      case .shuffle, .fletcher32: false
      case .bitshuffle(let bitshuffle): bitshuffle.codec != .none
      case .deflate, .lzf, .blosc, .lz4, .zstd: true
      }
    }

    /// No more bytes than this can come of one, or `nil` where there is no such bound.
    var mostGrowth: Int? {
      switch self {
      case .deflate: 1032
      case .lz4: 256
      case .lzf: 264
      default: nil
      }
    }
  }

  /// The filters, in the order in which they were applied.
  let steps: [Step]
  /// Bytes of a decoded chunk.
  let chunkByteCount: Int

  /// The largest chunk that is decoded at once.
  static let largestChunk = 512 << 20

  /// The filters of `dataset`; `nil` where the library must be asked.
  init?(_ dataset: HDF5Dataset, width: Int) {
    guard dataset.isPlain, dataset.element.isPlain, dataset.element.byteCount == width,
      case .chunked(let edges) = dataset.layout, edges.count == dataset.extents.count,
      let byteCount = dataset.chunkByteCount(width: width), dataset.filters.count <= 32
    else { return nil }
    chunkByteCount = byteCount
    var steps: [Step] = []
    for filter in dataset.filters {
      switch filter.number {
      case 1: steps.append(.deflate)
      case 2:
        guard let width = filter.values.first, width > 0 else { return nil }
        steps.append(.shuffle(width: width))
      case 3: steps.append(.fletcher32)
      case 32000: steps.append(.lzf)
      case 32001: steps.append(.blosc)
      case 32004: steps.append(.lz4)
      case 32008:
        guard let bitshuffle = Bitshuffle(filter.values) else { return nil }
        steps.append(.bitshuffle(bitshuffle))
      case 32015: steps.append(.zstd)
      default: return nil
      }
    }
    guard steps.filter(\.isCompressor).count <= 1 else { return nil }
    self.steps = steps
  }

  /// The filters that were applied to a chunk, each with the bytes that it was given, where that is
  /// known.
  func applied(skipping mask: UInt32) -> [(step: Step, before: Int?)] {
    var size: Int? = chunkByteCount
    var applied: [(step: Step, before: Int?)] = []
    for (index, step) in steps.enumerated() where mask >> UInt32(index) & 1 == 0 {
      applied.append((step, size))
      if step == .fletcher32 {
        size = size.map { $0 + 4 }
      } else if step.isCompressor {
        size = nil
      }
    }
    return applied
  }

  /// Why a chunk of `byteCount` stored bytes cannot be one; `nil` where it can.
  func complaint(storedByteCount: Int, skipping mask: UInt32) -> String? {
    for (step, before) in applied(skipping: mask) {
      guard step.isCompressor, let before, let growth = step.mostGrowth else { continue }
      if before / growth > storedByteCount + 64 {
        return "\(before) bytes cannot come of \(storedByteCount)"
      }
    }
    return nil
  }
}

/// Memory for decoding, used again and again by one thread at a time: 0 for the bytes of the file, 1 and
/// 2 between filters, 3 for a decoded chunk, 4 for a block of bitshuffle.
@safe final class DecodeScratch: @unchecked Sendable {
  private var buffers: [UnsafeMutableRawBufferPointer]

  init() {
    let none = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    unsafe buffers = Array(repeating: none, count: 5)
  }

  deinit { for index in unsafe buffers.indices { unsafe buffers[index].deallocate() } }

  /// Buffer `number`, of `byteCount` bytes with any content.
  func buffer(_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    if unsafe buffers[number].count < byteCount {
      unsafe buffers[number].deallocate()
      unsafe buffers[number] = .allocate(byteCount: max(byteCount, 4096), alignment: 64)
    }
    return unsafe UnsafeMutableRawBufferPointer(rebasing: buffers[number][..<byteCount])
  }
}

extension ChunkPipeline {
  /// Decodes `stored` into `destination`, which has the bytes of a chunk; returns why it could not.
  func decode(
    _ stored: UnsafeRawBufferPointer, skipping mask: UInt32,
    into destination: UnsafeMutableRawBufferPointer, _ scratch: DecodeScratch
  ) -> String? {
    var current = unsafe stored
    let applied = applied(skipping: mask)
    for (index, (step, before)) in applied.enumerated().reversed() {
      if step == .fletcher32 {
        guard let content = unsafe Fletcher32.checked(current) else {
          return "its checksum is wrong"
        }
        unsafe current = content
        continue
      }
      let count = step.isCompressor ? before : current.count
      guard let count else { return "two of its filters compress" }
      let isLast = applied[..<index].allSatisfy { $0.step == .fletcher32 }
      let target =
        unsafe isLast && count == destination.count
        ? destination : scratch.buffer(1 + index % 2, count)
      guard unsafe undo(step, current, target, scratch) else {
        return "\(step.words) cannot decode it"
      }
      unsafe current = UnsafeRawBufferPointer(target)
    }
    guard current.count == destination.count else {
      return "it holds \(current.count) bytes, not \(destination.count)"
    }
    if unsafe current.baseAddress != UnsafeRawPointer(destination.baseAddress) {
      unsafe destination.copyMemory(from: current)
    }
    return nil
  }

  private func undo(
    _ step: Step, _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer,
    _ scratch: DecodeScratch
  ) -> Bool {
    var span = unsafe target.mutableBytes
    let bytes = unsafe source.bytes
    switch step {
    case .deflate: return ZlibBlock.decompress(bytes, into: &span)
    case .shuffle(let width):
      unsafe Shuffle.undo(source, width: width, into: target)
      return true
    case .fletcher32: return false
    case .lzf: return unsafe LZF.decompress(source, into: target)
    case .blosc: return BloscChunk.decompress(bytes, into: &span)
    case .lz4: return unsafe LZ4Frames.decompress(source, into: target)
    case .bitshuffle(let bitshuffle):
      return unsafe bitshuffle.undo(source, into: target, scratch)
    case .zstd:
      guard var decompressor = try? ZstdDecompressor() else { return false }
      return (try? decompressor.decompress(bytes, into: &span)) != nil
    }
  }
}

extension ChunkPipeline.Step {
  /// For people.
  var words: String {
    switch self {
    case .deflate: "gzip"
    case .shuffle: "shuffle"
    case .fletcher32: "fletcher32"
    case .lzf: "lzf"
    case .blosc: "blosc"
    case .lz4: "lz4"
    case .bitshuffle: "bitshuffle"
    case .zstd: "zstd"
    }
  }
}
