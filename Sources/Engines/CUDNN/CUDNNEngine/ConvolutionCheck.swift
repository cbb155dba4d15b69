import EngineCore
import VolumeCore

/// Runs convolutions of a plan on numbers that can be told, into poisoned memory, and compares some
/// of what comes out with sums in double precision.
///
/// It asks for every number of the result to be finite, so that nothing is left unwritten, and looks
/// at corners, middle and scattered voxels.
struct ConvolutionCheck {
  let program: CardProgram
  /// Voxels looked at, beside corners and middle.
  static let scattered = 24
  /// Channels looked at, at most.
  static let channels = 8

  /// Checks each convolution of a tile, in each geometry that it has there, or the first of each geometry;
  /// returns how many were.
  @discardableResult
  func run(_ tile: PreparedTile, all: Bool) throws(GPUError) -> Int {
    struct Kind: Hashable {
      var step: Int
      var geometry: ConvolutionGeometry
    }
    var seen: Set<Kind> = []
    var count = 0
    for call in tile.calls {
      guard let step = call.step, case .convolution(let convolution) = call.work,
        case .convolution(let fused, _, _, _) = program.lowering.steps[step],
        seen.insert(Kind(step: all ? step : 0, geometry: convolution.plan.geometry)).inserted
      else { continue }
      try check(fused, convolution)
      count += 1
    }
    return count
  }

  private func check(
    _ fused: FusedConvolution, _ convolution: PreparedConvolution
  ) throws(GPUError) {
    let format = program.format
    let (plan, from, to) = (convolution.plan, convolution.from, convolution.to)
    var adding: Kernels.Value?
    if convolution.added != 0 {
      adding = Kernels.Value(convolution.added, to.shape, to.channels)
    }
    try program.poison()
    try program.launch(Kernels.pattern(to: from, seed: 1, format))
    if let adding { try program.launch(Kernels.pattern(to: adding, seed: 2, format)) }
    try program.execute(convolution)
    let flag = try DeviceMemory(4, program.session)
    try program.launch(Kernels.fill(flag.address, byteCount: 4, word: 0))
    let padded = format.padded(to.channels)
    try program.launch(
      Kernels.finite(
        from: to.address, count: to.shape.voxelCount * padded, flag: flag.address, format))
    try program.stream.synchronise()
    let unwritten = try program.stream.download(1, UInt32(0), from: flag.address)
    withExtendedLifetime(flag) {}
    guard unwritten == [0] else {
      throw .selfCheckFailed(
        what: "layer \(fused.name): a number that nobody wrote", place: -1, found: .nan, expected: 0
      )
    }
    try checkEdges(fused.name, to, byteCount: to.shape.voxelCount * padded * size, [from, adding])
    let weights = rounded(fused.packedWeights(format))
    let bias = rounded(fused.packedBias(format))
    for voxel in voxels(to.shape) {
      for channel in channels(padded) {
        let found = try number(to, voxel, channel, padded)
        let (expected, tolerance) = expectation(
          fused, weights, bias, plan.geometry, voxel, channel)
        guard abs(found - expected) <= tolerance else {
          throw .selfCheckFailed(
            what: "layer \(fused.name) (\(plan.geometry.words), engine \(plan.engine.index)), "
              + "channel \(channel)", place: voxel, found: found, expected: expected)
        }
      }
    }
  }

  private var size: Int { program.format.precision.byteCount }

  /// The words on either side of what was written must be poison still, where nothing else lies there.
  private func checkEdges(
    _ name: String, _ to: Kernels.Value, byteCount: Int, _ others: [Kernels.Value?]
  ) throws(GPUError) {
    let end = to.address + UInt64(byteCount)
    for place in [to.address &- 4, (end + 3) / 4 * 4] {
      let isFree = others.allSatisfy { other in
        guard let other else { return true }
        let count = other.shape.voxelCount * program.format.padded(other.channels) * size
        return !(other.address..<(other.address + UInt64(count))).contains(place)
      }
      guard isFree, program.arenaRange.contains(place), program.arenaRange.contains(place + 3)
      else { continue }
      let word = try program.stream.download(1, UInt32(0), from: place)
      guard word == [Kernels.poison] else {
        throw .selfCheckFailed(
          what: "layer \(name): memory beside its result", place: Int(place - to.address),
          found: Float(bitPattern: word[0]), expected: .nan)
      }
    }
  }

  // MARK: - What to look at

  /// Corners, middle, and scattered voxels, which follow from the extent.
  private func voxels(_ shape: Shape3) -> [Int] {
    func ends(_ extent: Int) -> [Int] { extent == 1 ? [0] : [0, extent - 1] }
    var result: [Int] = []
    for z in ends(shape.z) {
      for y in ends(shape.y) {
        for x in ends(shape.x) { result.append((z * shape.y + y) * shape.x + x) }
      }
    }
    result.append(((shape.z / 2) * shape.y + shape.y / 2) * shape.x + shape.x / 2)
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for _ in 0..<Self.scattered {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      result.append(Int((state >> 20) % UInt64(shape.voxelCount)))
    }
    return result
  }

  private func channels(_ count: Int) -> [Int] {
    guard count > Self.channels else { return Array(0..<count) }
    return (0..<Self.channels).map { $0 * (count - 1) / (Self.channels - 1) }
  }

  private func number(
    _ value: Kernels.Value, _ voxel: Int, _ channel: Int, _ padded: Int
  ) throws(GPUError) -> Float {
    let place =
      program.format.isPlanes
      ? channel * value.shape.voxelCount + voxel : voxel * padded + channel
    let address = value.address + UInt64(place * size)
    if program.format.precision == .f16 {
      let bits = try program.stream.download(1, UInt16(0), from: address)
      return Float(Float16(bitPattern: bits[0]))
    }
    return try program.stream.download(1, Float(0), from: address)[0]
  }

  // MARK: - What it should be

  private func rounded(_ values: [Float]) -> [Float] {
    program.format.precision == .f16 ? values.map { Float(Float16($0)) } : values
  }

  /// The result's number and how far from it the card's may be: the rounding of sums in single
  /// precision, and of what half precision keeps.
  private func expectation(
    _ fused: FusedConvolution, _ weights: [Float], _ bias: [Float],
    _ geometry: ConvolutionGeometry, _ voxel: Int, _ channel: Int
  ) -> (value: Float, tolerance: Float) {
    let layer = fused.layer
    let (input, output, before) = (geometry.input, geometry.output, geometry.padding.before)
    let inputs = program.format.padded(layer.inputs)
    let taps = layer.kernel.voxelCount
    let (z, y, x) = (voxel / (output.y * output.x), voxel / output.x % output.y, voxel % output.x)
    var (sum, size) = (0.0, 0.0)
    for tap in 0..<taps {
      let kz = tap / (layer.kernel.y * layer.kernel.x)
      let ky = tap / layer.kernel.x % layer.kernel.y
      let fromZ = z * layer.stride.z - before.z + kz
      let fromY = y * layer.stride.y - before.y + ky
      let fromX = x * layer.stride.x - before.x + tap % layer.kernel.x
      guard (0..<input.z).contains(fromZ), (0..<input.y).contains(fromY),
        (0..<input.x).contains(fromX)
      else { continue }
      let source = (fromZ * input.y + fromY) * input.x + fromX
      for i in 0..<layer.inputs {
        let place =
          program.format.isPlanes
          ? (channel * inputs + i) * taps + tap : (channel * taps + tap) * inputs + i
        let term = Double(weights[place]) * Double(TestPattern.number(source, i, seed: 1))
        sum += term
        size += abs(term)
      }
    }
    var parts = abs(sum)
    if geometry.epilogue.adds {
      let other =
        channel < layer.outputs ? Double(TestPattern.number(voxel, channel, seed: 2)) : 0
      sum += other
      parts += abs(other)
    }
    if fused.addsBias {
      sum += Double(bias[channel])
      parts += abs(Double(bias[channel]))
    }
    if fused.relu { sum = max(sum, 0) }
    let isHalf = program.format.precision == .f16
    // 2^-10 of each rounded number, and of sums 2e-5 of what was summed (a fifth more digits than a
    // single missing product would take).
    let tolerance = 1e-6 + 2e-5 * size + (isHalf ? parts / 1024 : 0)
    return (Float(sum), Float(tolerance))
  }
}

extension CardProgram {
  /// Checks one convolution of each kind, for every shape of tile.
  func check() throws(GPUError) {
    for tile in tiles.values { try ConvolutionCheck(program: self).run(tile, all: false) }
  }
}
