import Glibc
import VolumeCore

/// Looks for the ways in which a file of which nothing is known may be read.
///
/// 1. Each type and byte order is judged by how alike neighbouring voxels are, by whether the bytes
///    repeat with its width, and by what values come out (`TypeSample`, `BytePhases`).
/// 2. For the best of them, the distance at which voxels are alike again is a row (`Autocorrelation`):
///    the divisors of the number of voxels that stand out are kept.
/// 3. A layer is a number of such rows that divides the rest, with voxels alike in the layer beside
///    (`FarPairs`), and less alike a few rows off.
///
/// Some twelve megabytes of the file are read, however large it is.
struct RawGuesser {
  /// What is known all the same.
  struct Known: Hashable, Sendable {
    /// The extent.
    var shape: Shape3?
    /// The voxel type.
    var type: VoxelType?
    /// The byte order.
    var order: ByteOrder?
    /// Bytes before the first voxel.
    var offset: Int?
  }

  let file: RawFile
  let known: Known

  /// Sizes of headers that are tried: none, and those of common formats and programs.
  static let offsets = [
    0, 512, 1024, 2048, 4096, 256, 128, 348, 352, 64, 80, 100, 3072, 8192,
  ]
  /// The longest header that is looked for where the extent is known.
  static let longestHeader = 1 << 20

  init(_ file: RawFile, known: Known) {
    self.file = file
    self.known = known
  }

  /// The likeliest readings, best first, at most `count`.
  func guesses(count: Int) -> [VolumeGuess] {
    let start = known.offset ?? 0
    guard start >= 0, file.byteCount > start else { return [] }
    let phases = BytePhases(of: file, after: start)
    var samples: [TypeSample] = []
    for type in VoxelType.allCases where type == known.type ?? type {
      for order in [ByteOrder.little, .big] where order == known.order ?? order {
        // The order of one byte is that of the machine, and one is enough.
        if type.byteCount == 1, order != known.order ?? .little { continue }
        let canFit = offsets(for: type).contains {
          file.byteCount > $0 && (file.byteCount - $0) % type.byteCount == 0
        }
        guard canFit,
          let sample = TypeSample(type, order, of: file, after: start, phases)
        else { continue }
        samples.append(sample)
      }
    }
    samples.sort { ($0.score, $1.type.rawValue) > ($1.score, $0.type.rawValue) }
    guard let best = samples.first?.score else { return [] }
    var candidates: [Candidate] = []
    for sample in samples.filter({ $0.score >= best - 0.5 }).prefix(6) {
      candidates += self.candidates(for: sample, start: start)
    }
    let highest = candidates.map(\.rowPeak).max() ?? 0
    let guesses = candidates.map { $0.guess(highestPeak: max(highest, 1e-6)) }
      .sorted { ($0.score, $1.options) > ($1.score, $0.options) }
    return Array(guesses.prefix(count))
  }

  private func offsets(for type: VoxelType) -> [Int] {
    if let offset = known.offset { return [offset] }
    if let shape = known.shape, let bytes = bytesNeeded(by: shape, of: type, after: 0) {
      let header = file.byteCount - bytes
      return (0...Self.longestHeader).contains(header) ? [header] : []
    }
    return Self.offsets
  }

  /// The readings of one type that its rows and layers speak for.
  private func candidates(for sample: TypeSample, start: Int) -> [Candidate] {
    let scales = Autocorrelation.reaches.map { reach in
      Autocorrelation(of: sample.windows, reach: reach)
    }
    let peaks = scales.map(\.highestPeak)
    // The finer one tells rows apart more sharply, wherever it shows any.
    let finest = peaks[0] >= 0.35 * peaks[1] ? 0 : 1
    let (rows, highest) = (scales[finest], peaks[finest])
    var found: [Candidate] = []
    for offset in offsets(for: sample.type) {
      let bytes = file.byteCount - offset
      let width = sample.type.byteCount
      // Levels were taken of voxels that begin at `start`.
      guard bytes > 0, bytes % width == 0, (offset - start) % width == 0 else { continue }
      let count = bytes / width
      let all = divisors(of: count)
      let lengths = rowLengths(rows, highest: highest, all, isBehindHeader: offset != start)
      guard !lengths.isEmpty else { continue }
      let pairs = FarPairs(file, sample.levels, after: offset, reach: rows.reach)
      for x in lengths {
        for y in known.shape.map({ [$0.y] }) ?? all where y >= 8 {
          guard (count / x) % y == 0 else { continue }
          let shape = Shape3(z: count / x / y, y: y, x: x)
          // Detectors and reconstructions are about as high as wide.
          guard known.shape != nil || (max(x, y) <= 16 * min(x, y) && shape.z <= 100_000) else {
            continue
          }
          var candidate = Candidate(sample: sample, shape: shape, offset: offset)
          candidate.isBehindHeader = offset != start
          candidate.rowPeak = Double(rows.peak(at: x))
          candidate.rowLikeness = x < rows.values.count ? Double(rows.values[x]) : 0
          candidate.isMultiple = [2, 3].contains { part in
            x % part == 0 && rows.peak(at: x / part) >= 0.97 * rows.peak(at: x)
          }
          candidate.look(for: pairs)
          found.append(candidate)
        }
      }
    }
    return found
  }

  /// The divisors that stand out as distances between rows, at most four.
  private func rowLengths(
    _ rows: Autocorrelation, highest: Float, _ divisors: [Int], isBehindHeader: Bool
  ) -> [Int] {
    if let shape = known.shape { return divisors.contains(shape.x) ? [shape.x] : [] }
    let lengths = divisors.filter { Autocorrelation.lags.contains($0) }
      .map { (x: $0, peak: rows.peak(at: $0)) }
      .filter { $0.peak > 0.15 * highest && $0.peak > 0 }
      .sorted { ($0.peak, $1.x) > ($1.peak, $0.x) }.prefix(4)
    // A header is only believed in where it makes the clearest rows fit.
    if isBehindHeader, !lengths.contains(where: { $0.peak > 0.6 * highest }) { return [] }
    return lengths.map(\.x)
  }
}

/// One way to read a file, while it is judged.
struct Candidate {
  let sample: TypeSample
  let shape: Shape3
  let offset: Int
  var isBehindHeader = false
  /// How much the row's length stands out as a distance.
  var rowPeak = 0.0
  /// The correlation at that distance.
  var rowLikeness = 0.0
  /// The correlation of voxels one layer apart.
  var layerLikeness: Double?
  /// Whether a half or a third of the row or the layer is alike no less: then that is the row or layer.
  var isMultiple = false
  /// How far layers are alike just there and not a few rows off: 1 where clearly so.
  var layerSharpness = 0.25

  init(sample: TypeSample, shape: Shape3, offset: Int) {
    self.sample = sample
    self.shape = shape
    self.offset = offset
  }

  /// Compares voxels one layer apart, and a few rows off.
  mutating func look(for pairs: FarPairs) {
    guard shape.z > 1 else { return }
    let here = pairs.correlation(at: shape.x * shape.y)
    layerLikeness = here
    layerSharpness = 0
    // Where layers are hardly alike, it does not matter where they are more so.
    guard here > 0.1 * rowPeak else { return }
    var best = -1.0
    // Fibres across the rows are alike over many of them: only then farther ones are looked at.
    for rows in [3, 12, shape.y / 4] where rows < shape.y {
      if rows > 3, shape.y < 3 * rows || best > 0.1 * here { continue }
      let before = pairs.correlation(at: shape.x * (shape.y - rows))
      let after = pairs.correlation(at: shape.x * (shape.y + rows))
      best = max(best, here - max(before, after))
    }
    layerSharpness = min(1, max(-0.5, best / (0.1 * max(here, 0.02))))
    isMultiple =
      isMultiple
      || [2, 3].contains { part in
        shape.y % part == 0 && shape.y / part >= 8
          && pairs.correlation(at: shape.x * shape.y / part) >= 0.97 * here
      }
  }

  /// The same as a suggestion, ranked beside others of which the clearest row has `highestPeak`.
  func guess(highestPeak: Double) -> VolumeGuess {
    func ratio(_ a: Int, _ b: Int) -> Double { log2(Double(max(a, b)) / Double(min(a, b))) }
    let layers = min(1, max(0, (layerLikeness ?? rowPeak) / highestPeak))
    var guess = VolumeGuess(
      shape: shape, voxelType: sample.type, byteOrder: sample.order, offset: offset)
    guess.score =
      sample.score + 0.6 * rowPeak / highestPeak + 0.6 * layerSharpness * layers
      // Square layers and short rows, of which the others are multiples, are likelier.
      - 0.05 * ratio(shape.y, shape.x) - 0.02 * ratio(shape.z, shape.y)
      - 0.03 * log2(Double(shape.x)) - (isBehindHeader ? 0.15 : 0)
      - (isMultiple ? 0.1 : 0)
    guess.rowCorrelation = rowLikeness
    guess.layerCorrelation = layerLikeness
    guess.entropy = sample.entropy
    return guess
  }
}

/// All divisors of `number`, rising.
func divisors(of number: Int) -> [Int] {
  guard number > 0 else { return [] }
  var low: [Int] = []
  var high: [Int] = []
  var divisor = 1
  // Bounded by the square root: three million for the largest files there are.
  while divisor <= number / divisor {
    if number % divisor == 0 {
      low.append(divisor)
      if divisor != number / divisor { high.append(number / divisor) }
    }
    divisor += 1
  }
  return low + high.reversed()
}
