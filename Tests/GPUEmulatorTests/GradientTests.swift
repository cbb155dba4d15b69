import CUDNNEngine
import EngineCore
import GPUEmulatorControl
import NeuralGraph
import Testing
import VolumeCore
import VolumeTesting

/// A convolution of a training, small.
struct GradientCase: CustomTestStringConvertible, Sendable {
  var name: String
  var kernel: Shape3
  var stride = Shape3(z: 1, y: 1, x: 1)
  var padding: Padding
  var fine: Shape3
  var samples: Int

  var testDescription: String { name }

  init(
    _ name: String, _ kernel: Shape3, stride: Shape3 = Shape3(z: 1, y: 1, x: 1),
    _ padding: Padding, _ fine: Shape3, samples: Int
  ) {
    self.name = name
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.fine = fine
    self.samples = samples
  }

  /// The coarse value's extent.
  var coarse: Shape3 {
    func extent(_ axis: (Shape3) -> Int) -> Int {
      (axis(fine) + axis(padding.before) + axis(padding.after) - axis(kernel)) / axis(stride) + 1
    }
    return Shape3(z: extent(\.z), y: extent(\.y), x: extent(\.x))
  }

  func geometry(
    _ pass: ConvolutionGeometry.Pass, fine channels: Int = 3, coarse: Int = 5,
    hasBias: Bool = false, _ format: NumberFormat = NumberFormat(.f32)
  ) -> ConvolutionGeometry {
    ConvolutionGeometry(
      training: kernel, stride: stride, padding: padding, fineChannels: channels,
      coarseChannels: coarse, fine: fine, coarse: self.coarse, samples: samples, pass: pass,
      hasBias: hasBias, format: format)
  }

  static let all: [GradientCase] = {
    func plane(_ y: Int, _ x: Int) -> Shape3 { Shape3(z: 1, y: y, x: x) }
    func zeros(_ before: Shape3, _ after: Shape3) -> Padding {
      Padding(before: before, after: after)
    }
    let (none, two) = (Shape3(z: 0, y: 0, x: 0), Shape3(z: 2, y: 2, x: 2))
    let (three, planeTwo) = (Shape3(z: 3, y: 3, x: 3), plane(2, 2))
    let (one, planeOne) = (Shape3(z: 1, y: 1, x: 1), Shape3(z: 0, y: 1, x: 1))
    return [
      GradientCase("3x3", plane(3, 3), zeros(planeOne, planeOne), plane(7, 9), samples: 3),
      GradientCase("1x1", plane(1, 1), .none, plane(5, 6), samples: 1),
      GradientCase(
        "2x2, stride 2", plane(2, 2), stride: planeTwo, .none, plane(8, 6), samples: 3),
      GradientCase(
        "2x2 as Keras pads it", plane(2, 2), zeros(none, planeOne), plane(5, 8), samples: 1),
      GradientCase(
        "3x3, stride 2, zeros at the end", plane(3, 3), stride: planeTwo, zeros(none, planeOne),
        plane(8, 12), samples: 3),
      GradientCase(
        "3x3, stride 2, odd extents", plane(3, 3), stride: planeTwo, zeros(planeOne, planeOne),
        plane(7, 5), samples: 1),
      GradientCase(
        "2x2, stride 2, zeros at the end", plane(2, 2), stride: planeTwo, zeros(none, planeOne),
        plane(7, 9), samples: 1),
      GradientCase(
        "2x2, stride 2, a row left over", plane(2, 2), stride: planeTwo, .none, plane(7, 9),
        samples: 3),
      GradientCase("3x3, valid", plane(3, 3), .none, plane(9, 6), samples: 3),
      GradientCase("3x3x3", three, zeros(one, one), Shape3(z: 3, y: 5, x: 4), samples: 3),
      GradientCase(
        "3x3x3, stride 2", three, stride: two, zeros(none, one), Shape3(z: 4, y: 6, x: 4),
        samples: 1),
      GradientCase(
        "2x2x2, stride 2", two, stride: two, .none, Shape3(z: 4, y: 2, x: 6), samples: 3),
      GradientCase(
        "1x3x3 on layers", plane(3, 3), zeros(planeOne, planeOne), Shape3(z: 4, y: 5, x: 6),
        samples: 1),
    ]
  }()
}

extension GPUEmulatorTests {
  @Suite(.serialized) struct `A pass of a convolution on the emulated card` {
    let emulator: Emulator

    init() throws { emulator = try Emulator.loaded() }

    typealias Value = TrainingValue<Float>

    private func numbers(_ count: Int, _ random: inout SeededRandom) -> [Float] {
      (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }

    /// Values of `geometry` by chance; all three, of which a pass reads two.
    private func values(_ geometry: ConvolutionGeometry, seed: UInt64) -> ConvolutionValues {
      var random = SeededRandom(seed: seed)
      return ConvolutionValues(
        input: numbers(geometry.count(.data), &random),
        weights: numbers(geometry.count(.weights), &random),
        output: numbers(geometry.count(.forward), &random),
        bias: numbers(geometry.outputs, &random))
    }

    /// The reference's numbers for a pass.
    private func expected(_ geometry: ConvolutionGeometry, _ values: ConvolutionValues) -> [Float] {
      let layer = Convolution(
        kernel: geometry.kernel, stride: geometry.stride, padding: geometry.padding,
        inputs: geometry.inputs, outputs: geometry.outputs, weights: values.weights,
        bias: values.bias)
      let input = Value(
        samples: geometry.samples, shape: geometry.input, channels: geometry.inputs,
        values: values.input)
      var output = Value(
        samples: geometry.samples, shape: geometry.output, channels: geometry.outputs,
        values: values.output)
      switch geometry.pass {
      case .forward:
        let none = [Float](repeating: 0, count: geometry.outputs)
        let bias = geometry.epilogue.hasBias ? values.bias : none
        layer.forward(input, values.weights, bias, to: &output)
        return output.values
      case .data: return layer.backward(input, values.weights, output).input.values
      case .weights: return layer.backward(input, values.weights, output).weights
      }
    }

    private func largest(_ a: [Float], _ b: [Float]) -> Float {
      guard a.count == b.count else { return .infinity }
      return zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test(arguments: GradientCase.all)
    func `is the reference's, to the rounding of single precision`(example: GradientCase) throws {
      for card in [T2S_CARD_P4000, T2S_CARD_A100] {
        emulator.reset(.lazy, card: card)
        do {
          let trial = try ConvolutionTrial(GPUSession(emulator.places))
          for pass in ConvolutionGeometry.Pass.allCases {
            for hasBias in pass == .forward ? [false, true] : [false] {
              let geometry = example.geometry(pass, hasBias: hasBias)
              let values = values(geometry, seed: 5)
              let outcome = try trial.run(geometry, values)
              #expect(!outcome.isBare && !outcome.engine.usesTensorCores)
              let difference = largest(outcome.values, expected(geometry, values))
              #expect(difference < 2e-5, "\(geometry.words)")
            }
          }
        }
        #expect(emulator.violations == [])
        #expect(emulator.leak == "")
      }
    }

    @Test(arguments: GradientCase.all)
    func `in half precision is the reference's of rounded numbers`(example: GradientCase) throws {
      emulator.reset(card: T2S_CARD_4090)
      let trial = try ConvolutionTrial(GPUSession(emulator.places))
      for pass in ConvolutionGeometry.Pass.allCases {
        let geometry = example.geometry(pass, fine: 8, coarse: 16, NumberFormat(.f16))
        var values = values(geometry, seed: 6)
        func round(_ list: inout [Float]) { list = list.map { Float(Float16($0)) } }
        round(&values.input)
        round(&values.weights)
        round(&values.output)
        let outcome = try trial.run(geometry, values)
        for (found, expected) in zip(outcome.values, expected(geometry, values)) {
          #expect(abs(found - expected) <= 1e-4 + abs(expected) / 1024, "\(geometry.words)")
        }
      }
      #expect(emulator.violations == [])
    }

    /// <conv(x), y> = <x, data(y)> = <w, weights(x, y)>: no reference is asked.
    @Test(arguments: GradientCase.all)
    func `is the transpose of the way forward`(example: GradientCase) throws {
      emulator.reset(.random(seed: 3), sums: 9)
      let trial = try ConvolutionTrial(GPUSession(emulator.places))
      let values = values(example.geometry(.forward), seed: 7)
      func product(_ a: [Float], _ b: [Float]) -> Double {
        zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      }
      let forward = try trial.run(example.geometry(.forward), values).values
      let data = try trial.run(example.geometry(.data), values).values
      let weights = try trial.run(example.geometry(.weights), values).values
      let along = product(forward, values.output)
      #expect(abs(along - product(values.input, data)) < 1e-4 * (1 + abs(along)))
      #expect(abs(along - product(values.weights, weights)) < 1e-4 * (1 + abs(along)))
    }

    @Test func `is the same each time, and another in another order of sums`() throws {
      let geometry = GradientCase.all[0].geometry(.weights)
      let values = values(geometry, seed: 8)
      var found: [[Float]] = []
      for sums: UInt64 in [1, 1, 2] {
        emulator.reset(sums: sums)
        let trial = try ConvolutionTrial(GPUSession(emulator.places))
        found.append(try trial.run(geometry, values).values)
      }
      #expect(found[0] == found[1] && found[0] != found[2])
    }

    /// What the comparisons above would say of a gradient whose zeros lie on the other side.
    @Test func `with its zeros on the wrong side is another`() throws {
      emulator.reset()
      let trial = try ConvolutionTrial(GPUSession(emulator.places))
      let name = "3x3, stride 2, zeros at the end"
      let example = try #require(GradientCase.all.first { $0.name == name })
      for pass in ConvolutionGeometry.Pass.allCases {
        let right = example.geometry(pass)
        var wrong = right
        wrong.padding = Padding(before: right.padding.after, after: right.padding.before)
        let values = values(right, seed: 9)
        let difference = largest(try trial.run(wrong, values).values, expected(right, values))
        #expect(difference > 0.1, "\(pass)")
      }
    }

    /// The check that a card gets, on the networks that are trained.
    @Test func `of trained networks passes the card's own check`() throws {
      emulator.reset(.lazy)
      let session = try GPUSession(emulator.places)
      let (count, faults) = try SelfCheck(session).trainings(isQuick: true)
      #expect(count > 40)
      #expect(faults == [])
      #expect(emulator.violations == [])
    }

    /// What cuDNN 9.10.2 refuses on six architectures (Tools/check.d/cudnn_plans.py), and nothing else.
    @Test(arguments: [61, 75, 80, 89, 90, 120])
    func `that is told wrongly is refused, as by the library itself`(architecture: Int) throws {
      emulator.reset()
      let oracle = try PlanOracle(
        emulator.places, deviceProperties: "{\"deviceVer\":\(10 * architecture)}")
      let answers = try oracle.refusals()
      #expect(answers.count > 45)
      for (graph, refusal) in answers {
        #expect((refusal == nil) == (graph.flaw == .nothing), "\(graph.words)")
      }
    }

    @Test func `is offered without a card, and refused where it does not fit together`() throws {
      emulator.reset()
      let oracle = try PlanOracle(emulator.places, deviceProperties: "{\"deviceVer\":610}")
      let graph = UNetPreset.paper.options.graph(seed: 1)
      let shape = Shape3(z: 1, y: 64, x: 64)
      for format in [NumberFormat(.f32), NumberFormat(.f16)] {
        let plans = try oracle.trainingPlans(graph, shape, samples: 2, format)
        #expect(plans.count > 40)
        #expect(plans.allSatisfy { if case .success = $0 { true } else { false } })
      }
      var wrong = GradientCase.all[0].geometry(.data)
      wrong.output.x += 1
      let trial = try ConvolutionTrial(GPUSession(emulator.places))
      #expect(throws: GPUError.self) { try trial.run(wrong, values(wrong, seed: 1)) }
      #expect(emulator.violations.contains { $0.contains("extent") })
    }
  }
}
