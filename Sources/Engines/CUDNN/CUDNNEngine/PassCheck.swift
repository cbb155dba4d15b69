import EngineCore
import NeuralGraph
import VolumeCore

/// Compares the passes of a training's convolutions with sums in double precision.
package struct PassCheck {
  private let trial: ConvolutionTrial
  /// Numbers that are looked at where there are more.
  static let sampled = 200

  /// On one card.
  package init(_ session: GPUSession) throws(GPUError) { trial = try ConvolutionTrial(session) }

  /// Engines that computed wrongly and were passed over.
  package var faults: [String] { trial.faults }

  /// Runs one pass on numbers that follow from their places, into poison, and looks at all that it writes:
  /// every number must be finite, and those that are sampled must be right.
  @discardableResult
  package func run(
    _ geometry: ConvolutionGeometry, layer: String
  ) throws(GPUError) -> PlannedEngine {
    let numbers = ConvolutionNumbers(geometry)
    let outcome = try trial.run(geometry, numbers.values)
    func fail(_ place: Int, _ expected: Float) -> GPUError {
      .selfCheckFailed(
        what: "layer \(layer) (\(geometry.words), engine \(outcome.engine.index))", place: place,
        found: outcome.values[place], expected: expected)
    }
    if let place = outcome.values.firstIndex(where: { !$0.isFinite }) { throw fail(place, 0) }
    let count = outcome.values.count
    let step = max(1, count / Self.sampled)
    // An odd distance meets all channels, and the end is an end of every axis.
    for place in Array(stride(from: 0, to: count, by: step | 1)) + [count - 1] {
      let (expected, tolerance) = numbers.expectation(place, hasBias: !outcome.isBare)
      guard abs(outcome.values[place] - expected) <= tolerance else { throw fail(place, expected) }
    }
    return outcome.engine
  }
}

/// Numbers for a convolution's values, and what its passes make of them, one at a time.
struct ConvolutionNumbers {
  let geometry: ConvolutionGeometry
  let values: ConvolutionValues

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    func numbers(_ which: ConvolutionGeometry.Pass, _ channels: Int, seed: Int) -> [Float] {
      (0..<geometry.count(which)).map {
        TestPattern.number($0 / channels, $0 % channels, seed: seed)
      }
    }
    values = ConvolutionValues(
      input: numbers(.data, geometry.inputs, seed: 1),
      weights: numbers(.weights, geometry.outputs, seed: 2),
      output: numbers(.forward, geometry.outputs, seed: 3),
      bias: (0..<geometry.outputs).map { TestPattern.number(0, $0, seed: 4) })
  }

  /// What the pass writes at `place`, and how far from it the card's may be: the rounding of sums in
  /// single precision, and of what half precision keeps.
  func expectation(_ place: Int, hasBias: Bool) -> (value: Float, tolerance: Float) {
    var (sum, size) = (0.0, 0.0)
    func add(_ a: Float, _ b: Float) {
      sum += Double(a) * Double(b)
      size += abs(Double(a) * Double(b))
    }
    let g = geometry
    let (inputs, outputs) = (g.inputs, g.outputs)
    switch g.pass {
    case .forward:
      let (to, o) = (place / outputs, place % outputs)
      for tap in 0..<g.kernel.voxelCount {
        guard let from = fine(to, tap) else { continue }
        for i in 0..<inputs {
          add(values.input[from * inputs + i], values.weights[(tap * inputs + i) * outputs + o])
        }
      }
      if g.epilogue.hasBias && hasBias { add(values.bias[o], 1) }
    case .data:
      let (to, i) = (place / inputs, place % inputs)
      for tap in 0..<g.kernel.voxelCount {
        guard let from = coarse(to, tap) else { continue }
        for o in 0..<outputs {
          add(values.output[from * outputs + o], values.weights[(tap * inputs + i) * outputs + o])
        }
      }
    case .weights:
      let (tap, i, o) = (
        place / (inputs * outputs), place / outputs % inputs, place % outputs
      )
      for voxel in 0..<(g.samples * g.output.voxelCount) {
        guard let from = fine(voxel, tap) else { continue }
        add(values.input[from * inputs + i], values.output[voxel * outputs + o])
      }
    }
    let isHalf = g.format.precision == .f16
    return (Float(sum), Float(1e-6 + 2e-5 * size + (isHalf ? abs(sum) / 1024 : 0)))
  }

  /// The fine voxel that `tap` joins with a coarse one, where it is inside; both counted over the batch.
  private func fine(_ voxel: Int, _ tap: Int) -> Int? {
    let (sample, at) = voxel.quotientAndRemainder(dividingBy: geometry.output.voxelCount)
    return geometry.inputVoxel(of: at, tap: tap).map { sample * geometry.input.voxelCount + $0 }
  }

  /// The coarse voxel that `tap` joins with a fine one, where there is one.
  private func coarse(_ voxel: Int, _ tap: Int) -> Int? {
    let (sample, at) = voxel.quotientAndRemainder(dividingBy: geometry.input.voxelCount)
    return geometry.outputVoxel(of: at, tap: tap).map { sample * geometry.output.voxelCount + $0 }
  }
}

extension SelfCheck {
  /// Every pass of every convolution of all presets' trainings, each kind once; returns how many, and which
  /// engines of the library were wrong and passed over.
  ///
  /// - Parameter isQuick: two presets, narrow, on small crops, as the emulator takes them; else all, as
  ///   they are trained, on crops that a minute is enough for.
  package func trainings(
    isQuick: Bool, stop: () throws(GPUError) -> Void = {}
  ) throws(GPUError) -> (count: Int, faults: [String]) {
    let check = try PassCheck(session)
    var seen: Set<ConvolutionGeometry> = []
    for preset in isQuick ? [.plain, .paper] : UNetPreset.allCases {
      for isVolumetric in preset.options.dimension == .plane ? [false, true] : [false] {
        var options = preset.options
        if isVolumetric { options.dimension = .volume }
        if isQuick { options.filters = 2 }
        guard let graph = try? options.graph(seed: 1).forGreyScans().padded() else { continue }
        let extent = isQuick ? graph.totalStride.y : graph.isPlanar ? 64 : 32
        let shape = Shape3(
          z: graph.isPlanar ? 1 + 2 * graph.layerMargin : extent, y: extent, x: extent)
        // What a card trains in.
        let format = NumberFormat(.f32)
        guard let convolutions = try? graph.trainingConvolutions(shape, samples: 2, format)
        else { continue }
        for convolution in convolutions where seen.insert(convolution.geometry).inserted {
          try stop()
          try check.run(
            convolution.geometry, layer: "\(preset.rawValue), \(convolution.layer)")
        }
      }
    }
    return (seen.count, check.faults)
  }
}
