import Annotation
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A smoothed volume` {
  static let shape = Shape3(z: 5, y: 9, x: 13)
  static let filters: [Smoothing] = [
    .median(radius: 1), .gaussian(sigma: 0.7), .gaussian(sigma: 2),
    .nonLocal(patch: 1, search: 2, strength: 30),
  ]

  private func mirrored(_ place: Int, _ extent: Int) -> Int {
    var place = place
    while place < 0 || place >= extent { place = place < 0 ? -1 - place : 2 * extent - 1 - place }
    return place
  }

  /// Written to be read, a voxel at a time.
  private func reference(_ bytes: [UInt8], _ filter: Smoothing, _ deep: Bool, at: Index3) -> Double
  {
    let shape = Self.shape
    func value(_ z: Int, _ y: Int, _ x: Int) -> Double {
      Double(
        bytes[
          (mirrored(z, shape.z) * shape.y + mirrored(y, shape.y)) * shape.x
            + mirrored(x, shape.x)])
    }
    func around(_ reach: Int) -> [(Int, Int, Int)] {
      (deep ? -reach...reach : 0...0).flatMap { z in
        (-reach...reach).flatMap { y in (-reach...reach).map { (z, y, $0) } }
      }
    }
    switch filter {
    case .median(let radius):
      let values = around(radius).map { value(at.z + $0.0, at.y + $0.1, at.x + $0.2) }.sorted()
      return values[values.count / 2]
    case .gaussian(let sigma):
      var (sum, weights) = (0.0, 0.0)
      for (z, y, x) in around(Int(4 * sigma + 0.5)) {
        let square = Double(z * z + y * y + x * x)
        let weight = exponential(-square / (2 * sigma * sigma))
        sum += weight * value(at.z + z, at.y + y, at.x + x)
        weights += weight
      }
      return sum / weights
    case .gradient:
      // It has a test of its own.
      return .nan
    case .nonLocal(let patch, let search, let strength):
      var (sum, weights) = (0.0, 0.0)
      for (z, y, x) in around(search) {
        let differences = around(patch).map { p -> Double in
          let here = value(at.z + p.0, at.y + p.1, at.x + p.2)
          let there = value(at.z + z + p.0, at.y + y + p.1, at.x + x + p.2)
          return (here - there) * (here - there)
        }
        let mean = differences.reduce(0, +) / Double(differences.count)
        let weight = exponential(-mean / (strength * strength))
        sum += weight * value(at.z + z, at.y + y, at.x + x)
        weights += weight
      }
      return sum / weights
    }
  }

  private func exponential(_ x: Double) -> Double {
    // Halved until the series is short.
    var (sum, term) = (1.0, 1.0)
    let small = x / 1024
    for n in 1..<12 {
      term *= small / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }

  @Test(arguments: filters, [true, false])
  func `is that of the whole volume, voxel by voxel`(filter: Smoothing, deep: Bool) throws {
    let source = MemoryVolume.scan(Self.shape, seed: 3)
    let bytes = try source.bytes(of: Region(Self.shape))
    let found = try SmoothedVolume(source, filter, crossesLayers: deep)
      .bytes(of: Region(Self.shape))
    var random = SeededRandom(seed: 8)
    for _ in 0..<60 {
      let at = Index3(
        z: Int.random(in: 0..<5, using: &random), y: Int.random(in: 0..<9, using: &random),
        x: Int.random(in: 0..<13, using: &random))
      let expected = reference(bytes, filter, deep, at: at)
      let value = Double(found[(at.z * 9 + at.y) * 13 + at.x])
      #expect(abs(value - expected) <= 0.501, "\(at)")
    }
  }

  @Test(arguments: [VoxelType.uint8, .int8, .uint16, .int16, .float32], [1, 2, 3])
  func `has the middle of all values of its type`(type: VoxelType, radius: Int) throws {
    // Wider than what medians are found for at once.
    let shape = Shape3(z: 3, y: 4, x: 70)
    var random = SeededRandom(seed: 5)
    var bytes = [UInt8](repeating: 0, count: shape.voxelCount * type.byteCount)
    if type == .float32 {
      for v in 0..<shape.voxelCount {
        let value = Float.random(in: -1...1, using: &random) * (v % 3 == 0 ? 1e-3 : 1e6)
        unsafe bytes.withUnsafeMutableBytes { raw in
          unsafe raw.storeBytes(of: value, toByteOffset: 4 * v, as: Float.self)
        }
      }
    } else {
      for i in bytes.indices { bytes[i] = UInt8.random(in: 0...255, using: &random) }
    }
    let volume = SmoothedVolume(
      MemoryVolume(shape, type, bytes), .median(radius: radius), crossesLayers: true)
    let values = unsafe type.values(bytes.span.bytes, from: 0, count: shape.voxelCount)
    let found = try volume.bytes(of: Region(shape))
    let medians = unsafe type.values(found.span.bytes, from: 0, count: shape.voxelCount)
    for at in Region(shape).indices {
      var window: [Float] = []
      for z in -radius...radius {
        for y in -radius...radius {
          for x in -radius...radius {
            let k = mirrored(at.z + z, shape.z)
            let j = mirrored(at.y + y, shape.y)
            let i = mirrored(at.x + x, shape.x)
            window.append(values[(k * shape.y + j) * shape.x + i])
          }
        }
      }
      window.sort()
      let median = medians[(at.z * shape.y + at.y) * shape.x + at.x]
      #expect(median == window[window.count / 2], "\(at)")
    }
  }

  @Test(arguments: [true, false])
  func `of edges has the gradient of a Gaussian`(deep: Bool) throws {
    let shape = Self.shape
    let source = MemoryVolume.scan(shape, seed: 6)
    let greys = try source.bytes(of: Region(shape)).map { Double($0) }
    let (sigma, reach) = (0.9, 4)
    var weights = (-reach...reach).map { exponential(-Double($0 * $0) / (2 * sigma * sigma)) }
    let whole: Double = weights.reduce(0, +)
    weights = weights.map { $0 / whole }
    func weight(_ step: Int, isSteep: Bool) -> Double {
      weights[step + reach] * (isSteep ? Double(step) / (sigma * sigma) : 1)
    }
    let volume = SmoothedVolume(source, .gradient(sigma: sigma), crossesLayers: deep)
    #expect(volume.volume.voxelType == .uint16)
    let found = try volume.bytes(of: Region(shape))
    let values = unsafe VoxelType.uint16.values(
      found.span.bytes, from: 0, count: shape.voxelCount)
    for (place, at) in Region(shape).indices.enumerated() where place % 7 == 0 {
      var square = 0.0
      for steep in (deep ? 0 : 1)..<3 {
        var sum = 0.0
        for z in deep ? -reach...reach : 0...0 {
          for y in -reach...reach {
            for x in -reach...reach {
              let k = mirrored(at.z + z, shape.z)
              let j = mirrored(at.y + y, shape.y)
              let i = mirrored(at.x + x, shape.x)
              let along = deep ? weight(z, isSteep: steep == 0) : 1
              let inLayer = weight(y, isSteep: steep == 1) * weight(x, isSteep: steep == 2)
              sum += along * inLayer * greys[(k * shape.y + j) * shape.x + i]
            }
          }
        }
        square += sum * sum
      }
      #expect(abs(Double(values[place]) - 256 * square.squareRoot()) <= 0.52, "\(at)")
    }
  }

  @Test(arguments: filters + [.gradient(sigma: 1)])
  func `does not depend on what is read`(filter: Smoothing) throws {
    let source = MemoryVolume.scan(Self.shape, seed: 4)
    let volume = SmoothedVolume(source, filter, crossesLayers: true)
    let bytes = try volume.bytes(of: Region(Self.shape))
    expectConformance(
      of: volume, type: volume.volume.voxelType, shape: Self.shape, bytes: bytes)
  }
}

@Suite struct `Thresholds` {
  private func histogram(_ counts: [Int]) -> GreyHistogram {
    GreyHistogram(counts: counts, first: 0, step: 1)
  }

  /// The variance within classes, of thresholds after which a new class begins.
  private func within(_ counts: [Int], _ cuts: [Int]) -> Double {
    var result = 0.0
    let bounds = [-1] + cuts + [counts.count - 1]
    for (low, high) in zip(bounds, bounds.dropFirst()) where low < high {
      let bins = (low + 1)...high
      let n = Double(bins.reduce(0) { $0 + counts[$1] })
      guard n > 0 else { continue }
      let mean = Double(bins.reduce(0) { $0 + counts[$1] * $1 }) / n
      result += bins.reduce(0.0) {
        $0 + Double(counts[$1]) * (Double($1) - mean) * (Double($1) - mean)
      }
    }
    return result
  }

  @Test(arguments: 0..<10)
  func `of Otsu have the least variance within classes`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let counts = (0..<24).map { _ in Int.random(in: 0...50, using: &random) }
    let one = try ThresholdMethod.otsu.thresholds(of: histogram(counts), count: 1)
    let least = (0..<23).map { within(counts, [$0]) }.min() ?? 0
    #expect(abs(within(counts, one.map { Int($0) }) - least) < 1e-6 * least)
    let two = try ThresholdMethod.otsu.thresholds(of: histogram(counts), count: 2)
    let all = (0..<22).flatMap { a in ((a + 1)..<23).map { within(counts, [a, $0]) } }.min() ?? 0
    #expect(abs(within(counts, two.map { Int($0) }) - all) < 1e-6 * all)
  }

  @Test func `of k-means lie halfway between means`() throws {
    let counts = (0..<60).map { [3, 5, 20, 22, 50, 52].contains($0) ? 10 : 0 }
    let found = try ThresholdMethod.kmeans.thresholds(of: histogram(counts), count: 2)
    #expect(found == [12.5, 36])
  }

  @Test func `need as many grey values as classes`() {
    #expect(throws: Explanation.self) {
      try ThresholdMethod.otsu.thresholds(of: histogram([4, 0, 5]), count: 2)
    }
  }

  @Test(arguments: [VoxelType.uint8, .uint16, .int16, .float32])
  func `are found and compared whatever the type`(type: VoxelType) throws {
    let shape = Shape3(z: 3, y: 8, x: 10)
    var values = (0..<240).map { (i: Int) -> Float in
      let base: Float = i % 3 == 0 ? 90 : 10
      return base + Float((i * 7) % 5)
    }
    values[17] = 11
    let bytes = values.flatMap { value -> [UInt8] in
      switch type {
      case .uint8: [UInt8(value)]
      case .uint16, .int16: [UInt8(value), 0]
      default: (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      }
    }
    let source = MemoryVolume(shape, type, bytes)
    let histogram = try #require(
      try GreyHistogram.count(source, memory: 1 << 28, threads: 2))
    #expect(histogram.counts.reduce(0, +) == 240)
    let found = try ThresholdMethod.otsu.thresholds(of: histogram, count: 1)
    #expect(found.count == 1 && found[0] >= 14 && found[0] < 90)
    let labels = ThresholdedVolume(source, thresholds: found, values: [4, 2], classes: [])
    let expected = values.map { UInt8($0 > 50 ? 2 : 4) }
    expectConformance(of: labels, type: .uint8, shape: shape, bytes: expected)
  }
}
