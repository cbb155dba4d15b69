import VolumeCore

/// Looks for the ways in which a file of which nothing is known may be read.
struct RawGuesser {
  /// What is known all the same.
  struct Known: Hashable, Sendable {
    /// The voxel type.
    var type: VoxelType?
    /// The byte order.
    var order: ByteOrder?
    /// Bytes before the first voxel.
    var offset: Int?
  }

  let file: RawFile
  let known: Known

  init(_ file: RawFile, known: Known) {
    self.file = file
    self.known = known
  }

  /// The likeliest readings, best first: extents that divide the file's size, and at whose
  /// distances neighbouring rows and layers resemble each other.
  func guesses(count: Int) -> [VolumeGuess] {
    let offset = known.offset ?? 0
    var scored: [VolumeGuess] = []
    for candidate in known.type.map({ [$0] }) ?? VoxelType.computed {
      guard file.byteCount > offset, (file.byteCount - offset) % candidate.byteCount == 0 else {
        continue
      }
      let probe = RawLayout(
        shape: Shape3(z: 1, y: 1, x: 1), voxelType: candidate, byteOrder: .little, offset: offset)
      let order =
        candidate == .uint8
        ? ByteOrder.native : known.order ?? smootherByteOrder(of: file, probe) ?? .little
      scored += readings(
        of: NeighbourSample(file: file, type: candidate, order: order, offset: offset), count)
    }
    return scored.sorted { ($0.score, $1.options) > ($1.score, $0.options) }
      .prefix(count).map { $0 }
  }

  /// The best readings of one type with what speaks for each.
  private func readings(of sample: NeighbourSample, _ wanted: Int) -> [VolumeGuess] {
    let count = sample.voxelCount
    guard count > 0 else { return [] }
    let alongRow = (sample.likeness(at: 1).here ?? 0) - 2 * sample.shareOfNonsense()
    // The same number of bytes for each type, so that none stands out more sharply than another.
    let margin = 8 / sample.type.byteCount
    let divisors = divisors(of: count, upTo: 65_536)

    let rows = divisors.filter { $0 >= 16 }
      .map { (x: $0, peak: sample.likeness(at: $0, margin: margin).peak) }
      .sorted { ($0.peak, -abs($0.x - 1024)) > ($1.peak, -abs($1.x - 1024)) }
    var scored: [VolumeGuess] = []
    for row in rows.prefix(8) {
      for y in divisors where (count / row.x) % y == 0 {
        let shape = Shape3(z: count / row.x / y, y: y, x: row.x)
        let aspect = Float(max(y, row.x)) / Float(min(y, row.x))
        // Detectors and reconstructions are about as high as wide; long stacks are common.
        guard aspect <= 16, shape.z <= 65_536 else { continue }
        let layer =
          shape.z == 1 ? 0.3 : sample.likeness(at: shape.x * shape.y, margin: margin).peak
        let depth = Float(max(shape.z, y)) / Float(min(shape.z, y))
        let score =
          2 * alongRow + row.peak + layer - 0.1 * log2(of: aspect) - 0.02 * log2(of: depth)
        var guess = VolumeGuess(
          shape: shape, voxelType: sample.type, byteOrder: sample.order, offset: sample.offset)
        guess.score = Double(score)
        scored.append(guess)
      }
    }
    return scored.sorted { $0.score > $1.score }.prefix(wanted).map { $0 }
  }

  /// The base 2 logarithm, to the nearest integer and a linear rest: enough to rank with.
  private func log2(of value: Float) -> Float {
    Float(value.exponent) + value.significand - 1
  }
}

/// The divisors of `number` up to `limit`, rising.
func divisors(of number: Int, upTo limit: Int) -> [Int] {
  (1...max(1, min(number, limit))).filter { number % $0 == 0 }
}
