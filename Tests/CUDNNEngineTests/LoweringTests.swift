import CUDNNEngine
import EngineCore
import NeuralGraph
import Testing
import VolumeCore
import VolumeTesting

@Suite struct `A network lowered for the GPU` {
  /// The order of sums differs, and a batch norm that is folded is rounded once more.
  static let tolerance: Float = 2e-5

  @Test(arguments: SelfCheck.allNetworks.indices)
  func `computes what the network does`(network: Int) throws {
    let (name, graph) = SelfCheck.allNetworks[network]
    let whole = SelfCheck.smallShape(graph)
    let shape = Shape3(z: whole.z, y: 8, x: 16)
    // Halves differ from single precision here by how transposed convolutions are computed.
    for (output, precision) in [
      (EngineOutput.labels, Precision.f16), (.scores, .f16), (.scores, .f32),
    ] {
      let lowering = try GPULowering(graph, output: output, precision: precision)
      var interpreter = try StepInterpreter(lowering, shape)
      let input = noise(lowering.graph.shapeComputedAtOnce(of: shape), seed: UInt64(network))
      let found = interpreter.run(input)
      let scores = ReferenceDevice().run(graph, input)
      if output == .scores {
        #expect(found.shape == scores.shape)
        let largest = zip(found.values, scores.values).map { abs($0 - $1) }.max() ?? .infinity
        #expect(largest <= Self.tolerance, "\(name)")
      } else {
        // Before the softmax: other numbers, the same order, but for those that are nearly equal.
        let (ours, theirs) = (ReferenceDevice().labels(found), ReferenceDevice().labels(scores))
        let differing = zip(ours, theirs).count { $0 != $1 }
        #expect(differing * 200 <= ours.count, "\(name)")
      }
    }
  }

  static let deep = SelfCheck.allNetworks.indices.filter {
    !SelfCheck.allNetworks[$0].1.isLayerwise
  }

  @Test(arguments: deep)
  func `computes the same a few layers at a time`(network: Int) throws {
    let (name, graph) = SelfCheck.allNetworks[network]
    // More layers than any value's window holds, and not a multiple of those that come in at a time.
    let stride = graph.totalStride
    let shape = Shape3(
      z: graph.isPlanar ? 11 : 40 / stride.z * stride.z + stride.z, y: 2 * stride.y,
      x: 4 * stride.x)
    for (output, precision) in [(EngineOutput.labels, Precision.f16), (.scores, .f32)] {
      let lowering = try GPULowering(graph, output: output, precision: precision)
      let input = noise(shape, seed: UInt64(network))
      var whole = try StepInterpreter(lowering, shape)
      var stream = try StepInterpreter(lowering, shape, streams: .always)
      #expect(!whole.card.isStream && stream.card.isStream, "\(name)")
      #expect(stream.card.byteCount < whole.card.byteCount, "\(name)")
      // The same sums in the same order: the same bits.
      #expect(stream.run(input) == whole.run(input), "\(name)")
    }
  }

  @Test func `takes memory that does not grow with a stream's depth`() throws {
    let lowering = try GPULowering(
      UNetPreset.paper.options.volumetric.checkedGraph(seed: 1), output: .labels,
      precision: .f32)
    func plan(_ depth: Int) throws -> CardPlan {
      try CardPlan(
        lowering, Shape3(z: depth, y: 64, x: 64), NumberFormat(.f32, isPlanes: false))
    }
    let (short, long) = (try plan(512), try plan(1024))
    #expect(short.isStream && long.isStream)
    #expect(short.byteCount == long.byteCount)
    // Numbers that move are few beside those that are computed.
    var (moved, computed) = (0, 0)
    for call in long.calls {
      let step: Int?
      if case .step(let index) = call.work { step = index } else { step = nil }
      if case .move(let buffer) = call.work {
        moved += numbers(buffer, lowering.buffers[buffer].blocks)
      }
      if let to = step.flatMap({ lowering.steps[$0].destination }) { computed += numbers(to, 1) }
      func numbers(_ buffer: Int, _ blocks: Int) -> Int {
        let of = lowering.buffers[buffer]
        let extent = long.extents[of.extentOfNode]
        return call.destination.count * extent.y * extent.x * of.channels * blocks
      }
    }
    #expect(moved > 0 && moved < computed, "\(moved) of \(computed)")
    // By planes there is no stream: layers do not lie together.
    let planes = try CardPlan(lowering, Shape3(z: 512, y: 64, x: 64), NumberFormat(.f32))
    #expect(!planes.isStream && planes.byteCount > 2 * short.byteCount)
    let format = try NumberFormat(lowering, [Shape3(z: 512, y: 64, x: 64)], .f32)
    #expect(!format.isPlanes)
  }

  @Test func `has a ReLU and a sum in the convolution before them`() throws {
    let graph = UNetOptions.modular.graph(seed: 1)
    let lowering = try GPULowering(graph, output: .labels, precision: .f16)
    let kinds = lowering.steps.map { step in
      switch step {
      case .combine, .affine, .softmax: "left"
      case .convolution(let fused, _, _?, _):
        fused.relu && fused.addsBias ? "sum" : "half a sum"
      default: "other"
      }
    }
    #expect(!kinds.contains("left") && !kinds.contains("half a sum"))
    // One for each block: three down, the deepest, three up.
    #expect(kinds.count { $0 == "sum" } == 7)
  }

  @Test func `ends in the kernel that makes labels of features`() throws {
    let lowering = try GPULowering(.plainUNet(seed: 1), output: .labels, precision: .f32)
    guard case .head(let layer, _)? = lowering.steps.last else {
      Issue.record("the last step is \(lowering.steps.last.debugDescription)")
      return
    }
    #expect(layer.outputs == 3)
    #expect(lowering.steps.count { $0.destination == nil } == 1)
  }

  @Test(arguments: [(2, 2), (3, 2), (4, 2), (5, 3), (1, 1)])
  func `has transposed convolutions as phases, exactly`(kernel: Int, stride: Int) throws {
    for isVolumetric in [false, true] {
      func extent(_ n: Int) -> Shape3 { Shape3(z: isVolumetric ? n : 1, y: n, x: n) }
      var random = SeededRandom(seed: 3)
      let (inputs, outputs) = (3, 2)
      let count = extent(kernel).voxelCount * inputs * outputs
      let layer = TransposedConvolution(
        kernel: extent(kernel), stride: extent(stride),
        crop: .same(kernel: extent(kernel), stride: extent(stride)), inputs: inputs,
        outputs: outputs,
        weights: (0..<count).map { _ in Float.random(in: -1...1, using: &random) }, bias: [0.5, -1])
      let phases = try #require(layer.phases)
      let input = noise(Shape3(z: isVolumetric ? 3 : 1, y: 4, x: 5), channels: inputs, seed: 4)
      let expected = ReferenceDevice().compute(.transposedConvolution(layer), [input])
      let small = ReferenceDevice().compute(.convolution(phases), [input])
      #expect(small.shape == input.shape)
      var largest: Float = 0
      let factor = extent(stride)
      for z in 0..<expected.shape.z {
        for y in 0..<expected.shape.y {
          for x in 0..<expected.shape.x {
            let phase = ((z % factor.z) * factor.y + y % factor.y) * factor.x + x % factor.x
            for c in 0..<outputs {
              let found = small[z / factor.z, y / factor.y, x / factor.x, phase * outputs + c]
              largest = max(largest, abs(found - expected[z, y, x, c]))
            }
          }
        }
      }
      #expect(largest <= 1e-5)
      // One by one each phase is computed with its own taps alone, and is the same.
      let apart = try #require(layer.phaseConvolutions)
      #expect(apart.count == factor.voxelCount)
      #expect(
        apart.reduce(0) { $0 + $1.kernel.voxelCount } == layer.kernel.voxelCount)
      for (phase, convolution) in apart.enumerated() {
        let part = ReferenceDevice().compute(.convolution(convolution), [input])
        #expect(part.shape == input.shape && part.channels == outputs)
        var differences: [Float] = []
        for place in 0..<part.shape.voxelCount {
          for c in 0..<outputs {
            let whole = small.values[place * small.channels + phase * outputs + c]
            differences.append(abs(part.values[place * outputs + c] - whole))
          }
        }
        #expect((differences.max() ?? .infinity) <= 1e-6)
      }
    }
  }

  @Test func `keeps values apart that live at the same time`() throws {
    let lowering = try GPULowering(
      UNetOptions.modular.graph(seed: 2), output: .labels, precision: .f16)
    let format = NumberFormat(.f16)
    let card = try CardPlan(lowering, Shape3(z: 1, y: 64, x: 64), format)
    var first = [Int: Int](), last = [Int: Int]()
    for (index, step) in lowering.steps.enumerated() {
      for buffer in step.sources + [step.destination].compactMap({ $0 }) {
        first[buffer] = first[buffer] ?? index
        last[buffer] = index
      }
    }
    func bytes(_ buffer: Int) -> Range<Int> {
      let of = lowering.buffers[buffer]
      let count =
        of.blocks * format.byteCount(card.extents[of.extentOfNode].voxelCount, of.channels)
      return card.offsets[buffer]..<(card.offsets[buffer] + count)
    }
    for a in lowering.buffers.indices {
      #expect(card.offsets[a] % 256 == 0 && bytes(a).upperBound <= card.byteCount)
      for b in lowering.buffers.indices where b > a {
        guard let firstA = first[a], let lastA = last[a], let firstB = first[b],
          let lastB = last[b], firstA <= lastB, firstB <= lastA
        else { continue }
        #expect(!bytes(a).overlaps(bytes(b)), "\(a) and \(b)")
      }
    }
  }

  private func noise(_ shape: Shape3, channels: Int = 1, seed: UInt64) -> FeatureMap {
    var random = SeededRandom(seed: seed)
    var map = FeatureMap(shape: shape, channels: channels)
    for place in map.values.indices {
      map.values[place] = Float.random(in: 0...1, using: &random)
    }
    return map
  }
}

extension UNetOptions {
  /// The same in three dimensions.
  fileprivate var volumetric: UNetOptions {
    var options = self
    options.dimension = .volume
    return options
  }
}

@Suite struct `A convolution's geometry` {
  @Test func `has distances that leave no gaps`() {
    for isPlanes in [true, false] {
      let layout = ConvolutionGeometry.tensor([1, 3, 4, 5], isPlanes: isPlanes)
      #expect(layout.strides == (isPlanes ? [60, 20, 5, 1] : [60, 1, 15, 3]))
    }
  }

  @Test func `packs weights as it says, with zeros for channels that pad`() throws {
    let kernel = Shape3(z: 1, y: 2, x: 3)
    let layer = Convolution(
      kernel: kernel, stride: Shape3(z: 1, y: 1, x: 1), padding: .none, inputs: 3, outputs: 5,
      weights: (0..<90).map { Float($0 + 1) }, bias: [1, 2, 3, 4, 5])
    let fused = FusedConvolution(name: "a", layer: layer, addsBias: true, relu: true)
    for format in [NumberFormat(.f32), NumberFormat(.f16)] {
      let geometry = ConvolutionGeometry(
        fused, adds: false, input: Shape3(z: 1, y: 8, x: 8), output: Shape3(z: 1, y: 7, x: 6),
        isPlanar: true, format: format)
      let (dimensions, strides) = geometry.weights
      let packed = fused.packedWeights(format)
      #expect(packed.count == dimensions.reduce(1, *))
      var sum: Float = 0
      for o in 0..<5 {
        for i in 0..<3 {
          for y in 0..<2 {
            for x in 0..<3 {
              let place = zip([o, i, y, x], strides).reduce(0) { $0 + $1.0 * $1.1 }
              let number: Int = ((y * 3 + x) * 3 + i) * 5 + o + 1
              #expect(packed[place] == Float(number))
              sum += packed[place]
            }
          }
        }
      }
      #expect(packed.reduce(0, +) == sum)
      #expect(fused.packedBias(format).count == format.padded(5))
    }
  }
}
