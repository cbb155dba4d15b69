import EngineCore
import NeuralGraph
import VolumeCore

/// Runs each kernel of ours on small values and compares with the reference device's plain loops.
final class KernelCheck {
  let session: GPUSession
  let stream: GPUStream
  let format: NumberFormat
  private let device = ReferenceDevice()
  /// The card's memory that calls may still be using: they only begin when they are launched.
  private var kept: [DeviceMemory] = []

  init(_ session: GPUSession, _ format: NumberFormat) throws(GPUError) {
    self.session = session
    self.format = format
    stream = try GPUStream(session)
  }

  /// Runs all; returns how many comparisons were made.
  func run() throws(GPUError) -> Int {
    try normalises()
    try pools()
    try spreads()
    try sums()
    try separates()
    try ends()
    try services()
    try stream.synchronise()
    kept = []
    return 7
  }

  // MARK: - Values

  /// A value on the card, kept as long as it is used.
  private struct Held {
    var memory: DeviceMemory
    var value: Kernels.Value
  }

  private func pattern(_ shape: Shape3, _ channels: Int, seed: Int) -> FeatureMap {
    var map = FeatureMap(shape: shape, channels: channels)
    for voxel in 0..<shape.voxelCount {
      for channel in 0..<channels {
        map.values[voxel * channels + channel] = TestPattern.number(voxel, channel, seed: seed)
      }
    }
    return map
  }

  /// Memory that is kept until the check is over.
  private func memory(_ byteCount: Int) throws(GPUError) -> DeviceMemory {
    let memory = try DeviceMemory(byteCount, session)
    kept.append(memory)
    return memory
  }

  private func make(_ shape: Shape3, _ channels: Int) throws(GPUError) -> Held {
    let memory = try self.memory(format.byteCount(shape.voxelCount, channels))
    try launch(
      Kernels.fill(memory.address, byteCount: memory.byteCount / 4 * 4, word: Kernels.poison))
    return Held(memory: memory, value: Kernels.Value(memory.address, shape, channels))
  }

  private func put(_ map: FeatureMap) throws(GPUError) -> Held {
    let held = try make(map.shape, map.channels)
    let (voxels, channels) = (map.shape.voxelCount, format.padded(map.channels))
    var packed = [Float](repeating: 0, count: voxels * channels)
    for voxel in 0..<voxels {
      for channel in 0..<map.channels {
        let place = format.isPlanes ? channel * voxels + voxel : voxel * channels + channel
        packed[place] = map.values[voxel * map.channels + channel]
      }
    }
    if format.precision == .f16 {
      try stream.upload(packed.map { Float16($0).bitPattern }, to: held.value.address)
    } else {
      try stream.upload(packed, to: held.value.address)
    }
    return held
  }

  private func put(_ values: [Float]) throws(GPUError) -> DeviceMemory {
    let memory = try self.memory(4 * values.count)
    try stream.upload(values, to: memory.address)
    return memory
  }

  private func launch(_ call: KernelCall) throws(GPUError) {
    try session.kernels.launch(call, on: stream)
  }

  /// Compares a value on the card with what it should be, number by number; those that pad are zeros.
  private func expect(
    _ what: String, _ held: Held, _ map: FeatureMap, tolerance: Float
  ) throws(GPUError) {
    let (voxels, channels) = (map.shape.voxelCount, format.padded(map.channels))
    let count = voxels * channels
    let found: [Float]
    if format.precision == .f16 {
      let bits = try stream.download(count, UInt16(0), from: held.value.address)
      found = bits.map { Float(Float16(bitPattern: $0)) }
    } else {
      found = try stream.download(count, Float(0), from: held.value.address)
    }
    for voxel in 0..<voxels {
      for channel in 0..<channels {
        let place = format.isPlanes ? channel * voxels + voxel : voxel * channels + channel
        var expected: Float =
          channel < map.channels ? map.values[voxel * map.channels + channel] : 0
        if format.precision == .f16 { expected = Float(Float16(expected)) }
        // A number next to the rounded one is right, too, where sums are rounded on the way.
        let limit = tolerance * (format.precision == .f16 ? max(1024, 1) : 1)
        guard abs(found[place] - expected) <= limit * max(1, abs(expected)) else {
          throw .selfCheckFailed(
            what:
              "kernel \(what)_\(format.suffix) (\(format.isPlanes ? "planes" : "channels last"))",
            place: place, found: found[place], expected: expected)
        }
      }
    }
  }

  private func expect<Value: Equatable>(
    _ what: String, _ found: [Value], _ expected: [Value]
  ) throws(GPUError) {
    guard found != expected else { return }
    let place = zip(found, expected).enumerated().first { $0.1.0 != $0.1.1 }?.offset ?? -1
    throw .selfCheckFailed(
      what: "kernel \(what)_\(format.suffix)", place: place, found: .nan, expected: .nan)
  }

  // MARK: - Kernels

  private func normalises() throws(GPUError) {
    let shape = Shape3(z: 4, y: 5, x: 7)
    let rule = Normalisation(low: 3, high: 201, clips: true)
    for type in VoxelType.computed {
      var bytes: [UInt8] = []
      for place in 0..<shape.voxelCount {
        let number = 37 * place % 256
        switch type {
        case .uint8: bytes.append(UInt8(number))
        case .uint16: bytes += [UInt8(number), UInt8(place % 2)]
        default:
          let bits = (Float(number) - 20.5).bitPattern
          bytes += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }
        }
      }
      let grey = try memory(bytes.count)
      try stream.upload(bytes, to: grey.address)
      let map = device.normalise(unsafe bytes.span.bytes, of: type, rule, shape: shape)
      for layers in [1, 3] {
        let expected =
          layers == 1 ? map : device.compute(.layersToChannels(count: layers), [map])
        let to = try make(expected.shape, layers)
        try launch(
          Kernels.normalise(
            type, from: grey.address, to: to.value, low: rule.low, high: rule.high,
            clips: rule.clips, format))
        try expect("normalise_\(type.rawValue)", to, expected, tolerance: 0)
      }
    }
  }

  private func pools() throws(GPUError) {
    for (window, channels) in [(Shape3(z: 2, y: 2, x: 2), 5), (Shape3(z: 1, y: 3, x: 2), 16)] {
      let map = pattern(Shape3(z: 4, y: 7, x: 9), channels, seed: 3)
      let expected = device.compute(.maxPool(window: window), [map])
      let from = try put(map)
      let to = try make(expected.shape, channels)
      try launch(Kernels.pool(from: from.value, to: to.value, window: window, format))
      try expect("pool", to, expected, tolerance: 0)
    }
  }

  private func spreads() throws(GPUError) {
    let one = Shape3(cube: 1)
    for (first, second) in [(5, 3), (8, 16)] {
      let shape = Shape3(z: 2, y: 3, x: 5)
      let maps = [pattern(shape, first, seed: 4), pattern(shape, second, seed: 5)]
      let parts = [try put(maps[0]), try put(maps[1])]
      let to = try make(shape, first + second)
      try launch(
        Kernels.spread(
          from: parts[0].value, to: to.value, factor: one, phases: false, offset: 0, isLast: false,
          format))
      try launch(
        Kernels.spread(
          from: parts[1].value, to: to.value, factor: one, phases: false, offset: first,
          isLast: true, format))
      try expect("spread", to, device.compute(.concatenate, maps), tolerance: 0)
    }
    for channels in [3, 16] {
      let factor = Shape3(z: 1, y: 2, x: 3)
      let map = pattern(Shape3(z: 2, y: 3, x: 4), channels, seed: 6)
      let expected = device.compute(.upsampleNearest(factor: factor), [map])
      let from = try put(map)
      let to = try make(expected.shape, channels)
      try launch(
        Kernels.spread(
          from: from.value, to: to.value, factor: factor, phases: false, offset: 0, isLast: true,
          format))
      try expect("spread", to, expected, tolerance: 0)
    }
    for channels in [3, 8] {
      let factor = Shape3(z: 2, y: 1, x: 2)
      let map = pattern(Shape3(z: 2, y: 3, x: 4), 4 * channels, seed: 7)
      var expected = FeatureMap(shape: Shape3(z: 4, y: 3, x: 8), channels: channels)
      for z in 0..<4 {
        for y in 0..<3 {
          for x in 0..<8 {
            for c in 0..<channels {
              expected[z, y, x, c] = map[z / 2, y, x / 2, (z % 2 * 2 + x % 2) * channels + c]
            }
          }
        }
      }
      let from = try put(map)
      let to = try make(expected.shape, channels)
      try launch(
        Kernels.spread(
          from: from.value, to: to.value, factor: factor, phases: true, offset: 0, isLast: true,
          format))
      try expect("spread", to, expected, tolerance: 0)
      // Each phase a value by itself, one behind the other: as layers, and by planes as channels.
      guard format.padded(channels) == channels else { continue }
      var stack = map
      if !format.isPlanes {
        stack = FeatureMap(shape: Shape3(z: 8, y: 3, x: 4), channels: channels)
        for z in 0..<8 {
          for y in 0..<3 {
            for x in 0..<4 {
              for c in 0..<channels { stack[z, y, x, c] = map[z % 2, y, x, z / 2 * channels + c] }
            }
          }
        }
      }
      let values = try put(stack)
      let again = try make(expected.shape, channels)
      let first = Kernels.Value(values.value.address, map.shape, channels)
      try launch(
        Kernels.spread(
          from: first, to: again.value, factor: factor, phases: true,
          distance: map.shape.voxelCount * channels, offset: 0, isLast: true, format))
      try expect("spread", again, expected, tolerance: 0)
    }
  }

  private func sums() throws(GPUError) {
    let shape = Shape3(z: 1, y: 6, x: 11)
    let maps = [pattern(shape, 5, seed: 8), pattern(shape, 5, seed: 9)]
    let (a, b) = (try put(maps[0]), try put(maps[1]))
    let to = try make(shape, 5)
    try launch(
      Kernels.combine(a.value, b.value.address, bias: 0, to: to.value.address, relu: false, format))
    try expect("combine", to, device.compute(.add, maps), tolerance: 0)
    try launch(
      Kernels.combine(a.value, 0, bias: 0, to: to.value.address, relu: true, format))
    try expect("combine", to, device.compute(.relu, [maps[0]]), tolerance: 0)
    // Factors and offsets, which the reference knows as a batch normalisation.
    let layer = BatchNormalisation(
      scale: [1, 0.5, -2, 3, 0.25], shift: [0, 1, -1, 0.5, 2], mean: [0, 0, 0, 0, 0],
      variance: [1, 1, 1, 1, 1], epsilon: 0)
    let rest = [Float](repeating: 0, count: format.padded(5) - 5)
    let (scale, shift) = (try put(layer.scale + rest), try put(layer.shift + rest))
    try launch(
      Kernels.affine(
        from: a.value, scale: scale.address, shift: shift.address, to: to.value.address, relu: true,
        format))
    let scaled = device.compute(
      .relu, [device.compute(.batchNormalisation(layer), [maps[0]])])
    try expect("affine", to, scaled, tolerance: 1e-6)
    // What cuDNN may leave: sum and offsets in place.
    let offsets = layer.shift + rest
    let memory = try self.memory(4 * offsets.count)
    if format.precision == .f16 {
      try stream.upload(offsets.map { Float16($0).bitPattern }, to: memory.address)
    } else {
      try stream.upload(offsets, to: memory.address)
    }
    try launch(
      Kernels.combineBare(
        a.value, added: b.value.address, bias: memory.address, relu: true, format))
    var expected = device.compute(.add, maps)
    for place in expected.values.indices {
      expected.values[place] = max(0, expected.values[place] + layer.shift[place % 5])
    }
    try expect("combine", a, expected, tolerance: 1e-6)
  }

  private func separates() throws(GPUError) {
    for (stride, multiplier) in [(Shape3(cube: 1), 1), (Shape3(z: 1, y: 2, x: 2), 2)] {
      let kernel = Shape3(z: 3, y: 3, x: 2)
      let padding = Padding(
        before: Shape3(z: 1, y: 0, x: 1), after: Shape3(z: 1, y: 1, x: 0))
      let weights = (0..<(18 * 3 * multiplier)).map { TestPattern.number($0, 0, seed: 10) }
      let bias = (0..<(3 * multiplier)).map { TestPattern.number($0, 1, seed: 10) }
      let layer = DepthwiseConvolution(
        kernel: kernel, stride: stride, padding: padding, inputs: 3, multiplier: multiplier,
        weights: weights, bias: bias)
      let map = pattern(Shape3(z: 3, y: 6, x: 8), 3, seed: 11)
      let expected = device.compute(.depthwiseConvolution(layer), [map])
      let from = try put(map)
      let to = try make(expected.shape, 3 * multiplier)
      let (w, b) = (try put(weights), try put(bias))
      let geometry = Kernels.DepthwiseGeometry(
        kernel: kernel, stride: stride, before: padding.before, multiplier: multiplier)
      try launch(
        Kernels.depthwise(
          geometry, from: from.value, weights: w.address, bias: b.address, to: to.value,
          relu: false, format))
      try expect("depthwise", to, expected, tolerance: 2e-6)
    }
  }

  private func ends() throws(GPUError) {
    let shape = Shape3(z: 2, y: 5, x: 9)
    let map = pattern(shape, 5, seed: 12)
    let from = try put(map)
    let to = try make(shape, 5)
    try launch(Kernels.softmax(from: from.value, to: to.value.address, format))
    try expect("softmax", to, device.compute(.softmax, [map]), tolerance: 2e-6)
    let flag = try memory(4)
    try launch(Kernels.fill(flag.address, byteCount: 4, word: 0))
    let output = try memory(4 * 5 * shape.voxelCount)
    try launch(
      Kernels.result(
        from: from.value, to: output.address, flag: flag.address, labels: true, format))
    try stream.synchronise()
    try expect(
      "labels", try stream.download(shape.voxelCount, UInt8(0), from: output.address),
      device.labels(map))
    try launch(
      Kernels.result(
        from: from.value, to: output.address, flag: flag.address, labels: false, format))
    try expect(
      "scores", try stream.download(map.values.count, Float(0), from: output.address), map.values)
    // The last convolution in one go with the label; 64ths times 64ths are summed without rounding.
    let weights = (0..<20).map { TestPattern.number($0, 0, seed: 13) }
    let bias = (0..<4).map { TestPattern.number($0, 1, seed: 13) }
    let one = Shape3(cube: 1)
    let layer = Convolution(
      kernel: one, stride: one, padding: .none, inputs: 5, outputs: 4, weights: weights, bias: bias)
    let scores = device.compute(.convolution(layer), [map])
    let (w, b) = (try put(layer.weightsByOutput), try put(bias))
    for labels in [true, false] {
      try launch(
        Kernels.head(
          from: from.value, weights: w.address, bias: b.address, classes: 4, to: output.address,
          flag: flag.address, labels: labels, format))
      if labels {
        try expect(
          "head_labels", try stream.download(shape.voxelCount, UInt8(0), from: output.address),
          device.labels(scores))
      } else {
        try expect(
          "head_scores", try stream.download(scores.values.count, Float(0), from: output.address),
          scores.values)
      }
    }
    try expect("labels: flag", try stream.download(1, UInt32(0), from: flag.address), [0])
    // A score that is no number: the label stays the first that is, and the flag says so.
    var odd = map
    odd.values[5] = .nan
    let third = try put(odd)
    try launch(
      Kernels.result(
        from: third.value, to: output.address, flag: flag.address, labels: true, format))
    try expect("labels: flag", try stream.download(1, UInt32(0), from: flag.address), [1])
    try expect(
      "labels", try stream.download(shape.voxelCount, UInt8(0), from: output.address),
      device.labels(odd))
  }

  private func services() throws(GPUError) {
    let shape = Shape3(z: 3, y: 4, x: 5)
    let to = try make(shape, 5)
    try launch(Kernels.pattern(to: to.value, seed: 14, format))
    try expect("pattern", to, pattern(shape, 5, seed: 14), tolerance: 0)
    let flag = try memory(4)
    let count = shape.voxelCount * format.padded(5)
    for isPoisoned in [false, true] {
      try launch(Kernels.fill(flag.address, byteCount: 4, word: 0))
      if isPoisoned {
        try launch(
          Kernels.fill(
            to.value.address + UInt64(count * format.precision.byteCount - 4), byteCount: 4,
            word: Kernels.poison))
      }
      try launch(
        Kernels.finite(from: to.value.address, count: count, flag: flag.address, format))
      try expect(
        "finite", try stream.download(1, UInt32(0), from: flag.address), [isPoisoned ? 1 : 0])
    }
    let words = (0..<1000).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }
    let memory = try self.memory(4 * words.count)
    try stream.upload(words, to: memory.address)
    let sums = try self.memory(8 * Kernels.checksumThreads)
    try launch(
      Kernels.checksum(from: memory.address, byteCount: 4 * words.count, sums: sums.address))
    let parts = try stream.download(Kernels.checksumThreads, UInt64(0), from: sums.address)
    let expected = words.enumerated().reduce(UInt64(0)) { sum, item in
      sum &+ UInt64(item.element) &* (UInt64(item.offset) &* 0x9e37_79b9_7f4a_7c15 | 1)
    }
    try expect("checksum", [parts.reduce(0) { $0 &+ $1 }], [expected])
  }
}
